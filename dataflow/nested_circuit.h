// A plan run inside an operator: the step of a recursion. It is stepped several times within one tick of
// the circuit around it; each step is a whole one, probe and apply, so that the next reads what it left.
//
// Cost      One look at every node a step, besides what the operators that are reached do.
// Threads   One. State belongs to the operator's checkpoint.
#pragma once

#include "dataflow/circuit_builder.h"

namespace millrace::dataflow {

class NestedCircuit {
 public:
  static Result<std::unique_ptr<NestedCircuit>> make(StateName first, const CircuitPlan& plan,
                                                     const expr::EvalContext& context);

  // Appends the change of the root. `changes` are by input relation; an absent one has not changed.
  void step(const std::map<ObjectId, const Delta*>& changes, const StepContext& context, OperatorOutput& out);

  std::vector<CheckpointJob> pin_checkpoint();
  // REQUIRES: no step was made.
  Status restore(storage::CheckpointReader& reader);
  void add_statistics(Circuit::ViewStatistics& statistics) const;

 private:
  explicit NestedCircuit(std::unique_ptr<ViewOperators> operators) : operators_(std::move(operators)) {}

  std::unique_ptr<ViewOperators> operators_;
  bool first_step_ = true;
};

}  // namespace millrace::dataflow
