// Window functions against their definition, after every tick; and what a change in a large partition costs.
#include "dataflow/operators/window.h"

#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

ColumnOrConstant at(uint32_t column) { return {.column = column, .constant = {}}; }
ColumnOrConstant int4(int32_t value) {
  return {.column = {}, .constant = Value(type_of(oid::kInt4), Slot::of_i32(value))};
}
ColumnOrConstant int8(int64_t value) {
  return {.column = {}, .constant = Value(type_of(oid::kInt8), Slot::of_i64(value))};
}
ColumnOrConstant null_int4() { return {.column = {}, .constant = Value::null(type_of(oid::kInt4))}; }

SqlType type_of_argument(const ColumnOrConstant& argument) {
  return argument.column ? table_types()[*argument.column] : argument.constant.type();
}

WindowCall call_of(const std::string& name, std::vector<ColumnOrConstant> arguments, WindowFrame frame = {},
                   std::optional<uint32_t> filter = {}) {
  std::vector<SqlType> types;
  for (const ColumnOrConstant& argument : arguments) types.push_back(type_of_argument(argument));
  const auto resolved = expr::resolve_function(name, types);
  EXPECT_TRUE(resolved) << name;
  return {.function = resolved->candidate.window,
          .aggregate = resolved->candidate.aggregate,
          .arguments = std::move(arguments),
          .filter = filter,
          .frame = std::move(frame),
          .type = resolved->result_type};
}

NodeIndex window(PlanBuilder& plan, NodeIndex input, Columns partition, std::vector<SortKey> order,
                 std::vector<WindowCall> calls) {
  std::vector<SqlType> types = plan.types(input);
  for (const WindowCall& each : calls) types.push_back(each.type);
  return plan.add(
      WindowNode{
          .input = input, .partition = std::move(partition), .order = std::move(order), .calls = std::move(calls)},
      std::move(types));
}

struct Shape {
  Columns partition;
  std::vector<SortKey> order;
};

const Shape kShapes[] = {
    {{kKey}, {{.column = kValue}}},
    {{}, {{.column = kValue, .descending = true, .nulls_first = true}, {.column = kText, .nulls_first = true}}},
    {{kNumber, kFlag}, {{.column = kNumber, .descending = true}, {.column = kFloat}}},
    {{kFlag}, {}},
};

// Each call on its own, so that what one reaches does not cover up for another; and all in one node.
void check_calls(const std::vector<WindowCall>& calls, const Shape& shape, uint64_t seeds = 2) {
  const TableShape table{.keys = 3, .values = 4, .rows_at_most = 60};
  for (const WindowCall& each : calls) {
    SCOPED_TRACE(each.function != nullptr ? each.function->name : each.aggregate->name);
    check_plan(
        [&](PlanBuilder& plan) {
          const NodeIndex input = plan.input(kLeft, table_types(), count_up(table_types().size()));
          window(plan, input, shape.partition, shape.order, {each});
        },
        table, seeds);
  }
  check_plan(
      [&](PlanBuilder& plan) {
        const NodeIndex input = plan.input(kLeft, table_types(), count_up(table_types().size()));
        window(plan, input, shape.partition, shape.order, calls);
      },
      table, seeds);
}

TEST(WindowTest, Ranks) {
  std::vector<WindowCall> calls;
  for (const char* name : {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist"}) {
    calls.push_back(call_of(name, {}));
  }
  for (const int32_t buckets : {1, 3, 7, 1000}) calls.push_back(call_of("ntile", {int4(buckets)}));
  calls.push_back(call_of("ntile", {null_int4()}));
  calls.push_back(call_of("ntile", {at(kKey)}));
  for (const Shape& shape : kShapes) check_calls(calls, shape);
}

TEST(WindowTest, NtileOfNothingIsAnErrorOfEachRow) { check_calls({call_of("ntile", {int4(0)})}, kShapes[0]); }

TEST(WindowTest, Neighbours) {
  std::vector<WindowCall> calls;
  for (const char* name : {"lag", "lead"}) {
    calls.push_back(call_of(name, {at(kText)}));
    calls.push_back(call_of(name, {at(kNumber), int4(3)}));
    calls.push_back(call_of(name, {at(kValue), int4(-2), at(kValue)}));
    calls.push_back(call_of(name, {at(kValue), int4(0), int8(7)}));
    calls.push_back(call_of(name, {at(kFloat), null_int4()}));
    calls.push_back(call_of(name, {at(kText), at(kKey)}));
    calls.push_back(call_of(name, {at(kText), int4(INT32_MAX)}));
  }
  for (const Shape& shape : kShapes) check_calls(calls, shape);
}

FrameBound unbounded_preceding() { return {FrameEdge::kUnboundedPreceding, {}}; }
FrameBound current_row() { return {FrameEdge::kCurrentRow, {}}; }
FrameBound unbounded_following() { return {FrameEdge::kUnboundedFollowing, {}}; }
FrameBound preceding(Value offset) { return {FrameEdge::kPreceding, std::move(offset)}; }
FrameBound following(Value offset) { return {FrameEdge::kFollowing, std::move(offset)}; }
Value places(int64_t count) { return Value(type_of(oid::kInt8), Slot::of_i64(count)); }

// Every pair of ends that PostgreSQL accepts, with every exclusion.
std::vector<WindowFrame> frames(FrameMode mode, const Value& near, const Value& far) {
  const std::vector<FrameBound> bounds = {unbounded_preceding(), preceding(far), preceding(near),      current_row(),
                                          following(near),       following(far), unbounded_following()};
  std::vector<WindowFrame> frames;
  for (size_t start = 0; start + 1 < bounds.size(); ++start) {
    for (size_t end = std::max<size_t>(start, 1); end < bounds.size(); ++end) {
      frames.push_back({mode, bounds[start], bounds[end], FrameExclusion::kNone});
      const auto exclude = static_cast<FrameExclusion>(1 + frames.size() % 3);
      frames.push_back({mode, bounds[start], bounds[end], exclude});
    }
  }
  return frames;
}

// Some of the calls over each frame: all would take minutes.
void check_frames(const std::vector<WindowFrame>& frames, const Shape& shape) {
  const auto calls_over = [](const WindowFrame& frame) {
    return std::vector<WindowCall>{
        call_of("sum", {at(kValue)}, frame),
        call_of("max", {at(kNumber)}, frame),
        call_of("first_value", {at(kText)}, frame),
        call_of("last_value", {at(kText)}, frame),
        call_of("nth_value", {at(kText), int4(2)}, frame),
        call_of("count", {}, frame, kFlag),
        call_of("min", {at(kFloat)}, frame, kFlag),
        call_of("avg", {at(kFloat)}, frame),
        call_of("nth_value", {at(kValue), at(kKey)}, frame),
    };
  };
  const TableShape table{.keys = 3, .values = 4, .rows_at_most = 40};
  uint64_t seed = 0;
  for (const WindowFrame& frame : frames) {
    const std::vector<WindowCall> calls = calls_over(frame);
    for (size_t i = seed % 3; i < calls.size(); i += 3) {
      const WindowCall& call = calls[i];
      SCOPED_TRACE((call.function != nullptr ? call.function->name : call.aggregate->name) + " over frame " +
                   std::to_string(seed));
      CheckedCircuit checked;
      checked.add_table(kLeft);
      checked.add_table(kRight);
      PlanBuilder plan;
      const NodeIndex input = plan.input(kLeft, table_types(), count_up(table_types().size()));
      window(plan, input, shape.partition, shape.order, {call});
      checked.attach(kView, plan.finish());
      run_random(checked, seed, table, 12);
      if (::testing::Test::HasFatalFailure()) return;
    }
    ++seed;
  }
}

TEST(WindowFrameTest, Rows) {
  check_frames(frames(FrameMode::kRows, places(1), places(3)), kShapes[0]);
  check_frames(frames(FrameMode::kRows, places(0), places(INT64_MAX)), kShapes[3]);
}

TEST(WindowFrameTest, Groups) {
  check_frames(frames(FrameMode::kGroups, places(1), places(2)), kShapes[0]);
  check_frames(frames(FrameMode::kGroups, places(0), places(3)), kShapes[1]);
}

TEST(WindowFrameTest, RangesOfIntegers) {
  check_frames(frames(FrameMode::kRange, places(1), places(3)), kShapes[0]);
  check_frames(frames(FrameMode::kRange, places(0), places(INT64_MAX)),
               {{kFlag}, {{.column = kValue, .descending = true, .nulls_first = true}}});
}

TEST(WindowFrameTest, RangesOfNumericsAndFloats) {
  const auto numeric_of = [](const char* text) { return *Value::parse(type_of(oid::kNumeric), text, {}); };
  check_frames(frames(FrameMode::kRange, numeric_of("0.5"), numeric_of("3.50")), {{}, {{.column = kNumber}}});
  const auto float_of = [](double value) { return Value(type_of(oid::kFloat8), Slot::of_f64(value)); };
  check_frames(frames(FrameMode::kRange, float_of(1.5), float_of(std::numeric_limits<double>::infinity())),
               {{kKey}, {{.column = kFloat, .descending = true}}});
}

TEST(WindowFrameTest, UnboundedRangesWithoutOrderAndOverSeveralColumns) {
  std::vector<WindowFrame> wide;
  for (const FrameBound& start : {unbounded_preceding(), current_row()}) {
    for (const FrameBound& end : {current_row(), unbounded_following()}) {
      for (int exclude = 0; exclude < 4; ++exclude) {
        wide.push_back({FrameMode::kRange, start, end, static_cast<FrameExclusion>(exclude)});
      }
    }
  }
  check_frames(wide, kShapes[1]);
  check_frames(wide, kShapes[3]);
}

// Noon of March 30 less a month is later than 6 o'clock of March 31 less a month: of these two rows, the second
// alone holds the row of February 28.
TEST(WindowFrameTest, MonthsDoNotKeepTheOrder) {
  const SqlType timestamp = type_of(oid::kTimestamp);
  const Value month = *Value::parse(type_of(oid::kInterval), "1 month", {});
  const auto expect = [&](bool descending, const WindowFrame& frame) {
    const auto resolved = expr::resolve_function("count", {});
    NoExecutor executor;
    const auto circuit = make_circuit(executor);
    PlanBuilder plan;
    const NodeIndex input = plan.input(kLeft, {timestamp}, {0});
    window(plan, input, {}, {{.column = 0, .descending = descending}},
           {{.aggregate = resolved->candidate.aggregate, .frame = frame, .type = resolved->result_type}});
    ASSERT_TRUE(circuit->attach(kView, plan.finish(), {}));
    std::map<std::string, int64_t> counts;
    uint64_t tick = 0;
    const auto add = [&](std::vector<const char*> times) {
      DeltaBuilder rows({timestamp});
      for (const char* time : times) {
        rows.column(0).append_slot(Value::parse(timestamp, time, {})->slot());
        rows.end_row(1);
      }
      for (const ViewChange& change : circuit->step(TickId(++tick), {{kLeft, {rows.finish()}}})) {
        for (const DeltaBatch& batch : change.rows) {
          for (size_t row = 0; row < batch.rows(); ++row) {
            const std::string time = Value(timestamp, batch.column(0).slot(row)).to_string();
            counts[time] += batch.weight(row) * batch.column(1).value<int64_t>(row);
          }
        }
      }
    };
    add({"2023-03-30 12:00:00", "2023-03-31 06:00:00"});
    add({"2023-02-28 08:00:00"});
    EXPECT_EQ(counts, (std::map<std::string, int64_t>{
                          {"2023-02-28 08:00:00", 1}, {"2023-03-30 12:00:00", 1}, {"2023-03-31 06:00:00", 3}}));
  };
  expect(false, {FrameMode::kRange, preceding(month), current_row(), FrameExclusion::kNone});
  expect(true, {FrameMode::kRange, current_row(), following(month), FrameExclusion::kNone});
}

// --- large partitions

// One partition of rows (place, value), and ticks of one row each.
class LargePartition {
 public:
  explicit LargePartition(const WindowCall& call) : circuit_(make_circuit(executor_)) {
    PlanBuilder plan;
    const NodeIndex input = plan.input(kLeft, {type_of(oid::kInt8), type_of(oid::kInt8)}, {0, 1});
    window(plan, input, {}, {{.column = 0}}, {call});
    EXPECT_TRUE(circuit_->attach(kView, plan.finish(), {}));
  }

  // Rows 2, 4, .. 2n, of value 0.
  void fill(int64_t rows) {
    for (int64_t i = 1; i <= rows; ++i) add(2 * i, 0, 1);
    step();
  }
  // How many rows of the view a tick of one row changes, insertions and deletions.
  size_t changed_by(int64_t place, int64_t value, int64_t weight) {
    add(place, value, weight);
    return step();
  }

 private:
  void add(int64_t place, int64_t value, int64_t weight) {
    rows_.column(0).append<int64_t>(place);
    rows_.column(1).append<int64_t>(value);
    rows_.end_row(weight);
  }
  size_t step() {
    size_t changed = 0;
    for (const ViewChange& change : circuit_->step(TickId(++tick_), {{kLeft, {rows_.finish()}}})) {
      for (const DeltaBatch& batch : change.rows) changed += batch.rows();
    }
    return changed;
  }

  NoExecutor executor_;
  std::unique_ptr<Circuit> circuit_;
  DeltaBuilder rows_{{type_of(oid::kInt8), type_of(oid::kInt8)}};
  uint64_t tick_ = 0;
};

WindowCall over_values(const std::string& name, std::vector<ColumnOrConstant> arguments, WindowFrame frame = {}) {
  for (ColumnOrConstant& argument : arguments) {
    if (argument.column) argument.column = kValue;  // an int8, to be resolved
  }
  WindowCall call = call_of(name, arguments, std::move(frame));
  for (ColumnOrConstant& argument : call.arguments) {
    if (argument.column) argument.column = 1;
  }
  return call;
}

TEST(WindowCostTest, OnlyRowsWhoseValueChangesAreTouched) {
  constexpr int64_t kRows = 20'000;
  const WindowFrame running{FrameMode::kRows, unbounded_preceding(), current_row(), FrameExclusion::kNone};
  const WindowFrame around{FrameMode::kRows, preceding(places(2)), following(places(1)), FrameExclusion::kNone};
  const WindowFrame all{FrameMode::kRows, unbounded_preceding(), unbounded_following(), FrameExclusion::kNone};
  const struct {
    WindowCall call;
    size_t at_most;
  } cases[] = {
      {over_values("lag", {at(1)}), 3},
      {over_values("lead", {at(1), int4(2)}), 5},
      {over_values("first_value", {at(1)}, all), 1},
      {over_values("nth_value", {at(1), int4(5)}, all), 1},
      {over_values("sum", {at(1)}, around), 7},
      {over_values("max", {at(1)}, around), 7},
      {over_values("sum", {at(1)}, running), 1},  // of zeros
      {over_values("max", {at(1)}, running), 1},
      {over_values("min", {at(1)}, all), 1},
      {over_values("ntile", {int4(4)}), 8},
  };
  for (const auto& [call, at_most] : cases) {
    SCOPED_TRACE(call.function != nullptr ? call.function->name : call.aggregate->name);
    LargePartition partition(call);
    partition.fill(kRows);
    const int64_t middle = kRows + 1;
    EXPECT_LE(partition.changed_by(middle, 0, 1), at_most);
    EXPECT_LE(partition.changed_by(middle, 0, -1), at_most);
  }
}

}  // namespace
}  // namespace millrace::dataflow
