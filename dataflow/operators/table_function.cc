#include "dataflow/operators/table_function.h"

#include <algorithm>

#include "expr/program.h"

namespace millrace::dataflow {
namespace {

class TableFunctionCall final : public Operator {
 public:
  TableFunctionCall(const TableFunctionNode& node, expr::ExprProgram arguments, size_t input_columns,
                    const std::vector<SqlType>& output_types)
      : function_(*node.function),
        with_ordinality_(node.with_ordinality),
        outer_(node.outer),
        arguments_(std::move(arguments)),
        input_columns_(input_columns),
        function_columns_(output_types.size() - input_columns - (node.with_ordinality ? 1 : 0)),
        given_(std::vector<SqlType>(
            output_types.begin() + static_cast<std::ptrdiff_t>(input_columns),
            output_types.begin() + static_cast<std::ptrdiff_t>(input_columns + function_columns_))),
        result_(output_types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    for (const DeltaBatch& batch : *inputs[0]) {
      std::vector<ColumnPtr> arguments;
      expr::ErrorSink failed;
      arguments_.evaluate(batch, context.eval, arguments, failed);
      std::vector<bool> bad(batch.rows(), false);
      for (expr::ErrorSink::RowError& failure : failed.take()) {
        bad[failure.row] = true;
        out.errors.push_back({std::move(failure.error), batch.weight(failure.row)});
      }
      for (size_t row = 0; row < batch.rows(); ++row) {
        if (bad[row]) continue;
        if (Status called = call(batch, row, arguments, context, out); !called) {
          out.errors.push_back({std::move(called).error(), batch.weight(row)});
        }
      }
    }
    if (result_.rows() > 0) out.add(result_.finish());
  }

 private:
  Status call(const DeltaBatch& batch, size_t row, const std::vector<ColumnPtr>& arguments, const StepContext& context,
              OperatorOutput& out) {
    std::vector<Value> values;
    bool null = false;
    for (const ColumnPtr& argument : arguments) {
      null |= argument->is_null(row);
      values.push_back(argument->is_null(row) ? Value::null(argument->type())
                                              : Value(argument->type(), argument->slot(row)));
    }
    int64_t ordinal = 0;
    if (!null || !function_.strict) {
      TRY(const std::unique_ptr<expr::RowStream> rows, function_.open({.context = context.eval, .arguments = values}));
      // What has been given out when a later row fails stays out and is retracted by the same call.
      for (bool more = true; more;) {
        TRY(more, rows->next(kBatchRows, given_));
        const DeltaBatch given = given_.finish();
        for (size_t i = 0; i < given.rows(); ++i) append(batch, row, &given, i, ++ordinal, out);
      }
    }
    if (ordinal == 0 && outer_) append(batch, row, nullptr, 0, 0, out);
    return {};
  }

  void append(const DeltaBatch& batch, size_t row, const DeltaBatch* given, size_t given_row, int64_t ordinal,
              OperatorOutput& out) {
    for (size_t c = 0; c < input_columns_; ++c) result_.column(c).append_from(batch.column(c), row);
    for (size_t c = 0; c < function_columns_; ++c) {
      ColumnBuilder& column = result_.column(input_columns_ + c);
      if (given == nullptr) {
        column.append_null();
      } else {
        column.append_from(given->column(c), given_row);
      }
    }
    if (with_ordinality_) {
      ColumnBuilder& column = result_.column(input_columns_ + function_columns_);
      if (given == nullptr) {
        column.append_null();
      } else {
        column.append(ordinal);
      }
    }
    result_.end_row(batch.weight(row));
    if (result_.rows() == kBatchRows) out.add(result_.finish());
  }

  const expr::TableFunction& function_;
  const bool with_ordinality_;
  const bool outer_;
  expr::ExprProgram arguments_;
  const size_t input_columns_;
  const size_t function_columns_;
  DeltaBuilder given_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_table_function(const TableFunctionNode& node, const std::vector<SqlType>& input_types,
                                        const std::vector<SqlType>& output_types) {
  TRY(expr::ExprProgram arguments, expr::ExprProgram::compile(node.arguments));
  return OperatorPtr(std::make_unique<TableFunctionCall>(node, std::move(arguments), input_types.size(), output_types));
}

}  // namespace millrace::dataflow
