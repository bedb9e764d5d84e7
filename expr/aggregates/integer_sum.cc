// sum and avg of integers, exact in 128 bits: 2^63 rows of the greatest bigint fit.
#include "expr/families.h"
#include "expr/linear_aggregate.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

// Operators align states to 8 bytes as a rule; so does this.
using Total128 = Int128 __attribute__((aligned(8)));

struct IntegerTotal {
  Total128 total = 0;
  int64_t rows = 0;

  void add_value(int64_t value, int64_t weight) {
    total += static_cast<Int128>(value) * weight;
    rows += weight;
  }
  void merge(const IntegerTotal& other) {
    total += other.total;
    rows += other.rows;
  }
  void negate() {
    total = -total;
    rows = -rows;
  }
};

// sum(int2), sum(int4)
template <class T>
struct SumToBigint : IntegerTotal {
  void add(T value, int64_t weight) { add_value(value, weight); }
  void merge(const SumToBigint& other) { IntegerTotal::merge(other); }
  Result<std::optional<int64_t>> finish() const {
    if (rows == 0) return std::optional<int64_t>();
    if (total != static_cast<int64_t>(total)) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "bigint out of range");
    }
    return std::optional(static_cast<int64_t>(total));
  }
};

// sum(int8)
struct SumToNumeric : IntegerTotal {
  void add(int64_t value, int64_t weight) { add_value(value, weight); }
  void merge(const SumToNumeric& other) { IntegerTotal::merge(other); }
  std::optional<Numeric> finish() const {
    if (rows == 0) return std::nullopt;
    return Numeric::of(total, 0);
  }
};

template <class T>
struct Average : IntegerTotal {
  void add(T value, int64_t weight) { add_value(value, weight); }
  void merge(const Average& other) { IntegerTotal::merge(other); }
  Result<std::optional<Numeric>> finish() const {
    if (rows == 0) return std::optional<Numeric>();
    TRY(Numeric mean, numeric::divide(Numeric::of(total, 0), Numeric::from_int(rows)));
    return std::optional<Numeric>(std::move(mean));
  }
};

}  // namespace

std::vector<AggregateSpec> integer_sum_aggregates() {
  const char* sum = "(SELECT sum(x) FROM generate_series(1, 3) x) = 6";
  const char* avg = "(SELECT avg(x) FROM generate_series(1, 4) x) = 2.5";
  return {
      linear_aggregate<SumToBigint<int16_t>, int16_t>("sum", "Sum.", sum),
      linear_aggregate<SumToBigint<int32_t>, int32_t>("sum", "Sum.", sum),
      linear_aggregate<SumToNumeric, int64_t>("sum", "Sum.", sum),
      linear_aggregate<Average<int16_t>, int16_t>("avg", "Mean.", avg),
      linear_aggregate<Average<int32_t>, int32_t>("avg", "Mean.", avg),
      linear_aggregate<Average<int64_t>, int64_t>("avg", "Mean.", avg),
  };
}

}  // namespace millrace::expr
