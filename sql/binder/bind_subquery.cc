// Subqueries in expressions. Each becomes a plan joined (applied) to its block's, and a column.
#include <fmt/format.h>

#include <utility>

#include "expr/overload_resolution.h"
#include "sql/binder/expr_binder.h"
#include "types/array.h"

namespace millrace::sql {

using dataflow::JoinKind;
using expr::ExprPtr;

Result<std::unique_ptr<ExprBinder::SubqueryPlace>> ExprBinder::enter_subquery() {
  if (clause_ == Clause::kDefault || clause_ == Clause::kCheck || clause_ == Clause::kLimit ||
      clause_ == Clause::kOffset || clause_ == Clause::kExecute || clause_ == Clause::kCopyWhere) {
    const std::string_view where = clause_ == Clause::kDefault ? "DEFAULT expression"
                                   : clause_ == Clause::kCheck ? "check constraint"
                                                               : clause_name(clause_);
    return SqlError(sqlstate::kFeatureNotSupported, fmt::format("cannot use subquery in {}", where));
  }
  return std::make_unique<SubqueryPlace>(binder_, block_, clause_);
}

std::vector<PendingApply>& ExprBinder::pending() {
  const bool below = clause_ == Clause::kAggregateArgument || clause_ == Clause::kFilter || clause_ == Clause::kGroupBy;
  return below ? block_.applies_below_aggregate : block_.applies;
}

Result<const expr::AggregateSpec*> ExprBinder::count_rows() const {
  TRY(const expr::ResolvedCall count, expr::resolve_function("count", {}));
  return count.candidate.aggregate;
}

ExprBinder::Bound ExprBinder::scalar_subquery(const ast::Query& query) {
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, binder_.bind_subquery(query, &block_, &outputs));
  if (plan.outputs.size() != 1) return SqlError(sqlstate::kSyntaxError, "subquery must return only one column");
  const auto* aggregate = plan.root->as<Aggregate>();
  const bool one_row = aggregate != nullptr && aggregate->group.empty();
  if (!one_row) {
    // Through a projection it is as plain to see.
    const RelExpr* below = plan.root.get();
    while (const auto* map = below->as<Map>()) below = map->input.get();
    const auto* inner = below->as<Aggregate>();
    if (inner == nullptr || !inner->group.empty()) plan.root = make_rel(AtMostOne{std::move(plan.root), {}});
  }
  pending().push_back({JoinKind::kLeft, std::move(plan.root), {}});
  return binder_.columns_.ref(plan.outputs[0]);
}

// (a, b) op (SELECT x, y): at most one row, whose fields are compared; none compares as NULLs.
ExprBinder::Bound ExprBinder::compare_with_row_subquery(const std::string& name, const ast::Row& row,
                                                        const ast::Query& query) {
  TRY(const std::vector<ExprPtr> left, bind_all(row.fields));
  TRY(const auto place, enter_subquery());
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, binder_.bind_subquery(query, &block_, &outputs));
  if (outputs.size() > left.size()) return SqlError(sqlstate::kSyntaxError, "subquery has too many columns");
  if (outputs.size() < left.size()) return SqlError(sqlstate::kSyntaxError, "subquery has too few columns");
  std::vector<ExprPtr> right;
  for (const ColumnId id : plan.outputs) right.push_back(binder_.columns_.ref(id));
  pending().push_back({JoinKind::kLeft, make_rel(AtMostOne{std::move(plan.root), {}}), {}});
  return compare_row_values(name, left, right);
}

// As a value: count(*) > 0, which is right for any correlation and needs no third truth value.
ExprBinder::Bound ExprBinder::exists_subquery(const ast::Query& query) {
  TRY(Plan plan, binder_.bind_subquery(query, &block_));
  TRY(const expr::AggregateSpec* spec, count_rows());
  const ColumnId count = binder_.columns_.add("count", type_of(oid::kInt8));
  pending().push_back(
      {JoinKind::kLeft, make_rel(Aggregate{std::move(plan.root), {}, {{count, spec, {}, false, std::nullopt}}}), {}});
  return call_operator(">",
                       {binder_.columns_.ref(count), expr::make_constant(Value(type_of(oid::kInt8), Slot::of_i64(0)))});
}

// array_agg over the subquery in its order, and the empty array of no rows.
ExprBinder::Bound ExprBinder::array_subquery(const ast::Query& query) {
  TRY(BoundRelation relation, binder_.bind_query(query, &block_));
  TRY(const ColumnIds ids, binder_.settle_outputs(relation));
  if (ids.size() != 1) return SqlError(sqlstate::kSyntaxError, "subquery must return only one column");
  const SqlType type = binder_.columns_.type(ids[0]);
  TRY(const expr::ResolvedCall call, expr::resolve_function("array_agg", {type}));
  const ColumnId array = binder_.columns_.add("array", call.result_type);
  Aggregate::Call collect{array, call.candidate.aggregate, {ids[0]}};
  for (const OrderItem& item : relation.order) {
    collect.order.push_back({item.value->as<expr::ColumnRef>()->index, item.descending, item.nulls_first});
  }
  TRY(RelPtr root, binder_.apply_limit(relation, ids));
  pending().push_back({JoinKind::kLeft, make_rel(Aggregate{std::move(root), {}, {std::move(collect)}}), {}});
  Arena arena;
  const Value empty(call.result_type, ArrayBuilder(type).finish(arena));
  return expr::make_coalesce({binder_.columns_.ref(array), expr::make_constant(empty)});
}

// The comparison of the test with a row of the subquery.
Result<ExprPtr> ExprBinder::compare_with_outputs(const ast::Sublink& node, const std::vector<OutputColumn>& outputs,
                                                 const std::string& name) {
  std::vector<ExprPtr> left;
  if (const auto* row = node.test->as<ast::Row>()) {
    TRY(left, bind_all(row->fields));
  } else {
    TRY(ExprPtr value, bind(*node.test));
    left.push_back(std::move(value));
  }
  if (left.size() < outputs.size()) return SqlError(sqlstate::kSyntaxError, "subquery has too many columns");
  if (left.size() > outputs.size()) return SqlError(sqlstate::kSyntaxError, "subquery has too few columns");
  std::vector<ExprPtr> right;
  for (const OutputColumn& output : outputs) right.push_back(output.value);
  if (left.size() == 1) return call_operator(name, {left[0], right[0]});
  return compare_row_values(name, left, right);
}

// x op ANY (Q): true when some comparison is, else NULL when some is NULL, else false. ALL is its mirror.
ExprBinder::Bound ExprBinder::quantified_subquery(const ast::Sublink& node) {
  TRY(const std::string name, node.name.empty() ? Result<std::string>("=") : operator_name(node.name));
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, binder_.bind_subquery(*node.query, &block_, &outputs));
  TRY(const ExprPtr comparison, compare_with_outputs(node, outputs, name));
  TRY(const expr::AggregateSpec* count, count_rows());
  ColumnTable& columns = binder_.columns_;
  const bool all = node.kind == ast::Sublink::Kind::kAll;
  const SqlType boolean = type_of(oid::kBool);
  const SqlType int8 = type_of(oid::kInt8);
  const ColumnId decided = columns.add("decided", boolean);
  const ColumnId unknown = columns.add("unknown", boolean);
  RelPtr rows = make_map(std::move(plan.root), {{decided, all ? expr::make_not(comparison) : comparison},
                                                {unknown, expr::make_is_null(comparison)}});
  const ColumnId decided_count = columns.add("decided", int8);
  const ColumnId unknown_count = columns.add("unknown", int8);
  pending().push_back(
      {JoinKind::kLeft,
       make_rel(Aggregate{std::move(rows),
                          {},
                          {{decided_count, count, {}, false, decided}, {unknown_count, count, {}, false, unknown}}}),
       {}});
  const ExprPtr zero = expr::make_constant(Value(int8, Slot::of_i64(0)));
  TRY(ExprPtr is_decided, call_operator(">", {columns.ref(decided_count), zero}));
  TRY(ExprPtr is_unknown, call_operator(">", {columns.ref(unknown_count), zero}));
  return expr::make_case(
      {{std::move(is_decided), expr::make_bool(!all)}, {std::move(is_unknown), expr::make_null(boolean)}},
      expr::make_bool(all));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Sublink& node, const ast::Expr&) {
  using Kind = ast::Sublink::Kind;
  TRY(const auto place, enter_subquery());
  switch (node.kind) {
    case Kind::kExists: return exists_subquery(*node.query);
    case Kind::kScalar: return scalar_subquery(*node.query);
    case Kind::kArray: return array_subquery(*node.query);
    case Kind::kAny:
    case Kind::kAll: return quantified_subquery(node);
  }
  return SqlError(sqlstate::kInternalError, "a subquery of no kind");
}

Result<bool> ExprBinder::bind_semijoin(const ast::Expr& conjunct) {
  using Kind = ast::Sublink::Kind;
  const ast::Expr* inner = &conjunct;
  bool negated = false;
  while (const auto* negation = inner->as<ast::Not>()) {
    negated = !negated;
    inner = negation->argument.get();
  }
  const auto* sublink = inner->as<ast::Sublink>();
  if (sublink == nullptr || (sublink->kind != Kind::kExists && sublink->kind != Kind::kAny)) return false;
  TRY(auto place, enter_subquery());
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, binder_.bind_subquery(*sublink->query, &block_, &outputs));
  place.reset();  // the test is the condition's own
  PendingApply apply{negated ? JoinKind::kAnti : JoinKind::kSemi, std::move(plan.root), {}};
  if (sublink->kind == Kind::kAny) {
    TRY(const std::string name, sublink->name.empty() ? Result<std::string>("=") : operator_name(sublink->name));
    Bound comparison = compare_with_outputs(*sublink, outputs, name);
    if (!comparison) return std::move(comparison).error().at(inner->location);
    TRY(ExprPtr condition, coercions().to_boolean(*comparison, "ANY"));
    if (negated) {
      // NOT IN: a row stays only when no comparison is true or NULL.
      apply.predicates.push_back(expr::make_is_distinct(std::move(condition), expr::make_bool(false)));
    } else {
      apply.predicates = {std::move(condition)};
    }
  }
  block_.applies.push_back(std::move(apply));
  return true;
}

}  // namespace millrace::sql
