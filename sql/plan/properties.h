// What holds for every row of a plan's result.
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// Sets of columns whose values are unique; an empty set says there is at most one row. Not all there
// are, only what follows from the catalog and the operators; none contains another.
std::vector<ColumnSet> keys_of(const RelExpr& rel, const catalog::CatalogSnapshot& catalog);

// Columns that are never NULL.
ColumnSet non_null_of(const RelExpr& rel, const catalog::CatalogSnapshot& catalog);

// Columns that a row for which the predicate is true has a value in.
ColumnSet rejects_null(const expr::ExprPtr& predicate);

}  // namespace millrace::sql
