// An aggregate call that keeps its group's rows, because its answer is no sum: min and max, and all that
// depend on an order. One law a file; all keep ordered state, in which a change and a search cost O(log n).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

// The value of a call for a group: NULL, a slot, or the error that stands in its place.
using CallValue = Result<std::optional<Slot>>;

// The rows of the tick that count for one call: those its FILTER lets through, DISTINCT ones once.
struct CallRows {
  DeltaBatch batch;              // a part of the operator's input
  std::vector<uint32_t> origin;  // the input row of each
};

// Hands out the names of an operator's pieces of state.
class StateParts {
 public:
  StateParts(StateName state, uint32_t first) : state_(state), next_(first) {}
  ArrangementId take() { return state_.part(next_++); }

 private:
  StateName state_;
  uint32_t next_;
};

class StatefulCall {
 public:
  virtual ~StatefulCall() = default;

  // Takes in the rows of a tick.
  virtual void apply(const CallRows& rows) = 0;
  // The answer for the group of row `row` of `input`. What it points to lies in `arena`. Without group columns
  // `input` may be empty.
  virtual CallValue value(const DeltaBatch& input, size_t row, const expr::EvalContext& context,
                          Arena& arena) const = 0;

  virtual std::vector<CheckpointJob> pin_checkpoint() = 0;
  virtual Status restore(storage::CheckpointReader& reader) = 0;
  virtual void add_statistics(Circuit::ViewStatistics& statistics) const = 0;
};

// Whether the call sees equal arguments once. min and max see no difference.
bool sees_distinct(const AggregateCall& call);

// How many pieces of state a call has, the counters of its DISTINCT included: at most two for one, four for both.
size_t state_pieces(const AggregateCall& call);

class KeptRowsPool;

// Null for a linear call. `input_types` are those of the operator's input. Rows are shared through `pool`, which
// keeps pointers to the calls while the operator is made.
std::unique_ptr<StatefulCall> make_stateful_call(const AggregateCall& call, const Columns& group,
                                                 const std::vector<SqlType>& input_types, StateParts& parts,
                                                 KeptRowsPool& pool);

}  // namespace millrace::dataflow
