// The four operations, remainders and rounding. Each begins with the values that fit 128 bits.
#include <algorithm>

#include "types/numeric.h"

namespace millrace::numeric {
namespace {

constexpr Int128 kLowest = static_cast<Int128>(static_cast<Uint128>(1) << 127);  // -2^127: not a small mantissa

SqlError division_by_zero() { return SqlError(sqlstate::kDivisionByZero, "division by zero"); }

// mantissa * 10^exponent where it is small.
bool scale_up(Int128 mantissa, int32_t exponent, Int128* result) {
  return exponent < kPowersOfTen &&
         !__builtin_mul_overflow(mantissa, static_cast<Int128>(power_of_ten(exponent)), result) && *result != kLowest;
}

BigNatural aligned(const Numeric& value, int32_t scale) {
  return value.magnitude().times_power_of_ten(static_cast<size_t>(scale - value.scale()));
}

Numeric add_big(const Numeric& a, const Numeric& b) {
  const int32_t scale = std::max(a.scale(), b.scale());
  const BigNatural x = aligned(a, scale);
  const BigNatural y = aligned(b, scale);
  if (a.is_negative() == b.is_negative()) return Numeric::of(a.is_negative(), x + y, scale);
  const int order = x.compare(y);
  return order >= 0 ? Numeric::of(a.is_negative(), x - y, scale) : Numeric::of(b.is_negative(), y - x, scale);
}

// The quotient of magnitudes, each already scaled.
BigNatural rounded_quotient(const BigNatural& dividend, const BigNatural& divisor) {
  BigNatural remainder;
  BigNatural quotient = BigNatural::divide(dividend, divisor, &remainder);
  return remainder.times(2).compare(divisor) >= 0 ? quotient + BigNatural(1) : quotient;
}

// The first base-10000 digit of a number as PostgreSQL stores it, and that digit's exponent.
struct FirstDigit {
  int64_t weight = 0;
  uint32_t digit = 0;
};

FirstDigit first_digit(const Numeric& value) {
  if (value.is_zero()) return {};
  const int64_t top = value.integer_digits() - 1;  // decimal exponent of the first digit
  const int64_t weight = top >= 0 ? top / 4 : -((3 - top) / 4);
  const int64_t take = top - weight * 4 + 1;  // decimal digits in the first base-10000 digit
  const int64_t drop = value.digits() - take;
  Uint128 digit = drop <= 0 ? value.small_magnitude() * power_of_ten(static_cast<int>(-drop))
                  : value.is_small()
                      ? value.small_magnitude() / power_of_ten(static_cast<int>(drop))
                      : value.big_magnitude().over_power_of_ten(static_cast<size_t>(drop), false).to_128();
  return {weight, static_cast<uint32_t>(digit)};
}

// x / y where one of them is not finite; 22012 as for finite ones.
Result<Numeric> divide_special(const Numeric& a, const Numeric& b) {
  if (a.is_nan() || b.is_nan() || (a.is_infinite() && b.is_infinite())) return Numeric::nan();
  if (b.is_infinite()) return Numeric();
  if (b.is_zero()) return division_by_zero();
  return Numeric::infinity(a.sign() * b.sign());
}

}  // namespace

Numeric add_exact(const Numeric& a, const Numeric& b) {
  if (a.is_small() && b.is_small()) [[likely]] {
    Int128 x = a.mantissa();
    Int128 y = b.mantissa();
    const int32_t shift = a.scale() - b.scale();
    if (shift == 0 || (shift < 0 ? scale_up(x, -shift, &x) : scale_up(y, shift, &y))) {
      Int128 sum;
      if (!__builtin_add_overflow(x, y, &sum) && sum != kLowest)
        return Numeric::of(sum, std::max(a.scale(), b.scale()));
    }
  }
  return add_big(a, b);
}

Result<Numeric> add(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan() || (a.is_infinite() && b.is_infinite() && a.sign() != b.sign())) return Numeric::nan();
    return a.is_infinite() ? a : b;
  }
  return Numeric::in_range(add_exact(a, b));
}

Result<Numeric> subtract(const Numeric& a, const Numeric& b) { return add(a, negate(b)); }

Numeric multiply_exact(const Numeric& a, const Numeric& b) {
  const int32_t scale = a.scale() + b.scale();
  if (a.is_small() && b.is_small()) [[likely]] {
    Int128 product;
    if (!__builtin_mul_overflow(a.mantissa(), b.mantissa(), &product) && product != kLowest) {
      return Numeric::of(product, scale);
    }
  }
  return Numeric::of(a.is_negative() != b.is_negative(), a.magnitude() * b.magnitude(), scale);
}

Result<Numeric> multiply(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan() || a.sign() == 0 || b.sign() == 0) return Numeric::nan();
    return Numeric::infinity(a.sign() * b.sign());
  }
  Numeric product = multiply_exact(a, b);
  if (product.scale() > Numeric::kScaleMax) product = rescale(product, Numeric::kScaleMax);
  return Numeric::in_range(std::move(product));
}

int32_t quotient_scale(const Numeric& a, const Numeric& b) {
  const FirstDigit x = first_digit(a);
  const FirstDigit y = first_digit(b);
  const int64_t weight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0);
  const int64_t wanted = std::max<int64_t>({16 - weight * 4, a.scale(), b.scale(), 0});
  return static_cast<int32_t>(std::min<int64_t>(wanted, 1000));
}

Numeric divide_to_scale(const Numeric& a, const Numeric& b, int32_t scale) {
  const bool negative = a.is_negative() != b.is_negative();
  const int32_t shift = scale + b.scale() - a.scale();
  if (a.is_small() && b.is_small() && shift >= 0 && shift < kPowersOfTen) {
    Uint128 dividend;
    if (!__builtin_mul_overflow(a.small_magnitude(), power_of_ten(shift), &dividend)) {
      const Uint128 divisor = b.small_magnitude();
      // Both in 64 bits is the common case for short numbers and five times faster.
      Uint128 quotient = dividend >> 64 == 0 && divisor >> 64 == 0
                             ? static_cast<uint64_t>(dividend) / static_cast<uint64_t>(divisor)
                             : dividend / divisor;
      const Uint128 remainder = dividend - quotient * divisor;
      if (remainder >= divisor - remainder) ++quotient;
      if (quotient >> 127 == 0) {
        const auto mantissa = static_cast<Int128>(quotient);
        return Numeric::of(negative ? -mantissa : mantissa, scale);
      }
    }
  }
  return Numeric::of(
      negative,
      shift >= 0 ? rounded_quotient(a.magnitude().times_power_of_ten(static_cast<size_t>(shift)), b.magnitude())
                 : rounded_quotient(a.magnitude(), b.magnitude().times_power_of_ten(static_cast<size_t>(-shift))),
      scale);
}

Result<Numeric> divide(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]]
    return divide_special(a, b);
  if (b.is_zero()) return division_by_zero();
  return Numeric::in_range(divide_to_scale(a, b, quotient_scale(a, b)));
}

Result<Numeric> div(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]]
    return divide_special(a, b);
  if (b.is_zero()) return division_by_zero();
  const int32_t scale = std::max(a.scale(), b.scale());
  return Numeric::in_range(Numeric::of(a.is_negative() != b.is_negative(),
                                       BigNatural::divide(aligned(a, scale), aligned(b, scale), nullptr), 0));
}

Result<Numeric> mod(const Numeric& a, const Numeric& b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan()) return Numeric::nan();
    if (b.is_infinite() && a.is_finite()) return a;
    if (b.is_zero()) return division_by_zero();
    return Numeric::nan();
  }
  if (b.is_zero()) return division_by_zero();
  const int32_t scale = std::max(a.scale(), b.scale());
  if (a.is_small() && b.is_small()) {
    Int128 x;
    Int128 y;
    if (scale_up(a.mantissa(), scale - a.scale(), &x) && scale_up(b.mantissa(), scale - b.scale(), &y)) {
      return Numeric::of(x % y, scale);
    }
  }
  BigNatural remainder;
  BigNatural::divide(aligned(a, scale), aligned(b, scale), &remainder);
  return Numeric::of(a.is_negative(), std::move(remainder), scale);
}

Numeric negate(const Numeric& value) {
  if (value.is_small()) return Numeric::of(-value.mantissa(), value.scale());
  if (value.is_infinite()) return Numeric::infinity(-value.sign());
  if (value.is_nan()) return value;
  return Numeric::of(!value.is_negative(), value.big_magnitude(), value.scale());
}

Numeric abs(const Numeric& value) { return value.is_negative() ? negate(value) : value; }

Numeric sign(const Numeric& value) { return value.is_nan() ? value : Numeric::from_int(value.sign()); }

Numeric rescale(const Numeric& value, int32_t scale, bool round) {
  const int32_t shift = scale - value.scale();
  const int32_t result_scale = std::max(scale, 0);
  if (shift == 0) return value;
  if (shift > 0) {
    Int128 mantissa;
    if (value.is_small() && scale_up(value.mantissa(), shift, &mantissa)) return Numeric::of(mantissa, scale);
    return Numeric::of(value.is_negative(), aligned(value, scale), scale);
  }
  if (value.is_small() && scale >= 0) {
    if (-shift >= kPowersOfTen) return Numeric::of(0, scale);
    const Uint128 unit = power_of_ten(-shift);
    const Uint128 magnitude = value.small_magnitude();
    Uint128 quotient = magnitude >> 64 == 0 && unit >> 64 == 0
                           ? static_cast<uint64_t>(magnitude) / static_cast<uint64_t>(unit)
                           : magnitude / unit;
    if (round && magnitude - quotient * unit >= unit / 2) ++quotient;
    const auto mantissa = static_cast<Int128>(quotient);
    return Numeric::of(value.is_negative() ? -mantissa : mantissa, scale);
  }
  BigNatural kept = value.magnitude().over_power_of_ten(static_cast<size_t>(-shift), round);
  if (scale < 0) kept = kept.times_power_of_ten(static_cast<size_t>(-scale));
  return Numeric::of(value.is_negative(), std::move(kept), result_scale);
}

Result<Numeric> ceil(const Numeric& value) {
  if (!value.is_finite()) return value;
  const Numeric whole = rescale(value, 0, false);
  if (value.is_negative() || value.is_integral()) return whole;
  return Numeric::in_range(add_exact(whole, Numeric::from_int(1)));
}

Result<Numeric> floor(const Numeric& value) {
  TRY(Numeric result, ceil(negate(value)));
  return negate(result);
}

// Beyond these nothing is left to round, before the point and behind it.
constexpr int32_t kRoundingScaleMin = -Numeric::kIntegerDigitsMax - 1;

Result<Numeric> round(const Numeric& value, int32_t scale) {
  if (!value.is_finite()) return value;
  return Numeric::in_range(rescale(value, std::clamp(scale, kRoundingScaleMin, Numeric::kScaleMax)));
}

Result<Numeric> trunc(const Numeric& value, int32_t scale) {
  if (!value.is_finite()) return value;
  return Numeric::in_range(rescale(value, std::clamp(scale, kRoundingScaleMin, Numeric::kScaleMax), false));
}

}  // namespace millrace::numeric
