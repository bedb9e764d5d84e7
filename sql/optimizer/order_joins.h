// A join B join C ...: the same inputs in an order where each is connected to those before it by an
// equality, so that no cross product is made that the query does not ask for.
//
// Inputs keep the order of the query where they can; predicates go to the first join that has all their
// columns.
#pragma once

#include "sql/plan/rel_expr.h"

namespace millrace::sql {

RelPtr order_joins(RelPtr rel);

}  // namespace millrace::sql
