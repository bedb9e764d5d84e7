#include "sql/binder/coerce.h"

#include <fmt/format.h>

#include "expr/overload_resolution.h"

namespace millrace::sql {

bool is_unknown(const expr::ExprPtr& expr) { return expr::is_unknown(expr->type()); }

bool is_null_constant(const expr::ExprPtr& expr) {
  const auto* constant = expr->as<expr::Constant>();
  return constant != nullptr && constant->value.is_null();
}

std::vector<SqlType> types_of(const std::vector<expr::ExprPtr>& exprs) {
  std::vector<SqlType> types;
  types.reserve(exprs.size());
  for (const expr::ExprPtr& expr : exprs) types.push_back(expr->type());
  return types;
}

Result<expr::ExprPtr> Coercions::coerce(const expr::ExprPtr& expr, SqlType target, expr::CastContext context) const {
  if (!is_unknown(expr)) {
    if (expr->type() == target) return expr;
    return expr::coerce(expr, target, context, text_);
  }
  if (const auto* parameter = expr->as<expr::Parameter>()) {
    if (expr::is_unknown(target)) return expr;
    TRY(const expr::ExprPtr typed, parameters_.infer(parameter->number, target));
    if (typed->type() == target) return typed;
    return expr::coerce(typed, target, context, text_);
  }
  Result<expr::ExprPtr> out = expr::coerce(expr, target, context, text_);
  if (out) return out;
  for (const auto& [literal, location] : literals_) {
    if (literal == expr) return std::move(out).error().at(location);
  }
  return out;
}

Result<expr::ExprPtr> Coercions::settle(const expr::ExprPtr& expr) const {
  if (!is_unknown(expr)) return expr;
  return coerce(expr, type_of(oid::kText), expr::CastContext::kImplicit);
}

Result<expr::ExprPtr> Coercions::to_boolean(const expr::ExprPtr& expr, const std::string& what) const {
  const SqlType boolean = type_of(oid::kBool);
  if (is_unknown(expr)) return coerce(expr, boolean, expr::CastContext::kAssignment);
  if (!expr->type().same_base(boolean)) {
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("argument of {} must be type boolean, not type {}", what, expr->type().to_string()));
  }
  return expr;
}

Result<SqlType> Coercions::unify(const std::string& what, std::vector<expr::ExprPtr>& exprs,
                                 const std::vector<ast::Location>& places) const {
  const std::vector<SqlType> types = types_of(exprs);
  Result<SqlType> common = expr::common_type(what, types);
  for (size_t count = 2; !common && count <= places.size(); ++count) {
    const std::vector<SqlType> first(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(count));
    if (!expr::common_type(what, first)) return std::move(common).error().at(places[count - 1]);
  }
  if (!common) return std::move(common).error();
  const SqlType type = *common;
  for (expr::ExprPtr& expr : exprs) {
    TRY(expr, coerce(expr, expr->type().valid() && expr->type().same_base(type) ? expr->type() : type,
                     expr::CastContext::kImplicit));
  }
  // A modifier stays only when all agree on it.
  for (const expr::ExprPtr& expr : exprs) {
    if (expr->type() != exprs.front()->type()) {
      for (expr::ExprPtr& each : exprs) {
        TRY(each, coerce(each, type.without_typmod(), expr::CastContext::kImplicit));
      }
      return type.without_typmod();
    }
  }
  return exprs.empty() ? type : exprs.front()->type();
}

Result<expr::ExprPtr> Coercions::assign(const expr::ExprPtr& expr, SqlType target, const std::string& column) const {
  if (!is_unknown(expr) && !expr::can_coerce(expr->type(), target, expr::CastContext::kAssignment)) {
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("column \"{}\" is of type {} but expression is of type {}", column,
                                target.without_typmod().to_string(), expr->type().without_typmod().to_string()))
        .with_hint("You will need to rewrite or cast the expression.");
  }
  return coerce(expr, target, expr::CastContext::kAssignment);
}

}  // namespace millrace::sql
