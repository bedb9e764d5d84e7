// Which rows of one input have a partner in the other: what semi, anti and outer joins rest on.
//
// Let m(x) say whether row x of L has a partner in R. The change of the matched part M = { x : w  |  m(x) } is
//
//     δM(x)  =  L(x) · ([m'(x)] − [m(x)])  +  l(x) · [m'(x)]
//
// with m' after the tick. The first term concerns only rows whose partners came or went: those of the
// keys (or the rows) whose number of partners crossed zero. The unmatched part is the complement.
//
// Two ways to count partners:
//   - without a residual, by key: one number a key of R, a change is one addition;
//   - with a residual, by row: one number a row of L, a change of R is tested against its matches in L.
#pragma once

#include "dataflow/operators/match_rows.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

class MatchTracker {
 public:
  virtual ~MatchTracker() = default;

  // Appends to `matched` or `unmatched` (either may be null) the change of that part of L. `left` and
  // `right` are the tick's changes; the arrangements still are the pre-state.
  virtual void step(const Delta& left, const Delta& right, const StepContext& context, DeltaBuilder* matched,
                    DeltaBuilder* unmatched) = 0;

  virtual CheckpointJob pin_checkpoint() = 0;
  virtual Status restore(storage::CheckpointReader& reader) = 0;
  virtual void add_statistics(Circuit::ViewStatistics& statistics) const = 0;
};

// One input seen as "left" of a join, whichever side it stands on.
struct TrackedSide {
  const SharedArrangement* left;   // keyed by left_key
  const SharedArrangement* right;  // keyed by right_key; null when there is no residual
  std::vector<SqlType> left_types;
  std::vector<SqlType> right_types;
  storage::KeyColumns left_key;
  storage::KeyColumns right_key;
  bool null_safe;
};

std::unique_ptr<MatchTracker> track_by_key(TrackedSide side, ArrangementId state);
// `residual` is over left columns, then right columns. Pairs on which it fails do not match; who wants
// the errors asks InnerTerms.
Result<std::unique_ptr<MatchTracker>> track_by_row(TrackedSide side, const expr::ExprPtr& residual,
                                                   ArrangementId state);

}  // namespace millrace::dataflow
