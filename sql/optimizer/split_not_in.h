// L antijoin R on (l = r) IS NOT FALSE          (what NOT IN means where NULLs are about)
//   =  L antijoin R on l = r                       no equal value,
//        antijoin R where r IS NULL                no NULL that could have been equal,
//        antijoin R on l IS NULL                   and l itself known, unless R is empty
//
// The first has a key, so a change costs its matches alone; the others compare with a single row when
// the subquery is not correlated, and fall away when the columns are never NULL.
#pragma once

#include "catalog/catalog.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

RelPtr split_not_in(RelPtr rel, ColumnTable& columns, const catalog::CatalogSnapshot& catalog);

}  // namespace millrace::sql
