// An expression as SQL text, for EXPLAIN, plan tests and error details.
#pragma once

#include <functional>
#include <string>

#include "expr/expr.h"

namespace millrace::expr {

// Names column i; by default "#i".
using ColumnNamer = std::function<std::string(uint32_t index)>;

// "(#0 + 1) > 5 AND #1 IS NULL". Parts nested deeper than 100 levels are shortened to "...".
std::string to_string(const Expr& expr, const ColumnNamer& column_name = {});

}  // namespace millrace::expr
