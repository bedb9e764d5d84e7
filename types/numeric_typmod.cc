// numeric(precision, scale): the modifier is (precision << 16 | scale as 11 bits) + 4, PostgreSQL's.
#include <algorithm>

#include "types/numeric.h"

namespace millrace::numeric {
namespace {

constexpr int32_t kPrecisionMax = 1000;
constexpr int32_t kScaleMin = -1000;
constexpr int32_t kScaleMaxOfTypmod = 1000;

int32_t precision_of(int32_t typmod) { return (typmod - 4) >> 16 & 0xffff; }
int32_t scale_of(int32_t typmod) { return (((typmod - 4) & 0x7ff) ^ 1024) - 1024; }

SqlError field_overflow(int32_t typmod, std::string detail) {
  return SqlError(sqlstate::kNumericValueOutOfRange, "numeric field overflow")
      .with_detail("A field with precision " + std::to_string(precision_of(typmod)) + ", scale " +
                   std::to_string(scale_of(typmod)) + " " + std::move(detail) + ".");
}

}  // namespace

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  if (arguments.size() != 1 && arguments.size() != 2) {
    return SqlError(sqlstate::kInvalidParameterValue, "invalid NUMERIC type modifier");
  }
  const int32_t precision = arguments[0];
  const int32_t scale = arguments.size() == 2 ? arguments[1] : 0;
  if (precision < 1 || precision > kPrecisionMax) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "NUMERIC precision " + std::to_string(precision) + " must be between 1 and 1000");
  }
  if (scale < kScaleMin || scale > kScaleMaxOfTypmod) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "NUMERIC scale " + std::to_string(scale) + " must be between -1000 and 1000");
  }
  return (precision << 16 | (scale & 0x7ff)) + 4;
}

std::string typmod_to_string(int32_t typmod) {
  if (typmod < 4) return "";
  return "(" + std::to_string(precision_of(typmod)) + "," + std::to_string(scale_of(typmod)) + ")";
}

Result<Numeric> apply_typmod(const Numeric& value, int32_t typmod) {
  if (typmod < 4 || value.is_nan()) return value;
  if (value.is_infinite()) return field_overflow(typmod, "cannot hold an infinite value");
  const int32_t scale = scale_of(typmod);
  Numeric rounded = rescale(value, scale);
  const int32_t integer_digits_max = precision_of(typmod) - scale;
  if (!rounded.is_zero() && rounded.integer_digits() > integer_digits_max) {
    const std::string limit = integer_digits_max != 0 ? "10^" + std::to_string(integer_digits_max) : "1";
    return field_overflow(typmod, "must round to an absolute value less than " + limit);
  }
  return rounded;
}

}  // namespace millrace::numeric
