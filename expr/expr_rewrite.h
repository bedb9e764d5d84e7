// Walking and rebuilding expressions without recursion.
#pragma once

#include <functional>
#include <set>

#include "expr/expr.h"

namespace millrace::expr {

// Calls `visit` for each node, parents first, until it returns false for a node: then the walk goes on
// beside that node, not below it. A shared subtree is visited once for each parent.
void walk(const Expr& root, const std::function<bool(const Expr&)>& visit);

// Rebuilds the tree from the leaves up. `rewrite` gets each node with its children already rewritten
// and returns it or what stands in its place. Subtrees that nothing changes are shared, not copied.
ExprPtr rewrite_bottom_up(const ExprPtr& root, const std::function<ExprPtr(ExprPtr)>& rewrite);

// The same node over other children; `expr` itself when they are the same pointers.
ExprPtr with_children(const ExprPtr& expr, std::vector<ExprPtr> children);

// The columns an expression reads.
std::set<uint32_t> referenced_columns(const Expr& root);
// Replaces each column i by target(i), as when a projection is pushed through or columns are renumbered.
ExprPtr substitute_columns(const ExprPtr& root, const std::function<ExprPtr(uint32_t index, SqlType type)>& target);
// Replaces each parameter by its value. REQUIRES: one for each number.
ExprPtr bind_parameters(const ExprPtr& root, std::span<const Value> values);
// The terms of an AND; a list of one for anything else.
std::vector<ExprPtr> conjuncts(const ExprPtr& expr);

}  // namespace millrace::expr
