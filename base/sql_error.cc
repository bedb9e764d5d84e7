#include "base/sql_error.h"

#include <utility>

namespace millrace {

SqlError::SqlError(SqlState state, std::string message)
    : fields_(std::make_unique<Fields>(Fields{.state = state,
                                              .message = std::move(message),
                                              .detail = {},
                                              .hint = {},
                                              .constraint = {},
                                              .column = {},
                                              .table = {}})) {}

SqlError::SqlError(const SqlError& other) : fields_(std::make_unique<Fields>(*other.fields_)) {}

SqlError& SqlError::operator=(const SqlError& other) {
  if (this != &other) fields_ = std::make_unique<Fields>(*other.fields_);
  return *this;
}

SqlError&& SqlError::with_detail(std::string text) && {
  fields_->detail = std::move(text);
  return std::move(*this);
}

SqlError&& SqlError::with_hint(std::string text) && {
  fields_->hint = std::move(text);
  return std::move(*this);
}

SqlError&& SqlError::with_constraint(std::string name) && {
  fields_->constraint = std::move(name);
  return std::move(*this);
}

SqlError&& SqlError::with_column(std::string name) && {
  fields_->column = std::move(name);
  return std::move(*this);
}

SqlError&& SqlError::with_table(std::string name) && {
  fields_->table = std::move(name);
  return std::move(*this);
}

SqlError&& SqlError::at(int32_t byte_offset) && {
  if (fields_->location < 0) fields_->location = byte_offset;
  return std::move(*this);
}

std::string SqlError::to_string() const {
  std::string text = "ERROR:  ";
  text.append(state().str()).append(": ").append(message());
  if (!detail().empty()) text.append("\nDETAIL:  ").append(detail());
  if (!hint().empty()) text.append("\nHINT:  ").append(hint());
  return text;
}

SqlError not_supported(std::string what, std::string hint) {
  return SqlError(sqlstate::kFeatureNotSupported, std::move(what) + " is not supported").with_hint(std::move(hint));
}

}  // namespace millrace
