// Takes every Apply out of a plan (Neumann & Kemper, "Unnesting Arbitrary Queries"). Complete: any
// correlated subquery of any depth becomes joins.
//
// With D the distinct values of the left columns that the right side refers to,
//
//     L apply R   =   L join_{L.d IS NOT DISTINCT FROM D.d} (D apply R)
//
// and D travels down into R until no reference is left below, each operator keeping D's columns: a
// group gets them as keys, a top-k or a window as partition, and an aggregate without groups is outer-joined from
// D, since an empty group still has its row (count = 0).
//
// Two common shapes do without D: predicates that can rise out of R as they are (EXISTS, IN, lateral
// joins over filters), and an aggregate whose rows are correlated by equalities alone, which is grouped
// by the equated columns instead.
#pragma once

#include "base/result.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// 0A000 for a full join that is correlated on one side only.
Result<RelPtr> decorrelate(RelPtr rel, ColumnTable& columns);

}  // namespace millrace::sql
