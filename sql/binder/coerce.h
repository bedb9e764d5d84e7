// Coercions as the binder needs them: unknown literals and parameters take the type that is wanted.
#pragma once

#include <string>
#include <vector>

#include "expr/coercion.h"
#include "sql/binder/parameters.h"

namespace millrace::sql {

class Coercions {
 public:
  Coercions(Parameters& parameters, const TextContext& text) : parameters_(parameters), text_(text) {}

  Result<expr::ExprPtr> coerce(const expr::ExprPtr& expr, SqlType target, expr::CastContext context) const;
  // What is still unknown becomes text, as in a select list.
  Result<expr::ExprPtr> settle(const expr::ExprPtr& expr) const;
  // `what` is WHERE, AND, ...: 42804 "argument of WHERE must be type boolean, not type integer".
  Result<expr::ExprPtr> to_boolean(const expr::ExprPtr& expr, const std::string& what) const;
  // All to their common type, in place; `what` is CASE, UNION, ...
  Result<SqlType> unify(const std::string& what, std::vector<expr::ExprPtr>& exprs) const;
  // For a column: 42804 in the words of INSERT and UPDATE.
  Result<expr::ExprPtr> assign(const expr::ExprPtr& expr, SqlType target, const std::string& column) const;

  Parameters& parameters() const { return parameters_; }
  const TextContext& text() const { return text_; }

 private:
  Parameters& parameters_;
  const TextContext& text_;
};

bool is_unknown(const expr::ExprPtr& expr);
bool is_null_constant(const expr::ExprPtr& expr);
std::vector<SqlType> types_of(const std::vector<expr::ExprPtr>& exprs);

}  // namespace millrace::sql
