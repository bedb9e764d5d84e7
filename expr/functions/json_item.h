// One json or jsonb value read the same way: json keeps its text, jsonb its tree.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "types/jsonb.h"

namespace millrace::expr {

// Borrows the value's bytes.
class JsonItem {
 public:
  static JsonItem json(std::string_view text) { return JsonItem(text); }
  static JsonItem jsonb(JsonbView value) { return JsonItem(value); }

  bool is_jsonb() const { return std::holds_alternative<JsonbView>(value_); }
  Result<JsonbKind> kind() const;
  // The value of a key; REQUIRES: an object.
  Result<std::optional<JsonItem>> field(std::string_view key) const;
  // Calls visit for each element. REQUIRES: an array.
  Status for_each_element(const std::function<Status(const JsonItem&)>& visit) const;
  // As ->> gives it: none of a JSON null.
  Result<std::optional<std::string>> text() const;
  // As it is written as json.
  std::string written() const;
  // The stored form: json's text, jsonb's bytes.
  std::string bytes() const {
    return std::string(is_jsonb() ? std::get<JsonbView>(value_).bytes() : std::get<std::string_view>(value_));
  }

 private:
  explicit JsonItem(std::string_view text) : value_(text) {}
  explicit JsonItem(JsonbView value) : value_(value) {}

  std::variant<std::string_view, JsonbView> value_;
};

}  // namespace millrace::expr
