#include "dataflow/operators/union.h"

namespace millrace::dataflow {
namespace {

class Union final : public Operator {
 public:
  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    for (const Delta* input : inputs) {
      for (const DeltaBatch& batch : *input) out.add(batch);
    }
  }
};

}  // namespace

OperatorPtr make_union() { return std::make_unique<Union>(); }

}  // namespace millrace::dataflow
