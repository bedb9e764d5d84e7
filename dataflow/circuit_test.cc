#include "dataflow/circuit.h"

#include <climits>

#include "dataflow/operator.h"
#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

constexpr ObjectId kSums{20};
constexpr ObjectId kTop{21};
constexpr ObjectId kJoined{22};

CircuitPlan sums_of(ObjectId table) {
  PlanBuilder plan;
  const NodeIndex input = plan.input(table, table_types(), {kKey, kValue});
  plan.aggregate(input, {0}, {aggregate_call("sum", plan.types(input), {1}), aggregate_call("count", {}, {})});
  return plan.finish();
}

// 100 / sum, of the view kSums: fails where the sum is zero.
CircuitPlan shares(const CheckedCircuit& checked) {
  PlanBuilder plan;
  const NodeIndex input = plan.input(kSums, checked.types(kSums), {0, 2, 1});
  const auto number = call("/", {integer(100), call("-", {plan.column(input, 1), integer(2)})});
  plan.map(input, {}, {plan.column(input, 0), number});
  return plan.finish();
}

// A view over two views and a table.
CircuitPlan joined(const CheckedCircuit& checked) {
  PlanBuilder plan;
  const NodeIndex sums = plan.input(kSums, checked.types(kSums), {0, 2});
  const NodeIndex top = plan.input(kTop, checked.types(kTop), {0, 1});
  const NodeIndex both =
      plan.join({.left = sums, .right = top, .kind = JoinKind::kFull, .left_keys = {0}, .right_keys = {0}});
  const NodeIndex table = plan.input(kLeft, table_types(), {kKey, kText});
  plan.join({.left = table, .right = both, .kind = JoinKind::kLeft, .left_keys = {0}, .right_keys = {0}});
  return plan.finish();
}

void add_tables(CheckedCircuit& checked) {
  checked.add_table(kLeft);
  checked.add_table(kRight);
}

TEST(CircuitTest, ViewsOverViews) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    CheckedCircuit checked;
    add_tables(checked);
    checked.attach(kSums, sums_of(kLeft));
    checked.attach(kTop, shares(checked));
    checked.attach(kJoined, joined(checked));
    run_random(checked, seed, {.keys = 8, .values = 3, .rows_at_most = 100});
  }
}

TEST(CircuitTest, ViewsComeAndGo) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    CheckedCircuit checked;
    add_tables(checked);
    const TableShape shape{.keys = 8, .values = 3, .rows_at_most = 100};
    bool has_sums = false;
    bool has_joined = false;
    for (int i = 0; i < 40 && !HasFatalFailure(); ++i) {
      InputChanges changes;
      changes[kLeft] = random_delta(random, shape, checked.contents(kLeft), 1 + random.below(20));
      checked.step(changes);
      switch (random.below(6)) {
        case 0:
          if (has_sums) break;
          checked.hydrate(kSums, sums_of(kLeft));
          has_sums = true;
          break;
        case 1:
          if (!has_sums || has_joined) break;
          checked.hydrate(kTop, sums_of(kRight));
          checked.hydrate(kJoined, joined(checked));
          has_joined = true;
          break;
        case 2:
          if (!has_joined) break;
          checked.detach(kJoined);
          checked.detach(kTop);
          has_joined = false;
          break;
        case 3:
          if (!has_sums || has_joined) break;
          checked.detach(kSums);
          has_sums = false;
          break;
        case 4: checked.restart(); break;
        default: break;
      }
      checked.check();
    }
  }
}

TEST(CircuitTest, WithoutChangesNothingRuns) {
  CheckedCircuit checked;
  add_tables(checked);
  checked.attach(kSums, sums_of(kLeft));
  EXPECT_TRUE(checked.circuit().step(TickId(1), {}).empty());
  const Delta unknown{to_batch({}, table_types())};
  EXPECT_TRUE(checked.circuit().step(TickId(2), {{ObjectId(999), unknown}, {kLeft, {}}}).empty());
}

TEST(CircuitTest, TheSameTicksGiveTheSameChanges) {
  const auto run = [] {
    SplitMix64 random(4);
    CheckedCircuit checked;
    add_tables(checked);
    checked.attach(kSums, sums_of(kLeft));
    std::vector<std::string> rows;
    for (int i = 0; i < 20; ++i) {
      const Delta delta = random_delta(random, {}, checked.contents(kLeft), 50);
      for (const ViewChange& change : checked.circuit().step(TickId(static_cast<uint64_t>(i) + 1), {{kLeft, delta}})) {
        const RowLayout layout(checked.types(change.view));
        for (const DeltaBatch& batch : change.rows) {
          for (size_t row = 0; row < batch.rows(); ++row) {
            rows.push_back(layout.pack(batch, row) + std::to_string(batch.weight(row)));
          }
        }
      }
    }
    return rows;
  };
  EXPECT_EQ(run(), run());
}

// --- steps that make much

constexpr ObjectId kPairs{23};

// count and sum over all pairs of rows of one table, less those whose product is 3: a cross join, a map and an
// aggregate.
CircuitPlan all_pairs(bool distinct) {
  PlanBuilder plan;
  const NodeIndex left = plan.input(kLeft, table_types(), {kKey, kValue});
  const NodeIndex right = plan.input(kLeft, table_types(), {kKey, kValue});
  const NodeIndex pairs = plan.join({.left = left, .right = right, .left_keys = {}, .right_keys = {}});
  const NodeIndex mapped = plan.map(pairs, {call("<>", {plan.column(pairs, 1), integer(3)})},
                                    {plan.column(pairs, 0), call("+", {plan.column(pairs, 1), plan.column(pairs, 3)})});
  if (distinct) plan.same(DistinctNode{.input = mapped}, mapped);
  const auto top = static_cast<NodeIndex>(distinct ? mapped + 1 : mapped);
  plan.aggregate(top, {0}, {aggregate_call("count", {}, {}), aggregate_call("max", plan.types(top), {1})});
  return plan.finish();
}

// Watches, and ends the steps of one view after so many questions.
class TestGuard final : public StepGuard {
 public:
  Status check(const StepProgress& progress) override {
    bytes_max = std::max(bytes_max, progress.bytes);
    if (progress.view != ended_view) return {};
    ++asked;
    if (asked <= questions) return {};
    return SqlError(sqlstate::kOutOfMemory, "enough");
  }
  std::optional<ObjectId> ended_view;
  int questions = 0;
  int asked = 0;
  uint64_t bytes_max = 0;
};

TEST(CircuitTest, RowsOfALargeStepArePassedOnInParts) {
  for (const bool distinct : {false, true}) {
    SplitMix64 random(3);
    CheckedCircuit checked;
    add_tables(checked);
    TestGuard guard;
    checked.circuit().set_guard(&guard);
    checked.attach(kPairs, all_pairs(distinct));
    const TableShape shape{.keys = 12, .values = 90, .rows_at_most = 5000};
    checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), 1600)}});
    checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), 100)}});
    const size_t rows = checked.contents(kLeft).size();
    EXPECT_GT(rows * rows, 3 * OperatorOutput::kDrainRows);
    // Some 40 bytes a pair and 64 K pairs at a time, in two operators; all of them would be ten times as much.
    EXPECT_LT(guard.bytes_max, 8u << 20);
  }
}

// Rows (key, value) for each key up to `keys` and each value from 1 to `values`, those of odd values apart.
struct KeyedRows {
  DeltaBatch odd;
  DeltaBatch even;
};
KeyedRows keyed_rows(int32_t keys, int64_t values) {
  DeltaBuilder builders[] = {DeltaBuilder(table_types()), DeltaBuilder(table_types())};
  for (int32_t key = 1; key <= keys; ++key) {
    for (int64_t value = 1; value <= values; ++value) {
      DeltaBuilder& builder = builders[value % 2];
      builder.column(kKey).append<int32_t>(key);
      builder.column(kValue).append<int64_t>(value);
      for (const uint32_t column : {kNumber, kText, kFlag, kFloat}) builder.column(column).append_null();
      builder.end_row(1);
    }
  }
  return {.odd = builders[1].finish(), .even = builders[0].finish()};
}

// Fills a table, then deletes the rows of odd values. Half of a table's rows at once, joined with the table itself:
// when two of the join's three terms have been passed on, groups have no rows by their weights, and rows that are
// gone have a weight of -1.
void fill_and_halve(const CircuitPlan& plan, const KeyedRows& rows) {
  CheckedCircuit checked;
  add_tables(checked);
  checked.attach(kPairs, plan);
  for (const DeltaBatch& batch : {rows.odd, rows.even}) add_to(checked.contents(kLeft), batch, table_types());
  checked.step({{kLeft, {rows.odd, rows.even}}});
  const DeltaBatch gone = rows.odd.negate();
  add_to(checked.contents(kLeft), gone, table_types());
  checked.step({{kLeft, {gone}}});
}

NodeIndex pairs_of_a_key(PlanBuilder& plan) {
  const NodeIndex table = plan.input(kLeft, table_types(), {kKey, kValue});
  return plan.join({.left = table, .right = table, .left_keys = {0}, .right_keys = {0}});
}

TEST(CircuitTest, AConsumerThatReadsANodeTwiceTakesEachPartOnce) {
  PlanBuilder plan;
  const NodeIndex pairs = pairs_of_a_key(plan);
  const NodeIndex mapped =
      plan.map(pairs, {}, {plan.column(pairs, 0), call("+", {plan.column(pairs, 1), plan.column(pairs, 3)})});
  const NodeIndex left = plan.map(mapped, {}, {plan.column(mapped, 0), plan.column(mapped, 1)});
  const NodeIndex all = plan.same(UnionNode{.inputs = {left, mapped, left}}, left);
  plan.aggregate(all, {0}, {aggregate_call("count", {}, {}), aggregate_call("sum", plan.types(all), {1})});
  fill_and_halve(plan.finish(), keyed_rows(2, 256));
}

TEST(CircuitTest, GroupsWhoseRowsCancelBetweenPartsKeepTheirSums) {
  for (const bool plain : {true, false}) {
    SCOPED_TRACE(plain);
    PlanBuilder plan;
    const NodeIndex pairs = pairs_of_a_key(plan);
    const std::vector<SqlType> types = plan.types(pairs);
    std::vector<AggregateCall> calls{aggregate_call("count", types, {}), aggregate_call("sum", types, {1})};
    if (!plain) calls.push_back(aggregate_call("min", types, {3}));
    plan.aggregate(pairs, {0}, calls);
    // The first part ends where the group's weight is 0: 256 * 128 pairs twice.
    static_assert(2 * 256 * 128 == OperatorOutput::kDrainRows);
    fill_and_halve(plan.finish(), keyed_rows(1, 256));
  }
}

// Windows count places, which rows of a weight below zero have none of.
TEST(CircuitTest, WindowsTakeALargeStepWhole) {
  PlanBuilder plan;
  const NodeIndex pairs = pairs_of_a_key(plan);
  std::vector<SqlType> types = plan.types(pairs);
  std::vector<WindowCall> calls;
  for (const char* name : {"lag", "lead"}) {
    const auto resolved = expr::resolve_function(name, {types[1]});
    ASSERT_TRUE(resolved);
    calls.push_back({.function = resolved->candidate.window,
                     .arguments = {{.column = 1, .constant = {}}},
                     .type = resolved->result_type});
    types.push_back(resolved->result_type);
  }
  plan.add(WindowNode{.input = pairs, .partition = {0}, .order = {{.column = 1}, {.column = 3}}, .calls = calls},
           types);
  fill_and_halve(plan.finish(), keyed_rows(40, 48));
}

TEST(CircuitTest, AViewIsGivenUpAloneWithItsReaders) {
  for (int questions : {0, 1, 7, 40}) {
    SCOPED_TRACE(questions);
    SplitMix64 random(5);
    const TableShape shape{.keys = 8, .values = 3, .rows_at_most = 400};
    CheckedCircuit checked;
    add_tables(checked);
    checked.attach(kSums, sums_of(kLeft));
    checked.attach(kTop, shares(checked));
    checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), 300)}});
    TestGuard guard{};
    guard.ended_view = kPairs;
    guard.questions = questions;
    checked.circuit().set_guard(&guard);

    PlanBuilder above;
    above.input(kPairs, all_pairs(false).output_types(), {0, 1});
    ASSERT_TRUE(checked.circuit().attach(kPairs, all_pairs(false), {}));
    ASSERT_TRUE(checked.circuit().attach(kJoined, above.finish(), {}));
    const Delta delta = random_delta(random, shape, checked.contents(kLeft), 300);
    const std::vector<ViewChange> changes = checked.circuit().step(TickId(1000), {{kLeft, delta}, {kRight, delta}});
    std::vector<ObjectId> failed;
    for (const ViewChange& change : changes) {
      if (!change.failure) continue;
      EXPECT_EQ(change.failure->message(), "enough");
      EXPECT_TRUE(change.rows.empty() && change.errors.empty());
      failed.push_back(change.view);
    }
    EXPECT_EQ(failed, (std::vector<ObjectId>{kPairs, kJoined}));
    EXPECT_LE(guard.asked, questions + 1);
    checked.circuit().detach(kJoined);
    checked.circuit().detach(kPairs);
    // The others have taken the step, and go on.
    checked.note(changes);
    checked.check();
    for (int i = 0; i < 3; ++i) {
      checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), 50)}});
    }
  }
}

// Long before it has a row to give: it goes over the whole partition first.
TEST(CircuitTest, AWindowAsksTheGuardOnItsWay) {
  CheckedCircuit checked;
  add_tables(checked);
  TestGuard guard;
  guard.ended_view = kPairs;
  guard.questions = INT_MAX;
  checked.circuit().set_guard(&guard);
  PlanBuilder plan;
  const NodeIndex table = plan.input(kLeft, table_types(), {kKey, kValue});
  std::vector<SqlType> types = plan.types(table);
  const auto resolved = expr::resolve_function("percent_rank", {});
  types.push_back(resolved->result_type);
  plan.add(WindowNode{.input = table,
                      .partition = {},
                      .order = {{.column = 1}},
                      .calls = {{.function = resolved->candidate.window, .type = resolved->result_type}}},
           types);
  ASSERT_TRUE(checked.circuit().attach(kPairs, plan.finish(), {}));
  const KeyedRows rows = keyed_rows(1, 10 * kBatchRows);
  checked.circuit().step(TickId(1), {{kLeft, {rows.odd, rows.even}}});
  guard.asked = 0;
  guard.questions = 7;
  const std::vector<ViewChange>& changes = checked.circuit().step(TickId(2), {{kLeft, {keyed_rows(1, 1).odd}}});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes.front().failure);
  EXPECT_EQ(guard.asked, 8);
}

// A quiet tick leaves nothing for the next checkpoint to write.
TEST(CircuitTest, CheckpointsAreIncremental) {
  CheckedCircuit checked;
  add_tables(checked);
  checked.attach(kSums, sums_of(kLeft));
  SplitMix64 random(1);
  checked.step({{kLeft, random_delta(random, {}, checked.contents(kLeft), 200)}});
  storage::MemoryCheckpoint checkpoint;
  for (const size_t expected : {1, 0}) {
    storage::MemoryCheckpointWriter writer(checkpoint, TickId(1));
    for (const CheckpointJob& job : checked.circuit().pin_checkpoint()) ASSERT_TRUE(job.write(writer));
    ASSERT_TRUE(writer.commit());
    EXPECT_EQ(checkpoint.puts > 0, expected == 1);
    checkpoint.puts = 0;
  }
  EXPECT_GT(checked.circuit().statistics(kSums).state_rows, 0u);
  EXPECT_EQ(checked.circuit().statistics(ObjectId(12345)).state_rows, 0u);
}

TEST(CircuitTest, DamagedStateIsRefused) {
  CheckedCircuit checked;
  add_tables(checked);
  checked.attach(kSums, sums_of(kLeft));
  SplitMix64 random(1);
  checked.step({{kLeft, random_delta(random, {}, checked.contents(kLeft), 200)}});
  storage::MemoryCheckpoint checkpoint;
  storage::MemoryCheckpointWriter writer(checkpoint, TickId(1));
  for (const CheckpointJob& job : checked.circuit().pin_checkpoint()) ASSERT_TRUE(job.write(writer));
  ASSERT_TRUE(writer.commit());
  for (auto& [name, bytes] : checkpoint.segments) bytes.resize(bytes.size() / 2);
  NoExecutor executor;
  const auto circuit = make_circuit(executor);
  ASSERT_TRUE(circuit->attach(kSums, sums_of(kLeft), {}));
  storage::MemoryCheckpointReader reader(checkpoint);
  const Status restored = circuit->restore(reader);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().state(), sqlstate::kDataCorrupted);
}

}  // namespace
}  // namespace millrace::dataflow
