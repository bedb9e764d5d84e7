// variance and stddev of float4 and float8.
//
// With S1 the sum and S2 the sum of squares, both exact (a square is the sum of two doubles),
//
//   population variance   (S2 - S1^2 / n) / n          sample variance   (S2 - S1^2 / n) / (n - 1)
//
// where the difference keeps its digits (expr/exact_moments.h).
#include <cmath>

#include "expr/aggregates/spread.h"
#include "expr/exact_moments.h"
#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

template <class T>
struct Moments {
  int64_t rows = 0;
  ExactSum sum;
  ExactSum squares;

  void add(T value, int64_t weight) {
    const double x = value;
    rows += weight;
    sum.add(x, weight);
    add_product(squares, x, x, weight);
  }
  void merge(const Moments& other) {
    rows += other.rows;
    sum.merge(other.sum);
    squares.merge(other.squares);
  }
  void negate() {
    rows = -rows;
    sum.negate();
    squares.negate();
  }
  void save(std::string& out) const {
    out.append(reinterpret_cast<const char*>(&rows), sizeof rows);
    std::string bytes;
    sum.save(bytes);
    const uint32_t size = static_cast<uint32_t>(bytes.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += bytes;
    squares.save(out);
  }
  void load(std::string_view bytes) {
    uint32_t size;
    std::memcpy(&rows, bytes.data(), sizeof rows);
    std::memcpy(&size, bytes.data() + sizeof rows, sizeof size);
    bytes.remove_prefix(sizeof rows + sizeof size);
    sum.load(bytes.substr(0, size));
    squares.load(bytes.substr(size));
  }

  Result<std::optional<double>> variance(bool sample) const {
    if (rows == 0 || (sample && rows <= 1)) return std::optional<double>();
    if (sum.has_infinity() || sum.is_nan()) return std::optional<double>(std::nan(""));
    if (std::isinf(sum.round())) return float_overflow();
    const Quad n = static_cast<Quad>(rows);
    const double result = static_cast<double>(centred_moment(rows, sum, sum, squares) / (sample ? n - 1 : n));
    if (!std::isfinite(result)) return float_overflow();
    return std::optional<double>(result > 0 ? result : 0);
  }
};

template <class T, bool kSample, Measure kMeasure>
struct Spread : Moments<T> {
  void merge(const Spread& other) { Moments<T>::merge(other); }
  Result<std::optional<double>> finish() const {
    TRY(std::optional<double> value, this->variance(kSample));
    if (value && kMeasure == Measure::kDeviation) value = std::sqrt(*value);
    return value;
  }
};

template <class T>
void add_spreads(std::vector<AggregateSpec>& rows) {
  for_each_spread([&]<bool kSample, Measure kMeasure>(const char* name, const char* doc) {
    rows.push_back(linear_aggregate<Spread<T, kSample, kMeasure>, T>(
        name, doc, "(SELECT var_samp(x::float8) FROM generate_series(1, 3) x) = 1"));
  });
}

}  // namespace

std::vector<AggregateSpec> float_variance_aggregates() {
  std::vector<AggregateSpec> rows;
  add_spreads<float>(rows);
  add_spreads<double>(rows);
  return rows;
}

}  // namespace millrace::expr
