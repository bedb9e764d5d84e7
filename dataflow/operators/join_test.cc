// Inner, outer, semi and anti joins.
#include "dataflow/operators/join.h"

#include "dataflow/operator_test_support.h"

namespace millrace::dataflow {
namespace {

enum class Residual { kNone, kLess, kDivides };

// Over (key, number, value) of both tables.
struct JoinCase {
  JoinKind kind;
  Columns keys;  // of the projected columns
  bool null_safe;
  Residual residual;
};

std::string name_of(const JoinCase& join) {
  const char* const kinds[] = {"Inner", "Left", "Full", "Semi", "Anti"};
  const char* const residuals[] = {"", "Less", "Divides"};
  std::string name = kinds[static_cast<size_t>(join.kind)];
  name += "On" + std::to_string(join.keys.size());
  for (const uint32_t key : join.keys) name += "C" + std::to_string(key);
  if (join.null_safe) name += "NullSafe";
  return name + residuals[static_cast<size_t>(join.residual)];
}

std::vector<JoinCase> all_cases() {
  std::vector<JoinCase> cases;
  for (const JoinKind kind : {JoinKind::kInner, JoinKind::kLeft, JoinKind::kFull, JoinKind::kSemi, JoinKind::kAnti}) {
    for (const Columns& keys : {Columns{0}, Columns{1, 0}, Columns{}}) {
      for (const Residual residual : {Residual::kNone, Residual::kLess, Residual::kDivides}) {
        cases.push_back({kind, keys, false, residual});
      }
    }
    cases.push_back({kind, {0, 1}, true, Residual::kNone});
    cases.push_back({kind, {0}, true, Residual::kLess});
  }
  return cases;
}

class JoinTest : public ::testing::TestWithParam<JoinCase> {};

TEST_P(JoinTest, AgreesWithTheNaiveAnswer) {
  const JoinCase& join = GetParam();
  const bool cross = join.keys.empty();
  check_plan(
      [&](PlanBuilder& plan) {
        const Columns columns{kKey, kNumber, kValue};
        const NodeIndex left = plan.input(kLeft, table_types(), columns);
        const NodeIndex right = plan.input(kRight, table_types(), columns);
        const auto left_value = plan.column(left, 2);
        const auto right_value = expr::make_column(5, type_of(oid::kInt8));
        expr::ExprPtr residual;
        if (join.residual == Residual::kLess) residual = call("<", {left_value, right_value});
        if (join.residual == Residual::kDivides) {
          residual = call("=", {call("/", {left_value, right_value}), integer(1)});
        }
        plan.join({.left = left,
                   .right = right,
                   .kind = join.kind,
                   .left_keys = join.keys,
                   .right_keys = join.keys,
                   .null_safe = join.null_safe,
                   .residual = residual});
      },
      {.keys = 6, .values = 4, .rows_at_most = cross ? 30U : 100U}, 2);
}

INSTANTIATE_TEST_SUITE_P(All, JoinTest, ::testing::ValuesIn(all_cases()),
                         [](const auto& info) { return name_of(info.param); });

// Keys with more rows than lie in one segment's run, and more pairs than a batch holds.
TEST(JoinOfManyRowsTest, AgreesWithTheNaiveAnswer) {
  for (const JoinKind kind : {JoinKind::kInner, JoinKind::kFull, JoinKind::kAnti}) {
    check_plan(
        [&](PlanBuilder& plan) {
          const NodeIndex left = plan.input(kLeft, table_types(), {kKey, kValue});
          const NodeIndex right = plan.input(kRight, table_types(), {kKey, kValue});
          const auto residual = call("<", {plan.column(left, 1), expr::make_column(3, type_of(oid::kInt8))});
          plan.join({.left = left,
                     .right = right,
                     .kind = kind,
                     .left_keys = {0},
                     .right_keys = {0},
                     .residual = kind == JoinKind::kInner ? nullptr : residual});
        },
        {.keys = 6, .values = 1000, .rows_at_most = 500}, 1);
  }
}

// Input and itself, on different columns: each pair counts once.
TEST(JoinOfOneInputTest, SelfJoin) {
  for (const JoinKind kind : {JoinKind::kInner, JoinKind::kFull, JoinKind::kSemi}) {
    check_plan([&](PlanBuilder& plan) {
      const NodeIndex input = plan.input(kLeft, table_types(), {kKey, kText, kText});
      plan.join({.left = input, .right = input, .kind = kind, .left_keys = {1}, .right_keys = {2}});
    });
  }
}

// One input reaches the join on two ways.
TEST(JoinOfOneInputTest, Diamond) {
  check_plan([](PlanBuilder& plan) {
    const NodeIndex input = plan.input(kLeft, table_types(), {kKey, kValue});
    const NodeIndex sums =
        plan.aggregate(input, {0}, {aggregate_call("sum", plan.types(input), {1}), aggregate_call("count", {}, {})});
    const NodeIndex positive = plan.map(input, {call(">", {plan.column(input, 1), integer(0)})},
                                        {plan.column(input, 0), plan.column(input, 1)});
    plan.join({.left = positive, .right = sums, .kind = JoinKind::kLeft, .left_keys = {0}, .right_keys = {0}});
  });
}

}  // namespace
}  // namespace millrace::dataflow
