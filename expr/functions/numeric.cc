// Arithmetic and functions over numeric.
#include "types/numeric.h"

#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

using N = const Numeric&;

void add_operators(std::vector<ScalarFunction>& rows) {
  rows.push_back(op("+", [](N a, N b) { return numeric::add(a, b); }, "Sum.", "1.50 + 2 = 3.5"));
  rows.push_back(op("-", [](N a, N b) { return numeric::subtract(a, b); }, "Difference.", "1.50 - 2 = -0.5"));
  rows.push_back(op("*", [](N a, N b) { return numeric::multiply(a, b); }, "Product.", "1.5 * 2 = 3"));
  rows.push_back(op("/", [](N a, N b) { return numeric::divide(a, b); }, "Quotient.", "1.0 / 8 = 0.125"));
  rows.push_back(op("%", [](N a, N b) { return numeric::mod(a, b); }, "Remainder.", "7.5 % 2 = 1.5"));
  rows.push_back(op(
      "^", [](N a, N b) { return numeric::power(a, b); }, "The first to the power of the second.", "1.5 ^ 2 = 2.25"));
  rows.push_back(op("-", [](N a) { return numeric::negate(a); }, "Negation.", "- 1.5 = -1.5"));
  rows.push_back(op("+", [](N a) { return a; }, "The operand itself.", "+ 1.5 = 1.5"));
  rows.push_back(op("@", [](N a) { return numeric::abs(a); }, "Absolute value.", "@ (-1.5) = 1.5"));
}

void add_rounding(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar("abs", [](N a) { return numeric::abs(a); }, "Absolute value.", "abs(-1.5) = 1.5"));
  rows.push_back(scalar("sign", [](N a) { return numeric::sign(a); }, "-1, 0 or 1.", "sign(-8.4) = -1"));
  rows.push_back(scalar("ceil", [](N a) { return numeric::ceil(a); }, "The next integer up.", "ceil(42.2) = 43"));
  rows.push_back(
      scalar("ceiling", [](N a) { return numeric::ceil(a); }, "The next integer up.", "ceiling(-42.8) = -42"));
  rows.push_back(
      scalar("floor", [](N a) { return numeric::floor(a); }, "The next integer down.", "floor(-42.8) = -43"));
  rows.push_back(scalar(
      "round", [](N a) { return numeric::round(a, 0); }, "The nearest integer, halves away from zero.",
      "round(42.5) = 43"));
  rows.push_back(scalar(
      "round", [](N a, int32_t scale) { return numeric::round(a, scale); }, "So many digits after the point.",
      "round(42.4382, 2) = 42.44"));
  rows.push_back(scalar("trunc", [](N a) { return numeric::trunc(a, 0); }, "The integer part.", "trunc(-42.8) = -42"));
  rows.push_back(scalar(
      "trunc", [](N a, int32_t scale) { return numeric::trunc(a, scale); },
      "So many digits after the point, the rest cut off.", "trunc(42.4382, 2) = 42.43"));
  rows.push_back(
      scalar("scale", [](N a) { return numeric::scale(a); }, "Digits after the point.", "scale(8.4100) = 4"));
  rows.push_back(scalar(
      "min_scale", [](N a) { return numeric::min_scale(a); }, "Digits after the point that are needed.",
      "min_scale(8.4100) = 2"));
  rows.push_back(scalar(
      "trim_scale", [](N a) { return numeric::trim_scale(a); }, "Without zeros at the end.",
      "trim_scale(8.4100)::text = '8.41'"));
}

void add_functions(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar("mod", [](N a, N b) { return numeric::mod(a, b); }, "Remainder.", "mod(7.5, 2) = 1.5"));
  rows.push_back(
      scalar("div", [](N a, N b) { return numeric::div(a, b); }, "Integer quotient, towards zero.", "div(9, 4) = 2"));
  rows.push_back(scalar("sqrt", [](N a) { return numeric::sqrt(a); }, "Square root.", "sqrt(4.0) = 2"));
  rows.push_back(scalar("exp", [](N a) { return numeric::exp(a); }, "e to a power.", "round(exp(1.0), 4) = 2.7183"));
  rows.push_back(scalar("ln", [](N a) { return numeric::ln(a); }, "Natural logarithm.", "round(ln(2.0), 4) = 0.6931"));
  for (const char* name : {"log", "log10"}) {
    rows.push_back(scalar(
        name, [](N a) { return numeric::log(Numeric::from_int(10), a); }, "Logarithm to base 10.", "log(100.0) = 2"));
  }
  rows.push_back(
      scalar("log", [](N base, N a) { return numeric::log(base, a); }, "Logarithm to a base.", "log(2.0, 64.0) = 6"));
  for (const char* name : {"power", "pow"}) {
    rows.push_back(scalar(
        name, [](N a, N b) { return numeric::power(a, b); }, "The first to the power of the second.",
        "power(9.0, 3) = 729"));
  }
  rows.push_back(
      scalar("factorial", [](int64_t a) { return numeric::factorial(a); }, "Factorial.", "factorial(5) = 120"));
  rows.push_back(
      scalar("gcd", [](N a, N b) { return numeric::gcd(a, b); }, "Greatest common divisor.", "gcd(4.5, 3) = 1.5"));
  rows.push_back(
      scalar("lcm", [](N a, N b) { return numeric::lcm(a, b); }, "Least common multiple.", "lcm(1.5, 2) = 6"));
  rows.push_back(scalar(
      "width_bucket",
      [](N value, N low, N high, int32_t count) { return numeric::width_bucket(value, low, high, count); },
      "The bucket of a value among equal ones.", "width_bucket(5.35, 0.024, 10.06, 5) = 3"));
}

}  // namespace

std::vector<ScalarFunction> numeric_functions() {
  std::vector<ScalarFunction> rows;
  add_operators(rows);
  add_rounding(rows);
  add_functions(rows);
  return rows;
}

}  // namespace millrace::expr
