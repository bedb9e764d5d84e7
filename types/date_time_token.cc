#include "types/date_time_token.h"

#include <charconv>

namespace millrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) { return c > ' ' && c < 0x7f && !is_digit(c) && !is_alpha(c); }

}  // namespace

class TokenList::Scanner {
 public:
  Scanner(TokenList& list, std::string_view text, size_t limit, IsKeyword is_keyword)
      : list_(list), rest_(text), limit_(limit), is_keyword_(is_keyword) {}

  bool scan() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (is_space(c)) {
        rest_.remove_prefix(1);
        continue;
      }
      if (list_.size_ >= kMaxTokens) return false;
      begin_ = used_;
      TokenKind kind;
      if (is_digit(c)) {
        kind = scan_digits();
      } else if (c == '.') {
        take();
        take_while(is_digit);
        kind = TokenKind::kNumber;
      } else if (is_alpha(c)) {
        kind = scan_word();
      } else if (c == '+' || c == '-') {
        take();
        while (is_space(peek())) rest_.remove_prefix(1);
        if (is_digit(peek())) {
          kind = TokenKind::kZone;
          take_while([](char next) { return is_digit(next) || next == ':' || next == '.' || next == '-'; });
        } else if (is_alpha(peek())) {
          kind = TokenKind::kSignedWord;
          take_while(is_alpha);
        } else {
          return false;
        }
      } else if (is_punctuation(c)) {
        rest_.remove_prefix(1);
        continue;
      } else {
        return false;
      }
      if (full_) return false;
      list_.tokens_[list_.size_++] = {kind, {list_.characters_ + begin_, used_ - begin_}};
      ++used_;  // the end mark
    }
    return true;
  }

 private:
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  void take() {
    if (used_ + 1 >= limit_) {
      full_ = true;
    } else {
      const char c = rest_.front();
      list_.characters_[used_++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    rest_.remove_prefix(1);
  }
  template <class Predicate>
  void take_while(Predicate wanted) {
    while (!rest_.empty() && wanted(rest_.front())) take();
  }

  TokenKind scan_digits() {
    take_while(is_digit);
    const char delimiter = peek();
    if (delimiter == ':') {
      take_while([](char c) { return is_digit(c) || c == ':' || c == '.'; });
      return TokenKind::kTime;
    }
    if (delimiter != '-' && delimiter != '/' && delimiter != '.') return TokenKind::kNumber;
    take();
    if (!is_digit(peek())) {  // a month in letters, or nothing
      take_while([=](char c) { return is_digit(c) || is_alpha(c) || c == delimiter; });
      return TokenKind::kDate;
    }
    take_while(is_digit);
    if (peek() == delimiter) {
      take_while([=](char c) { return is_digit(c) || c == delimiter; });
      return TokenKind::kDate;
    }
    return delimiter == '.' ? TokenKind::kNumber : TokenKind::kDate;
  }

  TokenKind scan_word() {
    take_while(is_alpha);
    const char next = peek();
    bool goes_on = next == '-' || next == '/' || next == '.';
    if (next == '+' || is_digit(next)) {
      goes_on = !is_keyword_({list_.characters_ + begin_, used_ - begin_});
    }
    if (!goes_on) return TokenKind::kWord;
    take_while([](char c) {
      return is_digit(c) || is_alpha(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':';
    });
    return TokenKind::kDate;
  }

  TokenList& list_;
  std::string_view rest_;
  size_t limit_;
  IsKeyword is_keyword_;
  size_t begin_ = 0;
  size_t used_ = 0;
  bool full_ = false;
};

bool TokenList::scan(std::string_view text, size_t character_limit, IsKeyword is_keyword) {
  return Scanner(*this, text, character_limit, is_keyword).scan();
}

template <class T>
LeadingInteger<T> read_leading_integer(std::string_view text) {
  LeadingInteger<T> result;
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits.front())) {
    result.rest = text;
    result.missing = true;
    return result;
  }
  while (!digits.empty() && is_digit(digits.front())) {
    const T digit = static_cast<T>(digits.front() - '0');
    result.overflow |= __builtin_mul_overflow(result.value, T{10}, &result.value);
    result.overflow |= negative ? __builtin_sub_overflow(result.value, digit, &result.value)
                                : __builtin_add_overflow(result.value, digit, &result.value);
    digits.remove_prefix(1);
  }
  result.rest = digits;
  return result;
}

template LeadingInteger<int32_t> read_leading_integer(std::string_view text);
template LeadingInteger<int64_t> read_leading_integer(std::string_view text);

std::optional<double> read_fraction(std::string_view text) {
  if (text == ".") return 0.0;
  double fraction = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fraction, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return fraction;
}

}  // namespace millrace
