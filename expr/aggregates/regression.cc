// corr, covar_* and regr_*: over the pairs (y, x) without NULLs, from exact sums. With
//
//   Sxx = Σ (x - x̄)^2      Syy = Σ (y - ȳ)^2      Sxy = Σ (x - x̄)(y - ȳ)
//
// all of them are quotients of these and of the means. An infinity or NaN among the values makes NaN of what
// it enters.
#include <cmath>

#include "expr/exact_moments.h"
#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

struct Pairs {
  int64_t rows = 0;
  ExactSum x, y, xx, yy, xy;

  void add(double y_value, double x_value, int64_t weight) {
    rows += weight;
    x.add(x_value, weight);
    y.add(y_value, weight);
    add_product(xx, x_value, x_value, weight);
    add_product(yy, y_value, y_value, weight);
    add_product(xy, x_value, y_value, weight);
  }
  template <class Do>
  void for_each_sum(Do apply) {
    apply(&Pairs::x);
    apply(&Pairs::y);
    apply(&Pairs::xx);
    apply(&Pairs::yy);
    apply(&Pairs::xy);
  }
  void merge(const Pairs& other) {
    rows += other.rows;
    for_each_sum([&](ExactSum Pairs::* sum) { (this->*sum).merge(other.*sum); });
  }
  void negate() {
    rows = -rows;
    for_each_sum([&](ExactSum Pairs::* sum) { (this->*sum).negate(); });
  }
  void save(std::string& out) const {
    out.append(reinterpret_cast<const char*>(&rows), sizeof rows);
    for (const ExactSum* sum : {&x, &y, &xx, &yy, &xy}) {
      std::string bytes;
      sum->save(bytes);
      const uint32_t size = static_cast<uint32_t>(bytes.size());
      out.append(reinterpret_cast<const char*>(&size), sizeof size);
      out += bytes;
    }
  }
  void load(std::string_view bytes) {
    std::memcpy(&rows, bytes.data(), sizeof rows);
    bytes.remove_prefix(sizeof rows);
    for_each_sum([&](ExactSum Pairs::* sum) {
      uint32_t size;
      std::memcpy(&size, bytes.data(), sizeof size);
      (this->*sum).load(bytes.substr(sizeof size, size));
      bytes.remove_prefix(sizeof size + size);
    });
  }

  static bool special(const ExactSum& sum) { return sum.has_infinity() || sum.is_nan(); }

  // The central moment of two of the sums; NaN with special values, 22003 where a sum leaves double's range.
  Result<Quad> moment(const ExactSum& a, const ExactSum& b, const ExactSum& products, bool squares) const {
    if (special(a) || special(b)) return static_cast<Quad>(std::nan(""));
    if (std::isinf(a.round()) || std::isinf(b.round())) return float_overflow();
    const Quad moment = centred_moment(rows, a, b, products);
    if (!std::isfinite(static_cast<double>(moment))) return float_overflow();
    return squares && moment < 0 ? Quad{0} : moment;
  }
  Result<Quad> s_xx() const { return moment(x, x, xx, true); }
  Result<Quad> s_yy() const { return moment(y, y, yy, true); }
  Result<Quad> s_xy() const { return moment(x, y, xy, false); }
};

using Answer = Result<std::optional<double>>;
Answer none() { return std::optional<double>(); }
Answer some(Quad value) { return std::optional<double>(static_cast<double>(value)); }

Answer mean(const ExactSum& sum, int64_t rows) {
  const double total = sum.round();
  if (std::isinf(total) && !sum.has_infinity()) return float_overflow();
  return std::optional<double>(total / static_cast<double>(rows));
}

Answer covariance(const Pairs& pairs, bool sample) {
  if (sample && pairs.rows < 2) return none();
  TRY(const Quad s_xy, pairs.s_xy());
  return some(s_xy / static_cast<Quad>(sample ? pairs.rows - 1 : pairs.rows));
}

Answer correlation(const Pairs& pairs) {
  TRY(const Quad s_xx, pairs.s_xx());
  TRY(const Quad s_yy, pairs.s_yy());
  TRY(const Quad s_xy, pairs.s_xy());
  if (s_xx == 0 || s_yy == 0) return none();
  const double root = std::sqrt(static_cast<double>(s_xy * s_xy / (s_xx * s_yy)));
  return std::optional<double>(s_xy < 0 ? -root : root);
}

Answer r_squared(const Pairs& pairs) {
  TRY(const Quad s_xx, pairs.s_xx());
  TRY(const Quad s_yy, pairs.s_yy());
  TRY(const Quad s_xy, pairs.s_xy());
  if (s_xx == 0) return none();
  if (s_yy == 0) return some(1);
  return some(s_xy * s_xy / (s_xx * s_yy));
}

Answer slope(const Pairs& pairs) {
  TRY(const Quad s_xx, pairs.s_xx());
  TRY(const Quad s_xy, pairs.s_xy());
  if (s_xx == 0) return none();
  return some(s_xy / s_xx);
}

Answer intercept(const Pairs& pairs) {
  TRY(const Quad s_xx, pairs.s_xx());
  TRY(const Quad s_xy, pairs.s_xy());
  if (s_xx == 0) return none();
  TRY(const std::optional<double> x_mean, mean(pairs.x, pairs.rows));
  TRY(const std::optional<double> y_mean, mean(pairs.y, pairs.rows));
  return some(static_cast<Quad>(*y_mean) - static_cast<Quad>(*x_mean) * s_xy / s_xx);
}

// One function over the pairs; NULL over none.
template <Answer (*kAnswer)(const Pairs&)>
struct Statistic : Pairs {
  void merge(const Statistic& other) { Pairs::merge(other); }
  Answer finish() const {
    if (rows == 0) return none();
    return kAnswer(*this);
  }
};

struct PairCount {
  int64_t rows = 0;

  void add(double, double, int64_t weight) { rows += weight; }
  void merge(const PairCount& other) { rows += other.rows; }
  void negate() { rows = -rows; }
  std::optional<int64_t> finish() const { return rows; }
};

Answer covar_pop(const Pairs& pairs) { return covariance(pairs, false); }
Answer covar_samp(const Pairs& pairs) { return covariance(pairs, true); }
Answer regr_avgx(const Pairs& pairs) { return mean(pairs.x, pairs.rows); }
Answer regr_avgy(const Pairs& pairs) { return mean(pairs.y, pairs.rows); }
Answer regr_sxx(const Pairs& pairs) {
  TRY(const Quad value, pairs.s_xx());
  return some(value);
}
Answer regr_syy(const Pairs& pairs) {
  TRY(const Quad value, pairs.s_yy());
  return some(value);
}
Answer regr_sxy(const Pairs& pairs) {
  TRY(const Quad value, pairs.s_xy());
  return some(value);
}

template <Answer (*kAnswer)(const Pairs&)>
AggregateSpec row(const char* name, const char* doc, const char* expected) {
  return linear_aggregate<Statistic<kAnswer>, double, double>(
      name, doc, std::string("(SELECT ") + name + "(2 * x + 1, x) FROM generate_series(1, 3) x) = " + expected);
}

}  // namespace

std::vector<AggregateSpec> regression_aggregates() {
  return {
      linear_aggregate<PairCount, double, double>("regr_count", "Pairs without NULLs.",
                                                  "(SELECT regr_count(x, x) FROM generate_series(1, 3) x) = 3"),
      row<regr_sxx>("regr_sxx", "Sum of the squares of x about their mean.", "2"),
      row<regr_syy>("regr_syy", "Sum of the squares of y about their mean.", "8"),
      row<regr_sxy>("regr_sxy", "Sum of the products about the means.", "4"),
      row<regr_avgx>("regr_avgx", "Mean of x.", "2"),
      row<regr_avgy>("regr_avgy", "Mean of y.", "5"),
      row<r_squared>("regr_r2", "Square of the correlation.", "1"),
      row<slope>("regr_slope", "Slope of the line of least squares.", "2"),
      row<intercept>("regr_intercept", "Where the line of least squares meets the y axis.", "1"),
      row<covar_pop>("covar_pop", "Covariance of a population.", "1.3333333333333333"),
      row<covar_samp>("covar_samp", "Covariance of a sample.", "2"),
      row<correlation>("corr", "Coefficient of correlation.", "1"),
  };
}

}  // namespace millrace::expr
