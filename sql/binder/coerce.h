// Coercions as the binder needs them: unknown literals and parameters take the type that is wanted.
#pragma once

#include <string>
#include <vector>

#include "expr/coercion.h"
#include "sql/binder/parameters.h"
#include "sql/parser/ast/names.h"

namespace millrace::sql {

class Coercions {
 public:
  Coercions(Parameters& parameters, const TextContext& text) : parameters_(parameters), text_(text) {}

  Result<expr::ExprPtr> coerce(const expr::ExprPtr& expr, SqlType target, expr::CastContext context) const;
  // What is still unknown becomes text, as in a select list.
  Result<expr::ExprPtr> settle(const expr::ExprPtr& expr) const;
  // `what` is WHERE, AND, ...: 42804 "argument of WHERE must be type boolean, not type integer".
  Result<expr::ExprPtr> to_boolean(const expr::ExprPtr& expr, const std::string& what) const;
  // All to their common type, in place; `what` is CASE, UNION, ... With `places` the error points to the
  // first that does not fit.
  Result<SqlType> unify(const std::string& what, std::vector<expr::ExprPtr>& exprs,
                        const std::vector<ast::Location>& places = {}) const;
  // For a column: 42804 in the words of INSERT and UPDATE.
  Result<expr::ExprPtr> assign(const expr::ExprPtr& expr, SqlType target, const std::string& column) const;

  // Remembers where a literal stands: its own error is reported there, whoever coerces it.
  void note_literal(const expr::ExprPtr& literal, ast::Location location) { literals_.emplace_back(literal, location); }

  Parameters& parameters() const { return parameters_; }
  const TextContext& text() const { return text_; }

 private:
  Parameters& parameters_;
  const TextContext& text_;
  std::vector<std::pair<expr::ExprPtr, ast::Location>> literals_;
};

bool is_unknown(const expr::ExprPtr& expr);
bool is_null_constant(const expr::ExprPtr& expr);
std::vector<SqlType> types_of(const std::vector<expr::ExprPtr>& exprs);

}  // namespace millrace::sql
