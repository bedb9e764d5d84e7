// From what the source of an INSERT or COPY gives to whole rows: defaults that are asked once a row
// (nextval(), random()), then generated columns.
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "expr/eval_context.h"
#include "sql/bound_statement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

// `rows` have the table's columns and, beyond them, one bool for each late default: whether the row takes it.
// Rows are taken apart into single copies where a default is asked, in their order.
Result<Delta> complete_rows(const catalog::Object& table, const sql::RowCompletion& completion, Delta rows,
                            const expr::EvalContext& context);

}  // namespace millrace::engine
