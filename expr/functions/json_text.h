// Finding a part of json by walking its text. The text is valid JSON; strings that have no text form
// (\u0000) are errors only where they must be decoded, as in PostgreSQL.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "types/json_lexer.h"

namespace millrace::expr {

using JsonPart = std::optional<std::string_view>;

// The value of the last pair with this key, as written; none when there is none, or this is no object.
Result<JsonPart> json_field(std::string_view json, std::string_view key);
// Element `index`, negative from the end; none when there is none, or this is no array.
Result<JsonPart> json_element(std::string_view json, int64_t index);
// Follows keys and, in arrays, subscripts.
Result<JsonPart> json_at_path(std::string_view json, std::span<const std::string_view> path);

// As ->> gives it: strings without quotes and escapes, null as nothing, the rest as written.
Result<std::optional<std::string>> json_as_text(std::string_view json);

// The first token says what the value is: "object", "array", "string", "number", "boolean", "null".
Result<std::string_view> json_type_name(std::string_view json);

// Calls visit(key, value) for each pair, or visit({}, value) for each element, until one fails. `key` is decoded.
template <class Visit>
Status for_each_json_part(std::string_view json, Visit visit);

// A path element as a subscript: all of it a number that fits, else nothing.
std::optional<int32_t> subscript_of(std::string_view path_element);

// --- implementation ---

// Passes over the value at the lexer's token; returns its text. The token is then what follows it.
Result<std::string_view> take_json_value(JsonLexer& lexer);

template <class Visit>
Status for_each_json_part(std::string_view json, Visit visit) {
  JsonLexer lexer(json, true);
  TRY(lexer.next());
  const bool is_object = lexer.token() == JsonToken::kObjectStart;
  TRY(lexer.next());
  while (lexer.token() != JsonToken::kObjectEnd && lexer.token() != JsonToken::kArrayEnd) {
    std::string key;
    if (is_object) {
      key = lexer.string();
      TRY(lexer.next());  // :
      TRY(lexer.next());
    }
    TRY(const std::string_view value, take_json_value(lexer));
    TRY(visit(std::string_view(key), value));
    if (lexer.token() == JsonToken::kComma) TRY(lexer.next());
  }
  return {};
}

}  // namespace millrace::expr
