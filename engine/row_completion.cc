#include "engine/row_completion.h"

#include "expr/program.h"

namespace millrace::engine {
namespace {

Result<std::vector<ColumnPtr>> evaluate(const std::vector<expr::ExprPtr>& exprs, const DeltaBatch& rows,
                                        const expr::EvalContext& context) {
  TRY(expr::ExprProgram program, expr::ExprProgram::compile(exprs));
  std::vector<ColumnPtr> results;
  expr::ErrorSink failed;
  program.evaluate(rows, context, results, failed);
  if (!failed.empty()) return failed.take_first();
  return results;
}

// Each row as often as it is there.
DeltaBatch single_copies(const DeltaBatch& rows) {
  std::vector<uint32_t> repeated;
  for (uint32_t row = 0; row < rows.rows(); ++row) {
    for (int64_t copy = 0; copy < rows.weight(row); ++copy) repeated.push_back(row);
  }
  return DeltaBatch(repeated.size(), rows.gather(repeated).columns());
}

bool is_true(const Column& column, size_t row) { return !column.is_null(row) && column.value<int8_t>(row) != 0; }

// One late default: for the rows that take it, in their order.
Result<ColumnPtr> with_default(const sql::RowCompletion::Column& late, const DeltaBatch& rows, const Column& takes,
                               const expr::EvalContext& context) {
  std::vector<uint32_t> taking;
  for (uint32_t row = 0; row < rows.rows(); ++row) {
    if (is_true(takes, row)) taking.push_back(row);
  }
  const ColumnPtr& given = rows.column_ptr(late.column);
  if (taking.empty()) return given;
  TRY(const std::vector<ColumnPtr> values, evaluate({late.value}, rows.gather(taking), context));
  ColumnBuilder builder(given->type());
  size_t next = 0;
  for (uint32_t row = 0; row < rows.rows(); ++row) {
    const bool takes_it = next < taking.size() && taking[next] == row;
    const Column& from = takes_it ? *values[0] : *given;
    const size_t place = takes_it ? next++ : row;
    if (from.is_null(place)) {
      builder.append_null();
    } else {
      builder.append_slot(from.slot(place));
    }
  }
  return builder.finish();
}

}  // namespace

Result<Delta> complete_rows(const catalog::Object& table, const sql::RowCompletion& completion, Delta rows,
                            const expr::EvalContext& context) {
  if (completion.empty()) return rows;
  const size_t width = table.columns.size();
  Delta out;
  for (const DeltaBatch& given : rows) {
    if (given.empty()) continue;
    const DeltaBatch whole = completion.defaults.empty() ? given : single_copies(given);
    std::vector<ColumnPtr> columns(whole.columns().begin(),
                                   whole.columns().begin() + static_cast<std::ptrdiff_t>(width));
    for (size_t i = 0; i < completion.defaults.size(); ++i) {
      const sql::RowCompletion::Column& late = completion.defaults[i];
      TRY(columns[late.column], with_default(late, whole, whole.column(width + i), context));
    }
    DeltaBatch completed = whole.with_columns(columns);
    if (!completion.generated.empty()) {
      std::vector<expr::ExprPtr> exprs;
      for (const sql::RowCompletion::Column& generated : completion.generated) exprs.push_back(generated.value);
      TRY(const std::vector<ColumnPtr> values, evaluate(exprs, completed, context));
      for (size_t i = 0; i < values.size(); ++i) columns[completion.generated[i].column] = values[i];
      completed = whole.with_columns(std::move(columns));
    }
    out.push_back(std::move(completed));
  }
  return out;
}

}  // namespace millrace::engine
