// sum and avg of interval: months, days and microseconds apart, exact.
#include "expr/families.h"
#include "expr/linear_aggregate.h"
#include "types/date_time_arithmetic.h"

namespace millrace::expr {
namespace {

// Operators align states to 8 bytes as a rule; so does this.
using Total128 = __int128 __attribute__((aligned(8)));

struct Total {
  Total128 months = 0, days = 0, micros = 0;
  int64_t rows = 0;

  void add(Interval value, int64_t weight) {
    months += static_cast<__int128>(value.months) * weight;
    days += static_cast<__int128>(value.days) * weight;
    micros += static_cast<__int128>(value.micros) * weight;
    rows += weight;
  }
  void merge(const Total& other) {
    months += other.months;
    days += other.days;
    micros += other.micros;
    rows += other.rows;
  }
  void negate() {
    months = -months;
    days = -days;
    micros = -micros;
    rows = -rows;
  }
  Result<Interval> sum() const {
    const Interval sum{static_cast<int64_t>(micros), static_cast<int32_t>(days), static_cast<int32_t>(months)};
    if (sum.micros != micros || sum.days != days || sum.months != months) {
      return SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range");
    }
    return sum;
  }
};

struct Sum : Total {
  void merge(const Sum& other) { Total::merge(other); }
  Result<std::optional<Interval>> finish() const {
    if (rows == 0) return std::optional<Interval>();
    TRY(const Interval total, sum());
    return std::optional<Interval>(total);
  }
};

struct Average : Total {
  void merge(const Average& other) { Total::merge(other); }
  Result<std::optional<Interval>> finish() const {
    if (rows == 0) return std::optional<Interval>();
    TRY(const Interval total, sum());
    TRY(const Interval mean, divide(total, static_cast<double>(rows)));
    return std::optional<Interval>(mean);
  }
};

}  // namespace

std::vector<AggregateSpec> interval_sum_aggregates() {
  return {
      linear_aggregate<Sum, Interval>("sum", "Exact sum.",
                                      "(SELECT sum(x * interval '1 day') FROM generate_series(1, 3) x) = '6 days'"),
      linear_aggregate<Average, Interval>("avg", "Mean.",
                                          "(SELECT avg(x * interval '1 day') FROM generate_series(1, 3) x) = '2 days'"),
  };
}

}  // namespace millrace::expr
