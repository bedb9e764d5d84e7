// Which function a call means, by PostgreSQL's rules (manual, chapter 10; func_select_candidate):
//
//   1. an exact match of the argument types wins;
//   2. else keep the candidates whose arguments can be reached by implicit casts (an unknown literal
//      reaches anything);
//   3. keep those with the most exact matches, then those with the most exact or preferred ones;
//   4. for unknown literals choose a type category: string if any candidate takes it, else the one all
//      agree on; within it the preferred type;
//   5. if one is left that is it; if the known arguments are all of one type, try that for the unknown;
//   6. else 42725, or 42883 when nothing matched, in PostgreSQL's words.
//
// For operators an unknown operand is first taken to be of the other operand's type.
#pragma once

#include <string>
#include <vector>

#include "expr/function_registry.h"

namespace millrace::expr {

// An argument of unknown type (a quoted literal, NULL, an untyped parameter) is an invalid SqlType, or
// one whose oid is oid::kUnknown.
bool is_unknown(SqlType type);

struct ResolvedCall {
  Candidate candidate;
  // What each argument has to be coerced to (expr/coercion.h), polymorphic types made concrete. Equal
  // to the argument's own type, modifier included, where nothing is to do.
  std::vector<SqlType> argument_types;
  SqlType result_type;
};

// `name` is folded already. Errors carry no location; the binder adds it.
Result<ResolvedCall> resolve_function(const std::string& name, const std::vector<SqlType>& arguments);
// One argument for a prefix operator, two for an infix one.
Result<ResolvedCall> resolve_operator(const std::string& name, const std::vector<SqlType>& arguments);

// The type that UNION, CASE, COALESCE, GREATEST, VALUES, ARRAY[] give operands of these types
// (select_common_type). `what` begins the message: "CASE", "UNION", ... 42804 when they do not match.
Result<SqlType> common_type(const std::string& what, const std::vector<SqlType>& types);

}  // namespace millrace::expr
