// SELECT key, min(value), max(value) FROM t GROUP BY key, with deletions.
#include "bench/grouped_rows.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

class Extremes final : public GroupedRows {
 public:
  using GroupedRows::GroupedRows;

 private:
  CircuitPlan plan() const override {
    PlanWriter plan;
    const NodeIndex rows = plan.input(kLeft, types());
    plan.aggregate(rows, {0}, {plan.aggregate_call("min", rows, {1}), plan.aggregate_call("max", rows, {1})});
    return plan.finish();
  }

  // dbsp keeps them as two views.
  uint64_t hash_row(const DeltaBatch& batch, size_t row) const override {
    const auto at = [&](size_t column) { return batch.column(column).value<int64_t>(row); };
    return hash_values({at(0), 0, at(1)}) + hash_values({at(0), 1, at(2)});
  }
};

}  // namespace

std::unique_ptr<Workload> make_extremes(const Options& options) {
  return std::make_unique<Extremes>(options, options.workload == "extremes_sliding");
}

}  // namespace millrace::bench
