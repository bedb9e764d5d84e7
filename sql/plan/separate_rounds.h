// Lets one circuit compute all rounds of a recursion: every row that comes from the working table carries
// the number of its round, and operators keep rounds apart.
//
//     W ⋈ E  →  W ⋈ E             E is the same in every round
//     W ⋈ V  →  W ⋈ V on W.round = V.round
//     γ group →  γ group, round    likewise DISTINCT, LIMIT, set operations
//     step   →  step, round + 1
//
// What does not depend on the working table is taken out of the step and computed once around it. Where
// it stands alone (a branch of a UNION, the kept side of an outer join) it is there in every round that
// has rows: it is multiplied by the rounds of the working table.
#pragma once

#include "base/result.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// Of every recursion of the plan. REQUIRES: decorrelated. 0A000 for recursions whose steps contain
// another that depends on them.
Status separate_rounds(RelExpr& plan, ColumnTable& columns);

}  // namespace millrace::sql
