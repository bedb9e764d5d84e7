// + - * / and signs of float4 and float8, also mixed (as float8), with PostgreSQL's range checks.
#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

template <class A, class B>
void add_arithmetic(std::vector<ScalarFunction>& rows) {
  using R = std::common_type_t<A, B>;
  rows.push_back(op(
      "+", [](A a, B b) -> Result<R> { return in_float_range<R>(R{a} + R{b}, std::isinf(a) || std::isinf(b), true); },
      "Sum.", "1.5::float8 + 2 = 3.5"));
  rows.push_back(op(
      "-", [](A a, B b) -> Result<R> { return in_float_range<R>(R{a} - R{b}, std::isinf(a) || std::isinf(b), true); },
      "Difference.", "1.5::float8 - 2 = -0.5"));
  rows.push_back(op(
      "*",
      [](A a, B b) -> Result<R> {
        return in_float_range<R>(R{a} * R{b}, std::isinf(a) || std::isinf(b), a == 0 || b == 0);
      },
      "Product.", "1.5::float8 * 2 = 3"));
  rows.push_back(op(
      "/",
      [](A a, B b) -> Result<R> {
        if (b == 0 && !std::isnan(a)) return float_division_by_zero();
        return in_float_range<R>(R{a} / R{b}, std::isinf(a), a == 0 || std::isinf(b));
      },
      "Quotient.", "3::float8 / 2 = 1.5"));
}

template <class T>
void add_unary(std::vector<ScalarFunction>& rows) {
  rows.push_back(op("-", [](T a) { return -a; }, "Negation.", "- 1.5::float8 = -1.5"));
  rows.push_back(op("+", [](T a) { return a; }, "The operand itself.", "+ 1.5::float8 = 1.5"));
  rows.push_back(op("@", [](T a) { return std::fabs(a); }, "Absolute value.", "@ (-1.5::float8) = 1.5"));
  rows.push_back(scalar("abs", [](T a) { return std::fabs(a); }, "Absolute value.", "abs(-1.5::float8) = 1.5"));
}

}  // namespace

std::vector<ScalarFunction> float_operators() {
  std::vector<ScalarFunction> rows;
  add_arithmetic<float, float>(rows);
  add_arithmetic<float, double>(rows);
  add_arithmetic<double, float>(rows);
  add_arithmetic<double, double>(rows);
  add_unary<float>(rows);
  add_unary<double>(rows);
  return rows;
}

}  // namespace millrace::expr
