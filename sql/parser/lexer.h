// PostgreSQL's lexical rules, enough to find where statements end and to read our own ones.
//
// Never fails: what is unterminated or unknown becomes one kBroken token that reaches to the end, and
// PostgreSQL's grammar, which sees the same bytes, words the error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::sql {

enum class TokenKind : uint8_t {
  kWord,         // identifier or keyword; `text` folded to lower case
  kQuotedName,   // "..", `text` unquoted
  kString,       // '..', E'..', $$..$$, `text` unescaped
  kOtherString,  // B'..', X'..', U&'..', U&"..": told apart, not decoded
  kNumber,
  kParameter,  // $1
  kSymbol,     // one of ( ) [ ] , ; . : or an operator; `text` is it
  kBroken,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text;

  bool is_word(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
  bool is_symbol(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
};

// Reads tokens of `source` from `position`; offsets are into `source`, which outlives the lexer.
class Lexer {
 public:
  explicit Lexer(std::string_view source, uint32_t position = 0) : source_(source), position_(position) {}

  Token next();
  // Where the next token will be looked for.
  uint32_t position() const { return position_; }

 private:
  void skip_blanks_and_comments();
  Token word();
  Token quoted_string(uint32_t begin, bool escapes);
  Token quoted_name(uint32_t begin);
  Token raw_quoted(uint32_t begin, char quote);
  Token dollar_string(uint32_t begin);
  Token number(uint32_t begin);
  Token symbol(uint32_t begin);
  Token broken(uint32_t begin);
  Token finish(TokenKind kind, uint32_t begin, std::string text);
  char at(uint32_t index) const { return index < source_.size() ? source_[index] : '\0'; }

  std::string_view source_;
  uint32_t position_;
};

}  // namespace millrace::sql
