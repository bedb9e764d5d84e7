#include "sql/plan/join_predicates.h"

#include <algorithm>

#include "expr/coercion.h"
#include "expr/overload_resolution.h"

namespace millrace::sql {
namespace {

using expr::ExprPtr;

struct Sides {
  ExprPtr a;
  ExprPtr b;
  bool null_safe;
};

// `a = b` or `a IS NOT DISTINCT FROM b`.
std::optional<Sides> equated(const ExprPtr& predicate) {
  if (const auto* call = predicate->as<expr::Call>()) {
    if (call->function->kind == expr::FunctionKind::kOperator && call->function->name == "=" &&
        predicate->children().size() == 2) {
      return Sides{predicate->child(0), predicate->child(1), false};
    }
  }
  if (predicate->is<expr::Not>() && predicate->child(0)->is<expr::IsDistinct>()) {
    return Sides{predicate->child(0)->child(0), predicate->child(0)->child(1), true};
  }
  return std::nullopt;
}

std::optional<JoinKey> as_key(const ExprPtr& predicate, const ColumnSet& left, const ColumnSet& right) {
  const auto sides = equated(predicate);
  if (!sides || !sides->a->has_columns() || !sides->b->has_columns()) return std::nullopt;
  if (predicate->volatility() == expr::Volatility::kVolatile) return std::nullopt;
  JoinKey key{sides->a, sides->b, sides->null_safe};
  if (!only_refers_to(key.left, left)) std::swap(key.left, key.right);
  if (!only_refers_to(key.left, left) || !only_refers_to(key.right, right)) return std::nullopt;
  if (key.left->type().same_base(key.right->type())) {
    return key.left->type().info().compare == nullptr ? std::nullopt : std::optional(std::move(key));
  }
  const auto common = expr::common_type("=", {key.left->type(), key.right->type()});
  if (!common) return std::nullopt;
  auto l = expr::coerce(key.left, common->without_typmod(), expr::CastContext::kImplicit);
  auto r = expr::coerce(key.right, common->without_typmod(), expr::CastContext::kImplicit);
  if (!l || !r) return std::nullopt;
  return JoinKey{std::move(*l), std::move(*r), key.null_safe};
}

}  // namespace

bool only_refers_to(const ExprPtr& expr, const ColumnSet& columns) {
  ColumnSet used;
  add_referenced(expr, used);
  return std::includes(columns.begin(), columns.end(), used.begin(), used.end());
}

JoinPredicates classify(const std::vector<ExprPtr>& predicates, const ColumnSet& left, const ColumnSet& right) {
  JoinPredicates out;
  for (const ExprPtr& predicate : predicates) {
    if (auto key = as_key(predicate, left, right)) {
      out.keys.push_back(std::move(*key));
    } else if (predicate->has_columns() && only_refers_to(predicate, left)) {
      out.left_only.push_back(predicate);
    } else if (predicate->has_columns() && only_refers_to(predicate, right)) {
      out.right_only.push_back(predicate);
    } else {
      out.residual.push_back(predicate);
    }
  }
  return out;
}

}  // namespace millrace::sql
