// count(*) and count(x).
#include "expr/families.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

struct Count {
  int64_t rows = 0;

  void add(int64_t weight) { rows += weight; }
  void merge(const Count& other) { rows += other.rows; }
  void negate() { rows = -rows; }
  std::optional<int64_t> finish() const { return rows; }
};

}  // namespace

std::vector<AggregateSpec> count_aggregates() {
  AggregateSpec all = linear_aggregate<Count>("count", "Rows.", "(SELECT count(*) FROM generate_series(1, 3)) = 3");
  AggregateSpec present =
      linear_aggregate<Count>("count", "Rows whose argument is not NULL.", "(SELECT count(NULL::integer)) = 0");
  present.arguments = {oid::kAny};
  return {std::move(all), std::move(present)};
}

}  // namespace millrace::expr
