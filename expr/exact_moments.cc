#include "expr/exact_moments.h"

#include <cmath>

namespace millrace::expr {
namespace {

Quad quad(const ExactSum& sum) {
  const ExactSum::Pair pair = sum.round_to_pair();
  return static_cast<Quad>(pair.high) + static_cast<Quad>(pair.low);
}

// sum -= factor * value, where `value` is taken apart into doubles until nothing is left of it.
void subtract_multiple(ExactSum& sum, double factor, ExactSum value) {
  for (double part = value.round(); part != 0; part = value.round()) {
    add_product(sum, factor, part, -1);
    value.add(part, -1);
  }
}

}  // namespace

void add_product(ExactSum& sum, double x, double y, int64_t weight) {
  const double product = x * y;
  if (std::isfinite(product)) {
    sum.add(product, weight);
    sum.add(std::fma(x, y, -product), weight);
  } else if (!std::isfinite(x) || !std::isfinite(y)) {
    sum.add(product, weight);
  } else {  // beyond double: both factors are large, and scaling them down is exact
    constexpr int kUp = ExactSum::kLimbsUpMax;
    const double a = std::ldexp(x, -32 * kUp), b = std::ldexp(y, -32 * kUp);
    sum.add(a * b, weight, kUp);
    sum.add(std::fma(a, b, -(a * b)), weight, kUp);
  }
}

Quad centred_moment(int64_t n, const ExactSum& x, const ExactSum& y, const ExactSum& products) {
  const double a = x.round() / static_cast<double>(n);
  const double b = y.round() / static_cast<double>(n);
  ExactSum about = products;
  subtract_multiple(about, a, y);
  subtract_multiple(about, b, x);
  add_product(about, a, b, n);
  ExactSum x_rest = x;
  ExactSum y_rest = y;
  x_rest.add(a, -n);
  y_rest.add(b, -n);
  return quad(about) - quad(x_rest) * quad(y_rest) / static_cast<Quad>(n);
}

}  // namespace millrace::expr
