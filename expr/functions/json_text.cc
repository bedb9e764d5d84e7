#include "expr/functions/json_text.h"

#include <charconv>

namespace millrace::expr {
namespace {

Result<JsonToken> first_token(std::string_view json) {
  JsonLexer lexer(json, false);
  TRY(lexer.next());
  return lexer.token();
}

}  // namespace

Result<std::string_view> take_json_value(JsonLexer& lexer) {
  const char* start = lexer.token_text().data();
  const char* end = start;
  int depth = 0;
  do {
    const JsonToken token = lexer.token();
    if (token == JsonToken::kObjectStart || token == JsonToken::kArrayStart) ++depth;
    if (token == JsonToken::kObjectEnd || token == JsonToken::kArrayEnd) --depth;
    if (token == JsonToken::kEnd) return invalid_json("The input string ended unexpectedly.");
    end = lexer.token_text().data() + lexer.token_text().size();
    TRY(lexer.next());
  } while (depth > 0);
  return std::string_view(start, static_cast<size_t>(end - start));
}

Result<JsonPart> json_field(std::string_view json, std::string_view key) {
  JsonPart found;
  TRY(const JsonToken token, first_token(json));
  if (token != JsonToken::kObjectStart) return found;
  TRY(for_each_json_part(json, [&](std::string_view name, std::string_view value) -> Status {
    if (name == key) found = value;
    return {};
  }));
  return found;
}

Result<JsonPart> json_element(std::string_view json, int64_t index) {
  JsonPart found;
  TRY(const JsonToken token, first_token(json));
  if (token != JsonToken::kArrayStart) return found;
  int64_t size = 0;
  if (index < 0) {
    TRY(for_each_json_part(json, [&](std::string_view, std::string_view) -> Status {
      ++size;
      return {};
    }));
    index += size;
  }
  int64_t at = 0;
  TRY(for_each_json_part(json, [&](std::string_view, std::string_view value) -> Status {
    if (at++ == index) found = value;
    return {};
  }));
  return found;
}

std::optional<int32_t> subscript_of(std::string_view text) {
  int32_t index = 0;
  const char* end = text.data() + text.size();
  const char* start = text.data();
  if (text.size() > 1 && *start == '+') ++start;
  const auto [stop, error] = std::from_chars(start, end, index);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return index;
}

Result<JsonPart> json_at_path(std::string_view json, std::span<const std::string_view> path) {
  std::string_view part = json;
  for (const std::string_view step : path) {
    TRY(const JsonToken token, first_token(part));
    JsonPart next;
    if (token == JsonToken::kObjectStart) {
      TRY(next, json_field(part, step));
    } else if (const auto index = subscript_of(step); index && token == JsonToken::kArrayStart) {
      TRY(next, json_element(part, *index));
    }
    if (!next) return next;
    part = *next;
  }
  return JsonPart(part);
}

Result<std::optional<std::string>> json_as_text(std::string_view json) {
  using Answer = std::optional<std::string>;
  JsonLexer lexer(json, true);
  TRY(lexer.next());
  if (lexer.token() == JsonToken::kNull) return Answer();
  if (lexer.token() == JsonToken::kString) return Answer(lexer.string());
  return Answer(std::string(json));
}

Result<std::string_view> json_type_name(std::string_view json) {
  TRY(const JsonToken token, first_token(json));
  switch (token) {
    case JsonToken::kObjectStart: return "object";
    case JsonToken::kArrayStart: return "array";
    case JsonToken::kString: return "string";
    case JsonToken::kNumber: return "number";
    case JsonToken::kTrue:
    case JsonToken::kFalse: return "boolean";
    case JsonToken::kNull: return "null";
    case JsonToken::kObjectEnd:
    case JsonToken::kArrayEnd:
    case JsonToken::kComma:
    case JsonToken::kColon:
    case JsonToken::kEnd: break;
  }
  return invalid_json("The input string ended unexpectedly.");
}

}  // namespace millrace::expr
