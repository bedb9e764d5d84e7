#include "types/jsonpath_lexer.h"

#include <algorithm>

#include "types/hex.h"
#include "types/utf8.h"

namespace millrace {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool PathLexer::is_special(char c) const {
  return std::string_view("?%$.[]{}()|&!=<>@#,*:-+/\"").find(c) != std::string_view::npos;
}

bool PathLexer::is_word(std::string_view word) const {
  if (token_ != PathToken::kName || value_.size() != word.size()) return false;
  return std::ranges::equal(value_, word, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

SqlError PathLexer::syntax_error(const char* what) const {
  const std::string near(text_.substr(start_, at_ - start_));
  if (token_ == PathToken::kEnd && near.empty()) {
    return SqlError(sqlstate::kSyntaxError, std::string(what) + " at end of jsonpath input");
  }
  return SqlError(sqlstate::kSyntaxError, std::string(what) + " at or near \"" + near + "\" of jsonpath input");
}

// False: a comment does not end.
bool PathLexer::skip_blanks() {
  for (;;) {
    if (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    } else if (peek() == '/' && peek(1) == '*') {
      const size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) return false;
      at_ = end + 2;
    } else {
      return true;
    }
  }
}

Status PathLexer::next() {
  value_.clear();
  if (!skip_blanks()) {
    start_ = at_ = text_.size();
    token_ = PathToken::kEnd;
    return syntax_error("unexpected end of comment");
  }
  start_ = at_;
  if (at_ == text_.size()) {
    token_ = PathToken::kEnd;
    return {};
  }
  const char c = text_[at_];
  if (c == '"') {
    token_ = PathToken::kString;
    return quoted();
  }
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (c == '$' && at_ + 1 < text_.size() && (peek(1) == '"' || (!is_special(peek(1)) && !is_blank(peek(1))))) {
    ++at_;
    token_ = PathToken::kVariable;
    return peek() == '"' ? quoted() : name();
  }
  if (!is_special(c)) {
    token_ = PathToken::kName;
    return name();
  }
  token_ = PathToken::kSymbol;
  for (const std::string_view pair : {"==", "!=", "<>", "<=", ">=", "&&", "||", "**"}) {
    if (text_.substr(at_, 2) == pair) {
      value_ = pair == "<>" ? "!=" : pair;
      at_ += 2;
      return {};
    }
  }
  value_ = c == '=' ? "==" : std::string(1, c);
  ++at_;
  return {};
}

Status PathLexer::name() {
  while (at_ < text_.size() && !is_special(text_[at_]) && !is_blank(text_[at_])) {
    if (text_[at_] == '\\') {
      TRY(escape());
    } else {
      value_ += text_[at_++];
    }
  }
  return {};
}

Status PathLexer::quoted() {
  ++at_;
  for (;;) {
    if (at_ == text_.size()) {
      token_ = PathToken::kEnd;
      start_ = at_;
      return syntax_error("unterminated quoted string");
    }
    if (text_[at_] == '"') break;
    if (text_[at_] == '\\') {
      TRY(escape());
    } else {
      value_ += text_[at_++];
    }
  }
  ++at_;
  return {};
}

// At a backslash.
Status PathLexer::escape() {
  if (peek() != '\\' || at_ + 1 == text_.size()) {
    ++at_;
    return syntax_error("unexpected end after backslash");
  }
  const char c = text_[at_ + 1];
  at_ += 2;
  switch (c) {
    case 'b': value_ += '\b'; return {};
    case 'f': value_ += '\f'; return {};
    case 'n': value_ += '\n'; return {};
    case 'r': value_ += '\r'; return {};
    case 't': value_ += '\t'; return {};
    case 'v': value_ += '\v'; return {};
    case 'x': return put_unicode(2);
    case 'u': return put_unicode(peek() == '{' ? 0 : 4);
    default: value_ += c; return {};
  }
}

// `digits` of them, or as many as stand in braces.
Status PathLexer::put_unicode(size_t digits) {
  char32_t code = 0;
  const bool braces = digits == 0;
  if (braces) {
    ++at_;
    const size_t end = text_.find('}', at_);
    digits = end == std::string_view::npos ? 7 : end - at_;
    if (digits == 0) return syntax_error("invalid unicode sequence");
  }
  for (size_t i = 0; i < digits; ++i) {
    const int value = hex_value(peek());
    if (value < 0 || digits > 6)
      return syntax_error(digits == 2 ? "invalid hex character sequence" : "invalid unicode sequence");
    code = code * 16 + static_cast<char32_t>(value);
    ++at_;
  }
  if (braces) ++at_;
  if (code == 0) {
    return SqlError(sqlstate::kUntranslatableCharacter, "unsupported Unicode escape sequence")
        .with_detail("\\u0000 cannot be converted to text.");
  }
  if (code >= 0xd800 && code < 0xdc00) {  // the low half follows
    if (peek() != '\\' || peek(1) != 'u') {
      return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type jsonpath")
          .with_detail("Unicode low surrogate must follow a high surrogate.");
    }
    at_ += 2;
    char32_t low = 0;
    for (size_t i = 0; i < 4; ++i) {
      const int value = hex_value(peek());
      if (value < 0) return syntax_error("invalid unicode sequence");
      low = low * 16 + static_cast<char32_t>(value);
      ++at_;
    }
    if (low < 0xdc00 || low > 0xdfff) {
      return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type jsonpath")
          .with_detail("Unicode low surrogate must follow a high surrogate.");
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code < 0xe000) {
    return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type jsonpath")
        .with_detail("Unicode low surrogate must follow a high surrogate.");
  }
  if (code > 0x10ffff) return SqlError(sqlstate::kSyntaxError, "invalid Unicode code point");
  append_utf8(code, value_);
  return {};
}

Status PathLexer::number() {
  token_ = PathToken::kInteger;
  const auto digits = [&] {
    while (is_digit(peek())) ++at_;
  };
  if (peek() == '0' && is_digit(peek(1))) {
    ++at_;
    digits();
    return syntax_error("trailing junk after numeric literal");
  }
  digits();
  if (peek() == '.') {
    token_ = PathToken::kNumber;
    ++at_;
    digits();
  }
  const bool exponent = peek() == 'e' || peek() == 'E';
  if (exponent && (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
    token_ = PathToken::kNumber;
    at_ += 2;
    digits();
  }
  if (at_ < text_.size() && !is_special(text_[at_]) && !is_blank(text_[at_])) {
    ++at_;
    return syntax_error("trailing junk after numeric literal");
  }
  value_ = text_.substr(start_, at_ - start_);
  return {};
}

}  // namespace millrace
