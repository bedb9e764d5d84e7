// Functions on exact decimals: scales, divisors, factorial, buckets, integer casts.
#include <algorithm>
#include <limits>

#include "types/numeric.h"

namespace millrace::numeric {
namespace {

BigNatural greatest_common_divisor(BigNatural a, BigNatural b) {
  while (!b.is_zero()) {
    BigNatural remainder;
    BigNatural::divide(a, b, &remainder);
    a = std::move(b);
    b = std::move(remainder);
  }
  return a;
}

Uint128 greatest_common_divisor(Uint128 a, Uint128 b) {
  while (b != 0) {
    const Uint128 remainder = a % b;
    a = b;
    b = remainder;
  }
  return a;
}

template <class Int>
Result<Int> to_int(const Numeric& value, const char* type) {
  if (!value.is_finite()) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    std::string("cannot convert ") + (value.is_nan() ? "NaN" : "infinity") + " to " + type);
  }
  const Numeric whole = rescale(value, 0);
  if (!whole.is_small() || whole.mantissa() < std::numeric_limits<Int>::min() ||
      whole.mantissa() > std::numeric_limits<Int>::max()) {
    return SqlError(sqlstate::kNumericValueOutOfRange, std::string(type) + " out of range");
  }
  return static_cast<Int>(whole.mantissa());
}

}  // namespace

Result<Numeric> factorial(int64_t value) {
  if (value < 0) {
    return SqlError(sqlstate::kNumericValueOutOfRange, "factorial of a negative number is undefined");
  }
  constexpr int64_t kLargest = 32177;  // its factorial has 130,255 digits, the last that fit
  if (value > kLargest) return SqlError(sqlstate::kNumericValueOutOfRange, "value overflows numeric format");
  BigNatural product(1);
  // Several factors at a time, as many as a limb takes.
  uint64_t chunk = 1;
  for (int64_t factor = 2; factor <= value; ++factor) {
    if (chunk * static_cast<uint64_t>(factor) >= BigNatural::kBase) {
      product = product.times(static_cast<uint32_t>(chunk));
      chunk = 1;
    }
    chunk *= static_cast<uint64_t>(factor);
  }
  return Numeric::of(false, product.times(static_cast<uint32_t>(chunk)), 0);
}

Result<Numeric> gcd(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) return Numeric::nan();
  const int32_t scale = std::max(a.scale(), b.scale());
  const Numeric x = rescale(abs(a), scale);
  const Numeric y = rescale(abs(b), scale);
  if (x.is_small() && y.is_small()) {
    return Numeric::of(static_cast<Int128>(greatest_common_divisor(x.small_magnitude(), y.small_magnitude())), scale);
  }
  return Numeric::in_range(Numeric::of(false, greatest_common_divisor(x.magnitude(), y.magnitude()), scale));
}

Result<Numeric> lcm(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) return Numeric::nan();
  const int32_t scale = std::max(a.scale(), b.scale());
  if (a.is_zero() || b.is_zero()) return Numeric::of(0, scale);
  TRY(const Numeric divisor, gcd(a, b));
  TRY(const Numeric factor, div(abs(a), divisor));
  return Numeric::in_range(rescale(multiply_exact(factor, abs(b)), scale));
}

std::optional<int32_t> scale(const Numeric& value) {
  return value.is_finite() ? std::optional(value.scale()) : std::nullopt;
}

std::optional<int32_t> min_scale(const Numeric& value) {
  return value.is_finite() ? std::optional(trim_scale(value).scale()) : std::nullopt;
}

Numeric trim_scale(const Numeric& value) {
  if (!value.is_finite() || value.scale() == 0) return value;
  if (value.is_zero()) return Numeric();
  int32_t scale = value.scale();
  if (value.is_small()) {
    Uint128 magnitude = value.small_magnitude();
    while (scale > 0 && magnitude >> 64 != 0 && magnitude % 10 == 0) {
      magnitude /= 10;
      --scale;
    }
    if (magnitude >> 64 == 0) {
      auto word = static_cast<uint64_t>(magnitude);
      for (; scale > 0 && word % 10 == 0; word /= 10) --scale;
      magnitude = word;
    }
    const auto mantissa = static_cast<Int128>(magnitude);
    return Numeric::of(value.is_negative() ? -mantissa : mantissa, scale);
  }
  const auto zeros =
      static_cast<int32_t>(std::min<size_t>(value.big_magnitude().trailing_zeros(), static_cast<size_t>(scale)));
  return rescale(value, scale - zeros);
}

Result<int32_t> width_bucket(const Numeric& value, const Numeric& low, const Numeric& high, int32_t count) {
  const auto invalid = [](const char* message) { return SqlError(sqlstate::kInvalidArgumentForWidthBucket, message); };
  if (count <= 0) return invalid("count must be greater than zero");
  if (value.is_nan() || low.is_nan() || high.is_nan()) {
    return invalid("operand, lower bound, and upper bound cannot be NaN");
  }
  if (low.is_infinite() || high.is_infinite()) return invalid("lower and upper bounds must be finite");
  const int direction = compare(high, low);
  if (direction == 0) return invalid("lower bound cannot equal upper bound");
  if (compare(value, low) * direction < 0) return 0;
  if (compare(value, high) * direction >= 0) {
    if (count == std::numeric_limits<int32_t>::max()) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
    }
    return count + 1;
  }
  const Numeric offset = abs(add_exact(value, negate(low)));
  const Numeric width = abs(add_exact(high, negate(low)));
  // The rounded quotient, as in PostgreSQL 15: just below the upper bound it may fall into the overflow bucket.
  const Numeric scaled = multiply_exact(offset, Numeric::from_int(count));
  const Numeric quotient = divide_to_scale(scaled, width, quotient_scale(scaled, width));
  return to_int32(add_exact(rescale(quotient, 0, false), Numeric::from_int(1)));
}

Result<int16_t> to_int16(const Numeric& value) { return to_int<int16_t>(value, "smallint"); }
Result<int32_t> to_int32(const Numeric& value) { return to_int<int32_t>(value, "integer"); }
Result<int64_t> to_int64(const Numeric& value) { return to_int<int64_t>(value, "bigint"); }

}  // namespace millrace::numeric
