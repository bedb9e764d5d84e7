// SQL identifiers as text: quoted when they have to be, and taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// As quote_ident(): in double quotes unless lower case letters, digits and underscores that are no keyword.
std::string quote_identifier(std::string_view name);

// As parse_ident(): "a.B.\"C\"" is a, b, C. `strict` refuses what follows the last name. 22023.
Result<std::vector<std::string>> parse_identifiers(std::string_view text, bool strict);

}  // namespace millrace
