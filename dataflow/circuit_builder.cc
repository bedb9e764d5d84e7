#include "dataflow/circuit_builder.h"

#include <algorithm>

#include "dataflow/operators/aggregate.h"
#include "dataflow/operators/at_most_one.h"
#include "dataflow/operators/constant.h"
#include "dataflow/operators/distinct.h"
#include "dataflow/operators/input.h"
#include "dataflow/operators/join.h"
#include "dataflow/operators/map.h"
#include "dataflow/operators/outer_join.h"
#include "dataflow/operators/recursion.h"
#include "dataflow/operators/semi_join.h"
#include "dataflow/operators/set_operation.h"
#include "dataflow/operators/table_function.h"
#include "dataflow/operators/top_k.h"
#include "dataflow/operators/union.h"
#include "dataflow/operators/window.h"

namespace millrace::dataflow {
namespace {

// What each kind of plan node becomes. A new kind is a case here and a file under operators/.
class OperatorFactory {
 public:
  OperatorFactory(StateName first, const CircuitPlan& plan, NodeIndex index, ArrangementPool& pool,
                  const expr::EvalContext& context)
      : plan_(plan),
        index_(index),
        pool_(pool),
        first_(first),
        state_{first.view, first.node + index},
        context_(context) {}

  using Made = Result<OperatorPtr>;

  Made operator()(const InputNode& node) const { return make_input(node.columns); }
  Made operator()(const ConstantNode& node) const { return make_constant(node, types()); }
  Made operator()(const MapNode& node) const { return make_map(node); }
  Made operator()(const TableFunctionNode& node) const {
    return make_table_function(node, types_of(node.input), types());
  }
  Made operator()(const UnionNode&) const { return make_union(); }
  Made operator()(const AggregateNode& node) const {
    return make_aggregate(node, types_of(node.input), types(), state_);
  }
  Made operator()(const DistinctNode& node) const { return make_distinct(types_of(node.input), state_); }
  Made operator()(const TopKNode& node) const { return make_top_k(node, types_of(node.input), state_); }
  Made operator()(const WindowNode& node) const { return make_window(node, types_of(node.input), types(), state_); }
  Made operator()(const SetOperationNode& node) const { return make_set_operation(node, types(), state_); }
  Made operator()(const AtMostOneNode& node) const { return make_at_most_one(node, types_of(node.input), state_); }

  Made operator()(const RecursionNode& node) const {
    size_t before = plan_.nodes.size();  // the steps' nodes stand behind the plan's, in its order
    for (NodeIndex other = 0; other < index_; ++other) {
      const auto* recursion = std::get_if<RecursionNode>(&plan_.nodes[other].kind);
      if (recursion != nullptr) before += total_nodes(*recursion->step);
    }
    const StateName step{first_.view, static_cast<NodeIndex>(first_.node + before)};
    return make_recursion(node, types(), state_, step, context_);
  }

  Made operator()(const JoinNode& node) const {
    const storage::NullKeys nulls = node.null_safe ? storage::NullKeys::kEqual : storage::NullKeys::kSkip;
    const bool only_counted =
        (node.kind == JoinKind::kSemi || node.kind == JoinKind::kAnti) && node.residual == nullptr;
    const JoinSides sides{.left = &pool_.arrange(node.left, node.left_keys, nulls),
                          .right = only_counted ? nullptr : &pool_.arrange(node.right, node.right_keys, nulls),
                          .left_types = types_of(node.left),
                          .right_types = types_of(node.right)};
    switch (node.kind) {
      case JoinKind::kInner: return make_join(node, sides);
      case JoinKind::kLeft:
      case JoinKind::kFull: return make_outer_join(node, sides, state_);
      case JoinKind::kSemi:
      case JoinKind::kAnti: return make_semi_join(node, sides, state_);
    }
    MILLRACE_UNREACHABLE("join kind");
  }

 private:
  const std::vector<SqlType>& types() const { return plan_.nodes[index_].types; }
  const std::vector<SqlType>& types_of(NodeIndex node) const { return plan_.nodes[node].types; }

  const CircuitPlan& plan_;
  NodeIndex index_;
  ArrangementPool& pool_;
  StateName first_;
  StateName state_;
  const expr::EvalContext& context_;
};

}  // namespace

const SharedArrangement& ArrangementPool::arrange(NodeIndex node, const Columns& key, storage::NullKeys nulls) {
  SharedArrangement*& made = made_[{node, key, nulls}];
  if (made != nullptr) return *made;
  storage::KeyColumns columns;
  for (const uint32_t column : key) columns.emplace_back(column);
  // The parts of a node's own operator count up from 0, those of the arrangements of its output down.
  const uint32_t part = 255 - parts_[node]++;
  operators_.arrangements.push_back(std::make_unique<SharedArrangement>(
      arrangement_id(first_.view, first_.node + node, part), plan_.nodes[node].types, std::move(columns), nulls));
  made = operators_.arrangements.back().get();
  operators_.nodes[node].arrangements.push_back(made);
  return *made;
}

namespace {

// Rows that an arrangement, a reader of the view or a consumer needs whole cannot be passed on in parts.
bool may_pass_on_parts(const OperatorNode& node) {
  return node.arrangements.empty() && !node.is_root &&
         std::ranges::all_of(node.consumers, [](const OperatorNode* consumer) { return consumer->op->takes_parts(); });
}

}  // namespace

Result<std::unique_ptr<ViewOperators>> build_operators(StateName first, const CircuitPlan& plan,
                                                       const expr::EvalContext& context) {
  auto operators = std::make_unique<ViewOperators>();
  operators->relations = plan.inputs();
  operators->eval = std::make_unique<expr::EvalContext>(context);
  ArrangementPool pool(first, plan, *operators);
  for (NodeIndex index = 0; index < plan.nodes.size(); ++index) {
    const PlanNode& planned = plan.nodes[index];
    OperatorNode& node = operators->nodes.emplace_back();
    node.view = first.view;
    node.eval = operators->eval.get();
    if (const auto* input = std::get_if<InputNode>(&planned.kind)) node.relation = input->relation;
    for (const NodeIndex input : inputs_of(planned)) {
      node.inputs.push_back(&operators->nodes[input]);
      std::vector<OperatorNode*>& consumers = operators->nodes[input].consumers;
      if (consumers.empty() || consumers.back() != &node) consumers.push_back(&node);
    }
    TRY(node.op, std::visit(OperatorFactory(first, plan, index, pool, context), planned.kind));
  }
  operators->root = &operators->nodes[plan.root];
  operators->root->is_root = true;
  for (OperatorNode& node : operators->nodes) node.passes_on_parts = may_pass_on_parts(node);
  return operators;
}

}  // namespace millrace::dataflow
