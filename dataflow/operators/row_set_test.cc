// Operators that decide what of a collection is shown: distinct, set operations, top-k, at most one.
#include "dataflow/operator_test_support.h"
#include "dataflow/operators/top_k.h"

namespace millrace::dataflow {
namespace {

const Columns kColumnSets[] = {{kKey}, {kKey, kText}, {kNumber, kFlag}, {kFloat, kValue}, {}};

TEST(DistinctTest, AgreesWithTheNaiveAnswer) {
  for (const Columns& columns : kColumnSets) {
    check_plan([&](PlanBuilder& plan) {
      const NodeIndex input = plan.input(kLeft, table_types(), columns);
      plan.same(DistinctNode{.input = input}, input);
    });
  }
}

TEST(SetOperationTest, AgreesWithTheNaiveAnswer) {
  for (const Columns& columns : kColumnSets) {
    for (const SetOperation operation : {SetOperation::kIntersect, SetOperation::kExcept}) {
      for (const bool all : {false, true}) {
        check_plan(
            [&](PlanBuilder& plan) {
              const NodeIndex left = plan.input(kLeft, table_types(), columns);
              const NodeIndex right = plan.input(kRight, table_types(), columns);
              plan.same(SetOperationNode{.left = left, .right = right, .operation = operation, .all = all}, left);
            },
            {.keys = 30}, 3);
      }
    }
  }
}

TEST(AtMostOneTest, AgreesWithTheNaiveAnswer) {
  for (const Columns& partition : {Columns{}, Columns{0}, Columns{1}}) {
    check_plan(
        [&](PlanBuilder& plan) {
          const NodeIndex input = plan.input(kLeft, table_types(), {kKey, kNumber});
          plan.same(AtMostOneNode{.input = input, .partition = partition}, input);
        },
        {.keys = 20, .values = 3, .rows_at_most = 15});
  }
}

struct Cut {
  int64_t offset;
  std::optional<int64_t> limit;
  bool with_ties;
};

TEST(TopKTest, AgreesWithTheNaiveAnswer) {
  const Cut cuts[] = {{0, 1, false}, {0, 3, false}, {2, 4, false}, {5, std::nullopt, false},
                      {0, 2, true},  {3, 2, true},  {0, 0, true},  {1000, 5, false},
                      {0, 50, false}};
  for (const Columns& partition : {Columns{}, Columns{kKey}, Columns{kNumber}}) {
    for (const Cut& cut : cuts) {
      SCOPED_TRACE(cut.offset);
      check_plan(
          [&](PlanBuilder& plan) {
            const NodeIndex input = plan.input(kLeft, table_types(), count_up(5));
            plan.same(TopKNode{.input = input,
                               .partition = partition,
                               .order = {{.column = kValue, .descending = true, .nulls_first = true},
                                         {.column = kText, .descending = false, .nulls_first = false}},
                               .offset = cut.offset,
                               .limit = cut.limit,
                               .with_ties = cut.with_ties},
                      input);
          },
          {.keys = 4, .values = 3, .rows_at_most = 150}, 2);
    }
  }
}

TEST(TopKTest, SpellingsOfOneNumberTie) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex input = plan.input(kLeft, table_types(), {kNumber, kText});
    plan.same(TopKNode{.input = input, .partition = {}, .order = {{.column = 0}}, .limit = 2, .with_ties = true},
              input);
  });
}

}  // namespace
}  // namespace millrace::dataflow
