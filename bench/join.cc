// SELECT l.key, l.value, r.value FROM l JOIN r USING (key): unique keys, updates to one side.
#include "bench/circuit_workload.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

class Join final : public CircuitWorkload {
 public:
  explicit Join(const Options& options) : CircuitWorkload(options), values_(options.rows) {}

 private:
  std::vector<SqlType> types() const override { return {type_of(oid::kInt8), type_of(oid::kInt8)}; }

  CircuitPlan plan() const override {
    PlanWriter plan;
    const NodeIndex left = plan.input(kLeft, types());
    const NodeIndex right = plan.input(kRight, types());
    const NodeIndex joined = plan.join(left, right, 0, 0);
    plan.map(joined, {}, {plan.column(joined, 0), plan.column(joined, 1), plan.column(joined, 3)});
    return plan.finish();
  }

  void load_rows() override {
    for (int64_t& value : values_) value = next_value();
    load_relation(kRight, types(), values_.size(), [&](DeltaBuilder& builder, uint64_t i) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(i));
      builder.column(1).append<int64_t>(static_cast<int64_t>(3 * i));
    });
    load_relation(kLeft, types(), values_.size(), [&](DeltaBuilder& builder, uint64_t i) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(i));
      builder.column(1).append<int64_t>(values_[i]);
    });
  }

  void append_change(DeltaBuilder& builder) override {
    const uint64_t key = random_.below(values_.size());
    const int64_t value = next_value();
    for (const int64_t weight : {-1, 1}) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(key));
      builder.column(1).append<int64_t>(weight < 0 ? values_[key] : value);
      builder.end_row(weight);
    }
    values_[key] = value;
  }

  int64_t next_value() { return static_cast<int64_t>(random_.below(1'000)); }

  std::vector<int64_t> values_;
};

}  // namespace

std::unique_ptr<Workload> make_join(const Options& options) { return std::make_unique<Join>(options); }

}  // namespace millrace::bench
