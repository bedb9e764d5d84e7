#include "sql/plan/rel_expr.h"

#include <algorithm>

#include "expr/expr_rewrite.h"

namespace millrace::sql {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

RelPtr clone_ptr(const RelPtr& rel) { return rel == nullptr ? nullptr : clone(*rel); }

std::vector<RelPtr> clone_all(const std::vector<RelPtr>& rels) {
  std::vector<RelPtr> out;
  for (const RelPtr& rel : rels) out.push_back(clone(*rel));
  return out;
}

void append(ColumnIds& to, const ColumnIds& from) { to.insert(to.end(), from.begin(), from.end()); }

// Columns a node uses besides those in its expressions.
void for_each_used(RelExpr& rel, const std::function<void(ColumnId&)>& visit) {
  const auto all = [&](ColumnIds& ids) { std::for_each(ids.begin(), ids.end(), visit); };
  std::visit(Overload{
                 [](auto&) {},
                 [&](Aggregate& aggregate) {
                   all(aggregate.group);
                   for (Aggregate::Call& call : aggregate.calls) {
                     for (ColumnId* id : columns_of(call)) visit(*id);
                   }
                 },
                 [&](Distinct& distinct) { all(distinct.columns); },
                 [&](TopK& top) {
                   all(top.partition);
                   all(top.columns);
                   for (TopK::Key& key : top.order) visit(key.column);
                 },
                 [&](Window& window) {
                   all(window.partition);
                   for (TopK::Key& key : window.order) visit(key.column);
                   for (Window::Call& call : window.calls) {
                     if (call.filter) visit(*call.filter);
                   }
                 },
                 [&](Union& sum) {
                   for (ColumnIds& columns : sum.input_columns) all(columns);
                 },
                 [&](SetOperation& operation) {
                   all(operation.left_columns);
                   all(operation.right_columns);
                 },
                 [&](AtMostOne& one) { all(one.partition); },
                 [&](Recursion& recursion) {
                   all(recursion.base_columns);
                   all(recursion.step_columns);
                 },
                 [&](WorkingTable& working) { all(working.outer); },
             },
             rel.kind);
}

}  // namespace

RelPtr make_single_row() { return make_rel(Rows{{}, {{}}}); }

RelPtr make_filter(RelPtr input, std::vector<expr::ExprPtr> predicates) {
  if (predicates.empty()) return input;
  return make_rel(Filter{std::move(input), std::move(predicates)});
}

RelPtr make_map(RelPtr input, std::vector<Map::Computed> computed) {
  if (computed.empty()) return input;
  return make_rel(Map{std::move(input), std::move(computed)});
}

RelPtr clone(const RelExpr& rel) {
  RelKind copy = std::visit(
      Overload{
          [](const Get& x) -> RelKind { return x; },
          [](const Rows& x) -> RelKind { return x; },
          [](const Filter& x) -> RelKind { return Filter{clone_ptr(x.input), x.predicates}; },
          [](const Map& x) -> RelKind { return Map{clone_ptr(x.input), x.computed}; },
          [](const Join& x) -> RelKind { return Join{x.kind, clone_ptr(x.left), clone_ptr(x.right), x.predicates}; },
          [](const Apply& x) -> RelKind { return Apply{x.kind, clone_ptr(x.left), clone_ptr(x.right), x.predicates}; },
          [](const Aggregate& x) -> RelKind { return Aggregate{clone_ptr(x.input), x.group, x.calls}; },
          [](const Distinct& x) -> RelKind { return Distinct{clone_ptr(x.input), x.columns}; },
          [](const TopK& x) -> RelKind {
            return TopK{clone_ptr(x.input), x.partition, x.order, x.columns, x.offset, x.limit, x.with_ties};
          },
          [](const Window& x) -> RelKind { return Window{clone_ptr(x.input), x.partition, x.order, x.calls}; },
          [](const Union& x) -> RelKind { return Union{clone_all(x.inputs), x.input_columns, x.columns}; },
          [](const SetOperation& x) -> RelKind {
            return SetOperation{x.operation,    x.all,           clone_ptr(x.left), clone_ptr(x.right),
                                x.left_columns, x.right_columns, x.columns};
          },
          [](const AtMostOne& x) -> RelKind { return AtMostOne{clone_ptr(x.input), x.partition}; },
          [](const TableFunction& x) -> RelKind {
            return TableFunction{clone_ptr(x.input), x.calls, x.ordinality, x.outer};
          },
          [](const Recursion& x) -> RelKind {
            return Recursion{x.number,       x.distinct, clone_ptr(x.base),       clone_ptr(x.step),   x.base_columns,
                             x.step_columns, x.columns,  clone_all(x.invariants), x.invariant_columns, x.round};
          },
          [](const WorkingTable& x) -> RelKind { return x; },
      },
      rel.kind);
  return std::make_unique<RelExpr>(RelExpr{std::move(copy)});
}

std::vector<RelPtr*> inputs_of(RelExpr& rel) {
  return std::visit(Overload{
                        [](Get&) -> std::vector<RelPtr*> { return {}; },
                        [](Rows&) -> std::vector<RelPtr*> { return {}; },
                        [](WorkingTable&) -> std::vector<RelPtr*> { return {}; },
                        [](Recursion& x) {
                          std::vector<RelPtr*> out = {&x.base, &x.step};
                          for (RelPtr& input : x.invariants) out.push_back(&input);
                          return out;
                        },
                        [](Join& x) -> std::vector<RelPtr*> { return {&x.left, &x.right}; },
                        [](Apply& x) -> std::vector<RelPtr*> { return {&x.left, &x.right}; },
                        [](SetOperation& x) -> std::vector<RelPtr*> { return {&x.left, &x.right}; },
                        [](Union& x) {
                          std::vector<RelPtr*> out;
                          for (RelPtr& input : x.inputs) out.push_back(&input);
                          return out;
                        },
                        [](auto& x) -> std::vector<RelPtr*> { return {&x.input}; },
                    },
                    rel.kind);
}

std::vector<const RelExpr*> inputs_of(const RelExpr& rel) {
  std::vector<const RelExpr*> out;
  for (RelPtr* input : inputs_of(const_cast<RelExpr&>(rel))) out.push_back(input->get());
  return out;
}

std::vector<expr::ExprPtr*> expressions_of(RelExpr& rel) {
  std::vector<expr::ExprPtr*> out;
  const auto all = [&](std::vector<expr::ExprPtr>& list) {
    for (expr::ExprPtr& item : list) out.push_back(&item);
  };
  std::visit(Overload{
                 [](auto&) {},
                 [&](Rows& x) {
                   for (auto& row : x.rows) all(row);
                 },
                 [&](Filter& x) { all(x.predicates); },
                 [&](Map& x) {
                   for (Map::Computed& computed : x.computed) out.push_back(&computed.value);
                 },
                 [&](Window& x) {
                   for (Window::Call& call : x.calls) all(call.arguments);
                 },
                 [&](Join& x) { all(x.predicates); },
                 [&](Apply& x) { all(x.predicates); },
                 [&](TableFunction& x) {
                   for (TableFunction::Call& call : x.calls) all(call.arguments);
                 },
             },
             rel.kind);
  return out;
}

std::vector<ColumnId*> columns_of(Aggregate::Call& call) {
  std::vector<ColumnId*> out;
  for (ColumnId& id : call.arguments) out.push_back(&id);
  if (call.filter) out.push_back(&*call.filter);
  for (Aggregate::SortKey& key : call.order) out.push_back(&key.column);
  for (Aggregate::Direct& direct : call.direct) {
    if (direct.column) out.push_back(&*direct.column);
  }
  return out;
}

ColumnIds columns_of(const RelExpr& rel) {
  return std::visit(Overload{
                        [](const Get& x) { return x.columns; },
                        [](const Rows& x) { return x.columns; },
                        [](const Filter& x) { return columns_of(*x.input); },
                        [](const Map& x) {
                          ColumnIds out = columns_of(*x.input);
                          for (const Map::Computed& computed : x.computed) out.push_back(computed.id);
                          return out;
                        },
                        [](const Join& x) {
                          ColumnIds out = columns_of(*x.left);
                          const bool both = x.kind != dataflow::JoinKind::kSemi && x.kind != dataflow::JoinKind::kAnti;
                          if (both) append(out, columns_of(*x.right));
                          return out;
                        },
                        [](const Apply& x) {
                          ColumnIds out = columns_of(*x.left);
                          const bool both = x.kind != dataflow::JoinKind::kSemi && x.kind != dataflow::JoinKind::kAnti;
                          if (both) append(out, columns_of(*x.right));
                          return out;
                        },
                        [](const Aggregate& x) {
                          ColumnIds out = x.group;
                          for (const Aggregate::Call& call : x.calls) out.push_back(call.id);
                          return out;
                        },
                        [](const Distinct& x) { return x.columns; },
                        [](const TopK& x) { return columns_of(*x.input); },
                        [](const Window& x) {
                          ColumnIds out = columns_of(*x.input);
                          for (const Window::Call& call : x.calls) out.push_back(call.id);
                          return out;
                        },
                        [](const Union& x) { return x.columns; },
                        [](const SetOperation& x) { return x.columns; },
                        [](const AtMostOne& x) { return columns_of(*x.input); },
                        [](const Recursion& x) { return x.columns; },
                        [](const WorkingTable& x) {
                          ColumnIds out = x.columns;
                          if (x.round) out.push_back(*x.round);
                          return out;
                        },
                        [](const TableFunction& x) {
                          ColumnIds out = columns_of(*x.input);
                          for (const TableFunction::Call& call : x.calls) append(out, call.columns);
                          if (x.ordinality) out.push_back(*x.ordinality);
                          return out;
                        },
                    },
                    rel.kind);
}

void add_referenced(const expr::ExprPtr& expr, ColumnSet& out) {
  if (expr == nullptr || !expr->has_columns()) return;
  const std::set<uint32_t> columns = expr::referenced_columns(*expr);
  out.insert(columns.begin(), columns.end());
}

ColumnSet used_columns(const RelExpr& rel) {
  ColumnSet out;
  for_each_used(const_cast<RelExpr&>(rel), [&](ColumnId& id) { out.insert(id); });
  return out;
}

// The part of them that the node itself refers to.
static ColumnSet own_free_columns(const RelExpr& rel) {
  ColumnSet used = used_columns(rel);
  ColumnSet made;
  for (expr::ExprPtr* expression : expressions_of(const_cast<RelExpr&>(rel))) add_referenced(*expression, used);
  for (const RelExpr* input : inputs_of(rel)) {
    for (const ColumnId id : columns_of(*input)) made.insert(id);
  }
  ColumnSet out;
  std::set_difference(used.begin(), used.end(), made.begin(), made.end(), std::inserter(out, out.end()));
  return out;
}

ColumnSet free_columns(const RelExpr& rel) {
  ColumnSet out = own_free_columns(rel);
  ColumnSet made;
  for (const RelExpr* input : inputs_of(rel)) {
    for (const ColumnId id : columns_of(*input)) made.insert(id);
  }
  // Right of an Apply what the left side makes is known; elsewhere an input sees nothing of another.
  for (const RelExpr* input : inputs_of(rel)) {
    for (const ColumnId id : free_columns(*input)) {
      if (!made.contains(id)) out.insert(id);
    }
  }
  return out;
}

void substitute(RelExpr& rel, const ColumnMapping& mapping) {
  for (expr::ExprPtr* expression : expressions_of(rel)) {
    if ((*expression)->has_columns()) *expression = expr::substitute_columns(*expression, mapping);
  }
  for (RelPtr* input : inputs_of(rel)) substitute(**input, mapping);
}

void rename_references(RelExpr& rel, const std::map<ColumnId, ColumnId>& names) {
  for (expr::ExprPtr* expression : expressions_of(rel)) {
    if (!(*expression)->has_columns()) continue;
    *expression = expr::substitute_columns(*expression, [&](uint32_t id, SqlType type) {
      const auto found = names.find(id);
      return expr::make_column(found == names.end() ? id : found->second, type);
    });
  }
  for_each_used(rel, [&](ColumnId& id) {
    const auto found = names.find(id);
    if (found != names.end()) id = found->second;
  });
  for (RelPtr* input : inputs_of(rel)) rename_references(**input, names);
}

}  // namespace millrace::sql
