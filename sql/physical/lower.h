// The logical plan as a circuit: columns get positions, chains of Filter and Map become one MapNode,
// equalities in join predicates become keys, and nothing is carried that nobody needs.
#pragma once

#include "base/result.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// The root's columns are plan.outputs, in order. The key is not set. XX000 when the plan does not hold together: an
// Apply is left, or a node uses a column that its inputs do not have.
Result<dataflow::CircuitPlan> lower(const Plan& plan, const ColumnTable& columns);

}  // namespace millrace::sql
