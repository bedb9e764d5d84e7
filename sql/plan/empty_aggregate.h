// What an aggregate answers over no rows: 0 for count, NULL for nearly all others.
#pragma once

#include "expr/aggregate.h"
#include "expr/expr.h"

namespace millrace::sql {

// Null pointer when it is NULL.
expr::ExprPtr value_of_no_rows(const expr::AggregateSpec& spec, SqlType type);

}  // namespace millrace::sql
