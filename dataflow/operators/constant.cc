#include "dataflow/operators/constant.h"

namespace millrace::dataflow {
namespace {

class Constant final : public Operator {
 public:
  Constant(const ConstantNode& node, const std::vector<SqlType>& types) {
    DeltaBuilder builder(types);
    for (const std::vector<Value>& row : node.rows) {
      for (size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_null()) {
          builder.column(i).append_null();
        } else {
          builder.column(i).append_slot(row[i].slot());
        }
      }
      builder.end_row(1);
    }
    rows_ = builder.finish();
  }

  void probe(std::span<const Delta* const>, const StepContext&, OperatorOutput& out) override { out.add(rows_); }
  bool run_first() const override { return !rows_.empty(); }

 private:
  DeltaBatch rows_;
};

}  // namespace

OperatorPtr make_constant(const ConstantNode& node, const std::vector<SqlType>& types) {
  return std::make_unique<Constant>(node, types);
}

}  // namespace millrace::dataflow
