#include "engine/row_checks.h"

#include "expr/program.h"
#include "types/type_info.h"

namespace millrace::engine {

std::string describe_row(const DeltaBatch& rows, size_t row, const TextContext& context) {
  constexpr size_t kValueBytesMax = 64;  // as PostgreSQL cuts them
  std::string text = "(";
  for (size_t c = 0; c < rows.column_count(); ++c) {
    if (c > 0) text += ", ";
    const Column& column = rows.column(c);
    if (column.is_null(row)) {
      text += "null";
      continue;
    }
    std::string value;
    column.type().info().format(column.slot(row), column.type(), context, value);
    if (value.size() > kValueBytesMax) value = value.substr(0, kValueBytesMax) + "...";
    text += value;
  }
  return text + ")";
}

Status check_rows(const catalog::Object& table, const std::vector<sql::RowCheck>& checks, const DeltaBatch& rows,
                  const expr::EvalContext& context) {
  for (size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].not_null || !rows.column(c).has_nulls()) continue;
    for (size_t row = 0; row < rows.rows(); ++row) {
      if (!rows.column(c).is_null(row)) continue;
      return SqlError(sqlstate::kNotNullViolation, "null value in column \"" + table.columns[c].name +
                                                       "\" of relation \"" + table.name.name +
                                                       "\" violates not-null constraint")
          .with_detail("Failing row contains " + describe_row(rows, row, context.text) + ".")
          .with_table(table.name.name)
          .with_column(table.columns[c].name);
    }
  }
  for (const sql::RowCheck& check : checks) {
    TRY(expr::ExprProgram program, expr::ExprProgram::compile({check.condition}));
    std::vector<ColumnPtr> verdicts;
    expr::ErrorSink failed;
    program.evaluate(rows, context, verdicts, failed);
    if (!failed.empty()) return failed.take_first();
    for (size_t row = 0; row < rows.rows(); ++row) {
      if (verdicts[0]->is_null(row) || verdicts[0]->value<int8_t>(row) != 0) continue;
      return SqlError(sqlstate::kCheckViolation, "new row for relation \"" + table.name.name +
                                                     "\" violates check constraint \"" + check.constraint + "\"")
          .with_detail("Failing row contains " + describe_row(rows, row, context.text) + ".")
          .with_constraint(check.constraint)
          .with_table(table.name.name);
    }
  }
  return {};
}

}  // namespace millrace::engine
