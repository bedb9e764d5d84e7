// random() and gen_random_uuid(), from the context's generator; without one they answer 0A000: what a maintained
// view computes has to come out the same when it is computed again.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/uuid.h"

namespace millrace::expr {
namespace {

SqlError no_randomness(const char* function) {
  return SqlError(sqlstate::kFeatureNotSupported, std::string(function) + " is not supported here")
      .with_hint("What is maintained must come out the same when it is computed again.");
}

}  // namespace

std::vector<ScalarFunction> random_functions() {
  return {
      is_volatile(scalar(
          "setseed",
          [](const EvalContext&, double) -> Result<bool> {
            return not_supported("setseed() is not supported", "random() cannot be repeated here; store what it gave.");
          },
          "Answers 0A000: random() cannot be repeated.", "true OR setseed(0.5) IS NULL")),
      is_volatile(scalar(
          "random",
          [](const EvalContext& c) -> Result<double> {
            if (c.rng == nullptr) return no_randomness("random()");
            return static_cast<double>(c.rng->next_u64() >> 11) * 0x1.0p-53;
          },
          "A random number, at least 0 and below 1.", "true OR random() < 1")),
      is_volatile(scalar(
          "gen_random_uuid",
          [](const EvalContext& c) -> Result<Uuid> {
            if (c.rng == nullptr) return no_randomness("gen_random_uuid()");
            Uuid uuid;
            c.rng->fill(uuid.bytes);
            uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);  // version 4
            uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // RFC 4122's variant
            return uuid;
          },
          "A random UUID, version 4.", "true OR gen_random_uuid() IS NOT NULL")),
  };
}

}  // namespace millrace::expr
