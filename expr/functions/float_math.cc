// Functions of analysis over float8.
#include <numbers>

#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

SqlError not_in_domain() { return SqlError(sqlstate::kNumericValueOutOfRange, "input is out of range"); }

Result<double> square_root(double x) {
  if (x < 0) {
    return SqlError(sqlstate::kInvalidArgumentForPowerFunction, "cannot take square root of a negative number");
  }
  return std::sqrt(x);
}

Result<double> power(double base, double exponent) {
  if (base == 0 && exponent < 0) {
    return SqlError(sqlstate::kInvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
  }
  if (base < 0 && !std::isnan(exponent) && std::floor(exponent) != exponent) {
    return SqlError(sqlstate::kInvalidArgumentForPowerFunction,
                    "a negative number raised to a non-integer power yields a complex result");
  }
  if (std::isnan(base)) return exponent == 0 ? 1.0 : base;
  if (std::isnan(exponent)) return base == 1 ? 1.0 : exponent;
  const double result = std::pow(base, exponent);
  return in_float_range(result, std::isinf(base) || std::isinf(exponent),
                        base == 0 || std::isinf(base) || std::isinf(exponent));
}

Result<double> exponential(double x) {
  if (std::isnan(x)) return x;
  return in_float_range(std::exp(x), std::isinf(x), std::isinf(x));
}

template <class Log>
Result<double> logarithm(double x, Log log) {
  if (x == 0) return SqlError(sqlstate::kInvalidArgumentForLogarithm, "cannot take logarithm of zero");
  if (x < 0) return SqlError(sqlstate::kInvalidArgumentForLogarithm, "cannot take logarithm of a negative number");
  return log(x);
}

// A function defined on [low, high].
template <class F>
Result<double> within(double x, double low, double high, F f) {
  if (x < low || x > high) return not_in_domain();
  return f(x);
}

// Periodic functions have no value at infinity.
template <class F>
Result<double> finite_only(double x, F f) {
  if (std::isinf(x)) return not_in_domain();
  return f(x);
}

double degrees_of(double radians) { return radians / (std::numbers::pi / 180.0); }

void add_rounding(std::vector<ScalarFunction>& rows) {
  rows.push_back(
      scalar("ceil", [](double x) { return std::ceil(x); }, "The next integer up.", "ceil(-0.8::float8) = 0"));
  rows.push_back(
      scalar("ceiling", [](double x) { return std::ceil(x); }, "The next integer up.", "ceiling(0.2::float8) = 1"));
  rows.push_back(
      scalar("floor", [](double x) { return std::floor(x); }, "The next integer down.", "floor(-0.8::float8) = -1"));
  rows.push_back(scalar(
      "round", [](double x) { return std::nearbyint(x); }, "The nearest integer, halves to the even one.",
      "round(2.5::float8) = 2"));
  rows.push_back(
      scalar("trunc", [](double x) { return std::trunc(x); }, "The integer part.", "trunc(-1.8::float8) = -1"));
  rows.push_back(scalar(
      "sign", [](double x) { return x > 0   ? 1.0
                                    : x < 0 ? -1.0
                                            : 0.0; }, "-1, 0 or 1.", "sign(-8.4::float8) = -1"));
}

void add_trigonometry(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar(
      "sin", [](double x) { return finite_only(x, [](double v) { return std::sin(v); }); }, "Sine.", "sin(0) = 0"));
  rows.push_back(scalar(
      "cos", [](double x) { return finite_only(x, [](double v) { return std::cos(v); }); }, "Cosine.", "cos(0) = 1"));
  rows.push_back(scalar(
      "tan", [](double x) { return finite_only(x, [](double v) { return std::tan(v); }); }, "Tangent.", "tan(0) = 0"));
  rows.push_back(scalar(
      "cot",
      [](double x) -> Result<double> {
        if (std::isinf(x)) return not_in_domain();
        return 1.0 / std::tan(x);
      },
      "Cotangent.", "round(cot(0.5) * 1000) = 1830"));
  rows.push_back(scalar(
      "asin", [](double x) { return within(x, -1, 1, [](double v) { return std::asin(v); }); }, "Inverse sine.",
      "asin(0) = 0"));
  rows.push_back(scalar(
      "acos", [](double x) { return within(x, -1, 1, [](double v) { return std::acos(v); }); }, "Inverse cosine.",
      "acos(1) = 0"));
  rows.push_back(scalar("atan", [](double x) { return std::atan(x); }, "Inverse tangent.", "atan(0) = 0"));
  rows.push_back(
      scalar("atan2", [](double y, double x) { return std::atan2(y, x); }, "Angle of a point.", "atan2(0, 1) = 0"));
  rows.push_back(scalar("sinh", [](double x) { return std::sinh(x); }, "Hyperbolic sine.", "sinh(0) = 0"));
  rows.push_back(scalar("cosh", [](double x) { return std::cosh(x); }, "Hyperbolic cosine.", "cosh(0) = 1"));
  rows.push_back(scalar("tanh", [](double x) { return std::tanh(x); }, "Hyperbolic tangent.", "tanh(0) = 0"));
  rows.push_back(scalar("asinh", [](double x) { return std::asinh(x); }, "Inverse hyperbolic sine.", "asinh(0) = 0"));
  rows.push_back(scalar(
      "acosh",
      [](double x) -> Result<double> {
        if (x < 1) return not_in_domain();
        return std::acosh(x);
      },
      "Inverse hyperbolic cosine.", "acosh(1) = 0"));
  rows.push_back(scalar(
      "atanh", [](double x) { return within(x, -1, 1, [](double v) { return std::atanh(v); }); },
      "Inverse hyperbolic tangent.", "atanh(0) = 0"));
  rows.push_back(scalar(
      "degrees", [](double x) { return in_float_range(degrees_of(x), std::isinf(x), x == 0); }, "Radians as degrees.",
      "degrees(0) = 0"));
  rows.push_back(scalar(
      "radians", [](double x) { return in_float_range(x * (std::numbers::pi / 180.0), std::isinf(x), x == 0); },
      "Degrees as radians.", "round(radians(180) * 1000) = 3142"));
  rows.push_back(scalar(
      "pi", [] { return std::numbers::pi; }, "The ratio of a circle's circumference to its diameter.",
      "round(pi() * 1000) = 3142"));
}

}  // namespace

std::vector<ScalarFunction> float_functions() {
  std::vector<ScalarFunction> rows;
  add_rounding(rows);
  add_trigonometry(rows);
  rows.push_back(scalar("sqrt", [](double x) { return square_root(x); }, "Square root.", "sqrt(4::float8) = 2"));
  rows.push_back(op("|/", [](double x) { return square_root(x); }, "Square root.", "|/ 25.0::float8 = 5"));
  rows.push_back(scalar("cbrt", [](double x) { return std::cbrt(x); }, "Cube root.", "cbrt(8::float8) = 2"));
  rows.push_back(op("||/", [](double x) { return std::cbrt(x); }, "Cube root.", "||/ 64.0::float8 = 4"));
  for (const char* name : {"power", "pow"}) {
    rows.push_back(scalar(
        name, [](double a, double b) { return power(a, b); }, "The first to the power of the second.",
        "power(9::float8, 3) = 729"));
  }
  rows.push_back(op(
      "^", [](double a, double b) { return power(a, b); }, "The first to the power of the second.",
      "2::float8 ^ 3 = 8"));
  rows.push_back(scalar("exp", [](double x) { return exponential(x); }, "e to a power.", "exp(0::float8) = 1"));
  rows.push_back(scalar(
      "ln", [](double x) { return logarithm(x, [](double v) { return std::log(v); }); }, "Natural logarithm.",
      "ln(1::float8) = 0"));
  for (const char* name : {"log", "log10"}) {
    rows.push_back(scalar(
        name, [](double x) { return logarithm(x, [](double v) { return std::log10(v); }); }, "Logarithm to base 10.",
        "log(100::float8) = 2"));
  }
  return rows;
}

}  // namespace millrace::expr
