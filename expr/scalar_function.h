// One scalar function, operator or cast: a signature and a kernel over columns.
//
// Rows are made from typed lambdas (expr/typed_lambda.h), which derive arity, types, strictness and
// fallibility, and generate the kernel; nobody writes those by hand.
#pragma once

#include <memory>
#include <span>

#include "expr/eval_context.h"
#include "expr/signature.h"
#include "types/column.h"

namespace millrace::expr {

// What one call site keeps between batches, as a compiled pattern. Belongs to one program instance.
using CallState = std::shared_ptr<void>;

struct KernelCall {
  const EvalContext& context;
  std::span<const ColumnPtr> arguments;  // each constant, or flat with `rows` values
  size_t rows;
  SqlType result_type;
  ErrorSink& errors;
  CallState& state;
};

// Appends `rows` values to the empty builder. A row that fails goes to `errors` and gets a NULL.
using ScalarKernel = void (*)(const KernelCall& call, ColumnBuilder& out);

struct ScalarFunction : Signature {
  bool strict = true;     // NULL in, NULL out
  bool fallible = false;  // may raise an error: then it is not run for rows whose result is not needed
  ScalarKernel kernel = nullptr;
  // Of a variadic function, what f(VARIADIC array) runs: a row of its own, which no name finds.
  ScalarKernel spread_kernel = nullptr;
  const ScalarFunction* with_array = nullptr;
};

}  // namespace millrace::expr
