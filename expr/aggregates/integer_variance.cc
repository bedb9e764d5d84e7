// variance and stddev of integers, exact. The squares of 2^63 bigints need 190 bits: their high and low halves
// are summed apart.
#include "expr/aggregates/numeric_spread.h"
#include "expr/families.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

// Operators align states to 8 bytes as a rule; so does this.
using Total128 = Int128 __attribute__((aligned(8)));

struct Moments {
  Total128 sum = 0;
  Total128 squares_high = 0, squares_low = 0;  // the sum of squares is high * 2^64 + low
  int64_t rows = 0;

  void add_value(int64_t value, int64_t weight) {
    const Uint128 magnitude =
        static_cast<Uint128>(value < 0 ? -static_cast<Int128>(value) : static_cast<Int128>(value));
    const Uint128 square = magnitude * magnitude;
    sum += static_cast<Int128>(value) * weight;
    squares_high += static_cast<Int128>(square >> 64) * weight;
    squares_low += static_cast<Int128>(square & UINT64_MAX) * weight;
    rows += weight;
  }
  void merge(const Moments& other) {
    sum += other.sum;
    squares_high += other.squares_high;
    squares_low += other.squares_low;
    rows += other.rows;
  }
  void negate() {
    sum = -sum;
    squares_high = -squares_high;
    squares_low = -squares_low;
    rows = -rows;
  }
  Numeric squares() const {
    const Numeric unit = Numeric::of(Int128{1} << 64, 0);
    return numeric::add_exact(numeric::multiply_exact(Numeric::of(squares_high, 0), unit), Numeric::of(squares_low, 0));
  }
};

template <class T, bool kSample, Measure kMeasure>
struct Spread : Moments {
  void add(T value, int64_t weight) { add_value(value, weight); }
  void merge(const Spread& other) { Moments::merge(other); }
  Result<std::optional<Numeric>> finish() const {
    if (rows == 0 || (kSample && rows == 1)) return std::optional<Numeric>();
    TRY(Numeric value, numeric_spread(rows, Numeric::of(sum, 0), squares(), kSample, kMeasure));
    return std::optional<Numeric>(std::move(value));
  }
};

template <class T>
void add_spreads(std::vector<AggregateSpec>& rows) {
  for_each_spread([&]<bool kSample, Measure kMeasure>(const char* name, const char* doc) {
    rows.push_back(linear_aggregate<Spread<T, kSample, kMeasure>, T>(
        name, doc, "(SELECT var_samp(x) FROM generate_series(1, 3) x) = 1"));
  });
}

}  // namespace

std::vector<AggregateSpec> integer_variance_aggregates() {
  std::vector<AggregateSpec> rows;
  add_spreads<int16_t>(rows);
  add_spreads<int32_t>(rows);
  add_spreads<int64_t>(rows);
  return rows;
}

}  // namespace millrace::expr
