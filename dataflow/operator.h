// One node of a circuit at run time. Each kind is one file under operators/.
//
// In a tick, probe() computes the change of the output from the changes of the inputs. State that other
// operators may read too (SharedArrangement) still is what it was before the tick; the circuit applies
// the tick to it when every operator has probed. State that is the operator's alone it may change itself.
//
// An operator is told apart from its neighbours by nothing but its inputs: it holds no names.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/executor.h"
#include "dataflow/circuit.h"
#include "expr/eval_context.h"
#include "types/delta_batch.h"

namespace millrace::dataflow {

struct StepContext {
  TickId tick;
  const expr::EvalContext& eval;
};

// What an operator adds to a tick.
struct OperatorOutput {
  Delta rows;
  std::vector<ErrorChange> errors;

  void clear() {
    rows.clear();
    errors.clear();
  }
  void add(DeltaBatch batch) {
    if (!batch.empty()) rows.push_back(std::move(batch));
  }
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Appends the change of the output. `inputs` are those of the plan node, in order; an input that did
  // not change is an empty delta. Called only when an input changed, or when run_first() says so.
  virtual void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) = 0;

  // Has output before any input: constants, aggregates without groups. Asked once, when attached new.
  virtual bool run_first() const { return false; }

  // State of its own; shared arrangements are the circuit's.
  virtual std::vector<CheckpointJob> pin_checkpoint() { return {}; }
  virtual Status restore(storage::CheckpointReader&) { return {}; }
  virtual void add_statistics(Circuit::ViewStatistics&) const {}
};

using OperatorPtr = std::unique_ptr<Operator>;

}  // namespace millrace::dataflow
