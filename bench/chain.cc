// A row through a view of 17 operators, none fused with its neighbour: five maps and five filters, a join with a
// table of 100,000 rows, a map, sum and count by group, a filter, a map.
#include "bench/circuit_workload.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

constexpr uint64_t kDimensionRows = 100'000;
constexpr uint64_t kDimensionGroups = 1'000;

class Chain final : public CircuitWorkload {
 public:
  explicit Chain(const Options& options) : CircuitWorkload(options), values_(kDimensionRows) {}

 private:
  std::vector<SqlType> types() const override { return {type_of(oid::kInt8), type_of(oid::kInt4)}; }

  CircuitPlan plan() const override {
    PlanWriter plan;
    const SqlType int8 = type_of(oid::kInt8);
    NodeIndex at = plan.input(kLeft, types());
    for (int64_t i = 0; i < 5; ++i) {
      at = plan.map(at, {}, {plan.column(at, 0), plan.column(at, 1)});
      at = plan.map(at, {plan.call("<>", plan.column(at, 0), -1 - i)}, {plan.column(at, 0), plan.column(at, 1)});
    }
    const NodeIndex dimension = plan.input(kRight, {int8, int8});
    at = plan.join(at, dimension, 0, 0);
    at = plan.map(at, {}, {plan.call("+", plan.column(at, 3), 1), plan.column(at, 1)});
    at = plan.aggregate(at, {0}, {plan.aggregate_call("sum", at, {1}), plan.aggregate_call("count", at, {})});
    at = plan.map(at, {plan.call(">", plan.column(at, 2), 0)},
                  {plan.column(at, 0), plan.column(at, 1), plan.column(at, 2)});
    plan.map(at, {}, {plan.column(at, 0), plan.call("*", plan.column(at, 1), 2), plan.column(at, 2)});
    return plan.finish();
  }

  void load_rows() override {
    for (int32_t& value : values_) value = next_value();
    load_relation(kRight, {type_of(oid::kInt8), type_of(oid::kInt8)}, kDimensionRows,
                  [](DeltaBuilder& builder, uint64_t i) {
                    builder.column(0).append<int64_t>(static_cast<int64_t>(i));
                    builder.column(1).append<int64_t>(static_cast<int64_t>(i % kDimensionGroups));
                  });
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

std::unique_ptr<Workload> make_chain(const Options& options) { return std::make_unique<Chain>(options); }

}  // namespace millrace::bench
