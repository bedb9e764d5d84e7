#include "dataflow/operators/input.h"

namespace millrace::dataflow {
namespace {

class Input final : public Operator {
 public:
  explicit Input(Columns columns) : columns_(std::move(columns)) {}

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    for (const DeltaBatch& batch : *inputs[0]) {
      std::vector<ColumnPtr> columns;
      columns.reserve(columns_.size());
      for (const uint32_t column : columns_) columns.push_back(batch.column_ptr(column));
      out.add(batch.with_columns(std::move(columns)));
    }
  }

 private:
  const Columns columns_;
};

}  // namespace

OperatorPtr make_input(Columns columns) { return std::make_unique<Input>(std::move(columns)); }

}  // namespace millrace::dataflow
