// Which values a parameter is tried with: by its type, or by what the function means by it (a unit of time, a
// pattern, a format), where values of the type alone would only find errors.
#pragma once

#include <span>
#include <string>

#include "expr/signature.h"

namespace millrace {

// Texts of values for parameter `index` of `signature`, without NULL. Empty when the type has none, as the
// polymorphic ones.
std::span<const std::string> argument_values(const expr::Signature& signature, size_t index);

}  // namespace millrace
