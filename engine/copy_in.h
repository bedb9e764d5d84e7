// COPY .. FROM STDIN: from the stream to rows of the table.
//
// Rows are parsed as data arrives and held until the stream ends; the memory they take is bounded by the
// server's memory limit. Errors name the line and the column as PostgreSQL's CONTEXT does, in the detail.
// Threads: one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/copy_format.h"
#include "expr/eval_context.h"
#include "sql/bound_statement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

class CopyIn {
 public:
  // `defaults` are values, one a column of the table; unset for those the stream brings.
  CopyIn(const catalog::Object& table, sql::BoundCopyIn copy, std::vector<std::optional<Value>> defaults);

  Status take(std::string_view bytes, const TextContext& context);
  // The stream is over: all rows.
  Result<Delta> finish(const TextContext& context);

  const sql::BoundCopyIn& statement() const { return copy_; }
  uint64_t rows() const { return row_count_; }

 private:
  Status drain(const TextContext& context);
  Status append(const std::vector<std::optional<std::string>>& fields, const TextContext& context);
  SqlError locate(SqlError error, uint32_t column, const std::string& value) const;

  const catalog::Object table_;
  const sql::BoundCopyIn copy_;
  const std::vector<std::optional<Value>> defaults_;
  CopyDecoder decoder_;
  DeltaBuilder builder_;
  Delta rows_;
  uint64_t row_count_ = 0;
};

}  // namespace millrace::engine
