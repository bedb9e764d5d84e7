// From expression trees to the steps of a program. Private to expr/.
#pragma once

#include "expr/program_plan.h"

namespace millrace::expr {

// The immutable side of a program, shared by its clones.
struct ProgramPlan {
  Block root;
  std::vector<Register> outputs;
  std::vector<SqlType> output_types;
  std::vector<ColumnPtr> initial;  // by register: constants; null for what steps fill
};

// 54001 beyond kMaxDepth levels.
Result<std::shared_ptr<const ProgramPlan>> compile_plan(const std::vector<ExprPtr>& outputs);

}  // namespace millrace::expr
