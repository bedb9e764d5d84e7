// Arithmetic on int2, int4, int8 in every mixture PostgreSQL has: the wider type wins, overflow is 22003,
// division truncates towards zero.
#include <numeric>

#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

template <class T>
constexpr const char* kSqlName = sizeof(T) == 2   ? "smallint"
                                 : sizeof(T) == 4 ? "integer"
                                                  : "bigint";

template <class T>
SqlError out_of_range() {
  return SqlError(sqlstate::kNumericValueOutOfRange, std::string(kSqlName<T>) + " out of range");
}

SqlError division_by_zero() { return SqlError(sqlstate::kDivisionByZero, "division by zero"); }

template <class A, class B>
using Wider = std::conditional_t<(sizeof(A) > sizeof(B)), A, B>;

template <class A, class B>
void add_arithmetic(std::vector<ScalarFunction>& rows) {
  using R = Wider<A, B>;
  rows.push_back(op(
      "+",
      [](A a, B b) -> Result<R> {
        R sum;
        if (__builtin_add_overflow(a, b, &sum)) return out_of_range<R>();
        return sum;
      },
      "Sum.", "2 + 3 = 5"));
  rows.push_back(op(
      "-",
      [](A a, B b) -> Result<R> {
        R difference;
        if (__builtin_sub_overflow(a, b, &difference)) return out_of_range<R>();
        return difference;
      },
      "Difference.", "2 - 3 = -1"));
  rows.push_back(op(
      "*",
      [](A a, B b) -> Result<R> {
        R product;
        if (__builtin_mul_overflow(a, b, &product)) return out_of_range<R>();
        return product;
      },
      "Product.", "2 * 3 = 6"));
  rows.push_back(op(
      "/",
      [](A a, B b) -> Result<R> {
        if (b == 0) return division_by_zero();
        R quotient;
        if (b == -1) {  // the smallest value has no negative, and the processor would trap
          if (__builtin_sub_overflow(R{0}, R{a}, &quotient)) return out_of_range<R>();
          return quotient;
        }
        return static_cast<R>(R{a} / R{b});
      },
      "Quotient, truncated towards zero.", "-7 / 2 = -3"));
}

template <class T>
void add_same_type(std::vector<ScalarFunction>& rows) {
  using U = std::make_unsigned_t<T>;
  rows.push_back(op(
      "%",
      [](T a, T b) -> Result<T> {
        if (b == 0) return division_by_zero();
        return b == -1 ? T{0} : static_cast<T>(a % b);
      },
      "Remainder, with the sign of the dividend.", "-7 % 3 = -1"));
  rows.push_back(op(
      "-",
      [](T a) -> Result<T> {
        T negated;
        if (__builtin_sub_overflow(T{0}, a, &negated)) return out_of_range<T>();
        return negated;
      },
      "Negation.", "- 3 = -3"));
  rows.push_back(op("+", [](T a) { return a; }, "The operand itself.", "+ 3 = 3"));
  rows.push_back(op("&", [](T a, T b) { return static_cast<T>(a & b); }, "Bitwise AND.", "91 & 15 = 11"));
  rows.push_back(op("|", [](T a, T b) { return static_cast<T>(a | b); }, "Bitwise OR.", "32 | 3 = 35"));
  rows.push_back(op("#", [](T a, T b) { return static_cast<T>(a ^ b); }, "Bitwise exclusive OR.", "17 # 5 = 20"));
  rows.push_back(op("~", [](T a) { return static_cast<T>(~a); }, "Bitwise NOT.", "~1 = -2"));
  // As C on the usual machine: the count is taken modulo the width of what is shifted (int2 as int4).
  rows.push_back(op(
      "<<",
      [](T a, int32_t count) {
        if constexpr (sizeof(T) == 2) return static_cast<T>(uint32_t(int32_t{a}) << (count & 31));
        return static_cast<T>(static_cast<U>(a) << (count & (sizeof(T) * 8 - 1)));
      },
      "Bits moved left.", "1 << 4 = 16"));
  rows.push_back(op(
      ">>",
      [](T a, int32_t count) {
        if constexpr (sizeof(T) == 2) return static_cast<T>(int32_t{a} >> (count & 31));
        return static_cast<T>(a >> (count & (sizeof(T) * 8 - 1)));
      },
      "Bits moved right, keeping the sign.", "-8 >> 2 = -2"));
}

template <class T>
void add_functions(std::vector<ScalarFunction>& rows) {
  const auto absolute = [](T a) -> Result<T> {
    T negated;
    if (a >= 0) return a;
    if (__builtin_sub_overflow(T{0}, a, &negated)) return out_of_range<T>();
    return negated;
  };
  rows.push_back(scalar("abs", absolute, "Absolute value.", "abs(-3) = 3"));
  rows.push_back(op("@", absolute, "Absolute value.", "@ -3 = 3"));
  rows.push_back(scalar(
      "mod",
      [](T a, T b) -> Result<T> {
        if (b == 0) return division_by_zero();
        return b == -1 ? T{0} : static_cast<T>(a % b);
      },
      "Remainder of a division.", "mod(9, 4) = 1"));
  if constexpr (sizeof(T) > 2) {
    rows.push_back(scalar(
        "gcd",
        [](T a, T b) -> Result<T> {
          using U = std::make_unsigned_t<T>;
          const U x = a < 0 ? U{0} - static_cast<U>(a) : static_cast<U>(a);
          const U y = b < 0 ? U{0} - static_cast<U>(b) : static_cast<U>(b);
          const U divisor = std::gcd(x, y);
          if (divisor > static_cast<U>(std::numeric_limits<T>::max())) return out_of_range<T>();
          return static_cast<T>(divisor);
        },
        "Greatest common divisor.", "gcd(1071, 462) = 21"));
    rows.push_back(scalar(
        "lcm",
        [](T a, T b) -> Result<T> {
          if (a == 0 || b == 0) return T{0};
          using U = std::make_unsigned_t<T>;
          const U x = a < 0 ? U{0} - static_cast<U>(a) : static_cast<U>(a);
          const U y = b < 0 ? U{0} - static_cast<U>(b) : static_cast<U>(b);
          U multiple;
          if (__builtin_mul_overflow(x / std::gcd(x, y), y, &multiple) ||
              multiple > static_cast<U>(std::numeric_limits<T>::max())) {
            return out_of_range<T>();
          }
          return static_cast<T>(multiple);
        },
        "Least common multiple.", "lcm(4, 6) = 12"));
  }
}

}  // namespace

std::vector<ScalarFunction> integer_operators() {
  std::vector<ScalarFunction> rows;
  add_arithmetic<int16_t, int16_t>(rows);
  add_arithmetic<int16_t, int32_t>(rows);
  add_arithmetic<int16_t, int64_t>(rows);
  add_arithmetic<int32_t, int16_t>(rows);
  add_arithmetic<int32_t, int32_t>(rows);
  add_arithmetic<int32_t, int64_t>(rows);
  add_arithmetic<int64_t, int16_t>(rows);
  add_arithmetic<int64_t, int32_t>(rows);
  add_arithmetic<int64_t, int64_t>(rows);
  add_same_type<int16_t>(rows);
  add_same_type<int32_t>(rows);
  add_same_type<int64_t>(rows);
  return rows;
}

std::vector<ScalarFunction> integer_functions() {
  std::vector<ScalarFunction> rows;
  add_functions<int16_t>(rows);
  add_functions<int32_t>(rows);
  add_functions<int64_t>(rows);
  return rows;
}

}  // namespace millrace::expr
