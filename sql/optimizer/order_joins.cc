#include "sql/optimizer/order_joins.h"

#include <algorithm>

#include "sql/plan/join_predicates.h"

namespace millrace::sql {
namespace {

using dataflow::JoinKind;
using expr::ExprPtr;

// The inputs and predicates of a tree of inner joins.
struct Region {
  std::vector<RelPtr> inputs;
  std::vector<ExprPtr> predicates;
};

void collect(RelPtr rel, Region& region) {
  auto* join = rel->as<Join>();
  if (join == nullptr || join->kind != JoinKind::kInner) {
    region.inputs.push_back(order_joins(std::move(rel)));
    return;
  }
  region.predicates.insert(region.predicates.end(), join->predicates.begin(), join->predicates.end());
  collect(std::move(join->left), region);
  collect(std::move(join->right), region);
}

ColumnSet column_set(const RelExpr& rel) {
  const ColumnIds ids = columns_of(rel);
  return {ids.begin(), ids.end()};
}

bool connected(const Region& region, const ColumnSet& left, const ColumnSet& right) {
  return !classify(region.predicates, left, right).keys.empty();
}

RelPtr build(Region region) {
  std::vector<ColumnSet> columns;
  for (const RelPtr& input : region.inputs) columns.push_back(column_set(*input));
  std::vector<bool> used(region.inputs.size(), false);
  RelPtr out = std::move(region.inputs[0]);
  ColumnSet have = columns[0];
  used[0] = true;
  for (size_t step = 1; step < region.inputs.size(); ++step) {
    size_t next = region.inputs.size();
    for (size_t i = 0; i < region.inputs.size() && next == region.inputs.size(); ++i) {
      if (!used[i] && connected(region, have, columns[i])) next = i;
    }
    for (size_t i = 0; i < region.inputs.size() && next == region.inputs.size(); ++i) {
      if (!used[i]) next = i;
    }
    used[next] = true;
    have.insert(columns[next].begin(), columns[next].end());
    std::vector<ExprPtr> here;
    std::erase_if(region.predicates, [&](const ExprPtr& predicate) {
      if (!only_refers_to(predicate, have)) return false;
      here.push_back(predicate);
      return true;
    });
    out = make_rel(Join{JoinKind::kInner, std::move(out), std::move(region.inputs[next]), std::move(here)});
  }
  return make_filter(std::move(out), std::move(region.predicates));
}

}  // namespace

RelPtr order_joins(RelPtr rel) {
  const auto* join = rel->as<Join>();
  if (join != nullptr && join->kind == JoinKind::kInner) {
    Region region;
    collect(std::move(rel), region);
    return build(std::move(region));
  }
  for (RelPtr* input : inputs_of(*rel)) *input = order_joins(std::move(*input));
  return rel;
}

}  // namespace millrace::sql
