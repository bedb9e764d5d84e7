// The text form of arrays: {1,NULL,"a b"}, {{1,2},{3,4}}, [0:1]={1,2}.
#pragma once

#include "types/type_info.h"

namespace millrace {

// array_in, array_out.
Result<Slot> parse_array(std::string_view text, SqlType type, const TextContext& context, Arena& arena);
void format_array(Slot value, SqlType type, const TextContext& context, std::string& out);

}  // namespace millrace
