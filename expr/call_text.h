// For tests: a call written as text, its answer read as text.
//
//   call_function("date_trunc", {"text hour", "timestamp 2001-02-16 20:38:40"})   "2001-02-16 20:00:00"
//   call_operator("/", {"interval 1 hour", "float8 0"})                          "22012: division by zero"
//
// An argument is a type's name and a value's text form; "int4 NULL" is a NULL. NULL comes back as "NULL". Goes the
// whole way of a statement: overload resolution, implicit casts, a compiled program.
#pragma once

#include <string>
#include <vector>

#include "expr/coercion.h"
#include "expr/eval_context.h"
#include "expr/overload_resolution.h"
#include "expr/program.h"
#include "types/type_info.h"

namespace millrace::expr {

inline std::string error_text(const SqlError& error) {
  return std::string(error.state().str()) + ": " + error.message();
}

inline Result<ExprPtr> argument_from_text(const std::string& argument) {
  const size_t space = argument.find(' ');
  const std::string text = argument.substr(space + 1);
  const std::string type_name = argument.substr(0, space);
  if (type_name == "unknown") return make_constant(Value(type_of(oid::kUnknown), Slot::of_bytes(text)));
  const SqlType type(*find_type(type_name));
  if (text == "NULL") return make_null(type);
  TRY(Value value, Value::parse(type, text, TextContext()));
  return make_constant(std::move(value));
}

inline std::string evaluate_text(const ExprPtr& expr, const EvalContext& context) {
  const auto value = evaluate_one(expr, context);
  return value ? value->to_string(context.text) : error_text(value.error());
}

inline std::string call_text(FunctionKind kind, const std::string& name, const std::vector<std::string>& arguments,
                             const EvalContext& context) {
  std::vector<ExprPtr> values;
  std::vector<SqlType> types;
  for (const std::string& argument : arguments) {
    auto value = argument_from_text(argument);
    if (!value) return error_text(value.error());
    types.push_back((*value)->type());
    values.push_back(*std::move(value));
  }
  const auto resolved = kind == FunctionKind::kOperator ? resolve_operator(name, types) : resolve_function(name, types);
  if (!resolved) return error_text(resolved.error());
  for (size_t i = 0; i < values.size(); ++i) {
    auto coerced = coerce(values[i], resolved->argument_types[i], CastContext::kImplicit, context.text);
    if (!coerced) return error_text(coerced.error());
    values[i] = *std::move(coerced);
  }
  return evaluate_text(make_call(*resolved->candidate.scalar, std::move(values), resolved->result_type), context);
}

inline std::string call_function(const std::string& name, const std::vector<std::string>& arguments,
                                 const EvalContext& context = {}) {
  return call_text(FunctionKind::kFunction, name, arguments, context);
}
inline std::string call_operator(const std::string& name, const std::vector<std::string>& arguments,
                                 const EvalContext& context = {}) {
  return call_text(FunctionKind::kOperator, name, arguments, context);
}
inline std::string cast_text(const std::string& argument, const std::string& type_name,
                             const EvalContext& context = {}) {
  auto value = argument_from_text(argument);
  if (!value) return error_text(value.error());
  const auto converted = coerce(*value, SqlType(*find_type(type_name)), CastContext::kExplicit, context.text);
  if (!converted) return error_text(converted.error());
  return evaluate_text(*converted, context);
}

}  // namespace millrace::expr
