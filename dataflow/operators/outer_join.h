// Maintains LEFT and FULL joins.
//
//     δ(L ⟕ R)  =  δ(L ⋈ R)  +  δ(unmatched L) × NULLs
//     δ(L ⟗ R)  =  δ(L ⟕ R)  +  NULLs × δ(unmatched R)
//
// Cost      That of the inner join (join.h), plus the rows whose first partner comes or last one goes.
// State     Both inputs by key (shared), and the counters of match_tracker.h.
// NULL      A row with NULL in its key is unmatched (unless null_safe).
// Errors    As the inner join's: a pair on which the residual fails gives its error and does not match.
#pragma once

#include "dataflow/operators/match_tracker.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_outer_join(const JoinNode& node, const JoinSides& sides, StateName state);

}  // namespace millrace::dataflow
