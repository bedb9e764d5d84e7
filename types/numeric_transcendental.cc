// sqrt, exp, ln, log, power: correctly rounded at the scale PostgreSQL chooses.
//
// Computed in fixed point with guard digits beyond the wanted scale. Where PostgreSQL rounds a value in
// the middle of a calculation (the logarithms inside power and log), this does the same at the same
// scale, so that the last digit agrees.
#include <algorithm>
#include <cmath>

#include "types/numeric.h"

namespace millrace::numeric {
namespace {

constexpr int32_t kSignificantDigitsMin = 16;
constexpr int32_t kResultScaleMax = 1000;
constexpr int32_t kExponentMax = 6000;  // exp() beyond it is out of range, or zero
constexpr int32_t kGuardDigits = 12;    // beyond the wanted scale
constexpr double kLog10OfE = 0.434294481903252;

SqlError overflow() { return SqlError(sqlstate::kNumericValueOutOfRange, "value overflows numeric format"); }
SqlError invalid_logarithm(const char* of) {
  return SqlError(sqlstate::kInvalidArgumentForLogarithm, std::string("cannot take logarithm of ") + of);
}
SqlError invalid_power(const char* message) { return SqlError(sqlstate::kInvalidArgumentForPowerFunction, message); }

int32_t result_scale(int64_t wanted, int32_t scale_a, int32_t scale_b = 0) {
  return static_cast<int32_t>(std::min<int64_t>(std::max<int64_t>({wanted, scale_a, scale_b, 0}), kResultScaleMax));
}

Numeric multiply_to_scale(const Numeric& a, const Numeric& b, int32_t scale) {
  return rescale(multiply_exact(a, b), scale);
}

Numeric subtract_exact(const Numeric& a, const Numeric& b) { return add_exact(a, negate(b)); }

// The leading base-10000 digits of a number, at most `count`, without trailing zero digits:
// value ~ digits * 10^exponent. What PostgreSQL's estimates are made from.
struct Leading {
  uint64_t digits = 0;
  int64_t exponent = 0;
  int64_t weight = 0;  // base-10000 exponent of the first one
};

Leading leading(const Numeric& value, int count) {
  const int64_t top = value.integer_digits() - 1;
  const int64_t weight = top >= 0 ? top / 4 : -((3 - top) / 4);
  const int64_t take = top - weight * 4 + 1 + 4 * (count - 1);
  const int64_t drop = value.digits() - take;
  const BigNatural magnitude = value.magnitude();
  auto digits = static_cast<uint64_t>((drop > 0 ? magnitude.over_power_of_ten(static_cast<size_t>(drop), false)
                                                : magnitude.times_power_of_ten(static_cast<size_t>(-drop)))
                                          .to_128());
  int64_t exponent = (weight - count + 1) * 4;
  for (int i = 1; i < count && digits % 10000 == 0; ++i) {
    digits /= 10000;
    exponent += 4;
  }
  return {digits, exponent, weight};
}

int64_t weight_of(const Numeric& value) { return value.is_zero() ? 0 : leading(value, 1).weight; }

// Roughly log10(|ln(value)|), digit for digit as PostgreSQL estimates it: result scales depend on it.
int32_t estimated_ln_weight(const Numeric& value) {
  if (value.sign() <= 0) return 0;
  if (compare(value, Numeric::of(9, 1)) >= 0 && compare(value, Numeric::of(11, 1)) <= 0) {
    const Numeric offset = subtract_exact(value, Numeric::from_int(1));
    if (offset.is_zero()) return 0;
    const Leading first = leading(offset, 1);
    return static_cast<int32_t>(first.weight * 4) + static_cast<int32_t>(std::log10(static_cast<double>(first.digits)));
  }
  const Leading first = leading(value, 2);
  const double ln =
      std::log(static_cast<double>(first.digits)) + static_cast<double>(first.exponent) * 2.302585092994046;
  return static_cast<int32_t>(std::log10(std::abs(ln)));
}

// floor(sqrt(value) * 10^scale) / 10^scale; the scale may be negative.
Numeric square_root_to_scale(const Numeric& value, int32_t scale) {
  const int32_t shift = 2 * scale - value.scale();
  const BigNatural square = shift >= 0 ? value.magnitude().times_power_of_ten(static_cast<size_t>(shift))
                                       : value.magnitude().over_power_of_ten(static_cast<size_t>(-shift), false);
  return Numeric::of(false, square.square_root(), scale);
}

// 2 * atanh(z) = 2 * (z + z^3/3 + z^5/5 + ...), |z| well below 1, at z's scale.
Numeric twice_atanh(const Numeric& z) {
  const Numeric square = multiply_to_scale(z, z, z.scale());
  Numeric sum = z;
  Numeric power = z;
  for (uint32_t n = 3;; n += 2) {
    power = multiply_to_scale(power, square, z.scale());
    if (power.is_zero()) break;
    const BigNatural term = power.magnitude().divided_by(n, nullptr);
    if (term.is_zero()) break;
    sum = add_exact(sum, Numeric::of(power.is_negative(), term, z.scale()));
  }
  return add_exact(sum, sum);
}

// 2 * atanh(1/n), where every step is a division by a small number. REQUIRES: 1 < n, n * n a small one.
Numeric twice_atanh_of_reciprocal(uint32_t n, int32_t scale) {
  BigNatural power = BigNatural::power_of_ten(static_cast<size_t>(scale)).divided_by(n, nullptr);
  BigNatural sum = power;
  for (uint32_t odd = 3; !power.is_zero(); odd += 2) {
    power = power.divided_by(n * n, nullptr);
    sum = sum + power.divided_by(odd, nullptr);
  }
  return Numeric::of(false, sum.times(2), scale);
}

// ln 10 = 2 * (23 atanh(1/31) + 17 atanh(1/49) + 10 atanh(1/161)).
Numeric ln_of_ten(int32_t scale) {
  const auto part = [&](int64_t factor, uint32_t n) {
    return multiply_exact(Numeric::from_int(factor), twice_atanh_of_reciprocal(n, scale));
  };
  return add_exact(add_exact(part(23, 31), part(17, 49)), part(10, 161));
}

// The logarithm of a positive number, rounded to `scale` >= 0.
Numeric ln_to_scale(const Numeric& value, int32_t scale) {
  const Numeric one = Numeric::from_int(1);
  // value = m * 10^k with m around 1; near 1 the number itself, so that nothing cancels.
  const bool near_one = compare(value, Numeric::of(5, 1)) > 0 && compare(value, Numeric::from_int(2)) < 0;
  const int64_t k = near_one ? 0 : value.integer_digits();
  const int32_t precision = scale + kGuardDigits;
  BigNatural digits = value.magnitude();
  const int64_t shift = precision - value.scale() - k;
  digits = shift >= 0 ? digits.times_power_of_ten(static_cast<size_t>(shift))
                      : digits.over_power_of_ten(static_cast<size_t>(-shift), true);
  Numeric m = Numeric::of(false, std::move(digits), precision);
  // Square roots bring m nearer to 1, where the series is short.
  int64_t factor = 1;
  while (compare(m, Numeric::of(9, 1)) < 0 || compare(m, Numeric::of(11, 1)) > 0) {
    m = square_root_to_scale(m, precision);
    factor *= 2;
  }
  const Numeric z = divide_to_scale(subtract_exact(m, one), add_exact(m, one), precision);
  Numeric result = multiply_exact(twice_atanh(z), Numeric::from_int(factor));
  if (k != 0) result = add_exact(result, multiply_exact(ln_of_ten(precision), Numeric::from_int(k)));
  return rescale(result, scale);
}

// e^value rounded to `scale` >= 0.
Result<Numeric> exp_to_scale(const Numeric& value, int32_t scale) {
  const double estimate = to_double_unchecked(value);
  if (std::abs(estimate) >= kExponentMax) {
    if (estimate > 0) return overflow();
    return Numeric::of(0, scale);
  }
  // e^value = 10^k * e^r with |r| <= ln(10) / 2, and e^r = (e^(r / 2^n))^(2^n). More halvings n shorten the
  // series by as many terms as they cost squarings, around the square root of the digits; each doubles the
  // error, so they need digits of their own. At most 3,606 digits are wanted (k < 2606, scale <= 1000), so
  // there are at most 68 halvings.
  int32_t k = 0;
  int32_t halvings = 0;
  // As PostgreSQL for an argument that needs no reduction: a result half-way between two ends up where its does.
  int32_t precision = scale + 8;
  Numeric x = value;
  if (std::abs(estimate) > 0.01) {
    k = static_cast<int32_t>(std::lround(estimate * kLog10OfE));
    const int32_t digits = std::max(k + scale, 0);
    halvings = 8 + static_cast<int32_t>(std::sqrt(digits));
    precision = digits + kGuardDigits + halvings / 3;
    Numeric r = rescale(value, precision);
    if (k != 0) {
      r = subtract_exact(r, rescale(multiply_exact(ln_of_ten(precision + 4), Numeric::from_int(k)), precision));
    }
    x = divide_to_scale(r, Numeric::of(static_cast<Int128>(1) << halvings, 0), precision);
  }
  Numeric sum = add_exact(Numeric::from_int(1), x);
  Numeric term = x;
  for (int64_t n = 2;; ++n) {
    term = divide_to_scale(multiply_to_scale(term, x, precision), Numeric::from_int(n), precision);
    if (term.is_zero()) break;
    sum = add_exact(sum, term);
  }
  for (int i = 0; i < halvings; ++i) sum = multiply_to_scale(sum, sum, precision);
  // sum * 10^k
  const int32_t shifted = sum.scale() - k;
  if (shifted >= 0) return Numeric::in_range(rescale(Numeric::of(false, sum.magnitude(), shifted), scale));
  return Numeric::in_range(
      rescale(Numeric::of(false, sum.magnitude().times_power_of_ten(static_cast<size_t>(-shifted)), 0), scale));
}

// base^exponent by repeated squaring, keeping as many digits as the result needs.
Result<Numeric> power_of_integer(const Numeric& base, int32_t exponent, int32_t scale) {
  if (exponent == 0) return rescale(Numeric::from_int(1), scale);
  if (exponent == 1) return Numeric::in_range(rescale(base, scale));
  if (exponent == -1) {
    if (base.is_zero()) return SqlError(sqlstate::kDivisionByZero, "division by zero");
    return Numeric::in_range(divide_to_scale(Numeric::from_int(1), base, scale));
  }
  if (exponent == 2) return Numeric::in_range(multiply_to_scale(base, base, scale));
  if (base.is_zero()) {
    if (exponent < 0) return SqlError(sqlstate::kDivisionByZero, "division by zero");
    return Numeric::of(0, scale);
  }
  constexpr int64_t kWeightMax = 32767;
  const Leading first = leading(base, 4);
  const double log10_of_result =
      exponent * (std::log10(static_cast<double>(first.digits)) + static_cast<double>(first.exponent));
  if (log10_of_result > 3.0 * kWeightMax * 4) return overflow();
  if (log10_of_result + 1 < -scale || log10_of_result + 1 < -kResultScaleMax) return Numeric::of(0, scale);
  const int64_t digits = 1 + scale + static_cast<int64_t>(log10_of_result) +
                         static_cast<int64_t>(std::log(std::abs(static_cast<double>(exponent)))) + 8;
  const auto multiply_kept = [&](const Numeric& a, const Numeric& b) {
    const int64_t kept = std::max<int64_t>(
        std::min<int64_t>(digits - (weight_of(a) + weight_of(b)) * 4, int64_t{a.scale()} + b.scale()), 0);
    return multiply_to_scale(a, b, static_cast<int32_t>(kept));
  };
  Numeric square = base;
  Numeric result = (exponent & 1) != 0 ? base : Numeric::from_int(1);
  for (uint32_t mask = static_cast<uint32_t>(std::abs(int64_t{exponent})) >> 1; mask > 0; mask >>= 1) {
    square = multiply_kept(square, square);
    if ((mask & 1) != 0) result = multiply_kept(square, result);
    if (weight_of(square) > kWeightMax || weight_of(result) > kWeightMax) {
      if (exponent > 0) return overflow();
      return Numeric::of(0, scale);
    }
  }
  if (exponent > 0) return Numeric::in_range(rescale(result, scale));
  if (result.is_zero()) return SqlError(sqlstate::kDivisionByZero, "division by zero");
  return Numeric::in_range(divide_to_scale(Numeric::from_int(1), result, scale));
}

bool is_odd_integer(const Numeric& value) {
  return value.is_finite() && value.is_integral() && rescale(value, 0).magnitude().is_odd();
}

const Numeric& one() {
  static const Numeric value = Numeric::from_int(1);
  return value;
}

// One of both is not finite. POSIX pow(3), but for the errors that finite arguments give too.
Result<Numeric> power_special(const Numeric& base, const Numeric& exponent) {
  if (base.is_nan()) return exponent.is_zero() ? one() : base;
  if (exponent.is_nan()) return compare(base, one()) == 0 ? one() : exponent;
  if (base.is_zero() && exponent.is_negative()) return invalid_power("zero raised to a negative power is undefined");
  if (base.is_negative() && !exponent.is_integral()) {
    return invalid_power("a negative number raised to a non-integer power yields a complex result");
  }
  if (compare(base, one()) == 0 || exponent.is_zero()) return one();
  if (base.is_zero()) return Numeric();
  if (exponent.is_infinite()) {
    const int order = compare(abs(base), one());
    if (order == 0) return one();
    return (order > 0) == (exponent.sign() > 0) ? Numeric::infinity() : Numeric();
  }
  if (exponent.is_negative()) return Numeric();
  return Numeric::infinity(base.is_negative() && is_odd_integer(exponent) ? -1 : 1);
}

}  // namespace

Result<Numeric> sqrt(const Numeric& value) {
  if (value.is_negative()) return invalid_power("cannot take square root of a negative number");
  if (!value.is_finite()) return value;
  const int64_t weight = (weight_of(value) + 1) * 2 - 1;  // the root's digits before the point, at least
  const int32_t scale = result_scale(kSignificantDigitsMin - weight, value.scale());
  return Numeric::in_range(square_root(value, scale));
}

Numeric square_root(const Numeric& value, int32_t scale) {
  return rescale(square_root_to_scale(value, scale + 1), scale);
}

Result<Numeric> exp(const Numeric& value) {
  if (value.is_infinite() && value.is_negative()) return Numeric();
  if (!value.is_finite()) return value;
  const double weight = std::clamp(to_double_unchecked(value) * kLog10OfE, -2000.0, 2000.0);
  return exp_to_scale(value, result_scale(kSignificantDigitsMin - static_cast<int64_t>(weight), value.scale()));
}

Result<Numeric> ln(const Numeric& value) {
  if (value.is_nan()) return value;
  if (value.is_negative()) return invalid_logarithm("a negative number");
  if (value.is_infinite()) return value;
  if (value.is_zero()) return invalid_logarithm("zero");
  return ln_to_scale(value, result_scale(kSignificantDigitsMin - estimated_ln_weight(value), value.scale()));
}

Result<Numeric> log(const Numeric& base, const Numeric& value) {
  if (base.is_nan() || value.is_nan()) return Numeric::nan();
  const bool special = base.is_infinite() || value.is_infinite();
  // PostgreSQL looks at signs first where an infinity takes part, else at the base first.
  for (const Numeric* argument : {&base, &value}) {
    if (argument->is_negative()) return invalid_logarithm("a negative number");
    if (!special && argument->is_zero()) return invalid_logarithm("zero");
  }
  if (special) {
    if (base.is_zero() || value.is_zero()) return invalid_logarithm("zero");
    if (base.is_infinite()) return value.is_infinite() ? Numeric::nan() : Numeric();
    return value;
  }
  const int32_t base_weight = estimated_ln_weight(base);
  const int32_t value_weight = estimated_ln_weight(value);
  const int32_t weight = value_weight - base_weight;
  const int32_t scale = result_scale(kSignificantDigitsMin - weight, base.scale(), value.scale());
  const Numeric ln_base = ln_to_scale(base, std::max(scale + weight - base_weight + 8, 0));
  const Numeric ln_value = ln_to_scale(value, std::max(scale + weight - value_weight + 8, 0));
  if (ln_base.is_zero()) return SqlError(sqlstate::kDivisionByZero, "division by zero");
  return Numeric::in_range(divide_to_scale(ln_value, ln_base, scale));
}

Result<Numeric> power(const Numeric& base, const Numeric& exponent) {
  if (!base.is_finite() || !exponent.is_finite()) return power_special(base, exponent);
  if (base.is_zero() && exponent.is_negative()) return invalid_power("zero raised to a negative power is undefined");
  const bool integral = exponent.is_integral();
  if (base.is_negative() && !integral) {
    return invalid_power("a negative number raised to a non-integer power yields a complex result");
  }
  if (integral) {
    if (const Result<int32_t> whole = to_int32(exponent)) {
      return power_of_integer(base, *whole, result_scale(kSignificantDigitsMin, base.scale()));
    }
  }
  if (base.is_zero()) return Numeric::of(0, kSignificantDigitsMin);
  const bool negative = base.is_negative() && is_odd_integer(exponent);
  const Numeric magnitude = abs(base);
  const int32_t ln_weight = estimated_ln_weight(magnitude);
  // A first estimate with eight digits gives the scale of the result, then the same again in earnest.
  const int32_t rough_scale = std::max(8 - ln_weight, 0);
  double weight = to_double_unchecked(multiply_to_scale(ln_to_scale(magnitude, rough_scale), exponent, rough_scale));
  if (std::abs(weight) > kExponentMax * 1.00333333333333) {
    if (weight > 0) return overflow();
    return Numeric::of(0, kResultScaleMax);
  }
  weight *= kLog10OfE;
  const int32_t scale =
      std::max(result_scale(kSignificantDigitsMin - static_cast<int64_t>(weight), base.scale(), exponent.scale()), 0);
  const int32_t digits = std::max(scale + static_cast<int32_t>(weight), 0);
  const int32_t ln_scale = std::max(digits - ln_weight + 8, 0);
  TRY(Numeric result, exp_to_scale(multiply_to_scale(ln_to_scale(magnitude, ln_scale), exponent, ln_scale), scale));
  return negative ? negate(result) : std::move(result);
}

}  // namespace millrace::numeric
