// Second moments of doubles from exact sums, and nearly exact themselves.
//
//   Σ (x - x̄)(y - ȳ)  =  Σxy - Σx Σy / n
//
// cancels all digits where values lie close together. The same about any other point (a, b),
//
//   Σ (x - a)(y - b)  -  (Σx - n a)(Σy - n b) / n,      Σ (x - a)(y - b) = Σxy - a Σy - b Σx + n a b
//
// has its first term computed exactly in ExactSum, and with (a, b) next to the means its second one is next to
// nothing: equal values have a variance of exactly 0, and others keep their digits.
#pragma once

#include "expr/exact_sum.h"

namespace millrace::expr {

__extension__ typedef __float128 Quad;

// Adds weight * x * y, exactly but for products below the range of double: their sum may be beyond it.
void add_product(ExactSum& sum, double x, double y, int64_t weight);

// REQUIRES: n > 0; finite sums whose rounded values are finite. `products` is Σxy as add_product() made it.
Quad centred_moment(int64_t n, const ExactSum& x, const ExactSum& y, const ExactSum& products);

}  // namespace millrace::expr
