// What every new row of a table must satisfy by itself: NOT NULL and CHECK. (Uniqueness depends on other
// rows: unique_keys.h.)
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "expr/eval_context.h"
#include "sql/bound_statement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

// 23502 and 23514, naming the first row that fails as PostgreSQL does.
Status check_rows(const catalog::Object& table, const std::vector<sql::RowCheck>& checks, const DeltaBatch& rows,
                  const expr::EvalContext& context);

// "(1, null, abc)": a row in the DETAIL of an error.
std::string describe_row(const DeltaBatch& rows, size_t row, const TextContext& context);

}  // namespace millrace::engine
