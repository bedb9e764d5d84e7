// What one changed row costs an aggregate in a group of 1,000 and of 1,000,000 rows: the same, but for those whose
// value is the whole group.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "dataflow/circuit.h"
#include "expr/overload_resolution.h"

namespace millrace::dataflow {
namespace {

constexpr ObjectId kTable{1};
constexpr ObjectId kView{2};

class NoExecutor final : public Executor {
 public:
  std::unique_ptr<Activity> spawn(std::string, Priority, std::function<void(std::stop_token)>) override {
    return nullptr;
  }
  void parallel_for(size_t count, size_t, const std::function<void(size_t, size_t)>& body) override {
    if (count > 0) body(0, count);
  }
};

// Rows of (group int4, value float8), all in one group.
std::vector<SqlType> table_types() { return {type_of(oid::kInt4), type_of(oid::kFloat8)}; }

// `name` over the value column, with these direct arguments.
AggregateCall call_of(const std::string& name, std::vector<Value> direct, bool distinct) {
  std::vector<SqlType> types;
  AggregateCall call;
  for (Value& value : direct) {
    types.push_back(value.type());
    call.direct.push_back({std::nullopt, std::move(value)});
  }
  types.push_back(type_of(oid::kFloat8));
  const auto resolved = expr::resolve_function(name, types);
  call.spec = resolved->candidate.aggregate;
  call.arguments = {1};
  call.distinct = distinct;
  call.type = resolved->result_type;
  if (call.spec->law == expr::AggregateLaw::kSequence) call.order = {{1}};
  return call;
}

class OneGroup {
 public:
  OneGroup(AggregateCall call, int64_t rows) : circuit_(make_circuit(executor_)), builder_(table_types()) {
    const SqlType result = call.type;
    CircuitPlan plan;
    plan.nodes.push_back({.kind = InputNode{.relation = kTable, .columns = {0, 1}}, .types = table_types()});
    plan.nodes.push_back({.kind = AggregateNode{.input = 0, .group = {0}, .calls = {std::move(call)}},
                          .types = {type_of(oid::kInt4), result}});
    plan.root = 1;
    if (!circuit_->attach(kView, plan, {})) std::abort();
    for (int64_t i = 0; i < rows; ++i) {
      values_.push_back(static_cast<double>(random_.below(1'000'000)) / 8);
      append(values_.back(), 1);
      if (builder_.rows() == kBatchRows) step();
    }
    step();
  }

  void replace_one() {
    double& value = values_[random_.below(values_.size())];
    append(value, -1);
    value = static_cast<double>(random_.below(1'000'000)) / 8;
    append(value, 1);
    step();
  }
  // Takes the least row away and puts another least one in its place: what hits min.
  void replace_least() {
    append(least_, least_ == 0 ? 0 : -1);
    least_ -= 1;
    append(least_, 1);
    step();
  }

 private:
  void append(double value, int64_t weight) {
    if (weight == 0) return;
    builder_.column(0).append<int32_t>(1);
    builder_.column(1).append<double>(value);
    builder_.end_row(weight);
  }
  void step() {
    if (builder_.rows() > 0) benchmark::DoNotOptimize(circuit_->step(TickId(++tick_), {{kTable, {builder_.finish()}}}));
  }

  NoExecutor executor_;
  std::unique_ptr<Circuit> circuit_;
  DeltaBuilder builder_;
  SplitMix64 random_{1};
  std::vector<double> values_;
  double least_ = 0;
  uint64_t tick_ = 0;
};

void replace(benchmark::State& state, const char* name, const std::vector<const char*>& direct, bool distinct) {
  std::vector<Value> values;
  for (const char* text : direct) values.push_back(*Value::parse(type_of(oid::kFloat8), text, {}));
  OneGroup group(call_of(name, std::move(values), distinct), state.range(0));
  for (auto _ : state) group.replace_one();
}

void replace_least(benchmark::State& state) {
  OneGroup group(call_of("min", {}, false), state.range(0));
  for (auto _ : state) group.replace_least();
}
BENCHMARK(replace_least)->Arg(1000)->Arg(1'000'000);

using Direct = std::vector<const char*>;
#define REPLACE(label, ...) BENCHMARK_CAPTURE(replace, label, __VA_ARGS__)->Arg(1000)->Arg(1'000'000)
REPLACE(sum, "sum", Direct{}, false);
REPLACE(sum_distinct, "sum", Direct{}, true);
REPLACE(var_samp, "var_samp", Direct{}, false);
REPLACE(min, "min", Direct{}, false);
REPLACE(percentile_cont, "percentile_cont", Direct{"0.5"}, false);
REPLACE(percentile_disc, "percentile_disc", Direct{"0.99"}, false);
REPLACE(mode, "mode", Direct{}, false);
REPLACE(rank, "rank", Direct{"50000"}, false);
REPLACE(dense_rank, "dense_rank", Direct{"50000"}, false);
// Of the whole group.
BENCHMARK_CAPTURE(replace, array_agg, "array_agg", Direct{}, false)->Arg(1000)->Arg(100'000);
#undef REPLACE

}  // namespace
}  // namespace millrace::dataflow
