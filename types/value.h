// One typed, nullable value that owns its bytes: constants, parameters, defaults, expected results.
// Not for hot paths: batches (types/delta_batch.h) are.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "types/type_info.h"

namespace millrace {

class Value {
 public:
  Value() = default;
  static Value null(SqlType type) { return Value(type); }
  // Copies what `slot` points to.
  Value(SqlType type, Slot slot);
  static Result<Value> parse(SqlType type, std::string_view text, const TextContext& context);

  SqlType type() const { return type_; }
  bool is_null() const { return is_null_; }
  // REQUIRES: not null. Valid while this Value, or a copy of it, lives.
  Slot slot() const { return slot_; }

  // The text form; "NULL" when null. For people and tests; the wire has its own path.
  std::string to_string(const TextContext& context = {}) const;

  // Same base type and SQL-equal; NULL equals NULL.
  friend bool operator==(const Value& a, const Value& b);

 private:
  explicit Value(SqlType type) : type_(type) {}

  SqlType type_;
  bool is_null_ = true;
  Slot slot_;
  std::shared_ptr<const std::string> bytes_;  // what slot_ points to, when long
};

}  // namespace millrace
