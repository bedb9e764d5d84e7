#include "dataflow/circuit.h"

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
