// sum and avg of float4 and float8: exact, rounded once at the end. Then an answer never depends on the
// order of the rows, nor on those that came and went. (PostgreSQL's does; see expr/exact_sum.h.)
#include "expr/exact_sum.h"
#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

template <class T>
struct FloatSum {
  int64_t rows = 0;
  ExactSum total;

  void add(T value, int64_t weight) {
    rows += weight;
    total.add(value, weight);
  }
  void merge(const FloatSum& other) {
    rows += other.rows;
    total.merge(other.total);
  }
  void negate() {
    rows = -rows;
    total.negate();
  }
  Result<std::optional<T>> finish() const {
    if (rows == 0) return std::optional<T>();
    const T sum = static_cast<T>(total.round());
    if (std::isinf(sum) && !total.has_infinity()) return float_overflow();
    return std::optional<T>(sum);
  }
  void save(std::string& out) const {
    out.append(reinterpret_cast<const char*>(&rows), sizeof rows);
    total.save(out);
  }
  void load(std::string_view bytes) {
    std::memcpy(&rows, bytes.data(), sizeof rows);
    total.load(bytes.substr(sizeof rows));
  }
};

template <class T>
struct FloatAverage : FloatSum<T> {
  void merge(const FloatAverage& other) { FloatSum<T>::merge(other); }
  Result<std::optional<double>> finish() const {
    if (this->rows == 0) return std::optional<double>();
    const double sum = this->total.round();
    if (std::isinf(sum) && !this->total.has_infinity()) return float_overflow();
    return std::optional<double>(sum / static_cast<double>(this->rows));
  }
};

}  // namespace

std::vector<AggregateSpec> float_sum_aggregates() {
  return {
      linear_aggregate<FloatSum<float>, float>("sum", "Exact sum.",
                                               "(SELECT sum(x::float4) FROM generate_series(1, 3) x) = 6"),
      linear_aggregate<FloatSum<double>, double>("sum", "Exact sum.",
                                                 "(SELECT sum(x::float8) FROM generate_series(1, 3) x) = 6"),
      linear_aggregate<FloatAverage<float>, float>("avg", "Mean.",
                                                   "(SELECT avg(x::float4) FROM generate_series(1, 3) x) = 2"),
      linear_aggregate<FloatAverage<double>, double>("avg", "Mean.",
                                                     "(SELECT avg(x::float8) FROM generate_series(1, 3) x) = 2"),
  };
}

}  // namespace millrace::expr
