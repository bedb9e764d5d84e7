// Appends nodes to a circuit plan. A node that is there already is used again: common subplans, as two
// readings of one view, are computed once.
#pragma once

#include <functional>
#include <unordered_map>

#include "dataflow/circuit_plan.h"

namespace millrace::sql {

class CircuitWriter {
 public:
  dataflow::NodeIndex add(dataflow::NodeKind kind, std::vector<SqlType> types);
  const dataflow::PlanNode& node(dataflow::NodeIndex index) const { return plan_.nodes[index]; }
  // Only what the root needs, renumbered.
  dataflow::CircuitPlan finish(dataflow::NodeIndex root) &&;

 private:
  dataflow::CircuitPlan plan_;
  std::unordered_multimap<uint64_t, dataflow::NodeIndex> by_hash_;
};

// Every input of a node, for passes over circuits.
std::vector<dataflow::NodeIndex*> inputs_of(dataflow::NodeKind& kind);
// Every expression of a node.
std::vector<expr::ExprPtr*> expressions_of(dataflow::NodeKind& kind);
// Whether an expression of a plan, or of a step of its recursions, is so; the first that is ends the walk.
bool any_expression(const dataflow::CircuitPlan& plan, const std::function<bool(const expr::ExprPtr&)>& is);
// Every expression of a plan, those in the steps of its recursions too (which become this plan's own).
void for_each_expression(dataflow::CircuitPlan& plan, const std::function<void(expr::ExprPtr&)>& visit);

}  // namespace millrace::sql
