#include "sql/plan/pull_predicates.h"

#include <algorithm>

namespace millrace::sql {
namespace {

bool can_pull(const RelExpr& rel, const ColumnSet& outer) {
  if (!is_correlated(rel, outer)) return true;
  if (const auto* filter = rel.as<Filter>()) return can_pull(*filter->input, outer);
  if (const auto* map = rel.as<Map>()) {
    const bool own = std::any_of(map->computed.begin(), map->computed.end(),
                                 [&](const Map::Computed& computed) { return refers_to(computed.value, outer); });
    return !own && can_pull(*map->input, outer);
  }
  if (const auto* join = rel.as<Join>()) {
    if (join->kind == dataflow::JoinKind::kInner) return can_pull(*join->left, outer) && can_pull(*join->right, outer);
    // A predicate of the side that is kept can as well be asked after the join.
    if (join->kind == dataflow::JoinKind::kFull || is_correlated(*join->right, outer)) return false;
    const bool own = std::any_of(join->predicates.begin(), join->predicates.end(),
                                 [&](const expr::ExprPtr& predicate) { return refers_to(predicate, outer); });
    return !own && can_pull(*join->left, outer);
  }
  return false;
}

void pull_from(std::vector<expr::ExprPtr>& predicates, const ColumnSet& outer, std::vector<expr::ExprPtr>& pulled) {
  const auto first = std::stable_partition(predicates.begin(), predicates.end(),
                                           [&](const expr::ExprPtr& p) { return !refers_to(p, outer); });
  pulled.insert(pulled.end(), first, predicates.end());
  predicates.erase(first, predicates.end());
}

void pull(RelPtr& rel, const ColumnSet& outer, std::vector<expr::ExprPtr>& pulled) {
  if (!is_correlated(*rel, outer)) return;
  if (auto* filter = rel->as<Filter>()) {
    pull_from(filter->predicates, outer, pulled);
    pull(filter->input, outer, pulled);
    if (filter->predicates.empty()) {
      RelPtr input = std::move(filter->input);
      rel = std::move(input);
    }
  } else if (auto* map = rel->as<Map>()) {
    pull(map->input, outer, pulled);
  } else if (auto* join = rel->as<Join>()) {
    pull_from(join->predicates, outer, pulled);
    pull(join->left, outer, pulled);
    pull(join->right, outer, pulled);
  }
}

}  // namespace

bool refers_to(const expr::ExprPtr& expr, const ColumnSet& columns) {
  ColumnSet referenced;
  add_referenced(expr, referenced);
  return std::any_of(referenced.begin(), referenced.end(), [&](ColumnId id) { return columns.contains(id); });
}

bool is_correlated(const RelExpr& rel, const ColumnSet& outer) {
  const ColumnSet free = free_columns(rel);
  return std::any_of(free.begin(), free.end(), [&](ColumnId id) { return outer.contains(id); });
}

bool pull_correlated_predicates(RelPtr& rel, const ColumnSet& outer, std::vector<expr::ExprPtr>& pulled) {
  if (!can_pull(*rel, outer)) return false;
  pull(rel, outer, pulled);
  return true;
}

}  // namespace millrace::sql
