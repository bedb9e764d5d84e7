// Maintains an inner equi-join (a cross join when there are no keys).
//
// Let L and R be the inputs before a tick, l and r their changes in it:
//
//     δ(L ⋈ R)  =  l ⋈ R  +  L ⋈ r  +  l ⋈ r
//
// Cost      |l| · matches in R  +  |r| · matches in L  +  |l| + |r|. Neither input is rescanned.
// State     One arrangement a side, shared with whoever else keys that input the same way.
// NULL      A NULL in the key matches nothing, unless the join is null_safe.
// Errors    A pair on which the residual fails gives its error with the pair's weight.
#pragma once

#include "dataflow/operators/match_rows.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_join(const JoinNode& node, const JoinSides& sides);

// The three terms, pair by pair. `out` gets the pairs that pass the residual; each pair's number is 0.
// Weights are the products. Used by the outer joins too.
class InnerTerms {
 public:
  InnerTerms(const JoinNode& node, const JoinSides& sides, PairBuilder pairs);

  void probe(const Delta& left, const Delta& right, const StepContext& context, OperatorOutput& out);

 private:
  class Collect;
  void probe_right(const Delta& left, const StepContext& context, OperatorOutput& out);
  void probe_left(const Delta& right, const StepContext& context, OperatorOutput& out);
  void probe_both(const Delta& left, const Delta& right, const StepContext& context, OperatorOutput& out);

  const SharedArrangement& left_;
  const SharedArrangement& right_;
  const storage::KeyColumns left_key_;
  const storage::KeyColumns right_key_;
  const bool null_safe_;
  PairBuilder pairs_;
};

}  // namespace millrace::dataflow
