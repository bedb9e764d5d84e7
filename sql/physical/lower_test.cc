// Plans that no rule may make: the query is refused, the process goes on. What right plans become is in plan_test.cc.
#include "sql/physical/lower.h"

#include <gtest/gtest.h>

#include "types/sql_type.h"

namespace millrace::sql {
namespace {

class LowerTest : public testing::Test {
 protected:
  RelPtr relation(ColumnId column) {
    auto rel = std::make_unique<RelExpr>();
    rel->kind = Get{ObjectId(1), {0}, {column}};
    return rel;
  }
  void expect_refused(Plan plan, const char* message) {
    const auto circuit = lower(plan, columns_);
    ASSERT_FALSE(circuit);
    EXPECT_EQ(circuit.error().state(), sqlstate::kInternalError);
    EXPECT_EQ(circuit.error().message(), message);
  }

  ColumnTable columns_;
  const ColumnId here_ = columns_.add("here", type_of(oid::kInt4));
  const ColumnId elsewhere_ = columns_.add("elsewhere", type_of(oid::kText));
};

TEST_F(LowerTest, WhatIsThereIsLowered) { EXPECT_TRUE(lower({relation(here_), {here_}}, columns_)); }

TEST_F(LowerTest, LostColumns) {
  constexpr auto kMessage = "the planner made a wrong plan: it uses a column that is not there";
  expect_refused({relation(here_), {elsewhere_}}, kMessage);
  expect_refused({relation(here_), {here_, elsewhere_}}, kMessage);
  const ColumnId computed = columns_.add("computed", type_of(oid::kText));
  expect_refused({make_map(relation(here_), {{computed, columns_.ref(elsewhere_)}}), {computed}}, kMessage);
}

TEST_F(LowerTest, CorrelatedSubqueries) {
  auto rel = std::make_unique<RelExpr>();
  rel->kind = Apply{dataflow::JoinKind::kInner, relation(here_), relation(elsewhere_), {}};
  expect_refused({std::move(rel), {here_}}, "the planner made a wrong plan: a correlated subquery is left");
}

}  // namespace
}  // namespace millrace::sql
