// Whether a plan holds together, before anything relies on it.
#pragma once

#include "base/result.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// XX000 when a node uses a column that its inputs do not have, or an Apply is left: a mistake of the
// planner's, which costs one query and not the process.
Status validate(const Plan& plan);

}  // namespace millrace::sql
