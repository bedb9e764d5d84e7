// Types as SQL writes them: "int", "character varying(10)", "timestamp(3) with time zone", "numeric(10,2)[]".
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "types/sql_type.h"

namespace millrace {

// The built-in type of this pg_type.typname, which the grammar has already made from what was written
// ("int" is int4), with written modifiers. 42704 when there is none, 0A000 for PostgreSQL's types that are
// not built, 42601 for modifiers where the type takes none.
Result<SqlType> resolve_type(std::string_view typname, std::span<const int32_t> modifiers, bool is_array);

// Reads a whole type name. Built-in types only; a type that the catalog made is 42704 here.
Result<SqlType> parse_type_name(std::string_view text);

}  // namespace millrace
