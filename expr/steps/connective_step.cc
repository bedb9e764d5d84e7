// AND and OR of any number of terms, three-valued:
//
//   AND   false if any term is, else NULL if any is, else true;     OR the same with true and false swapped
//
// A term that may fail runs only over the rows that the terms before it left open.
#include "expr/program_plan.h"

namespace millrace::expr {
namespace {

class Connective final : public Step {
 public:
  Connective(bool decisive, std::vector<Operand> terms, SqlType type, Register target)
      : decisive_(decisive ? 1 : 0), terms_(std::move(terms)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    ColumnBuilder& out = frame.builder(target_, type_);
    int8_t* target = out.append_uninitialized<int8_t>(rows);
    std::vector<uint8_t> unknown(rows, 0);
    std::fill_n(target, rows, static_cast<int8_t>(1 - decisive_));
    std::vector<uint32_t> open;
    for (const Operand& term : terms_) {
      if (term.block == nullptr) {
        const Column& column = *frame[term.plain];
        for (size_t row = 0; row < rows; ++row) settle(column, row, target[row], unknown[row]);
        continue;
      }
      open.clear();
      for (uint32_t row = 0; row < rows; ++row) {
        if (target[row] != decisive_) open.push_back(row);
      }
      if (open.empty()) break;
      const Column& column = *term.block->run(frame, open, rows);
      for (size_t i = 0; i < open.size(); ++i) settle(column, i, target[open[i]], unknown[open[i]]);
    }
    for (size_t row = 0; row < rows; ++row) {
      if (unknown[row] && target[row] != decisive_) out.set_null(row);
    }
    frame.registers[target_] = out.finish();
  }

 private:
  void settle(const Column& column, size_t row, int8_t& value, uint8_t& unknown) const {
    if (column.is_null(row)) {
      unknown = 1;
    } else if (column.value<int8_t>(row) == decisive_) {
      value = decisive_;
    }
  }

  const int8_t decisive_;
  const std::vector<Operand> terms_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> connective_step(bool decisive, std::vector<Operand> terms, SqlType type, Register target) {
  return std::make_unique<Connective>(decisive, std::move(terms), type, target);
}

}  // namespace millrace::expr
