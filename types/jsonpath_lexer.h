// The tokens of a jsonpath.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

enum class PathToken : uint8_t {
  kEnd,
  kName,      // an unquoted name or keyword
  kString,    // "quoted"
  kVariable,  // $name, $"name"
  kInteger,
  kNumber,
  kSymbol,  // == != <= >= && || ** and single characters
};

// Reads one token after another. Borrows `text`.
class PathLexer {
 public:
  explicit PathLexer(std::string_view text) : text_(text) {}

  Status next();
  PathToken token() const { return token_; }
  // Without quotes and escapes; a number as written; a symbol.
  const std::string& value() const { return value_; }
  bool is_symbol(std::string_view symbol) const { return token_ == PathToken::kSymbol && value_ == symbol; }
  // The name, in any case.
  bool is_word(std::string_view word) const;
  // "syntax error at or near ..." at the token.
  SqlError syntax_error(const char* what = "syntax error") const;

 private:
  Status name();
  Status quoted();
  Status number();
  Status escape();
  Status put_unicode(size_t digits);
  bool is_special(char c) const;
  bool skip_blanks();
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  std::string_view text_;
  size_t start_ = 0, at_ = 0;
  PathToken token_ = PathToken::kEnd;
  std::string value_;
};

}  // namespace millrace
