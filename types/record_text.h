// The text form of composite values: (1,"a b",).
#pragma once

#include "types/type_info.h"

namespace millrace {

// record_in, record_out.
Result<Slot> parse_record(std::string_view text, SqlType type, const TextContext& context, Arena& arena);
void format_record(Slot value, SqlType type, const TextContext& context, std::string& out);

}  // namespace millrace
