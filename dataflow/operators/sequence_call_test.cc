#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

NodeIndex whole_table(PlanBuilder& plan) { return plan.input(kLeft, table_types(), count_up(table_types().size())); }

Value parsed(uint32_t type, const char* text) { return *Value::parse(type_of(type), text, {}); }

AggregateCall ordered(AggregateCall call, std::vector<SortKey> order) {
  call.order = std::move(order);
  return call;
}

// f(direct) WITHIN GROUP (ORDER BY order)
AggregateCall within_group(const std::string& name, const std::vector<ColumnOrConstant>& direct,
                           const std::vector<SortKey>& order) {
  std::vector<SqlType> types;
  for (const ColumnOrConstant& argument : direct) types.push_back(argument.constant.type());
  Columns arguments;
  for (const SortKey& key : order) arguments.push_back(key.column);
  for (const SqlType type : pick(table_types(), arguments)) types.push_back(type);
  const auto resolved = expr::resolve_function(name, types);
  EXPECT_TRUE(resolved) << name;
  return {.spec = resolved->candidate.aggregate,
          .arguments = std::move(arguments),
          .type = resolved->result_type,
          .order = order,
          .direct = direct};
}

std::vector<AggregateCall> collecting_calls() {
  const std::vector<SqlType> types = table_types();
  return {aggregate_call("array_agg", types, {kNumber}),
          ordered(aggregate_call("array_agg", types, {kValue}), {{kText, true}}),
          ordered(aggregate_call("array_agg", types, {kText}), {{kFlag, false, true}, {kText, true, true}}),
          ordered(aggregate_call("string_agg", types, {kText, kText}), {{kNumber}, {kKey, true}}),
          ordered(aggregate_call("array_agg", types, {kFloat}, true), {{kFloat, true}}),
          ordered(aggregate_call("string_agg", types, {kText, kText}, true, kFlag), {{kText, true}}),
          aggregate_call("array_agg", types, {kNumber}, true)};
}

std::vector<AggregateCall> json_calls() {
  const std::vector<SqlType> types = table_types();
  return {ordered(aggregate_call("json_agg", types, {kNumber}), {{kNumber, true}}),
          aggregate_call("jsonb_agg", types, {kText}, true),
          ordered(aggregate_call("jsonb_object_agg", types, {kValue, kText}, false, kFlag), {{kKey}}),
          ordered(aggregate_call("json_object_agg", types, {kKey, kFlag}), {{kKey, true}})};
}

// A direct argument is the same for all rows of a group.
ColumnOrConstant column_or(const Columns& group, uint32_t column, uint32_t type, const char* otherwise) {
  if (std::ranges::find(group, column) != group.end()) return {column, Value::null(type_of(type))};
  return {{}, parsed(type, otherwise)};
}

std::vector<AggregateCall> percentile_calls(const Columns& group) {
  const Value half = parsed(oid::kFloat8, "0.5");
  const Value many = parsed(1022, "{0,0.25,NULL,1}");
  return {within_group("percentile_cont", {{{}, half}}, {{kFloat}}),
          within_group("percentile_cont", {{{}, many}}, {{kFloat, true}}),
          within_group("percentile_disc", {{{}, half}}, {{kText, true}}),
          within_group("percentile_disc", {{{}, many}}, {{kNumber}}),
          within_group("percentile_disc", {column_or(group, kFloat, oid::kFloat8, "0.75")}, {{kValue}}),
          within_group("mode", {}, {{kNumber}}), within_group("mode", {}, {{kText, true}}),
          within_group("mode", {}, {{kValue}}),
          // The same rows as another call's, from their ends.
          aggregate_call("min", table_types(), {kFloat}), aggregate_call("max", table_types(), {kFloat}),
          aggregate_call("max", table_types(), {kText}), within_group("percentile_cont", {{{}, many}}, {{kFloat}})};
}

std::vector<AggregateCall> rank_calls(const Columns& group) {
  std::vector<AggregateCall> calls;
  for (const char* name : {"rank", "dense_rank", "percent_rank", "cume_dist"}) {
    calls.push_back(within_group(name, {{{}, parsed(oid::kNumeric, "1.000")}}, {{kNumber}}));
    calls.push_back(within_group(name, {{{}, parsed(oid::kText, "b")}, {{}, Value::null(type_of(oid::kInt8))}},
                                 {{kText, true, true}, {kValue}}));
    calls.push_back(within_group(name, {column_or(group, kKey, oid::kInt4, "3")}, {{kKey, true, true}}));
    // A group's column, twice.
    calls.push_back(
        within_group(name, {{{}, parsed(oid::kInt4, "2")}, {{}, parsed(oid::kInt4, "3")}}, {{kKey}, {kKey, true}}));
  }
  calls[2].filter = kFlag;
  return calls;
}

std::vector<AggregateCall> calls_of(int kind, const Columns& group) {
  switch (kind) {
    case 0: return collecting_calls();
    case 1: return json_calls();
    case 2: return percentile_calls(group);
    default: return rank_calls(group);
  }
}

class SequenceCallTest : public ::testing::TestWithParam<std::tuple<Columns, int>> {};

TEST_P(SequenceCallTest, AgreesWithTheNaiveAnswer) {
  const auto& [group, kind] = GetParam();
  check_plan([&](PlanBuilder& plan) { plan.aggregate(whole_table(plan), group, calls_of(kind, group)); },
             {.values = 2});
}

// Without groups, by one column, by columns whose equal values differ in their bytes.
INSTANTIATE_TEST_SUITE_P(All, SequenceCallTest,
                         ::testing::Combine(::testing::Values(Columns{}, Columns{kKey}, Columns{kNumber},
                                                              Columns{kText, kFloat}),
                                            ::testing::Values(0, 1, 2, 3)));

// One tick may change ten thousand rows, and take them back.
TEST(SequenceCallTest, LargeTicks) {
  for (int kind = 0; kind < 4; ++kind) {
    CheckedCircuit checked;
    checked.add_table(kLeft);
    PlanBuilder plan;
    plan.aggregate(whole_table(plan), {kKey}, calls_of(kind, {kKey}));
    checked.attach(kView, plan.finish());
    SplitMix64 random(static_cast<uint64_t>(kind));
    const TableShape shape{.keys = 3, .values = 50, .rows_at_most = 20'000};
    for (const size_t changes : {10'000, 1, 10'000, 3}) {
      checked.step({{kLeft, random_delta(random, shape, checked.contents(kLeft), changes)}});
    }
    const Delta all{to_batch(checked.contents(kLeft), table_types()).negate()};
    checked.contents(kLeft).clear();
    checked.step({{kLeft, all}});
  }
}

// The equal values 1.0 and 1.00 count together, and the spelling that is shown depends on what is there alone.
TEST(SequenceCallTest, ModeCountsSpellingsTogether) {
  CheckedCircuit checked;
  checked.add_table(kLeft);
  PlanBuilder plan;
  plan.aggregate(whole_table(plan), {}, {within_group("mode", {}, {{kNumber}})});
  checked.attach(kView, plan.finish());
  checked.step({});
  const auto change = [&](const char* number, int64_t weight) {
    DeltaBuilder one(table_types());
    for (const uint32_t column : {kKey, kText, kValue, kFlag, kFloat}) one.column(column).append_null();
    one.column(kNumber).append_slot(parsed(oid::kNumeric, number).slot());
    one.end_row(weight);
    const DeltaBatch batch = one.finish();
    add_to(checked.contents(kLeft), batch, table_types());
    checked.step({{kLeft, {batch}}});
    const RowSet& view = checked.contents(kView);
    const RowLayout layout({type_of(oid::kNumeric)});
    const std::string& row = view.begin()->first;
    return layout.is_null(row, 0) ? "NULL" : Value(layout.type(0), layout.slot(row, 0)).to_string();
  };
  EXPECT_EQ(change("2", 2), "2");
  EXPECT_EQ(change("1.00", 1), "2");
  EXPECT_EQ(change("1.0", 2), "1.0");
  EXPECT_EQ(change("2", 1), "1.0");
  EXPECT_EQ(change("1.0", -2), "2");
  EXPECT_EQ(change("2", -3), "1.00");
  EXPECT_EQ(change("1.00", -1), "NULL");
}

TEST(SequenceCallTest, AWrongFractionIsAnErrorWhileItStands) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex input = whole_table(plan);
    plan.aggregate(input, {kFloat},
                   {within_group("percentile_disc", {{kFloat, Value::null(type_of(oid::kFloat8))}}, {{kText}})});
  });
}

}  // namespace
}  // namespace millrace::dataflow
