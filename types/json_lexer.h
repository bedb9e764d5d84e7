// The tokens of JSON text, with PostgreSQL's idea of what a wrong one is and its words for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

enum class JsonToken : uint8_t {
  kString,
  kNumber,
  kObjectStart,
  kObjectEnd,
  kArrayStart,
  kArrayEnd,
  kComma,
  kColon,
  kTrue,
  kFalse,
  kNull,
  kEnd
};

// 22P02 `invalid input syntax for type json` with this detail.
SqlError invalid_json(std::string detail);

// Reads one token after another. Borrows `text`, which is valid UTF-8.
class JsonLexer {
 public:
  // `decode`: strings are unescaped, which refuses what has no text form (\u0000, lone surrogates).
  JsonLexer(std::string_view text, bool decode) : text_(text), decode_(decode) {}

  Status next();
  JsonToken token() const { return token_; }
  // As written, quotes included.
  std::string_view token_text() const { return text_.substr(start_, end_ - start_); }
  // The string without quotes and escapes. REQUIRES: decode, and token() is kString. Until next().
  const std::string& string() const { return string_; }

 private:
  Status word();
  Status number();
  Status quoted();
  // One escape, at the backslash; moves end_ past it.
  Status escape();
  Status unicode_escape();
  Status put(char32_t unit);
  SqlError invalid_token() const;

  std::string_view text_;
  const bool decode_;
  JsonToken token_ = JsonToken::kEnd;
  size_t start_ = 0, end_ = 0;
  std::string string_;
  char32_t high_surrogate_ = 0;
};

}  // namespace millrace
