// SELECT key, sum(value), count(*) FROM t GROUP BY key: a row a key, updated at random.
#include "bench/circuit_workload.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

class SumByKey final : public CircuitWorkload {
 public:
  explicit SumByKey(const Options& options) : CircuitWorkload(options), values_(options.groups) {}

 private:
  std::vector<SqlType> types() const override { return {type_of(oid::kInt8), type_of(oid::kInt4)}; }

  CircuitPlan plan() const override {
    PlanWriter plan;
    const NodeIndex rows = plan.input(kLeft, types());
    plan.aggregate(rows, {0}, {plan.aggregate_call("sum", rows, {1}), plan.aggregate_call("count", rows, {})});
    return plan.finish();
  }

  void load_rows() override {
    for (int32_t& value : values_) value = next_value();
    load_relation(kLeft, types(), values_.size(), [&](DeltaBuilder& builder, uint64_t i) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(i));
      builder.column(1).append<int32_t>(values_[i]);
    });
  }

  void append_change(DeltaBuilder& builder) override {
    const uint64_t key = random_.below(values_.size());
    const int32_t value = next_value();
    for (const int64_t weight : {-1, 1}) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(key));
      builder.column(1).append<int32_t>(weight < 0 ? values_[key] : value);
      builder.end_row(weight);
    }
    values_[key] = value;
  }

  int32_t next_value() { return static_cast<int32_t>(random_.below(1'000)); }

  std::vector<int32_t> values_;
};

}  // namespace

std::unique_ptr<Workload> make_sum_by_key(const Options& options) { return std::make_unique<SumByKey>(options); }

}  // namespace millrace::bench
