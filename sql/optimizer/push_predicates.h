// Filter_p(op(R))  =  op(Filter_p(R))    as far down as p's columns go
//
//   through Map (its expressions substituted), Aggregate, Distinct and TopK (on group and partition
//   columns), Union (into every input), the kept side of outer joins, both sides of inner ones. What
//   needs both sides of an inner join becomes the join's own predicate.
//   L leftjoin R  =  L join R   when a predicate above is never true for NULLs of R.
//
// A predicate with a volatile function stays where it is.
#pragma once

#include "sql/plan/rel_expr.h"

namespace millrace::sql {

RelPtr push_predicates(RelPtr rel);

}  // namespace millrace::sql
