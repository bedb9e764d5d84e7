// Rows of a set-returning function from a lambda that makes one row at a time:
//
//   return stream_of([at = 0](DeltaBuilder& out) mutable -> Result<bool> { ... });
//
// The lambda appends one row, all its columns and end_row(1), and says true; false: there are no more. It appends
// nothing when it fails. What it captures lives as long as the stream.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expr/table_function.h"

namespace millrace::expr {

template <class Step>
class SteppedRows final : public RowStream {
 public:
  explicit SteppedRows(Step step) : step_(std::move(step)) {}

  Result<bool> next(size_t rows, DeltaBuilder& out) override {
    for (size_t i = 0; i < rows; ++i) {
      TRY(const bool more, step_(out));
      if (!more) return false;
    }
    return true;
  }

 private:
  Step step_;
};

using RowStreamPtr = std::unique_ptr<RowStream>;

template <class Step>
RowStreamPtr stream_of(Step step) {
  return std::make_unique<SteppedRows<Step>>(std::move(step));
}

// Values of one column, stored bytes each, that were all made at once.
inline RowStreamPtr made_rows(std::vector<std::string> values) {
  return stream_of([values = std::move(values), at = size_t{0}](DeltaBuilder& out) mutable -> Result<bool> {
    if (at == values.size()) return false;
    out.column(0).append_bytes(values[at++]);
    out.end_row(1);
    return true;
  });
}

}  // namespace millrace::expr
