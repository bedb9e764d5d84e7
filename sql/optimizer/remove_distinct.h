// DISTINCT over rows that a key makes distinct already is nothing:
//
//     δ columns (R)  →  R      when some key of R is among the columns
//
// It saves the state of every row.
#pragma once

#include "catalog/catalog.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

RelPtr remove_distinct(RelPtr rel, const catalog::CatalogSnapshot& catalog);

}  // namespace millrace::sql
