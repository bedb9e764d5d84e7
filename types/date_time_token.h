// The lexical half of reading dates, times and intervals: cuts a text into tokens by the look of
// their first characters, before anything is known of their meaning.
//
//   "2001-02-03 04:05:06.7 PST"  ->  kDate "2001-02-03", kTime "04:05:06.7", kWord "pst"
//
// Letters come out in lower case. Punctuation that no token begins with is skipped.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace millrace {

enum class TokenKind : uint8_t {
  kNumber,      // 20010203, 1.5, .5, 1999.001
  kWord,        // january, pst, @ does not count
  kDate,        // 2001-02-03, 5/jan/2001, america/new_york, 040506-08
  kTime,        // 04:05:06.7
  kZone,        // +05:30, -8, -1-2
  kSignedWord,  // -infinity
};

struct Token {
  TokenKind kind;
  std::string_view text;  // never empty
};

// Whether a word may stand alone before a digit or '+': it then is no part of a date or zone name.
using IsKeyword = bool (*)(std::string_view lower_case);

class TokenList {
 public:
  static constexpr size_t kMaxTokens = 25;
  static constexpr size_t kMaxCharacters = 256;

  // False when the text cannot be cut, has more than 25 tokens, or these, each with an end mark, need
  // more than `character_limit`: limits PostgreSQL has too. Called once.
  bool scan(std::string_view text, size_t character_limit, IsKeyword is_keyword);

  size_t size() const { return size_; }
  const Token& operator[](size_t index) const { return tokens_[index]; }

 private:
  class Scanner;

  char characters_[kMaxCharacters];
  Token tokens_[kMaxTokens];
  size_t size_ = 0;
};

// An integer as strtol() reads one at the front of a text: an optional sign, digits, perhaps none.
template <class T>
struct LeadingInteger {
  T value = 0;
  bool overflow = false;
  std::string_view rest;  // after it

  bool missing = false;  // no digits: value is 0 and rest the whole text
};
template <class T>
LeadingInteger<T> read_leading_integer(std::string_view text);

extern template LeadingInteger<int32_t> read_leading_integer(std::string_view text);
extern template LeadingInteger<int64_t> read_leading_integer(std::string_view text);

// A fraction with its point, ".25" or "." alone. Nothing when something else follows.
std::optional<double> read_fraction(std::string_view text);

}  // namespace millrace
