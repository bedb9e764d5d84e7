// Functions in FROM: a call gives rows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "expr/eval_context.h"
#include "expr/signature.h"
#include "types/delta_batch.h"

namespace millrace::expr {

// The rows of one call, batch by batch, so that a long series never lies in memory whole.
class RowStream {
 public:
  virtual ~RowStream() = default;
  // Appends at most `rows` rows (weight +1) to a builder of the function's columns; false: no more.
  virtual Result<bool> next(size_t rows, DeltaBuilder& out) = 0;
};

// What it borrows outlives the stream.
struct TableCall {
  const EvalContext& context;
  std::span<const Value> arguments;
  std::span<const CompositeField> columns;  // of the rows
};

// A pure function of its arguments (and of the context, when not immutable): asked again with the same
// arguments it gives the same rows in the same order, which is how they are retracted.
struct TableFunction : Signature {
  bool strict = true;  // no rows when an argument is NULL
  // Names and types of the result's columns, given the resolved argument types. Null: the query says them, AS t(a int).
  std::vector<CompositeField> (*columns)(std::span<const SqlType> arguments) = nullptr;
  Result<std::unique_ptr<RowStream>> (*open)(const TableCall& call) = nullptr;
};

// The families; each is one file under expr/functions/.
std::vector<TableFunction> series_functions();
std::vector<TableFunction> array_row_functions();
std::vector<TableFunction> text_row_functions();
std::vector<TableFunction> json_row_functions();
std::vector<TableFunction> json_record_row_functions();
std::vector<TableFunction> json_path_row_functions();

}  // namespace millrace::expr
