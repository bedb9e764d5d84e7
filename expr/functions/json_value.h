// Any SQL value as JSON, as to_json() and to_jsonb() make it: numbers and booleans as themselves, json as
// it is, arrays and composites piece by piece, dates in ISO 8601, everything else as a string of its text.
#pragma once

#include <string>

#include "expr/eval_context.h"
#include "types/jsonb.h"

namespace millrace::expr {

// `slot` null: the JSON null.
// `lines`: the outermost elements or pairs each on a line.
Status append_json_value(const Slot* slot, SqlType type, const EvalContext& context, std::string& out,
                         bool lines = false);
Status append_jsonb_value(const Slot* slot, SqlType type, const EvalContext& context, JsonbBuilder& out);

// A value as the key of an object: its text, never quoted twice. 22023 when it is no scalar.
Result<std::string> json_key(const Slot& slot, SqlType type, const EvalContext& context);

}  // namespace millrace::expr
