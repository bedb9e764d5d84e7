#include "sql/physical/circuit_writer.h"

#include <algorithm>

#include "base/hash.h"

namespace millrace::sql {
namespace {

using namespace dataflow;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

bool same(const expr::ExprPtr& a, const expr::ExprPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->volatility() == expr::Volatility::kVolatile) return false;
  return structurally_equal(*a, *b);
}
bool same(const std::vector<expr::ExprPtr>& a, const std::vector<expr::ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
}
bool same(const InputNode& a, const InputNode& b) { return a.relation == b.relation && a.columns == b.columns; }
bool same(const ConstantNode& a, const ConstantNode& b) {
  const auto same_value = [](const Value& x, const Value& y) {
    return structurally_equal(*expr::make_constant(x), *expr::make_constant(y));
  };
  return a.rows.size() <= 1 && std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                                          [&](const std::vector<Value>& x, const std::vector<Value>& y) {
                                            return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_value);
                                          });
}
bool same(const MapNode& a, const MapNode& b) {
  return a.input == b.input && same(a.filters, b.filters) && same(a.outputs, b.outputs);
}
bool same(const TableFunctionNode& a, const TableFunctionNode& b) {
  const auto same_call = [](const TableFunctionNode::Call& x, const TableFunctionNode::Call& y) {
    return x.function == y.function && same(x.arguments, y.arguments) && x.columns == y.columns;
  };
  return a.input == b.input && a.with_ordinality == b.with_ordinality && a.outer == b.outer &&
         std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(), same_call);
}
bool same(const JoinNode& a, const JoinNode& b) {
  return a.left == b.left && a.right == b.right && a.kind == b.kind && a.left_keys == b.left_keys &&
         a.right_keys == b.right_keys && a.null_safe == b.null_safe && same(a.residual, b.residual);
}
bool same(const std::vector<SortKey>& a, const std::vector<SortKey>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SortKey& x, const SortKey& y) {
    return x.column == y.column && x.descending == y.descending && x.nulls_first == y.nulls_first;
  });
}
bool same(const Value& a, const Value& b) {
  return structurally_equal(*expr::make_constant(a), *expr::make_constant(b));
}
bool same(const std::vector<ColumnOrConstant>& a, const std::vector<ColumnOrConstant>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ColumnOrConstant& x, const ColumnOrConstant& y) {
    return x.column == y.column && (x.column || same(x.constant, y.constant));
  });
}
bool same(const AggregateNode& a, const AggregateNode& b) {
  return a.input == b.input && a.group == b.group &&
         std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(),
                    [](const AggregateCall& x, const AggregateCall& y) {
                      return x.spec == y.spec && x.arguments == y.arguments && x.distinct == y.distinct &&
                             x.filter == y.filter && x.type == y.type && same(x.order, y.order) &&
                             same(x.direct, y.direct);
                    });
}
bool same(const DistinctNode& a, const DistinctNode& b) { return a.input == b.input; }
bool same(const TopKNode& a, const TopKNode& b) {
  return a.input == b.input && a.partition == b.partition && a.offset == b.offset && a.limit == b.limit &&
         a.with_ties == b.with_ties && same(a.order, b.order);
}
bool same(const FrameBound& a, const FrameBound& b) {
  const bool offset = a.edge == FrameEdge::kPreceding || a.edge == FrameEdge::kFollowing;
  return a.edge == b.edge && (!offset || same(a.offset, b.offset));
}
bool same(const WindowCall& a, const WindowCall& b) {
  return a.function == b.function && a.aggregate == b.aggregate && a.filter == b.filter && a.type == b.type &&
         a.frame.mode == b.frame.mode && a.frame.exclude == b.frame.exclude && same(a.frame.start, b.frame.start) &&
         same(a.frame.end, b.frame.end) && same(a.arguments, b.arguments);
}
bool same(const WindowNode& a, const WindowNode& b) {
  return a.input == b.input && a.partition == b.partition && same(a.order, b.order) &&
         std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(),
                    [](const WindowCall& x, const WindowCall& y) { return same(x, y); });
}
bool same(const UnionNode& a, const UnionNode& b) { return a.inputs == b.inputs; }
bool same(const SetOperationNode& a, const SetOperationNode& b) {
  return a.left == b.left && a.right == b.right && a.operation == b.operation && a.all == b.all;
}
bool same(const AtMostOneNode& a, const AtMostOneNode& b) { return a.input == b.input && a.partition == b.partition; }

bool same(const RecursionNode& a, const RecursionNode& b) {
  const auto same_node = [](const PlanNode& x, const PlanNode& y) {
    if (x.kind.index() != y.kind.index() || x.types != y.types) return false;
    return std::visit([&](const auto& node) { return same(node, std::get<std::decay_t<decltype(node)>>(y.kind)); },
                      x.kind);
  };
  return a.inputs == b.inputs && a.distinct == b.distinct && a.step->root == b.step->root &&
         std::equal(a.step->nodes.begin(), a.step->nodes.end(), b.step->nodes.begin(), b.step->nodes.end(), same_node);
}

// Coarse: the kind, the inputs and how much is computed. same() decides.
uint64_t coarse_hash(NodeKind& kind, const std::vector<SqlType>& types) {
  uint64_t hash = kind.index() * 1000003 + types.size();
  for (const NodeIndex* input : inputs_of(kind)) hash = hash * 1000003 + *input;
  for (const expr::ExprPtr* expression : expressions_of(kind)) {
    hash = hash * 1000003 + (*expression == nullptr ? 0 : (*expression)->hash());
  }
  if (const auto* input = std::get_if<InputNode>(&kind)) hash = hash * 1000003 + input->relation.value();
  return hash;
}

std::vector<NodeIndex*> pointers(std::vector<NodeIndex>& nodes) {
  std::vector<NodeIndex*> out;
  for (NodeIndex& node : nodes) out.push_back(&node);
  return out;
}

}  // namespace

std::vector<NodeIndex*> inputs_of(NodeKind& kind) {
  return std::visit(Overload{
                        [](InputNode&) -> std::vector<NodeIndex*> { return {}; },
                        [](ConstantNode&) -> std::vector<NodeIndex*> { return {}; },
                        [](JoinNode& node) -> std::vector<NodeIndex*> { return {&node.left, &node.right}; },
                        [](SetOperationNode& node) -> std::vector<NodeIndex*> { return {&node.left, &node.right}; },
                        [](UnionNode& node) { return pointers(node.inputs); },
                        [](RecursionNode& node) { return pointers(node.inputs); },
                        [](auto& node) -> std::vector<NodeIndex*> { return {&node.input}; },
                    },
                    kind);
}

std::vector<expr::ExprPtr*> expressions_of(NodeKind& kind) {
  std::vector<expr::ExprPtr*> out;
  std::visit(Overload{
                 [](auto&) {},
                 [&](MapNode& node) {
                   for (expr::ExprPtr& filter : node.filters) out.push_back(&filter);
                   for (expr::ExprPtr& output : node.outputs) out.push_back(&output);
                 },
                 [&](TableFunctionNode& node) {
                   for (TableFunctionNode::Call& call : node.calls) {
                     for (expr::ExprPtr& argument : call.arguments) out.push_back(&argument);
                   }
                 },
                 [&](JoinNode& node) {
                   if (node.residual != nullptr) out.push_back(&node.residual);
                 },
             },
             kind);
  return out;
}

bool any_expression(const CircuitPlan& plan, const std::function<bool(const expr::ExprPtr&)>& is) {
  for (const PlanNode& node : plan.nodes) {
    for (const expr::ExprPtr* expression : expressions_of(const_cast<NodeKind&>(node.kind))) {  // only read
      if (is(*expression)) return true;
    }
    const auto* recursion = std::get_if<RecursionNode>(&node.kind);
    if (recursion != nullptr && any_expression(*recursion->step, is)) return true;
  }
  return false;
}

void for_each_expression(CircuitPlan& plan, const std::function<void(expr::ExprPtr&)>& visit) {
  for (PlanNode& node : plan.nodes) {
    for (expr::ExprPtr* expression : expressions_of(node.kind)) visit(*expression);
    if (auto* recursion = std::get_if<RecursionNode>(&node.kind)) {
      auto step = std::make_shared<CircuitPlan>(*recursion->step);
      for_each_expression(*step, visit);
      recursion->step = std::move(step);
    }
  }
}

NodeIndex CircuitWriter::add(NodeKind kind, std::vector<SqlType> types) {
  const uint64_t hash = coarse_hash(kind, types);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    const PlanNode& other = plan_.nodes[it->second];
    if (other.kind.index() != kind.index() || other.types != types) continue;
    const bool equal = std::visit(
        [&](const auto& node) {
          using Node = std::decay_t<decltype(node)>;
          return same(node, std::get<Node>(other.kind));
        },
        kind);
    if (equal) return it->second;
  }
  const auto index = static_cast<NodeIndex>(plan_.nodes.size());
  plan_.nodes.push_back({std::move(kind), std::move(types)});
  by_hash_.emplace(hash, index);
  return index;
}

CircuitPlan CircuitWriter::finish(NodeIndex root) && {
  std::vector<bool> needed(plan_.nodes.size(), false);
  needed[root] = true;
  for (size_t i = plan_.nodes.size(); i-- > 0;) {  // inputs come before
    if (!needed[i]) continue;
    for (const NodeIndex* input : inputs_of(plan_.nodes[i].kind)) needed[*input] = true;
  }
  std::vector<NodeIndex> renumbered(plan_.nodes.size(), 0);
  CircuitPlan out;
  for (size_t i = 0; i < plan_.nodes.size(); ++i) {
    if (!needed[i]) continue;
    renumbered[i] = static_cast<NodeIndex>(out.nodes.size());
    for (NodeIndex* input : inputs_of(plan_.nodes[i].kind)) *input = renumbered[*input];
    out.nodes.push_back(std::move(plan_.nodes[i]));
  }
  out.root = renumbered[root];
  return out;
}

}  // namespace millrace::sql
