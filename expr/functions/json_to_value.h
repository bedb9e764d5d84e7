// json and jsonb as values of a SQL type, as json_to_record() and json_populate_record() make them: JSON arrays
// become arrays, objects composites field by field, everything else goes through its text.
#pragma once

#include <optional>
#include <vector>

#include "expr/eval_context.h"
#include "expr/functions/json_item.h"
#include "types/type_info.h"

namespace millrace::expr {

using FieldValues = std::vector<std::optional<Slot>>;

// One value a field; a field that the object does not have keeps that of `base` (empty: NULL). 22023 when `item` is
// no object. Results lie in `arena` or in `base`.
Result<FieldValues> json_to_fields(const JsonItem& item, std::span<const CompositeField> fields,
                                   const FieldValues& base, const EvalContext& context, Arena& arena);

}  // namespace millrace::expr
