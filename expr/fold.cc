#include "expr/expr_rewrite.h"
#include "expr/program.h"

namespace millrace::expr {
namespace {

// A constant's truth: nullopt when it is not a constant, else 0, 1, or 2 for NULL.
std::optional<int> truth(const Expr& expr) {
  const auto* constant = expr.as<Constant>();
  if (constant == nullptr || expr.type().oid() != oid::kBool) return std::nullopt;
  return constant->value.is_null() ? 2 : constant->value.slot().boolean() ? 1 : 0;
}

bool is_null_constant(const Expr& expr) {
  const auto* constant = expr.as<Constant>();
  return constant != nullptr && constant->value.is_null();
}

bool all_constant(const Expr& expr) {
  for (const ExprPtr& child : expr.children()) {
    if (!child->is<Constant>()) return false;
  }
  return true;
}

// x AND true = x; x AND false = false. OR the other way round.
ExprPtr fold_connective(const ExprPtr& expr, bool is_and) {
  const int neutral = is_and ? 1 : 0;
  std::vector<ExprPtr> terms;
  for (const ExprPtr& term : expr->children()) {
    const std::optional<int> value = truth(*term);
    if (value == neutral) continue;
    if (value == 1 - neutral) return term;
    terms.push_back(term);
  }
  if (terms.size() == expr->children().size()) return expr;
  return is_and ? make_and(std::move(terms)) : make_or(std::move(terms));
}

// Branches that are never taken go; one that always is becomes the ELSE.
ExprPtr fold_case(const ExprPtr& expr) {
  std::vector<CaseBranch> branches;
  ExprPtr otherwise = expr->children().back();
  for (size_t i = 0; i + 1 < expr->children().size(); i += 2) {
    const std::optional<int> value = truth(*expr->child(i));
    if (value == 0 || value == 2) continue;
    if (value == 1) {
      otherwise = expr->child(i + 1);
      break;
    }
    branches.push_back({expr->child(i), expr->child(i + 1)});
  }
  if (branches.empty()) return otherwise;
  if (branches.size() * 2 + 1 == expr->children().size()) return expr;
  return make_case(std::move(branches), std::move(otherwise));
}

ExprPtr fold_coalesce(const ExprPtr& expr) {
  std::vector<ExprPtr> arguments;
  for (const ExprPtr& argument : expr->children()) {
    if (is_null_constant(*argument)) continue;
    arguments.push_back(argument);
    if (argument->is<Constant>()) break;
  }
  if (arguments.empty()) return make_null(expr->type());
  if (arguments.size() == 1) return arguments.front();
  if (arguments.size() == expr->children().size()) return expr;
  return make_coalesce(std::move(arguments));
}

// A strict function of NULL is NULL whatever its other arguments are.
bool is_null_by_strictness(const Expr& expr) {
  const auto* call = expr.as<Call>();
  if (call == nullptr || !call->function->strict || expr.volatility() == Volatility::kVolatile) return false;
  for (const ExprPtr& child : expr.children()) {
    if (is_null_constant(*child)) return true;
  }
  return false;
}

ExprPtr fold_node(ExprPtr expr) {
  if (expr->is<Constant>() || expr->is<ColumnRef>() || expr->is<Parameter>()) return expr;
  if (expr->is<And>()) expr = fold_connective(expr, true);
  if (expr->is<Or>()) expr = fold_connective(expr, false);
  if (expr->is<Case>()) expr = fold_case(expr);
  if (expr->is<Coalesce>()) expr = fold_coalesce(expr);
  if (is_null_by_strictness(*expr)) return make_null(expr->type());
  if (expr->is<Constant>() || !expr->is_foldable() || !all_constant(*expr)) return expr;
  Result<Value> value = evaluate_one(expr, EvalContext{});
  return value ? make_constant(*std::move(value)) : expr;
}

}  // namespace

ExprPtr fold_constants(const ExprPtr& expr) { return rewrite_bottom_up(expr, fold_node); }

}  // namespace millrace::expr
