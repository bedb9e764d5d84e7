// A failure a user can meet, in PostgreSQL's shape: SQLSTATE, message, detail, hint, position.
//
// Messages are worded as PostgreSQL words them: lower case, no full stop, identifiers in double
// quotes ("relation \"t\" does not exist"). Hints are sentences and say what to do.
//
// Our own mistakes are not SqlErrors: they end the process through MILLRACE_CHECK (base/check.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/sql_state.h"

namespace millrace {

// Moves as one pointer, so Result<int64_t> stays small on hot paths. Copies deeply.
class [[nodiscard]] SqlError {
 public:
  SqlError(SqlState state, std::string message);
  SqlError(const SqlError& other);
  SqlError& operator=(const SqlError& other);
  SqlError(SqlError&&) noexcept = default;
  SqlError& operator=(SqlError&&) noexcept = default;
  ~SqlError() = default;

  SqlState state() const { return fields_->state; }
  const std::string& message() const { return fields_->message; }
  const std::string& detail() const { return fields_->detail; }
  const std::string& hint() const { return fields_->hint; }
  // Byte offset into the statement's text, or -1. The session turns it into the 1-based character
  // position of the wire protocol, because only it holds the text.
  int32_t location() const { return fields_->location; }
  // Name of the constraint, column, table the error is about; empty where none is.
  const std::string& constraint() const { return fields_->constraint; }
  const std::string& column() const { return fields_->column; }
  const std::string& table() const { return fields_->table; }

  SqlError&& with_detail(std::string text) &&;
  SqlError&& with_hint(std::string text) &&;
  SqlError&& with_constraint(std::string name) &&;
  SqlError&& with_column(std::string name) &&;
  SqlError&& with_table(std::string name) &&;
  // Keeps a location that is already there: the innermost place knows best.
  SqlError&& at(int32_t byte_offset) &&;

  // "ERROR:  22012: division by zero", for logs and test failures.
  std::string to_string() const;

  // Equal when every field is: an error is data in a view's error stream and is retracted by value.
  friend bool operator==(const SqlError& a, const SqlError& b) { return *a.fields_ == *b.fields_; }

 private:
  struct Fields {
    SqlState state;
    int32_t location = -1;
    std::string message, detail, hint, constraint, column, table;
    bool operator==(const Fields&) const = default;
  };
  std::unique_ptr<Fields> fields_;
};

// SQLSTATE 0A000 with the hint every unbuilt feature owes its user.
SqlError not_supported(std::string what, std::string hint);

}  // namespace millrace
