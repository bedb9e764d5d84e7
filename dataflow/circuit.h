// Maintains views: runs one tick after another over a graph of operators.
//
// A tick has two phases. Probe: operators read the changes of their inputs and all state as it was
// before the tick, and compute their output changes. Apply: each piece of state takes the tick's
// changes once. So any two operators may share state, and a self-join or a diamond counts no pair of
// rows twice. Only operators that an input change reaches are run.
//
// Errors are data: an expression that fails on a row adds the error to the error stream of every view
// above it, with the row's weight, and the row's deletion takes it away again.
//
// Threads: one at a time (the tick thread, or the hydrator for a circuit of its own). Deterministic:
// the same plans and deltas give the same outputs in the same order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "dataflow/circuit_plan.h"
#include "dataflow/step_guard.h"
#include "expr/eval_context.h"
#include "storage/checkpoint.h"
#include "types/delta_batch.h"
#include "types/type_info.h"

namespace millrace::dataflow {

struct ErrorChange {
  SqlError error;
  int64_t weight;
};

// What one tick changes in one view. Valid until the circuit's next step.
struct ViewChange {
  ObjectId view;
  Delta rows;  // a key may be retracted and inserted; not necessarily consolidated
  std::vector<ErrorChange> errors;
  // The guard has ended the view's part of the step. There are no rows and errors then; the view's state is
  // lost, and it is to be detached before the next step. Views that read it come after it, failed too.
  std::optional<SqlError> failure;
};

using InputChanges = std::map<ObjectId, Delta>;

// One arrangement's part of a checkpoint. Exactly one of the two is called.
struct CheckpointJob {
  std::function<Status(storage::CheckpointWriter&)> write;  // any thread
  // The checkpoint failed: what was to be written counts as changed again. Between ticks.
  std::function<void()> give_back;
};

class Circuit {
 public:
  virtual ~Circuit() = default;

  // Adds the operators of `plan` under the name `view`. Inputs that name a view of this circuit read
  // that view's changes of the same tick. The new view is empty: whoever attaches it feeds it what its
  // inputs hold already, through the first step (see Hydrator in engine/). What `context` borrows outlives the view.
  // REQUIRES: between ticks; `view` is new.
  virtual Status attach(ObjectId view, const CircuitPlan& plan, const expr::EvalContext& context) = 0;
  // REQUIRES: between ticks; no view of this circuit reads `view`.
  virtual void detach(ObjectId view) = 0;
  // Takes over all views of `other`, state and all. REQUIRES: both between ticks, no common view.
  virtual void absorb(std::unique_ptr<Circuit> other) = 0;

  // Asked during every step from now on. Null, as at first: nobody ends a step. `guard` outlives its use.
  virtual void set_guard(StepGuard* guard) = 0;

  // Runs one tick. Relations not in `changes` have not changed; unknown ones are ignored. Views that the
  // guard does not end are computed as if the others were not there.
  virtual const std::vector<ViewChange>& step(TickId tick, const InputChanges& changes) = 0;

  // State that changed since the last checkpoint, pinned: the jobs write it, on any thread, while ticks go
  // on. REQUIRES: between ticks; the jobs of the checkpoint before have been run or given back.
  virtual std::vector<CheckpointJob> pin_checkpoint() = 0;
  // REQUIRES: the same views are attached as when the checkpoint was written, and no step was run.
  virtual Status restore(storage::CheckpointReader& reader) = 0;

  struct ViewStatistics {
    uint64_t state_rows = 0;
    uint64_t state_bytes = 0;
  };
  virtual ViewStatistics statistics(ObjectId view) const = 0;
};

std::unique_ptr<Circuit> make_circuit(Executor& executor);

// Arrangement ids are made from the view and the operator's place in its plan, so that a restart finds
// the state of the same plan again.
ArrangementId arrangement_id(ObjectId view, NodeIndex node, uint32_t part);

}  // namespace millrace::dataflow
