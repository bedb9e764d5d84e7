#include "dataflow/operators/map.h"

#include "expr/program.h"

namespace millrace::dataflow {
namespace {

class Map final : public Operator {
 public:
  Map(std::vector<expr::ExprProgram> filters, expr::ExprProgram outputs)
      : filters_(std::move(filters)), outputs_(std::move(outputs)) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    for (const DeltaBatch& batch : *inputs[0]) probe_batch(batch, context, out);
  }

 private:
  void probe_batch(DeltaBatch batch, const StepContext& context, OperatorOutput& out) {
    for (expr::ExprProgram& filter : filters_) {
      kept_.clear();
      filter.filter(batch, context.eval, kept_, failed_);
      report(batch, out);
      if (kept_.empty()) return;
      if (kept_.size() < batch.rows()) batch = batch.gather(kept_);
    }
    std::vector<ColumnPtr> results;
    outputs_.evaluate(batch, context.eval, results, failed_);
    DeltaBatch mapped = batch.with_columns(std::move(results));
    if (failed_.empty()) {
      out.add(std::move(mapped));
      return;
    }
    const std::vector<uint32_t> bad = report(batch, out);
    kept_.clear();
    size_t next_bad = 0;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (next_bad < bad.size() && bad[next_bad] == row) {
        ++next_bad;
      } else {
        kept_.push_back(row);
      }
    }
    out.add(mapped.gather(kept_));
  }

  // Moves what failed into the error stream; the rows it was, ascending.
  std::vector<uint32_t> report(const DeltaBatch& batch, OperatorOutput& out) {
    std::vector<uint32_t> rows;
    if (failed_.empty()) return rows;
    for (expr::ErrorSink::RowError& failure : failed_.take()) {
      rows.push_back(failure.row);
      out.errors.push_back({std::move(failure.error), batch.weight(failure.row)});
    }
    return rows;
  }

  std::vector<expr::ExprProgram> filters_;
  expr::ExprProgram outputs_;
  std::vector<uint32_t> kept_;
  expr::ErrorSink failed_;
};

}  // namespace

Result<OperatorPtr> make_map(const MapNode& node) {
  std::vector<expr::ExprProgram> filters;
  for (const expr::ExprPtr& filter : node.filters) {
    TRY(expr::ExprProgram program, expr::ExprProgram::compile({filter}));
    filters.push_back(std::move(program));
  }
  TRY(expr::ExprProgram outputs, expr::ExprProgram::compile(node.outputs));
  return OperatorPtr(std::make_unique<Map>(std::move(filters), std::move(outputs)));
}

}  // namespace millrace::dataflow
