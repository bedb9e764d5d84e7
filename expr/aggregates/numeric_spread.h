// variance and stddev in numeric, with PostgreSQL's digits: from the count, the sum and the sum of squares.
//
//   population variance   (n S2 - S1^2) / n^2          sample variance   (n S2 - S1^2) / (n (n - 1))
#pragma once

#include <optional>

#include "expr/aggregates/spread.h"
#include "types/numeric.h"

namespace millrace::expr {

// REQUIRES: rows > 0, and > 1 of a sample; finite sums.
inline Result<Numeric> numeric_spread(int64_t rows, const Numeric& sum, const Numeric& squares, bool sample,
                                      Measure measure) {
  const Numeric n = Numeric::from_int(rows);
  const Numeric square_of_sum = numeric::multiply_exact(sum, sum);
  const Numeric difference = numeric::add_exact(numeric::multiply_exact(n, squares), numeric::negate(square_of_sum));
  if (difference.sign() <= 0) return Numeric();
  const Numeric divisor = numeric::multiply_exact(n, Numeric::from_int(sample ? rows - 1 : rows));
  const int32_t scale = numeric::quotient_scale(difference, divisor);
  Numeric result = numeric::divide_to_scale(difference, divisor, scale);
  if (measure == Measure::kDeviation) result = numeric::square_root(result, scale);
  return Numeric::in_range(std::move(result));
}

}  // namespace millrace::expr
