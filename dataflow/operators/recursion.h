// Maintains WITH RECURSIVE (RecursionNode in circuit_plan.h).
//
// Rows of the working table carry the round they belong to, so one copy of the step serves all rounds:
//
//     C(0) = base        C(k+1) = step(W(k))          the step passes k along and never mixes rounds
//     UNION ALL:  W(k) = C(k)
//     UNION:      W(k) = { r : C(k)(r) > 0 and C(j)(r) = 0 for all j < k }
//     out = ∑ W(k)
//
// A tick feeds the changes of the other inputs to the step, which answers changes of C at any rounds,
// and then goes through the rounds upwards: what changed in C(k) changes W(k), which the step turns into
// changes of C(k+1). A row that moved between rounds is taken from the later one, or asked for again when
// the loop gets there. Rounds only rise, so a deletion unwinds exactly what rested on it: no row holds
// itself up, and nothing is derived anew.
//
// Cost      What the step costs for the rows that change, in however many rounds; a round on its own
//           costs one look at each node of the step.
// State     Of UNION: every derived row with its rounds, and the rows in W. Of UNION ALL: none but the
//           step's, which is keyed as ever: an edge's change meets the rows of all rounds at once.
// NULL      A value like any other.
// Limits    A row in round kRecursionRoundsMax is an error (54001) while it is there, and not recursed
//           from. More than kRecursionRowsMax rows in one tick break the recursion for good: its error
//           stays, it gives nothing any more.
#pragma once

#include "dataflow/operator.h"
#include "dataflow/state_name.h"
#include "types/type_info.h"

namespace millrace::dataflow {

inline constexpr int64_t kRecursionRoundsMax = 100'000;
inline constexpr size_t kRecursionRowsMax = 10'000'000;

// `types` are the output's; `step` names the state of the step's first node.
Result<OperatorPtr> make_recursion(const RecursionNode& node, const std::vector<SqlType>& types, StateName state,
                                   StateName step, const expr::EvalContext& context);

}  // namespace millrace::dataflow
