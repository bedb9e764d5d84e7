#include "dataflow/circuit_plan.h"

#include <algorithm>

#include "expr/expr_text.h"

namespace millrace::dataflow {
namespace {

std::string list(const Columns& columns) {
  std::string text;
  for (const uint32_t column : columns) text += (text.empty() ? "#" : ", #") + std::to_string(column);
  return "(" + text + ")";
}

std::string list(const std::vector<expr::ExprPtr>& exprs, std::string_view separator) {
  std::string text;
  for (const expr::ExprPtr& e : exprs) {
    if (!text.empty()) text += separator;
    text += expr::to_string(*e);
  }
  return text;
}

std::string describe(const SortKey& key) {
  return "#" + std::to_string(key.column) + (key.descending ? " desc" : "") + (key.nulls_first ? " nulls first" : "");
}

std::string list(const std::vector<SortKey>& keys) {
  std::string text;
  for (const SortKey& key : keys) text += (text.empty() ? "" : ", ") + describe(key);
  return text;
}

std::string list(const std::vector<ColumnOrConstant>& arguments) {
  std::string text;
  for (const ColumnOrConstant& argument : arguments) {
    if (!text.empty()) text += ", ";
    text += argument.column ? "#" + std::to_string(*argument.column) : argument.constant.to_string();
  }
  return text;
}

std::string describe(const FrameBound& bound) {
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding: return "unbounded preceding";
    case FrameEdge::kPreceding: return bound.offset.to_string() + " preceding";
    case FrameEdge::kCurrentRow: return "current row";
    case FrameEdge::kFollowing: return bound.offset.to_string() + " following";
    case FrameEdge::kUnboundedFollowing: return "unbounded following";
  }
  return "";
}

// Nothing for the frame that is meant when none is written.
std::string describe(const WindowFrame& frame) {
  const bool usual = frame.mode == FrameMode::kRange && frame.start.edge == FrameEdge::kUnboundedPreceding &&
                     frame.end.edge == FrameEdge::kCurrentRow && frame.exclude == FrameExclusion::kNone;
  if (usual) return "";
  std::string text;
  switch (frame.mode) {
    case FrameMode::kRows: text = " rows "; break;
    case FrameMode::kRange: text = " range "; break;
    case FrameMode::kGroups: text = " groups "; break;
  }
  text += describe(frame.start) + " to " + describe(frame.end);
  switch (frame.exclude) {
    case FrameExclusion::kNone: break;
    case FrameExclusion::kCurrentRow: text += " without current row"; break;
    case FrameExclusion::kGroup: text += " without group"; break;
    case FrameExclusion::kTies: text += " without ties"; break;
  }
  return text;
}

std::string_view name_of(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "Join";
    case JoinKind::kLeft: return "LeftJoin";
    case JoinKind::kFull: return "FullJoin";
    case JoinKind::kSemi: return "SemiJoin";
    case JoinKind::kAnti: return "AntiJoin";
  }
  return "";
}

// One line for the node, without its inputs.
struct Describe {
  std::string operator()(const InputNode&) const { return {}; }  // has a name besides: tree_below()
  std::string operator()(const ConstantNode& node) const {
    return "Constant (" + std::to_string(node.rows.size()) + " rows)";
  }
  std::string operator()(const MapNode& node) const {
    std::string text = "Map [" + list(node.outputs, ", ") + "]";
    if (!node.filters.empty()) text += " where " + list(node.filters, " and ");
    return text;
  }
  std::string operator()(const TableFunctionNode& node) const {
    std::string text = "TableFunction";
    for (const TableFunctionNode::Call& call : node.calls) {
      text += " " + call.function->name + "(" + list(call.arguments, ", ") + ")";
    }
    return text;
  }
  std::string operator()(const JoinNode& node) const {
    std::string text = std::string(name_of(node.kind)) + " on " + list(node.left_keys) + " = " + list(node.right_keys);
    if (node.null_safe) text += " nulls equal";
    if (node.residual != nullptr) text += " and " + expr::to_string(*node.residual);
    return text;
  }
  std::string operator()(const AggregateNode& node) const {
    std::string text = "Aggregate by " + list(node.group);
    for (const AggregateCall& call : node.calls) {
      text += " " + call.spec->name + (call.distinct ? " distinct" : "") + list(call.arguments);
      if (!call.order.empty()) text += " order (" + list(call.order) + ")";
      if (!call.direct.empty()) text += " of (" + list(call.direct) + ")";
      if (call.spec->whole_group) text += " whole group";
      if (call.filter) text += " where #" + std::to_string(*call.filter);
    }
    return text;
  }
  std::string operator()(const DistinctNode&) const { return "Distinct"; }
  std::string operator()(const TopKNode& node) const {
    std::string text = "TopK by " + list(node.partition) + " order (" + list(node.order) + ")";
    if (node.limit) text += " limit " + std::to_string(*node.limit);
    if (node.offset > 0) text += " offset " + std::to_string(node.offset);
    if (node.with_ties) text += " with ties";
    return text;
  }
  std::string operator()(const WindowNode& node) const {
    std::string text = "Window by " + list(node.partition) + " order (" + list(node.order) + ")";
    for (const WindowCall& call : node.calls) {
      text += " " + (call.function != nullptr ? call.function->name : call.aggregate->name) + "(" +
              list(call.arguments) + ")";
      if (call.filter) text += " where #" + std::to_string(*call.filter);
      text += describe(call.frame);
    }
    return text;
  }
  std::string operator()(const UnionNode&) const { return "Union"; }
  std::string operator()(const SetOperationNode& node) const {
    return std::string(node.operation == SetOperation::kIntersect ? "Intersect" : "Except") + (node.all ? " all" : "");
  }
  std::string operator()(const AtMostOneNode& node) const { return "AtMostOne by " + list(node.partition); }
  std::string operator()(const RecursionNode& node) const { return node.distinct ? "Recursion" : "Recursion all"; }
};

struct InputsOf {
  std::vector<NodeIndex> operator()(const InputNode&) const { return {}; }
  std::vector<NodeIndex> operator()(const ConstantNode&) const { return {}; }
  std::vector<NodeIndex> operator()(const JoinNode& node) const { return {node.left, node.right}; }
  std::vector<NodeIndex> operator()(const SetOperationNode& node) const { return {node.left, node.right}; }
  std::vector<NodeIndex> operator()(const UnionNode& node) const { return node.inputs; }
  std::vector<NodeIndex> operator()(const RecursionNode& node) const { return node.inputs; }
  template <class OneInput>
  std::vector<NodeIndex> operator()(const OneInput& node) const {
    return {node.input};
  }
};

using RelationName = std::function<std::string(ObjectId)>;

// In the step of a recursion inputs are the recursion's, not the catalog's.
std::string name_in_step(ObjectId relation) {
  return relation == kWorkingTable ? "of the round before" : "of the recursion " + std::to_string(relation.value() - 1);
}

PlanTree tree_below(const CircuitPlan& plan, NodeIndex index, const RelationName& name_of_relation) {
  const PlanNode& node = plan.nodes[index];
  PlanTree tree;
  if (const auto* input = std::get_if<InputNode>(&node.kind)) {
    tree.text = "Input " + name_of_relation(input->relation) + " " + list(input->columns);
  } else {
    tree.text = std::visit(Describe{}, node.kind);
  }
  if (const auto* recursion = std::get_if<RecursionNode>(&node.kind)) {
    tree.below.push_back({"Step", {tree_below(*recursion->step, recursion->step->root, name_in_step)}});
  }
  for (const NodeIndex input : inputs_of(node)) tree.below.push_back(tree_below(plan, input, name_of_relation));
  return tree;
}

}  // namespace

std::vector<NodeIndex> inputs_of(const PlanNode& node) { return std::visit(InputsOf{}, node.kind); }

size_t total_nodes(const CircuitPlan& plan) {
  size_t total = plan.nodes.size();
  for (const PlanNode& node : plan.nodes) {
    if (const auto* recursion = std::get_if<RecursionNode>(&node.kind)) total += total_nodes(*recursion->step);
  }
  return total;
}

std::vector<ObjectId> CircuitPlan::inputs() const {
  std::vector<ObjectId> relations;
  for (const PlanNode& node : nodes) {
    if (const auto* input = std::get_if<InputNode>(&node.kind)) relations.push_back(input->relation);
  }
  std::sort(relations.begin(), relations.end());
  relations.erase(std::unique(relations.begin(), relations.end()), relations.end());
  return relations;
}

PlanTree describe(const CircuitPlan& plan, const RelationName& name_of_relation) {
  return tree_below(plan, plan.root, name_of_relation);
}

}  // namespace millrace::dataflow
