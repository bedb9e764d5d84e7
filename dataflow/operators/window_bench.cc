// What a tick of one row costs in one partition, small and large: it has to grow like log n.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "dataflow/circuit.h"
#include "dataflow/circuit_plan.h"
#include "expr/overload_resolution.h"

namespace millrace::dataflow {
namespace {

class NoExecutor final : public Executor {
 public:
  std::unique_ptr<Activity> spawn(std::string, Priority, std::function<void(std::stop_token)>) override {
    return nullptr;
  }
  void parallel_for(size_t count, size_t, const std::function<void(size_t, size_t)>& body) override {
    if (count > 0) body(0, count);
  }
};

constexpr ObjectId kTable{1};
constexpr ObjectId kView{2};
const std::vector<SqlType> kTypes = {type_of(oid::kInt8), type_of(oid::kInt8)};

enum Case : int64_t { kRowNumberAtTheEnd, kRank, kLag, kSumOfRows, kSumOfRange, kMaxOfRows, kFirstValue, kRunningSum };
constexpr const char* kNames[] = {"row_number, at the end", "rank, at the end", "lag",         "sum, 10 rows",
                                  "sum, range of 10",       "max, 10 rows",     "first_value", "running sum of zeros"};

FrameBound bound(FrameEdge edge, int64_t offset = 0) {
  return {edge, Value(type_of(oid::kInt8), Slot::of_i64(offset))};
}

// Over (place, value), ordered by place.
WindowCall call_of(Case which) {
  const auto make = [](const std::string& name, bool argument, WindowFrame frame) {
    const auto resolved = expr::resolve_function(name, argument ? std::vector{kTypes[1]} : std::vector<SqlType>());
    WindowCall call{.function = resolved->candidate.window,
                    .aggregate = resolved->candidate.aggregate,
                    .arguments = {},
                    .filter = {},
                    .frame = std::move(frame),
                    .type = resolved->result_type};
    if (argument) call.arguments.push_back({.column = 1, .constant = {}});
    return call;
  };
  const WindowFrame rows{FrameMode::kRows, bound(FrameEdge::kPreceding, 9), bound(FrameEdge::kCurrentRow)};
  const WindowFrame range{FrameMode::kRange, bound(FrameEdge::kPreceding, 20), bound(FrameEdge::kCurrentRow)};
  switch (which) {
    case kRowNumberAtTheEnd: return make("row_number", false, {});
    case kRank: return make("rank", false, {});
    case kLag: return make("lag", true, {});
    case kSumOfRows: return make("sum", true, rows);
    case kSumOfRange: return make("sum", true, range);
    case kMaxOfRows: return make("max", true, rows);
    case kFirstValue: return make("first_value", true, {});
    case kRunningSum: return make("sum", true, {});
  }
  return {};
}

void one_row(benchmark::State& state) {
  const auto which = static_cast<Case>(state.range(0));
  const int64_t rows = state.range(1);
  NoExecutor executor;
  const auto circuit = make_circuit(executor);
  CircuitPlan plan;
  plan.nodes.push_back({InputNode{kTable, {0, 1}}, kTypes});
  const WindowCall call = call_of(which);
  plan.nodes.push_back({WindowNode{.input = 0, .partition = {}, .order = {{.column = 0}}, .calls = {call}},
                        {kTypes[0], kTypes[1], call.type}});
  plan.root = 1;
  if (!circuit->attach(kView, plan, {})) return state.SkipWithError("attach");

  DeltaBuilder builder(kTypes);
  uint64_t tick = 0;
  const auto add = [&](int64_t place, int64_t value, int64_t weight) {
    builder.column(0).append<int64_t>(place);
    builder.column(1).append<int64_t>(value);
    builder.end_row(weight);
  };
  const auto step = [&] { benchmark::DoNotOptimize(circuit->step(TickId(++tick), {{kTable, {builder.finish()}}})); };
  SplitMix64 random(1);
  const bool zeros = which == kRunningSum;
  for (int64_t i = 1; i <= rows; ++i) {
    add(2 * i, zeros ? 0 : random.between(0, 1000), 1);
    if (i % 10'000 == 0) step();
  }
  step();
  const bool at_end = which == kRowNumberAtTheEnd || which == kRank;
  for (auto _ : state) {
    const int64_t place = at_end ? 2 * rows + 1 : 2 * random.between(1, rows) + 1;
    const int64_t value = zeros ? 0 : random.between(0, 1000);
    add(place, value, 1);
    step();
    add(place, value, -1);
    step();
  }
  state.SetItemsProcessed(state.iterations() * 2);
  state.SetLabel(kNames[which]);
  state.counters["state_bytes_a_row"] =
      static_cast<double>(circuit->statistics(kView).state_bytes) / static_cast<double>(rows);
}
BENCHMARK(one_row)->ArgsProduct({benchmark::CreateDenseRange(kRowNumberAtTheEnd, kRunningSum, 1), {1000, 1'000'000}});

// Rows in the order of time, each partition's sum of its last ten.
void rolling_sum(benchmark::State& state) {
  const int64_t partitions = state.range(0);
  NoExecutor executor;
  const auto circuit = make_circuit(executor);
  CircuitPlan plan;
  const std::vector<SqlType> types(3, type_of(oid::kInt8));  // partition, time, value
  plan.nodes.push_back({InputNode{kTable, {0, 1, 2}}, types});
  WindowCall call = call_of(kSumOfRange);
  call.arguments[0].column = 2;
  call.frame.start = bound(FrameEdge::kPreceding, 10 * partitions);
  plan.nodes.push_back({WindowNode{.input = 0, .partition = {0}, .order = {{.column = 1}}, .calls = {call}},
                        {types[0], types[1], types[2], call.type}});
  plan.root = 1;
  if (!circuit->attach(kView, plan, {})) return state.SkipWithError("attach");
  SplitMix64 random(1);
  DeltaBuilder builder(types);
  int64_t time = 0;
  uint64_t tick = 0;
  const auto run_tick = [&] {
    for (int i = 0; i < 1000; ++i) {
      builder.column(0).append<int64_t>(random.between(1, partitions));
      builder.column(1).append<int64_t>(++time);
      builder.column(2).append<int64_t>(random.between(0, 1000));
      builder.end_row(1);
    }
    benchmark::DoNotOptimize(circuit->step(TickId(++tick), {{kTable, {builder.finish()}}}));
  };
  for (int64_t i = 0; i < 10 * partitions / 1000; ++i) run_tick();
  for (auto _ : state) run_tick();
  state.SetItemsProcessed(state.iterations() * 1000);
  const auto statistics = circuit->statistics(kView);
  state.counters["state_bytes_a_row"] =
      static_cast<double>(statistics.state_bytes) / static_cast<double>(statistics.state_rows);
}
BENCHMARK(rolling_sum)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace millrace::dataflow
