// A function over columns. With constant arguments alone it runs once for all rows, unless volatile.
#include <algorithm>

#include "expr/program_plan.h"

namespace millrace::expr {
namespace {

class CallStep final : public Step {
 public:
  CallStep(const ScalarFunction& function, std::vector<Register> arguments, SqlType type, Register target)
      : function_(function), arguments_(std::move(arguments)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    std::vector<ColumnPtr>& columns = frame.arguments;
    columns.clear();
    bool constant = function_.volatility != Volatility::kVolatile;
    for (const Register argument : arguments_) {
      columns.push_back(frame[argument]);
      constant &= columns.back()->is_constant();
    }
    if (constant) {
      run_once(frame, columns, rows);
    } else {
      ColumnBuilder& out = frame.builder(target_, type_);
      function_.kernel({*frame.context, columns, rows, type_, *frame.errors, frame.states[target_]}, out);
      frame.registers[target_] = out.finish();
    }
    columns.clear();
  }

 private:
  void run_once(Frame& frame, const std::vector<ColumnPtr>& columns, size_t rows) const {
    ErrorSink errors;
    ColumnBuilder& out = frame.builder(target_, type_);
    function_.kernel({*frame.context, columns, 1, type_, errors, frame.states[target_]}, out);
    const ColumnPtr one = out.finish();
    if (!errors.empty()) {
      const SqlError error = errors.take_first();
      for (uint32_t row = 0; row < rows; ++row) frame.errors->add(row, error);
    }
    const Slot slot = one->is_null(0) ? Slot() : one->slot(0);
    frame.registers[target_] = Column::constant(type_, rows, one->is_null(0) ? nullptr : &slot);
  }

  const ScalarFunction& function_;
  const std::vector<Register> arguments_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> call_step(const ScalarFunction& function, std::vector<Register> arguments, SqlType type,
                                Register target) {
  return std::make_unique<CallStep>(function, std::move(arguments), type, target);
}

}  // namespace millrace::expr
