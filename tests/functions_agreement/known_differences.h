// What is not as PostgreSQL has it, by name and with the reason. A difference that is listed and gone is an
// error of the list.
#pragma once

#include <string>

#include "expr/signature.h"

namespace millrace {

// Why calls of this function are not compared at all; null when they are.
const char* why_not_compared(const expr::Signature& signature);
// Why this one call may differ; null when it may not. `ours` and `theirs` are values, or SQLSTATEs.
const char* why_different(const expr::Signature& signature, const std::string& call, const std::string& ours,
                          const std::string& theirs);

}  // namespace millrace
