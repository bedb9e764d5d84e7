#include "dataflow/nested_circuit.h"

namespace millrace::dataflow {

Result<std::unique_ptr<NestedCircuit>> NestedCircuit::make(StateName first, const CircuitPlan& plan,
                                                           const expr::EvalContext& context) {
  TRY(std::unique_ptr<ViewOperators> operators, build_operators(first, plan, context));
  return std::unique_ptr<NestedCircuit>(new NestedCircuit(std::move(operators)));
}

void NestedCircuit::step(const std::map<ObjectId, const Delta*>& changes, const StepContext& context,
                         OperatorOutput& out) {
  static const Delta kUnchanged;
  std::vector<const Delta*> inputs;
  for (OperatorNode& node : operators_->nodes) {  // inputs come before
    inputs.clear();
    node.dirty = first_step_ && node.op->run_first();
    const auto add = [&](const Delta& delta) {
      inputs.push_back(&delta);
      node.dirty = node.dirty || !delta.empty();
    };
    if (node.relation) {
      const auto found = changes.find(*node.relation);
      add(found == changes.end() ? kUnchanged : *found->second);
    }
    for (const OperatorNode* input : node.inputs) add(input->out.rows);
    node.out.clear();
    if (!node.dirty || context.control.stopped()) continue;
    node.out.begin(context.control, nullptr);
    node.op->probe(inputs, context, node.out);
    std::move(node.out.errors.begin(), node.out.errors.end(), std::back_inserter(out.errors));
    node.out.errors.clear();
  }
  first_step_ = false;
  if (context.control.stopped()) return;  // what this tick did is thrown away
  for (OperatorNode& node : operators_->nodes) {
    for (SharedArrangement* arrangement : node.arrangements) arrangement->apply(node.out.rows);
  }
  for (DeltaBatch& batch : operators_->root->out.rows) out.add(std::move(batch));
  for (OperatorNode& node : operators_->nodes) node.out.clear();
}

std::vector<CheckpointJob> NestedCircuit::pin_checkpoint() {
  std::vector<CheckpointJob> jobs;
  for (const auto& arrangement : operators_->arrangements) jobs.push_back(arrangement->pin_checkpoint());
  for (OperatorNode& node : operators_->nodes) {
    for (CheckpointJob& job : node.op->pin_checkpoint()) jobs.push_back(std::move(job));
  }
  return jobs;
}

Status NestedCircuit::restore(storage::CheckpointReader& reader) {
  for (const auto& arrangement : operators_->arrangements) TRY(arrangement->restore(reader));
  for (OperatorNode& node : operators_->nodes) TRY(node.op->restore(reader));
  first_step_ = false;
  return {};
}

void NestedCircuit::add_statistics(Circuit::ViewStatistics& statistics) const {
  for (const auto& arrangement : operators_->arrangements) arrangement->add_statistics(statistics);
  for (const OperatorNode& node : operators_->nodes) node.op->add_statistics(statistics);
}

}  // namespace millrace::dataflow
