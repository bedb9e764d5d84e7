// Types as they are written -> SqlType.
#pragma once

#include "base/result.h"
#include "sql/parser/ast/expression.h"
#include "types/sql_type.h"

namespace millrace::sql {

// 42704 `type "x" does not exist`; the modifier's own errors (22023).
Result<SqlType> resolve_type(const ast::TypeName& name);

}  // namespace millrace::sql
