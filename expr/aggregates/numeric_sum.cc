// sum and avg of numeric.
#include "types/numeric_sum.h"

#include "expr/families.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

struct Total {
  NumericSum total;

  void add(const Numeric& value, int64_t weight) { total.add(value, weight); }
  void merge(const Total& other) { total.merge(other.total); }
  void negate() { total.negate(); }
  void save(std::string& out) const { total.append_bytes(out); }
  void load(std::string_view bytes) { total = NumericSum::from_bytes(bytes); }
};

struct Sum : Total {
  void merge(const Sum& other) { Total::merge(other); }
  Result<std::optional<Numeric>> finish() const {
    if (total.is_empty()) return std::optional<Numeric>();
    TRY(Numeric sum, total.sum());
    return std::optional<Numeric>(std::move(sum));
  }
};

struct Average : Total {
  void merge(const Average& other) { Total::merge(other); }
  Result<std::optional<Numeric>> finish() const {
    if (total.is_empty()) return std::optional<Numeric>();
    TRY(Numeric mean, total.average());
    return std::optional<Numeric>(std::move(mean));
  }
};

}  // namespace

std::vector<AggregateSpec> numeric_sum_aggregates() {
  return {
      linear_aggregate<Sum, Numeric>("sum", "Exact sum.", "(SELECT sum(x::numeric) FROM generate_series(1, 3) x) = 6"),
      linear_aggregate<Average, Numeric>("avg", "Mean.", "(SELECT avg(x::numeric) FROM generate_series(1, 4) x) = 2.5"),
  };
}

}  // namespace millrace::expr
