#include "expr/eval_context.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::expr {

std::vector<ErrorSink::RowError> ErrorSink::take() {
  std::vector<RowError> errors = std::move(errors_);
  errors_.clear();
  std::stable_sort(errors.begin(), errors.end(), [](const RowError& a, const RowError& b) { return a.row < b.row; });
  errors.erase(std::unique(errors.begin(), errors.end(), [](auto& a, auto& b) { return a.row == b.row; }),
               errors.end());
  return errors;
}

SqlError ErrorSink::take_first() {
  MILLRACE_CHECK(!errors_.empty(), "no error to take");
  const auto first = std::min_element(errors_.begin(), errors_.end(),
                                      [](const RowError& a, const RowError& b) { return a.row < b.row; });
  SqlError error = std::move(first->error);
  errors_.clear();
  return error;
}

ErrorSink::Selected::Selected(ErrorSink& sink, std::span<const uint32_t> rows) : sink_(sink), outer_(sink.selection_) {
  if (outer_ == nullptr) {
    sink.selection_ = rows.data();
    return;
  }
  composed_.reserve(rows.size());
  for (const uint32_t row : rows) composed_.push_back(outer_[row]);
  sink.selection_ = composed_.data();
}

}  // namespace millrace::expr
