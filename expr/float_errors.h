// What PostgreSQL says of float results that leave the range.
#pragma once

#include <cmath>

#include "base/result.h"

namespace millrace::expr {

inline SqlError float_overflow() { return SqlError(sqlstate::kNumericValueOutOfRange, "value out of range: overflow"); }
inline SqlError float_underflow() {
  return SqlError(sqlstate::kNumericValueOutOfRange, "value out of range: underflow");
}
inline SqlError float_division_by_zero() { return SqlError(sqlstate::kDivisionByZero, "division by zero"); }

// A result that is infinite though no operand was (`inputs_infinite`), or zero though it should not be.
template <class T>
Result<T> in_float_range(T result, bool inputs_infinite, bool zero_is_right) {
  if (std::isinf(result) && !inputs_infinite) [[unlikely]]
    return float_overflow();
  if (result == 0 && !zero_is_right) [[unlikely]]
    return float_underflow();
  return result;
}

}  // namespace millrace::expr
