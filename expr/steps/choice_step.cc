// CASE and COALESCE: each row takes its value from one of several operands.
//
// Operands that cannot fail were computed for all rows; the others run over the rows that come to them.
#include <limits>
#include <numeric>

#include "expr/program_plan.h"

namespace millrace::expr {
namespace {

// Where each row of the result comes from: row `row` of column `columns[source]`.
class Choice {
 public:
  explicit Choice(size_t rows) : source_(rows), row_(rows) {}

  void set(uint32_t row, uint32_t source, uint32_t source_row) {
    source_[row] = source;
    row_[row] = source_row;
  }
  uint32_t add_source(ColumnPtr column) {
    columns_.push_back(std::move(column));
    return static_cast<uint32_t>(columns_.size() - 1);
  }
  void assemble(ColumnBuilder& out) const {
    const bool by_reference = out.type().physical() == Physical::kBytes;
    out.reserve(source_.size());
    for (size_t row = 0; row < source_.size(); ++row) append_shared(*columns_[source_[row]], row_[row], out);
    if (!by_reference) return;
    for (const ColumnPtr& column : columns_) out.keep_alive(column);
  }

 private:
  std::vector<ColumnPtr> columns_;
  std::vector<uint32_t> source_;
  std::vector<uint32_t> row_;
};

// Takes the rows `chosen` from `operand`.
void take(const Operand& operand, const std::vector<uint32_t>& chosen, size_t rows, Frame& frame, Choice& choice) {
  if (chosen.empty()) return;
  if (operand.block == nullptr) {
    const uint32_t source = choice.add_source(frame[operand.plain]);
    for (const uint32_t row : chosen) choice.set(row, source, row);
    return;
  }
  const uint32_t source = choice.add_source(operand.block->run(frame, chosen, rows));
  for (uint32_t i = 0; i < chosen.size(); ++i) choice.set(chosen[i], source, i);
}

std::vector<uint32_t> all_rows(size_t rows) {
  std::vector<uint32_t> selection(rows);
  std::iota(selection.begin(), selection.end(), 0u);
  return selection;
}

class CaseStep final : public Step {
 public:
  CaseStep(std::vector<CaseOperands> branches, Operand otherwise, SqlType type, Register target)
      : branches_(std::move(branches)), otherwise_(std::move(otherwise)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    Choice choice(rows);
    std::vector<uint32_t> open = all_rows(rows);
    std::vector<uint32_t> chosen, rest;
    for (const CaseOperands& branch : branches_) {
      if (open.empty()) break;
      const bool in_block = branch.condition.block != nullptr;
      const Column& condition =
          in_block ? *branch.condition.block->run(frame, open, rows) : *frame[branch.condition.plain];
      chosen.clear();
      rest.clear();
      for (size_t i = 0; i < open.size(); ++i) {
        const size_t at = in_block ? i : open[i];
        const bool is_true = !condition.is_null(at) && condition.value<int8_t>(at) != 0;
        (is_true ? chosen : rest).push_back(open[i]);
      }
      take(branch.result, chosen, rows, frame, choice);
      open.swap(rest);
    }
    take(otherwise_, open, rows, frame, choice);
    ColumnBuilder& out = frame.builder(target_, type_);
    choice.assemble(out);
    frame.registers[target_] = out.finish();
  }

 private:
  const std::vector<CaseOperands> branches_;
  const Operand otherwise_;
  const SqlType type_;
  const Register target_;
};

class CoalesceStep final : public Step {
 public:
  CoalesceStep(std::vector<Operand> arguments, SqlType type, Register target)
      : arguments_(std::move(arguments)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    Choice choice(rows);
    std::vector<uint32_t> open = all_rows(rows);
    std::vector<uint32_t> rest;
    for (const Operand& argument : arguments_) {
      if (open.empty()) break;
      const bool in_block = argument.block != nullptr;
      const ColumnPtr column = in_block ? argument.block->run(frame, open, rows) : frame[argument.plain];
      const uint32_t source = choice.add_source(column);
      rest.clear();
      for (uint32_t i = 0; i < open.size(); ++i) {
        const uint32_t at = in_block ? i : open[i];
        choice.set(open[i], source, at);  // NULL for now, unless a later argument has a value
        if (column->is_null(at)) rest.push_back(open[i]);
      }
      open.swap(rest);
    }
    ColumnBuilder& out = frame.builder(target_, type_);
    choice.assemble(out);
    frame.registers[target_] = out.finish();
  }

 private:
  const std::vector<Operand> arguments_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> case_step(std::vector<CaseOperands> branches, Operand otherwise, SqlType type, Register target) {
  return std::make_unique<CaseStep>(std::move(branches), std::move(otherwise), type, target);
}

std::unique_ptr<Step> coalesce_step(std::vector<Operand> arguments, SqlType type, Register target) {
  return std::make_unique<CoalesceStep>(std::move(arguments), type, target);
}

}  // namespace millrace::expr
