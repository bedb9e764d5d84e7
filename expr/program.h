// Expressions made ready to run over batches.
//
//   TRY(ExprProgram program, ExprProgram::compile({price * quantity, name}));
//   program.evaluate(batch, context, results, errors);     // results[0], results[1]
//
// Compilation turns the trees into a list of steps over registers (columns). The same subexpression is
// computed once. Steps run over whole columns; inside CASE, COALESCE, AND, OR an operand that may fail
// runs over the rows that need it and no others, so a branch not taken raises nothing.
//
// Errors: rows that fail go to the sink, in the batch's row numbers; their results are NULL.
// Volatile functions run once for each occurrence and row.
// Cost: per batch one pass per step; the buffers of the batch before are used again as soon as nobody
// else holds its results, so a steady state allocates nothing.
// Threads: an instance belongs to one; clone() shares the steps and takes a few hundred nanoseconds.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "expr/expr.h"
#include "types/delta_batch.h"

namespace millrace::expr {

class ExprProgram {
 public:
  // 54001 beyond kMaxDepth levels.
  static Result<ExprProgram> compile(const std::vector<ExprPtr>& outputs);
  ~ExprProgram();
  ExprProgram(ExprProgram&&) noexcept;
  ExprProgram& operator=(ExprProgram&&) noexcept;

  ExprProgram clone() const;

  size_t output_count() const;
  SqlType output_type(size_t index) const;

  // One column of batch.rows() values for each output; input columns are passed on, not copied.
  // REQUIRES: batch has the columns, of the types, that the expressions refer to.
  void evaluate(const DeltaBatch& batch, const EvalContext& context, std::vector<ColumnPtr>& results,
                ErrorSink& errors);

  // The rows for which output 0 is true (not false, not NULL, not failed), in order.
  // REQUIRES: output 0 is boolean.
  void filter(const DeltaBatch& batch, const EvalContext& context, std::vector<uint32_t>& rows, ErrorSink& errors);

 private:
  struct Instance;
  explicit ExprProgram(std::unique_ptr<Instance> instance);
  std::unique_ptr<Instance> instance_;
};

// The value of an expression without columns.
Result<Value> evaluate_one(const ExprPtr& expr, const EvalContext& context);

// Replaces what has one value for ever by that value, and simplifies AND, OR, NOT, CASE, COALESCE with
// constant parts. What would fail is left to fail when it runs (it may never).
ExprPtr fold_constants(const ExprPtr& expr);

}  // namespace millrace::expr
