// Lets correlated predicates rise out of a subplan.
#pragma once

#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// Takes the predicates that refer to `outer` columns out of the Filters, Maps, inner Joins and kept sides
// of other joins at the top of `rel`, where all columns stay visible, so that they can be checked above it instead.
// When `rel` refers to `outer` in any other way nothing is changed and the answer is false.
bool pull_correlated_predicates(RelPtr& rel, const ColumnSet& outer, std::vector<expr::ExprPtr>& pulled);

bool refers_to(const expr::ExprPtr& expr, const ColumnSet& columns);
bool is_correlated(const RelExpr& rel, const ColumnSet& outer);

}  // namespace millrace::sql
