#include "dataflow/operators/aggregate.h"

#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

// Every column of the table at its own place.
NodeIndex whole_table(PlanBuilder& plan) { return plan.input(kLeft, table_types(), count_up(table_types().size())); }

std::vector<AggregateCall> linear_calls() {
  const std::vector<SqlType> types = table_types();
  return {aggregate_call("count", types, {}),        aggregate_call("count", types, {kText}),
          aggregate_call("sum", types, {kKey}),      aggregate_call("sum", types, {kValue}),
          aggregate_call("avg", types, {kValue}),    aggregate_call("sum", types, {kNumber}),
          aggregate_call("avg", types, {kNumber}),   aggregate_call("sum", types, {kFloat}),
          aggregate_call("bool_and", types, {kFlag})};
}

std::vector<AggregateCall> ordered_calls() {
  const std::vector<SqlType> types = table_types();
  std::vector<AggregateCall> calls;
  for (const uint32_t column : {kKey, kText, kValue, kNumber, kFloat}) {
    calls.push_back(aggregate_call("min", types, {column}));
    calls.push_back(
        aggregate_call("max", types, {column}, false, column == kValue ? std::optional(kFlag) : std::nullopt));
  }
  return calls;
}

std::vector<AggregateCall> distinct_calls() {
  const std::vector<SqlType> types = table_types();
  return {aggregate_call("count", types, {kText}, true),       aggregate_call("count", types, {kNumber}, true),
          aggregate_call("sum", types, {kNumber}, true),       aggregate_call("avg", types, {kNumber}, true, kFlag),
          aggregate_call("sum", types, {kFloat}, true),        aggregate_call("count", types, {}, false, kFlag),
          aggregate_call("sum", types, {kValue}, true, kFlag), aggregate_call("max", types, {kValue}, true, kFlag)};
}

class AggregateTest : public ::testing::TestWithParam<std::tuple<Columns, int>> {};

TEST_P(AggregateTest, AgreesWithTheNaiveAnswer) {
  const auto& [group, calls] = GetParam();
  check_plan([&](PlanBuilder& plan) {
    const NodeIndex input = whole_table(plan);
    plan.aggregate(input, group, calls == 0 ? linear_calls() : calls == 1 ? ordered_calls() : distinct_calls());
  });
}

// Without groups, by one column, by columns whose equal values differ in their bytes.
INSTANTIATE_TEST_SUITE_P(All, AggregateTest,
                         ::testing::Combine(::testing::Values(Columns{}, Columns{kKey}, Columns{kNumber},
                                                              Columns{kText, kFloat}),
                                            ::testing::Values(0, 1, 2)));

// Calls whose states are bytes lie in the group table itself (sum_by_group.h).
std::vector<AggregateCall> plain_sums() {
  const std::vector<SqlType> types = table_types();
  return {aggregate_call("count", types, {}),
          aggregate_call("sum", types, {kKey}),
          aggregate_call("sum", types, {kValue}),
          aggregate_call("avg", types, {kValue}),
          aggregate_call("count", types, {kText}),
          aggregate_call("sum", types, {kValue}, true),
          aggregate_call("bool_or", types, {kFlag}),
          aggregate_call("count", types, {kNumber}, true),
          aggregate_call("sum", types, {kKey}, false, kFlag)};
}

TEST(AggregateTest, PlainSumsOfFewGroups) {
  check_plan([](PlanBuilder& plan) { plan.aggregate(whole_table(plan), {kKey}, plain_sums()); });
  check_plan([](PlanBuilder& plan) { plan.aggregate(whole_table(plan), {kText, kFlag}, plain_sums()); });
}

// So many that the table splits in the middle of a tick, and a tick's output fills several batches.
TEST(AggregateTest, PlainSumsOfManyGroups) {
  check_plan([](PlanBuilder& plan) { plan.aggregate(whole_table(plan), {kKey, kValue}, plain_sums()); },
             {.keys = 1'000, .values = 40, .rows_at_most = 6'000}, 2);
  CheckedCircuit checked;
  checked.add_table(kLeft);
  PlanBuilder plan;
  plan.aggregate(whole_table(plan), {kKey}, plain_sums());
  checked.attach(kView, plan.finish());
  SplitMix64 random(3);
  const TableShape shape{.keys = 20'000, .values = 5, .rows_at_most = 12'000};
  for (const size_t changes : {9'000, 6'000, 1, 6'000}) {
    checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), changes)}});
  }
}

TEST(AggregateTest, WithoutCallsGivesTheGroups) {
  check_plan([](PlanBuilder& plan) { plan.aggregate(whole_table(plan), {kKey, kFlag}, {}); });
  check_plan([](PlanBuilder& plan) { plan.aggregate(whole_table(plan), {kFlag, kNumber}, {}); });
}

// A sum out of range stands as an error in place of its row until the group changes.
TEST(AggregateTest, AFailingGroupIsAnErrorUntilItHeals) {
  check_plan(
      [](PlanBuilder& plan) {
        const NodeIndex input = whole_table(plan);
        const auto value = plan.column(input, kValue);
        const NodeIndex large = plan.map(input, {}, {plan.column(input, kKey), call("*", {value, integer(1LL << 61)})});
        plan.aggregate(large, {0},
                       {aggregate_call("sum", plan.types(large), {0}), aggregate_call("avg", plan.types(large), {1})});
      },
      {.keys = 40, .values = 8, .rows_at_most = 60});
}

// The sums of int4 end where bigint does: reached by rows of a great weight.
TEST(AggregateTest, ASumOutOfRangeIsAnErrorUntilItHeals) {
  CheckedCircuit checked;
  checked.add_table(kLeft);
  PlanBuilder plan;
  plan.aggregate(whole_table(plan), {kFlag},
                 {aggregate_call("sum", table_types(), {kKey}), aggregate_call("count", table_types(), {})});
  checked.attach(kView, plan.finish());
  const auto change = [&](int32_t key, int64_t weight) {
    DeltaBuilder one(table_types());
    one.column(kKey).append<int32_t>(key);
    one.column(kFlag).append<int8_t>(1);
    for (const uint32_t column : {kNumber, kText, kValue, kFloat}) one.column(column).append_null();
    one.end_row(weight);
    const DeltaBatch batch = one.finish();
    add_to(checked.contents(kLeft), batch, table_types());
    checked.step({{kLeft, {batch}}});
  };
  constexpr int64_t kMany = int64_t{1} << 33;
  change(INT32_MAX, 1);
  change(INT32_MAX, kMany);
  EXPECT_EQ(checked.errors(kView).size(), 1U);
  change(INT32_MAX, 1);  // the same error, still once
  EXPECT_EQ(checked.errors(kView).size(), 1U);
  change(INT32_MAX, -kMany);
  EXPECT_TRUE(checked.errors(kView).empty());
  change(INT32_MAX, kMany);
  change(INT32_MAX, -kMany - 2);
  EXPECT_TRUE(checked.errors(kView).empty());
}

TEST(AggregateTest, TooManyCallsWithStateAreRefused) {
  PlanBuilder plan;
  plan.aggregate(whole_table(plan), {},
                 std::vector<AggregateCall>(101, aggregate_call("min", table_types(), {kValue})));
  NoExecutor executor;
  const Status attached = make_circuit(executor)->attach(kView, plan.finish(), {});
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().state(), sqlstate::kFeatureNotSupported);
}

TEST(AggregateTest, ManyCallsHaveStateEach) {
  check_plan(
      [](PlanBuilder& plan) {
        const NodeIndex input = whole_table(plan);
        std::vector<AggregateCall> calls(100, aggregate_call("sum", table_types(), {kNumber}, true));
        calls.insert(calls.end(), 50, aggregate_call("sum", table_types(), {kValue}));
        plan.aggregate(input, {}, calls);
      },
      {.rows_at_most = 20}, 1);
}

// What a row costs does not grow with its group: one change of a large group, and no others.
TEST(AggregateTest, ChangesOnlyTouchedGroups) {
  CheckedCircuit checked;
  checked.add_table(kLeft);
  PlanBuilder plan;
  plan.aggregate(whole_table(plan), {kKey}, {aggregate_call("max", table_types(), {kValue})});
  checked.attach(kView, plan.finish());
  SplitMix64 random(1);
  checked.step({{kLeft, random_delta(random, {}, checked.contents(kLeft), 300)}});
  // A NULL argument of one group changes no maximum: no change of the view.
  DeltaBuilder one(table_types());
  one.column(kKey).append<int32_t>(1);
  for (const uint32_t column : {kNumber, kText, kValue, kFlag, kFloat}) one.column(column).append_null();
  one.end_row(1);
  const Delta delta{one.finish()};
  EXPECT_TRUE(checked.circuit().step(TickId(1000), {{kLeft, delta}}).empty());
}

}  // namespace
}  // namespace millrace::dataflow
