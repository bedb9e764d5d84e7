#include "dataflow/operators/recursion.h"

#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

const std::vector<SqlType> kEdge = {type_of(oid::kInt8), type_of(oid::kInt8)};

// Values of kLeft whose flag is set.
NodeIndex roots(PlanBuilder& plan, Columns columns) {
  columns.push_back(kFlag);
  const NodeIndex rows = plan.input(kLeft, table_types(), columns);
  std::vector<expr::ExprPtr> outputs;
  for (uint32_t c = 0; c + 1 < columns.size(); ++c) outputs.push_back(plan.column(rows, c));
  return plan.map(rows, {plan.column(rows, static_cast<uint32_t>(columns.size() - 1))}, std::move(outputs));
}

// From the value of a row of kLeft to that of each row of kRight with its text.
NodeIndex edges(PlanBuilder& plan) {
  const NodeIndex left = plan.input(kLeft, table_types(), {kText, kValue});
  const NodeIndex right = plan.input(kRight, table_types(), {kText, kValue});
  const NodeIndex pairs = plan.join({.left = left, .right = right, .left_keys = {0}, .right_keys = {0}});
  return plan.map(pairs, {}, {plan.column(pairs, 1), plan.column(pairs, 3)});
}

// W(round, node, ..) ⋈ edges(node, next): (round + 1, `next` of each pair).
std::shared_ptr<const CircuitPlan> walk(
    size_t columns, const std::function<std::vector<expr::ExprPtr>(PlanBuilder&, NodeIndex)>& outputs,
    const std::function<std::vector<expr::ExprPtr>(PlanBuilder&, NodeIndex)>& filters = [](PlanBuilder&, NodeIndex) {
      return std::vector<expr::ExprPtr>{};
    }) {
  PlanBuilder plan;
  const std::vector<SqlType> working(columns + 1, type_of(oid::kInt8));
  const NodeIndex rows = plan.input(kWorkingTable, working, count_up(columns + 1));
  const NodeIndex edge = plan.input(recursion_input(1), kEdge, {0, 1});
  const NodeIndex pairs = plan.join({.left = rows, .right = edge, .left_keys = {1}, .right_keys = {0}});
  std::vector<expr::ExprPtr> all = {call("+", {plan.column(pairs, 0), integer(1)})};
  for (expr::ExprPtr& output : outputs(plan, pairs)) all.push_back(std::move(output));
  plan.map(pairs, filters(plan, pairs), std::move(all));
  return std::make_shared<CircuitPlan>(plan.finish());
}

TEST(RecursionTest, ReachabilityAgreesWithTheNaiveAnswer) {
  for (const int64_t values : {2, 6, 40}) {
    check_plan(
        [](PlanBuilder& plan) {
          const NodeIndex base = roots(plan, {kValue});
          const NodeIndex edge = edges(plan);
          plan.add(RecursionNode{.inputs = {base, edge},
                                 .step = walk(1,
                                              [](PlanBuilder& step, NodeIndex pairs) {
                                                return std::vector<expr::ExprPtr>{step.column(pairs, 3)};
                                              }),
                                 .distinct = true},
                   {type_of(oid::kInt8)});
        },
        {.keys = 5, .values = values, .rows_at_most = 60}, 4);
  }
}

TEST(RecursionTest, PairsThatReachEachOtherAgreeWithTheNaiveAnswer) {
  check_plan(
      [](PlanBuilder& plan) {
        const NodeIndex edge = edges(plan);
        // (source, node): what is reached, and from where.
        const NodeIndex base = plan.map(edge, {}, {plan.column(edge, 1), plan.column(edge, 0)});
        plan.add(RecursionNode{.inputs = {base, edge},
                               .step = walk(2,
                                            [](PlanBuilder& step, NodeIndex pairs) {
                                              return std::vector<expr::ExprPtr>{step.column(pairs, 4),
                                                                                step.column(pairs, 2)};
                                            }),
                               .distinct = true},
                 kEdge);
      },
      {.keys = 5, .values = 6, .rows_at_most = 12}, 6);
}

TEST(RecursionTest, PathsOfBoundedLengthAgreeWithTheNaiveAnswer) {
  for (const bool distinct : {false, true}) {
    check_plan(
        [&](PlanBuilder& plan) {
          const NodeIndex rows = roots(plan, {kValue});
          const NodeIndex base = plan.map(rows, {}, {plan.column(rows, 0), integer(0)});
          const NodeIndex edge = edges(plan);
          plan.add(
              RecursionNode{.inputs = {base, edge},
                            .step = walk(
                                2,
                                [](PlanBuilder& step, NodeIndex pairs) {
                                  return std::vector<expr::ExprPtr>{step.column(pairs, 4),
                                                                    call("+", {step.column(pairs, 2), integer(1)})};
                                },
                                [](PlanBuilder& step, NodeIndex pairs) {
                                  return std::vector<expr::ExprPtr>{call("<", {step.column(pairs, 2), integer(3)})};
                                }),
                            .distinct = distinct},
              kEdge);
        },
        {.keys = 5, .values = 8, .rows_at_most = 8}, 4);
  }
}

// A cycle under UNION ALL never ends: an error while it is there, and an answer again when it is gone.
TEST(RecursionTest, EndlessRecursionIsAnErrorThatHeals) {
  NoExecutor executor;
  const auto circuit = make_circuit(executor);
  PlanBuilder plan;
  const ObjectId table{7};
  const NodeIndex edge = plan.input(table, kEdge, {0, 1});
  const NodeIndex base = plan.map(edge, {}, {plan.column(edge, 0)});
  plan.add(
      RecursionNode{.inputs = {base, edge},
                    .step = walk(1, [](PlanBuilder& step,
                                       NodeIndex pairs) { return std::vector<expr::ExprPtr>{step.column(pairs, 3)}; })},
      {type_of(oid::kInt8)});
  ASSERT_TRUE(circuit->attach(kView, plan.finish(), {}));
  const auto edge_change = [&](int64_t from, int64_t to, int64_t weight) {
    DeltaBuilder builder(kEdge);
    builder.column(0).append<int64_t>(from);
    builder.column(1).append<int64_t>(to);
    builder.end_row(weight);
    return InputChanges{{table, {builder.finish()}}};
  };
  uint64_t tick = 0;
  int64_t errors = 0;
  RowSet rows;
  const auto step = [&](const InputChanges& changes) {
    for (const ViewChange& change : circuit->step(TickId(++tick), changes)) {
      for (const DeltaBatch& batch : change.rows) add_to(rows, batch, {type_of(oid::kInt8)});
      for (const ErrorChange& error : change.errors) {
        EXPECT_EQ(error.error.state(), sqlstate::kStatementTooComplex);
        errors += error.weight;
      }
    }
  };
  step(edge_change(1, 2, 1));
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(rows.size(), 2U);
  step(edge_change(2, 1, 1));
  EXPECT_EQ(errors, 1);
  step(edge_change(3, 4, 1));
  EXPECT_EQ(errors, 1);
  step(edge_change(2, 1, -1));
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(rows.size(), 4U);
}

}  // namespace
}  // namespace millrace::dataflow
