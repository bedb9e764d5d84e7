// GREATEST and LEAST: of the arguments that are not NULL; NULL when all are.
#include "expr/program_plan.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

class Extremes final : public Step {
 public:
  Extremes(bool greatest, std::vector<Register> arguments, SqlType type, Register target)
      : greatest_(greatest), arguments_(std::move(arguments)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    const auto compare = type_.info().compare;
    ColumnBuilder& out = frame.builder(target_, type_);
    for (size_t row = 0; row < rows; ++row) {
      const Column* best = nullptr;
      for (const Register argument : arguments_) {
        const Column& column = *frame[argument];
        if (column.is_null(row)) continue;
        if (best != nullptr) {
          const int order = compare(column.slot(row), best->slot(row), type_);
          if (greatest_ ? order <= 0 : order >= 0) continue;
        }
        best = &column;
      }
      append_shared(best != nullptr ? *best : *frame[arguments_[0]], row, out);
    }
    if (type_.physical() == Physical::kBytes) {
      for (const Register argument : arguments_) out.keep_alive(frame[argument]);
    }
    frame.registers[target_] = out.finish();
  }

 private:
  const bool greatest_;
  const std::vector<Register> arguments_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> extreme_step(bool greatest, std::vector<Register> arguments, SqlType type, Register target) {
  return std::make_unique<Extremes>(greatest, std::move(arguments), type, target);
}

}  // namespace millrace::expr
