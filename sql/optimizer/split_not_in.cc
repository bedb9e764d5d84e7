#include "sql/optimizer/split_not_in.h"

#include <algorithm>

#include "sql/plan/join_predicates.h"
#include "sql/plan/properties.h"

namespace millrace::sql {
namespace {

using dataflow::JoinKind;
using expr::ExprPtr;

// The equality inside `(l = r) IS DISTINCT FROM false`; null when it is something else.
ExprPtr equality_of_not_in(const ExprPtr& predicate) {
  if (!predicate->is<expr::IsDistinct>()) return nullptr;
  const auto* constant = predicate->child(1)->as<expr::Constant>();
  if (constant == nullptr || constant->value.is_null() || constant->value.type().oid() != oid::kBool ||
      constant->value.slot().boolean()) {
    return nullptr;
  }
  const ExprPtr& inner = predicate->child(0);
  const auto* call = inner->as<expr::Call>();
  const bool equal = call != nullptr && call->function->kind == expr::FunctionKind::kOperator &&
                     call->function->name == "=" && call->function->strict && inner->children().size() == 2;
  return equal ? inner : nullptr;
}

// The columns whose NULL makes the side NULL; a side that may be NULL otherwise is taken as such.
bool never_null(const ExprPtr& side, const ColumnSet& non_null) {
  const auto* column = side->as<expr::ColumnRef>();
  if (column != nullptr) return non_null.contains(column->index);
  const auto* call = side->as<expr::Call>();
  if (call != nullptr && call->function->kind == expr::FunctionKind::kCast && side->children().size() == 1) {
    return never_null(side->child(0), non_null);
  }
  const auto* constant = side->as<expr::Constant>();
  return constant != nullptr && !constant->value.is_null();
}

// Whether there is any row at all, as at most one row.
RelPtr any_row(RelPtr rel, ColumnTable& columns) {
  const ColumnId one = columns.add("any", type_of(oid::kBool));
  return make_rel(Distinct{make_map(std::move(rel), {{one, expr::make_bool(true)}}), {one}});
}

RelPtr split(RelPtr rel, ColumnTable& columns, const catalog::CatalogSnapshot& catalog) {
  auto& join = *rel->as<Join>();
  const auto found = std::find_if(join.predicates.begin(), join.predicates.end(),
                                  [](const ExprPtr& p) { return equality_of_not_in(p) != nullptr; });
  if (found == join.predicates.end()) return rel;
  const ExprPtr equality = equality_of_not_in(*found);
  const ColumnIds left_ids = columns_of(*join.left);
  const ColumnIds right_ids = columns_of(*join.right);
  const ColumnSet left_set(left_ids.begin(), left_ids.end());
  const ColumnSet right_set(right_ids.begin(), right_ids.end());
  const bool left_first = only_refers_to(equality->child(0), left_set) && only_refers_to(equality->child(1), right_set);
  const ExprPtr& l = equality->child(left_first ? 0 : 1);
  const ExprPtr& r = equality->child(left_first ? 1 : 0);
  if (!only_refers_to(l, left_set) || !only_refers_to(r, right_set)) return rel;

  std::vector<ExprPtr> others;  // a correlated subquery's
  for (const ExprPtr& predicate : join.predicates) {
    if (predicate != *found) others.push_back(predicate);
  }
  const bool nullable_left = !never_null(l, non_null_of(*join.left, catalog));
  const bool nullable_right = !never_null(r, non_null_of(*join.right, catalog));
  *found = equality;
  RelPtr nulls = nullable_right ? make_filter(clone(*join.right), {expr::make_is_null(r)}) : nullptr;
  RelPtr any = nullable_left ? clone(*join.right) : nullptr;
  RelPtr out = std::move(rel);
  if (nulls != nullptr) {
    if (others.empty()) nulls = any_row(std::move(nulls), columns);
    out = make_rel(Join{JoinKind::kAnti, std::move(out), std::move(nulls), others});
  }
  if (any != nullptr) {
    if (others.empty()) any = any_row(std::move(any), columns);
    others.push_back(expr::make_is_null(l));
    out = make_rel(Join{JoinKind::kAnti, std::move(out), std::move(any), std::move(others)});
  }
  return out;
}

}  // namespace

RelPtr split_not_in(RelPtr rel, ColumnTable& columns, const catalog::CatalogSnapshot& catalog) {
  for (RelPtr* input : inputs_of(*rel)) *input = split_not_in(std::move(*input), columns, catalog);
  const auto* join = rel->as<Join>();
  if (join == nullptr || join->kind != JoinKind::kAnti) return rel;
  return split(std::move(rel), columns, catalog);
}

}  // namespace millrace::sql
