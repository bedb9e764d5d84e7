// From a plan to operators that run: one view's part of a circuit.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/shared_arrangement.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

// Set by the circuit that runs the node.
class NodeDrain final : public OperatorOutput::Drain {
 public:
  void bind(std::function<void()> pass_on) { pass_on_ = std::move(pass_on); }
  void drain() override { pass_on_(); }

 private:
  std::function<void()> pass_on_;
};

struct OperatorNode {
  OperatorPtr op;
  std::vector<OperatorNode*> inputs;
  std::vector<OperatorNode*> consumers;          // each once
  std::vector<SharedArrangement*> arrangements;  // of its output
  ObjectId view;
  bool is_root = false;
  bool passes_on_parts = false;      // nobody needs its output of a tick whole
  std::optional<ObjectId> relation;  // of an input node
  const expr::EvalContext* eval = nullptr;

  uint64_t number = 0;  // inputs have smaller ones; given by the circuit
  // Of the tick in progress.
  bool dirty = false;
  bool ran = false;  // at least in part
  const Delta* input_delta = nullptr;
  OperatorOutput out;
  NodeDrain drain;
};

struct ViewOperators {
  std::deque<OperatorNode> nodes;  // in the plan's order; addresses are stable
  OperatorNode* root = nullptr;
  std::vector<std::unique_ptr<SharedArrangement>> arrangements;
  std::vector<ObjectId> relations;  // what it reads
  std::unique_ptr<expr::EvalContext> eval;
};

// Hands operators the arrangements they read. The same arrangement of the same node is made once.
class ArrangementPool {
 public:
  ArrangementPool(StateName first, const CircuitPlan& plan, ViewOperators& operators)
      : first_(first), plan_(plan), operators_(operators) {}

  // Of the output of `node`, keyed by `key`.
  const SharedArrangement& arrange(NodeIndex node, const Columns& key, storage::NullKeys nulls);

 private:
  StateName first_;
  const CircuitPlan& plan_;
  ViewOperators& operators_;
  std::map<std::tuple<NodeIndex, Columns, storage::NullKeys>, SharedArrangement*> made_;
  std::map<NodeIndex, uint32_t> parts_;
};

// `first` names the state of the plan's first node, the others' follow; behind them come those of its
// recursions' steps.
Result<std::unique_ptr<ViewOperators>> build_operators(StateName first, const CircuitPlan& plan,
                                                       const expr::EvalContext& context);

}  // namespace millrace::dataflow
