// Maintains EXISTS and NOT EXISTS: the rows of L with a partner in R (semi), or without one (anti).
//
//     δsemi = δM        δanti = l − δM        with M the matched part of L (match_tracker.h)
//
// Cost      |l| + |r|, plus the rows of L whose first partner comes or last one goes; with a residual
//           also the matches of |l| and |r|.
// State     L by key (shared); a counter a key of R, or with a residual R by key (shared) and a counter a
//           row of L.
// NULL      A NULL in the key has no partner (unless null_safe): such a row is in anti, never in semi.
// Errors    A pair on which the residual fails does not match and gives its error.
#pragma once

#include "dataflow/operators/match_tracker.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_semi_join(const JoinNode& node, const JoinSides& sides, StateName state);

}  // namespace millrace::dataflow
