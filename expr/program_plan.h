// Inside ExprProgram: the steps an expression is compiled to, and what they run on. Private to expr/.
//
// A program is one block: a list of steps, each filling one register with a column. A step may own
// further blocks (the operands of CASE and the like that may fail), which it runs over some of its rows:
// the registers a block needs from outside are imported, that is gathered down to those rows, and its
// rows are renumbered from 0.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "expr/expr.h"
#include "types/delta_batch.h"

namespace millrace::expr {

using Register = uint32_t;

// The mutable side of a program: one per instance.
struct Frame {
  const EvalContext* context = nullptr;
  const DeltaBatch* batch = nullptr;
  ErrorSink* errors = nullptr;
  std::vector<ColumnPtr> registers;
  std::vector<std::optional<ColumnBuilder>> builders;  // by register, made when first used
  std::vector<CallState> states;                       // by register
  std::vector<ColumnPtr> arguments;                    // scratch of the call step

  const ColumnPtr& operator[](Register r) const { return registers[r]; }
  ColumnBuilder& builder(Register r, SqlType type) {
    if (!builders[r]) builders[r].emplace(type);
    return *builders[r];
  }
};

class Step {
 public:
  virtual ~Step() = default;
  // Fills its register for rows 0 .. rows-1. REQUIRES: rows > 0.
  virtual void run(Frame& frame, size_t rows) const = 0;
};

struct Block {
  struct Import {
    Register outer;
    Register inner;
  };
  std::vector<Import> imports;
  std::vector<std::unique_ptr<Step>> steps;
  Register result = 0;

  void run_steps(Frame& frame, size_t rows) const {
    for (const auto& step : steps) step->run(frame, rows);
  }
  // Runs over rows selection[0], selection[1], ... of the `rows` outside; the result has selection.size()
  // values (or is constant). REQUIRES: the selection is increasing and not empty.
  const ColumnPtr& run(Frame& frame, std::span<const uint32_t> selection, size_t rows) const;
};

// An operand: a register computed for all rows beforehand, or a block run only where needed.
struct Operand {
  Register plain = 0;
  std::unique_ptr<Block> block;
};

// Appends row `row` without copying long strings; the caller keeps `column` alive through `out`.
void append_shared(const Column& column, size_t row, ColumnBuilder& out);
// Appends a value that lies in a column which the caller keeps alive through `out`.
void append_borrowed(const Slot& slot, ColumnBuilder& out);

// --- The steps, one file each under steps/. ---
std::unique_ptr<Step> load_column_step(uint32_t index, Register target);
std::unique_ptr<Step> load_parameter_step(uint32_t number, SqlType type, Register target);
std::unique_ptr<Step> call_step(const ScalarFunction& function, std::vector<Register> arguments, SqlType type,
                                Register target);
// `decisive` is what settles the result at once: false for AND, true for OR.
std::unique_ptr<Step> connective_step(bool decisive, std::vector<Operand> terms, SqlType type, Register target);
struct CaseOperands {
  Operand condition;
  Operand result;
};
std::unique_ptr<Step> case_step(std::vector<CaseOperands> branches, Operand otherwise, SqlType type, Register target);
std::unique_ptr<Step> coalesce_step(std::vector<Operand> arguments, SqlType type, Register target);
std::unique_ptr<Step> extreme_step(bool greatest, std::vector<Register> arguments, SqlType type, Register target);
std::unique_ptr<Step> not_step(Register argument, SqlType type, Register target);
std::unique_ptr<Step> is_null_step(Register argument, SqlType type, Register target);
std::unique_ptr<Step> is_distinct_step(Register left, Register right, SqlType type, Register target);
std::unique_ptr<Step> in_list_step(std::shared_ptr<const ConstantSet> values, Register argument, SqlType type,
                                   Register target);
std::unique_ptr<Step> array_step(bool nested, std::vector<Register> elements, SqlType type, Register target);
std::unique_ptr<Step> subscript_step(std::vector<Register> arguments, SqlType type, Register target);
std::unique_ptr<Step> any_or_all_step(const ScalarFunction& function, bool all, Register left, Register array,
                                      SqlType type, Register target);
std::unique_ptr<Step> record_step(std::vector<Register> fields, SqlType type, Register target);
std::unique_ptr<Step> field_step(Register record, uint32_t field, SqlType type, Register target);

}  // namespace millrace::expr
