// Named notation: make_interval(days => 10). The arguments put in order, with defaults for those left out.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "expr/expr.h"

namespace millrace::sql {

// `names` are those of the last arguments. 42883 when the function has no such parameter, or has it already.
Result<std::vector<expr::ExprPtr>> order_named_arguments(const std::string& function,
                                                         std::vector<expr::ExprPtr> arguments,
                                                         const std::vector<std::string>& names);

}  // namespace millrace::sql
