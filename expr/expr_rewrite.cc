#include "expr/expr_rewrite.h"

#include <unordered_map>

#include "base/check.h"

namespace millrace::expr {

void walk(const Expr& root, const std::function<bool(const Expr&)>& visit) {
  std::vector<const Expr*> open{&root};
  while (!open.empty()) {
    const Expr& expr = *open.back();
    open.pop_back();
    if (!visit(expr)) continue;
    for (size_t i = expr.children().size(); i-- > 0;) open.push_back(expr.child(i).get());
  }
}

ExprPtr with_children(const ExprPtr& expr, std::vector<ExprPtr> children) {
  if (children == expr->children()) return expr;
  return Expr::make(expr->node(), std::move(children), expr->type());
}

ExprPtr rewrite_bottom_up(const ExprPtr& root, const std::function<ExprPtr(ExprPtr)>& rewrite) {
  std::unordered_map<const Expr*, ExprPtr> done;  // a shared subtree is rewritten once
  std::vector<const ExprPtr*> open{&root};
  while (!open.empty()) {
    const ExprPtr& expr = *open.back();
    if (done.contains(expr.get())) {
      open.pop_back();
      continue;
    }
    bool ready = true;
    for (const ExprPtr& child : expr->children()) {
      if (!done.contains(child.get())) {
        open.push_back(&child);
        ready = false;
      }
    }
    if (!ready) continue;
    std::vector<ExprPtr> children;
    children.reserve(expr->children().size());
    for (const ExprPtr& child : expr->children()) children.push_back(done.at(child.get()));
    done.emplace(expr.get(), rewrite(with_children(expr, std::move(children))));
    open.pop_back();
  }
  return done.at(root.get());
}

std::set<uint32_t> referenced_columns(const Expr& root) {
  std::set<uint32_t> columns;
  walk(root, [&](const Expr& expr) {
    if (const auto* column = expr.as<ColumnRef>()) columns.insert(column->index);
    return expr.has_columns();
  });
  return columns;
}

ExprPtr substitute_columns(const ExprPtr& root, const std::function<ExprPtr(uint32_t, SqlType)>& target) {
  return rewrite_bottom_up(root, [&](ExprPtr expr) {
    const auto* column = expr->as<ColumnRef>();
    return column == nullptr ? expr : target(column->index, expr->type());
  });
}

ExprPtr bind_parameters(const ExprPtr& root, std::span<const Value> values) {
  return rewrite_bottom_up(root, [&](ExprPtr expr) {
    const auto* parameter = expr->as<Parameter>();
    if (parameter == nullptr) return expr;
    MILLRACE_CHECK(parameter->number >= 1 && parameter->number <= values.size(), "no value for a parameter");
    return make_constant(values[parameter->number - 1]);
  });
}

std::vector<ExprPtr> conjuncts(const ExprPtr& expr) {
  if (expr->is<And>()) return expr->children();
  return {expr};
}

}  // namespace millrace::expr
