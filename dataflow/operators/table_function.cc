#include "dataflow/operators/table_function.h"

#include <algorithm>

#include "expr/program.h"

namespace millrace::dataflow {
namespace {

// One function and its rows for the input row at hand.
class RunningCall {
 public:
  RunningCall(const TableFunctionNode::Call& call, expr::ExprProgram arguments)
      : function_(*call.function),
        columns_(call.columns),
        arguments_(std::move(arguments)),
        given_(types_of(columns_)) {}

  size_t columns() const { return columns_.size(); }

  void evaluate(const DeltaBatch& batch, const StepContext& context, expr::ErrorSink& failed) {
    evaluated_.clear();
    arguments_.evaluate(batch, context.eval, evaluated_, failed);
  }

  Status open(size_t row, const StepContext& context) {
    values_.clear();
    bool null = false;
    for (const ColumnPtr& argument : evaluated_) {
      null |= argument->is_null(row);
      values_.push_back(argument->is_null(row) ? Value::null(argument->type())
                                               : Value(argument->type(), argument->slot(row)));
    }
    more_ = !null || !function_.strict;
    rows_.reset();
    next_ = 0;
    batch_ = DeltaBatch();
    if (given_.rows() > 0) given_.finish();  // of a call that failed
    if (!more_) return {};
    TRY(rows_, function_.open({.context = context.eval, .arguments = values_, .columns = columns_}));
    return {};
  }

  // Steps to the next row; false: there is none.
  Result<bool> next() {
    if (next_ < batch_.rows()) {
      ++next_;
      return true;
    }
    while (more_) {
      TRY(more_, rows_->next(kBatchRows, given_));
      batch_ = given_.finish();
      if (batch_.rows() > 0) {
        next_ = 1;
        return true;
      }
    }
    return false;
  }

  // The row stepped to. REQUIRES: next() gave true.
  void append(DeltaBuilder& out, size_t first_column) const {
    for (size_t c = 0; c < columns_.size(); ++c) out.column(first_column + c).append_from(batch_.column(c), next_ - 1);
  }

 private:
  static std::vector<SqlType> types_of(const std::vector<CompositeField>& columns) {
    std::vector<SqlType> types;
    for (const CompositeField& column : columns) types.push_back(column.type);
    return types;
  }

  const expr::TableFunction& function_;
  const std::vector<CompositeField> columns_;
  expr::ExprProgram arguments_;
  std::vector<ColumnPtr> evaluated_;
  std::vector<Value> values_;  // the stream borrows them
  std::unique_ptr<expr::RowStream> rows_;
  DeltaBuilder given_;
  DeltaBatch batch_;
  size_t next_ = 0;  // row of the batch
  bool more_ = false;
};

class TableFunctionCall final : public Operator {
 public:
  TableFunctionCall(const TableFunctionNode& node, std::vector<RunningCall> calls, size_t input_columns,
                    const std::vector<SqlType>& output_types)
      : with_ordinality_(node.with_ordinality),
        outer_(node.outer),
        calls_(std::move(calls)),
        input_columns_(input_columns),
        result_(output_types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    for (const DeltaBatch& batch : *inputs[0]) {
      expr::ErrorSink failed;
      for (RunningCall& call : calls_) call.evaluate(batch, context, failed);
      std::vector<bool> bad(batch.rows(), false);
      for (expr::ErrorSink::RowError& failure : failed.take()) {
        bad[failure.row] = true;
        out.errors.push_back({std::move(failure.error), batch.weight(failure.row)});
      }
      for (size_t row = 0; row < batch.rows() && !context.control.stopped(); ++row) {
        if (bad[row]) continue;
        if (Status called = call(batch, row, context, out); !called) {
          out.errors.push_back({std::move(called).error(), batch.weight(row)});
        }
      }
    }
    if (result_.rows() > 0) out.add(result_.finish());
  }

 private:
  // What has been given out when a later row fails stays out and is retracted by the same call.
  Status call(const DeltaBatch& batch, size_t row, const StepContext& context, OperatorOutput& out) {
    for (RunningCall& call : calls_) TRY(call.open(row, context));
    std::vector<bool> has(calls_.size());
    int64_t ordinal = 0;
    while (!context.control.stopped()) {
      bool any = false;
      for (size_t i = 0; i < calls_.size(); ++i) {
        TRY(const bool more, calls_[i].next());
        has[i] = more;
        any |= more;
      }
      if (!any) break;
      append(batch, row, has, ++ordinal, out);
    }
    if (ordinal == 0 && outer_) append(batch, row, has, std::nullopt, out);
    return {};
  }

  void append(const DeltaBatch& batch, size_t row, const std::vector<bool>& has, std::optional<int64_t> ordinal,
              OperatorOutput& out) {
    for (size_t c = 0; c < input_columns_; ++c) result_.column(c).append_from(batch.column(c), row);
    size_t at = input_columns_;
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (has[i]) {
        calls_[i].append(result_, at);
      } else {
        for (size_t c = 0; c < calls_[i].columns(); ++c) result_.column(at + c).append_null();
      }
      at += calls_[i].columns();
    }
    if (with_ordinality_) {
      if (ordinal) {
        result_.column(at).append(*ordinal);
      } else {
        result_.column(at).append_null();
      }
    }
    result_.end_row(batch.weight(row));
    if (result_.rows() == kBatchRows) out.add(result_.finish());
  }

  const bool with_ordinality_;
  const bool outer_;
  std::vector<RunningCall> calls_;
  const size_t input_columns_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_table_function(const TableFunctionNode& node, const std::vector<SqlType>& input_types,
                                        const std::vector<SqlType>& output_types) {
  std::vector<RunningCall> calls;
  for (const TableFunctionNode::Call& call : node.calls) {
    TRY(expr::ExprProgram arguments, expr::ExprProgram::compile(call.arguments));
    calls.emplace_back(call, std::move(arguments));
  }
  return OperatorPtr(std::make_unique<TableFunctionCall>(node, std::move(calls), input_types.size(), output_types));
}

}  // namespace millrace::dataflow
