// The casts that belong to no pair of types: relabelling, through text, modifiers, element by element.
// They are rows of the registry like any other, so that plans with them can be kept.
#pragma once

#include "expr/scalar_function.h"

namespace millrace::expr {

// The same bytes under another type of the same physical form.
const ScalarFunction& relabel_function();
// Stable where a type's text form hangs on the session (dates, reg* types), else immutable.
// The text form, as psql shows it (bool: "true", not "t"; char(n) without its padding).
const ScalarFunction& to_text_function(SqlType source);
// The text form read as the call's type.
const ScalarFunction& through_text_function(SqlType source, SqlType target);
// The call type's modifier applied, as in an assignment or as in a written cast.
const ScalarFunction& apply_typmod_function();
const ScalarFunction& apply_typmod_explicit_function();
// Array to array: each element cast as if written.
const ScalarFunction& cast_elements_function();

}  // namespace millrace::expr
