// From one type to another: whether it may be, and the expression that does it.
#pragma once

#include "expr/expr.h"
#include "expr/function_registry.h"

namespace millrace::expr {

struct CastPath {
  enum class Kind : uint8_t {
    kNone,      // cannot be
    kIdentity,  // the same base type
    kRelabel,   // binary coercible
    kFunction,
    kText,      // through the text form
    kElements,  // array to array, element by element
  };
  Kind kind = Kind::kNone;
  const Cast* cast = nullptr;
};

// Whether and how `source` becomes `target` (base types; modifiers do not matter) when no more than
// `context` is allowed. Every type reaches the string types in an assignment, and is reached from them
// when the cast is written, through its text form.
CastPath find_cast_path(SqlType source, SqlType target, CastContext context);
bool can_coerce(SqlType source, SqlType target, CastContext context);

// `expr` as a `target`, modifier applied (varchar(3) truncates when written, fails in an assignment).
// An unknown literal is parsed as one; 42846 "cannot cast type x to y" when there is no way, worded for
// an assignment by the caller, who knows the column.
Result<ExprPtr> coerce(const ExprPtr& expr, SqlType target, CastContext context, const TextContext& text = {});

}  // namespace millrace::expr
