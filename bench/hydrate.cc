// SELECT key, sum(value), count(*) FROM t GROUP BY key over rows that come for the first time, as when the view is
// created: steps of `tick` rows into an empty circuit.
#include "bench/circuit_workload.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

class Hydrate final : public CircuitWorkload {
 public:
  using CircuitWorkload::CircuitWorkload;

 private:
  std::vector<SqlType> types() const override { return {type_of(oid::kInt8), type_of(oid::kInt4)}; }

  CircuitPlan plan() const override {
    PlanWriter plan;
    const NodeIndex rows = plan.input(kLeft, types());
    plan.aggregate(rows, {0}, {plan.aggregate_call("sum", rows, {1}), plan.aggregate_call("count", rows, {})});
    return plan.finish();
  }

  void load_rows() override {}

  void append_change(DeltaBuilder& builder) override {
    builder.column(0).append<int64_t>(static_cast<int64_t>(random_.below(options_.groups)));
    builder.column(1).append<int32_t>(static_cast<int32_t>(random_.below(1'000)));
    builder.end_row(1);
  }
};

}  // namespace

std::unique_ptr<Workload> make_hydrate(const Options& options) { return std::make_unique<Hydrate>(options); }

}  // namespace millrace::bench
