// Map, table functions, constants, unions: operators without state.
#include "dataflow/operators/map.h"

#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

TEST(MapTest, FiltersAndComputes) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex input = plan.input(kLeft, table_types(), {kValue, kKey, kText, kFlag});
    plan.map(input, {plan.column(input, 3), call(">", {plan.column(input, 0), integer(-2)})},
             {call("+", {plan.column(input, 0), plan.column(input, 1)}), plan.column(input, 2), integer(7)});
  });
}

TEST(MapTest, WithoutOutputsKeepsTheRows) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex input = plan.input(kLeft, table_types(), {kFlag});
    const NodeIndex none = plan.map(input, {plan.column(input, 0)}, {});
    plan.aggregate(none, {}, {aggregate_call("count", {}, {})});
  });
}

// Errors in filters and in outputs come and go with their rows.
TEST(MapTest, ErrorsAreData) {
  check_plan(
      [](PlanBuilder& plan) {
        const NodeIndex input = plan.input(kLeft, table_types(), {kValue, kKey});
        const auto value = plan.column(input, 0);
        const auto key = plan.column(input, 1);
        const NodeIndex first =
            plan.map(input, {call("<", {call("/", {integer(10), value}), integer(8)})}, {value, key});
        plan.map(first, {},
                 {call("/", {integer(10), call("-", {plan.column(first, 1), integer(2)})}),
                  call("%", {integer(5), call("+", {plan.column(first, 0), integer(1)})})});
      },
      {.keys = 4, .values = 3});
}

TEST(MapTest, AnErrorHealsWithItsRow) {
  CheckedCircuit checked;
  checked.add_table(kLeft);
  PlanBuilder plan;
  const NodeIndex input = plan.input(kLeft, table_types(), {kValue});
  plan.map(input, {}, {call("/", {integer(1), plan.column(input, 0)})});
  checked.attach(kView, plan.finish());
  DeltaBuilder zero(table_types());
  for (uint32_t c = 0; c < table_types().size(); ++c) {
    c == kValue ? zero.column(c).append<int64_t>(0) : zero.column(c).append_null();
  }
  zero.end_row(2);
  const DeltaBatch row = zero.finish();
  add_to(checked.contents(kLeft), row, table_types());
  checked.step({{kLeft, {row}}});
  EXPECT_EQ(checked.errors(kView), (ErrorSet{{"division by zero", 2}}));
  checked.contents(kLeft).clear();
  checked.step({{kLeft, {row.negate()}}});
  EXPECT_TRUE(checked.errors(kView).empty());
}

TEST(TableFunctionTest, AgreesWithTheNaiveAnswer) {
  for (const bool outer : {false, true}) {
    for (const bool with_ordinality : {false, true}) {
      check_plan([&](PlanBuilder& plan) {
        const NodeIndex input = plan.input(kLeft, table_types(), {kValue, kKey});
        const SqlType int8 = type_of(oid::kInt8);
        const auto series = expr::resolve_function("generate_series", {int8, int8, int8});
        ASSERT_TRUE(series);
        std::vector<SqlType> types{int8, type_of(oid::kInt4), int8};
        if (with_ordinality) types.push_back(int8);
        // Steps of zero fail, NULLs give no rows, and so does a step that leads away.
        const auto step = call("-", {plan.column(input, 1), integer(2)});
        const auto stop = call("/", {integer(12), plan.column(input, 0)});
        plan.add(
            TableFunctionNode{
                .input = input,
                .calls = {{series->candidate.table, {plan.column(input, 0), stop, step}, {{"generate_series", int8}}}},
                .with_ordinality = with_ordinality,
                .outer = outer},
            types);
      });
    }
  }
}

// Series of different lengths, one of them without rows for NULLs: each gives NULLs when it has ended.
TEST(TableFunctionTest, CallsSideBySideAgreeWithTheNaiveAnswer) {
  for (const bool outer : {false, true}) {
    check_plan([&](PlanBuilder& plan) {
      const NodeIndex input = plan.input(kLeft, table_types(), {kValue, kKey});
      const SqlType int8 = type_of(oid::kInt8);
      const auto series = expr::resolve_function("generate_series", {int8, int8});
      ASSERT_TRUE(series);
      const auto from = [&](int64_t start, expr::ExprPtr stop) {
        return TableFunctionNode::Call{
            series->candidate.table, {integer(start), std::move(stop)}, {{"generate_series", int8}}};
      };
      const auto quotient = call("/", {integer(6), plan.column(input, 0)});
      plan.add(TableFunctionNode{.input = input,
                                 .calls = {from(1, plan.column(input, 0)), from(3, quotient), from(1, integer(2))},
                                 .with_ordinality = true,
                                 .outer = outer},
               {int8, type_of(oid::kInt4), int8, int8, int8, int8});
    });
  }
}

ConstantNode two_rows() {
  const SqlType int8 = type_of(oid::kInt8);
  return {.rows = {{Value(int8, Slot::of_i64(3))}, {Value::null(int8)}, {Value(int8, Slot::of_i64(3))}}};
}

TEST(ConstantTest, IsThereFromTheStart) {
  check_plan([](PlanBuilder& plan) { plan.add(two_rows(), {type_of(oid::kInt8)}); });
  check_plan([](PlanBuilder& plan) {
    const NodeIndex constant = plan.add(two_rows(), {type_of(oid::kInt8)});
    const NodeIndex input = plan.input(kLeft, table_types(), {kValue});
    plan.join({.left = input, .right = constant, .kind = JoinKind::kFull, .left_keys = {0}, .right_keys = {0}});
  });
  check_plan([](PlanBuilder& plan) {
    const NodeIndex one = plan.add(ConstantNode{.rows = {{}}}, {});
    plan.map(one, {}, {integer(5)});
  });
}

TEST(UnionTest, AddsItsInputs) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex left = plan.input(kLeft, table_types(), {kValue});
    const NodeIndex right = plan.input(kRight, table_types(), {kValue});
    const NodeIndex constant = plan.add(two_rows(), {type_of(oid::kInt8)});
    plan.same(UnionNode{.inputs = {left, right, left, constant}}, left);
  });
}

}  // namespace
}  // namespace millrace::dataflow
