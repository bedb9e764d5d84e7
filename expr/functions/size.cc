// Sizes in bytes as people read and write them: pg_size_pretty(), pg_size_bytes().
#include <algorithm>
#include <array>

#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

using std::string_view;

struct Unit {
  const char* name;
  int64_t limit;  // a larger size is shown in the next unit
  bool rounds;    // it is a half of the unit that is counted, so that the last step rounds
  int bits;       // of the unit, as a power of two
};
constexpr std::array<Unit, 6> kUnits{{{"bytes", 10 * 1024, false, 0},
                                      {"kB", 20 * 1024 - 1, true, 10},
                                      {"MB", 20 * 1024 - 1, true, 20},
                                      {"GB", 20 * 1024 - 1, true, 30},
                                      {"TB", 20 * 1024 - 1, true, 40},
                                      {"PB", 20 * 1024 - 1, true, 50}}};

int64_t half_rounded(int64_t x) { return (x + (x < 0 ? -1 : 1)) / 2; }

std::string size_pretty(int64_t size) {
  for (size_t i = 0;; ++i) {
    const Unit& unit = kUnits[i];
    const uint64_t magnitude = size < 0 ? -static_cast<uint64_t>(size) : static_cast<uint64_t>(size);
    if (i + 1 == kUnits.size() || magnitude < static_cast<uint64_t>(unit.limit)) {
      return std::to_string(unit.rounds ? half_rounded(size) : size) + " " + unit.name;
    }
    // Down to the next unit, keeping one bit to round by; towards zero.
    const int bits = kUnits[i + 1].bits - unit.bits - (kUnits[i + 1].rounds ? 1 : 0) + (unit.rounds ? 1 : 0);
    size /= int64_t{1} << bits;
  }
}

Result<std::string> size_pretty(const Numeric& given) {
  if (!given.is_finite()) return numeric::to_string(given) + " bytes";
  Numeric size = given;
  for (size_t i = 0;; ++i) {
    const Unit& unit = kUnits[i];
    if (i + 1 == kUnits.size() || numeric::compare(numeric::abs(size), Numeric::from_int(unit.limit)) < 0) {
      if (unit.rounds) {
        // The counted halves rounded up, away from zero.
        const Numeric one = Numeric::from_int(size.is_negative() ? -1 : 1);
        TRY(const Numeric sum, numeric::add(size, one));
        TRY(size, numeric::div(sum, Numeric::from_int(2)));
      }
      return numeric::to_string(size) + " " + unit.name;
    }
    const int bits = kUnits[i + 1].bits - unit.bits - (kUnits[i + 1].rounds ? 1 : 0) + (unit.rounds ? 1 : 0);
    TRY(size, numeric::div(size, Numeric::from_int(int64_t{1} << bits)));
  }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number at the start of `text`, as far as it reaches.
size_t number_bytes(string_view text) {
  const auto at = [&](size_t i) { return i < text.size() ? text[i] : '\0'; };
  size_t i = 0;
  if (at(i) == '-' || at(i) == '+') ++i;
  const size_t digits = i;
  while (is_digit(at(i))) ++i;
  bool found = i > digits;
  if (at(i) == '.') {
    const size_t point = i++;
    while (is_digit(at(i))) ++i;
    if (i > point + 1) {
      found = true;
    } else if (!found) {
      return 0;
    }
  }
  if (!found) return 0;
  if (at(i) != 'e' && at(i) != 'E') return i;
  size_t exponent = i + 1;
  if (at(exponent) == '-' || at(exponent) == '+') ++exponent;
  // "10 exabytes" begins with no exponent.
  if (!is_digit(at(exponent))) return i;
  while (is_digit(at(exponent))) ++exponent;
  return exponent;
}

Result<int64_t> size_bytes(string_view given) {
  const auto invalid = [&] {
    return SqlError(sqlstate::kInvalidParameterValue, "invalid size: \"" + std::string(given) + "\"");
  };
  string_view text = given;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  const size_t bytes = number_bytes(text);
  if (bytes == 0) return invalid();
  TRY(Numeric number, numeric::parse(text.substr(0, bytes)));
  string_view unit = text.substr(bytes);
  while (!unit.empty() && is_space(unit.front())) unit.remove_prefix(1);
  while (!unit.empty() && is_space(unit.back())) unit.remove_suffix(1);
  if (!unit.empty()) {
    const std::string wanted = to_lower(unit);
    const auto found = std::ranges::find_if(kUnits, [&](const Unit& known) { return wanted == to_lower(known.name); });
    if (found == kUnits.end() && wanted != "b") {
      return invalid()
          .with_detail("Invalid size unit: \"" + std::string(unit) + "\".")
          .with_hint("Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".");
    }
    if (found != kUnits.end() && found->bits > 0) {
      TRY(number, numeric::multiply(number, Numeric::from_int(int64_t{1} << found->bits)));
    }
  }
  return numeric::to_int64(number);
}

}  // namespace

std::vector<ScalarFunction> size_functions() {
  return {
      scalar(
          "pg_size_pretty", [](int64_t size) { return size_pretty(size); }, "Bytes in a unit that people read.",
          "pg_size_pretty(123456789::bigint) = '118 MB'"),
      scalar(
          "pg_size_pretty", [](const Numeric& size) { return size_pretty(size); }, "Bytes in a unit that people read.",
          "pg_size_pretty(123456789.0) = '118 MB'"),
      scalar(
          "pg_size_bytes", [](string_view text) { return size_bytes(text); }, "A size that people write, in bytes.",
          "pg_size_bytes('1.5 kB') = 1536"),
  };
}

}  // namespace millrace::expr
