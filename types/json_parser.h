// JSON text as a sequence of events, checked as PostgreSQL checks it: the same inputs pass, and the first
// complaint about the others is the same.
//
//   struct Handler {
//     static constexpr bool kDecode;              // are strings and keys wanted without escapes?
//     Status begin_object(); Status key(std::string_view); Status end_object();
//     Status begin_array(); Status end_array();
//     Status string(std::string_view); Status number(std::string_view);
//     Status boolean(bool); Status null();
//   };
//   TRY(parse_json(text, handler));
//
// Views handed over die with the call. Nesting deeper than kMaxJsonDepth is refused (54001).
#pragma once

#include "types/json_lexer.h"

namespace millrace {

inline constexpr int kMaxJsonDepth = 3000;

SqlError json_too_deep();

template <class Handler>
class JsonParser {
 public:
  JsonParser(std::string_view text, Handler& handler) : lexer_(text, Handler::kDecode), handler_(handler) {}

  Status run() {
    TRY(lexer_.next());
    TRY(value());
    if (lexer_.token() != JsonToken::kEnd) return unexpected("end of input");
    return {};
  }

 private:
  SqlError unexpected(const char* expected) const {
    if (lexer_.token() == JsonToken::kEnd) return invalid_json("The input string ended unexpectedly.");
    return invalid_json("Expected " + std::string(expected) + ", but found \"" + std::string(lexer_.token_text()) +
                        "\".");
  }

  Status value() {
    switch (lexer_.token()) {
      case JsonToken::kObjectStart: return object();
      case JsonToken::kArrayStart: return array();
      case JsonToken::kString: {
        const std::string text = lexer_.string();
        TRY(lexer_.next());
        return handler_.string(text);
      }
      case JsonToken::kNumber: {
        const std::string_view text = lexer_.token_text();
        TRY(lexer_.next());
        return handler_.number(text);
      }
      case JsonToken::kTrue:
      case JsonToken::kFalse: {
        const bool value = lexer_.token() == JsonToken::kTrue;
        TRY(lexer_.next());
        return handler_.boolean(value);
      }
      case JsonToken::kNull: TRY(lexer_.next()); return handler_.null();
      case JsonToken::kObjectEnd:
      case JsonToken::kArrayEnd:
      case JsonToken::kComma:
      case JsonToken::kColon:
      case JsonToken::kEnd: break;
    }
    return unexpected("JSON value");
  }

  Status object() {
    if (++depth_ > kMaxJsonDepth) return json_too_deep();
    TRY(handler_.begin_object());
    TRY(lexer_.next());
    if (lexer_.token() == JsonToken::kString) {
      TRY(field());
      while (lexer_.token() == JsonToken::kComma) {
        TRY(lexer_.next());
        TRY(field());
      }
      if (lexer_.token() != JsonToken::kObjectEnd) return unexpected("\",\" or \"}\"");
    } else if (lexer_.token() != JsonToken::kObjectEnd) {
      return unexpected("string or \"}\"");
    }
    TRY(lexer_.next());
    --depth_;
    return handler_.end_object();
  }

  Status field() {
    if (lexer_.token() != JsonToken::kString) return unexpected("string");
    const std::string name = lexer_.string();
    TRY(lexer_.next());
    if (lexer_.token() != JsonToken::kColon) return unexpected("\":\"");
    TRY(lexer_.next());
    TRY(handler_.key(name));
    return value();
  }

  Status array() {
    if (++depth_ > kMaxJsonDepth) return json_too_deep();
    TRY(handler_.begin_array());
    TRY(lexer_.next());
    if (lexer_.token() != JsonToken::kArrayEnd) {
      TRY(value());
      while (lexer_.token() == JsonToken::kComma) {
        TRY(lexer_.next());
        TRY(value());
      }
      if (lexer_.token() != JsonToken::kArrayEnd) return unexpected("\",\" or \"]\"");
    }
    TRY(lexer_.next());
    --depth_;
    return handler_.end_array();
  }

  JsonLexer lexer_;
  Handler& handler_;
  int depth_ = 0;
};

template <class Handler>
Status parse_json(std::string_view text, Handler& handler) {
  return JsonParser<Handler>(text, handler).run();
}

}  // namespace millrace
