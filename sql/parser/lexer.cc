#include "sql/parser/lexer.h"

namespace millrace::sql {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_word_part(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }
bool is_operator_char(char c) { return std::string_view("~!@#^&|`?+-*/%<>=").find(c) != std::string_view::npos; }

char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return c;
  }
}

}  // namespace

Token Lexer::finish(TokenKind kind, uint32_t begin, std::string text) {
  return Token{kind, begin, position_, std::move(text)};
}

Token Lexer::broken(uint32_t begin) {
  position_ = static_cast<uint32_t>(source_.size());
  return finish(TokenKind::kBroken, begin, std::string(source_.substr(begin)));
}

void Lexer::skip_blanks_and_comments() {
  while (position_ < source_.size()) {
    if (is_blank(source_[position_])) {
      ++position_;
    } else if (at(position_) == '-' && at(position_ + 1) == '-') {
      while (position_ < source_.size() && source_[position_] != '\n' && source_[position_] != '\r') ++position_;
    } else if (at(position_) == '/' && at(position_ + 1) == '*') {
      const uint32_t begin = position_;
      int depth = 0;
      do {  // comments nest
        if (at(position_) == '/' && at(position_ + 1) == '*') {
          ++depth;
          position_ += 2;
        } else if (at(position_) == '*' && at(position_ + 1) == '/') {
          --depth;
          position_ += 2;
        } else {
          ++position_;
        }
      } while (depth > 0 && position_ < source_.size());
      if (depth > 0) {
        position_ = begin;  // unterminated: next() makes a kBroken token of it
        return;
      }
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks_and_comments();
  const uint32_t begin = position_;
  if (begin >= source_.size()) return finish(TokenKind::kEnd, begin, "");
  const char c = source_[begin];
  const char after = at(begin + 1);
  if (c == '/' && after == '*') return broken(begin);
  if ((c == 'e' || c == 'E') && after == '\'') {
    ++position_;
    return quoted_string(begin, true);
  }
  if ((c == 'n' || c == 'N') && after == '\'') {
    ++position_;
    return quoted_string(begin, false);
  }
  if ((c == 'b' || c == 'B' || c == 'x' || c == 'X') && after == '\'') {
    ++position_;
    return raw_quoted(begin, '\'');
  }
  if ((c == 'u' || c == 'U') && after == '&' && (at(begin + 2) == '\'' || at(begin + 2) == '"')) {
    position_ += 2;
    return raw_quoted(begin, at(begin + 2));
  }
  if (is_word_start(c)) return word();
  if (c == '\'') return quoted_string(begin, false);
  if (c == '"') return quoted_name(begin);
  if (c == '$' && is_digit(after)) {
    position_ += 1;
    while (is_digit(at(position_))) ++position_;
    return finish(TokenKind::kParameter, begin, std::string(source_.substr(begin, position_ - begin)));
  }
  if (c == '$' && (after == '$' || is_word_start(after))) return dollar_string(begin);
  if (is_digit(c) || (c == '.' && is_digit(after))) return number(begin);
  return symbol(begin);
}

Token Lexer::word() {
  const uint32_t begin = position_;
  while (position_ < source_.size() && is_word_part(source_[position_])) ++position_;
  std::string text(source_.substr(begin, position_ - begin));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return finish(TokenKind::kWord, begin, std::move(text));
}

Token Lexer::quoted_string(uint32_t begin, bool escapes) {
  std::string text;
  ++position_;  // the quote
  while (true) {
    if (position_ >= source_.size()) return broken(begin);
    const char c = source_[position_++];
    if (c == '\'') {
      if (at(position_) != '\'') break;
      ++position_;
      text += '\'';
    } else if (c == '\\' && escapes) {
      if (position_ >= source_.size()) return broken(begin);
      text += unescaped(source_[position_++]);
    } else {
      text += c;
    }
  }
  return finish(TokenKind::kString, begin, std::move(text));
}

Token Lexer::quoted_name(uint32_t begin) {
  std::string text;
  ++position_;
  while (true) {
    if (position_ >= source_.size()) return broken(begin);
    const char c = source_[position_++];
    if (c == '"') {
      if (at(position_) != '"') break;
      ++position_;
    }
    text += c;
  }
  return finish(TokenKind::kQuotedName, begin, std::move(text));
}

Token Lexer::raw_quoted(uint32_t begin, char quote) {
  ++position_;
  while (true) {
    if (position_ >= source_.size()) return broken(begin);
    if (source_[position_++] == quote) {
      if (at(position_) != quote) break;
      ++position_;
    }
  }
  return finish(TokenKind::kOtherString, begin, std::string(source_.substr(begin, position_ - begin)));
}

Token Lexer::dollar_string(uint32_t begin) {
  uint32_t tag_end = begin + 1;
  while (tag_end < source_.size() && source_[tag_end] != '$' && is_word_part(source_[tag_end])) ++tag_end;
  if (at(tag_end) != '$') return symbol(begin);
  const std::string_view tag = source_.substr(begin, tag_end + 1 - begin);
  const size_t close = source_.find(tag, tag_end + 1);
  if (close == std::string_view::npos) return broken(begin);
  position_ = static_cast<uint32_t>(close + tag.size());
  return finish(TokenKind::kString, begin, std::string(source_.substr(tag_end + 1, close - tag_end - 1)));
}

Token Lexer::number(uint32_t begin) {
  while (is_digit(at(position_))) ++position_;
  if (at(position_) == '.' && at(position_ + 1) != '.') {
    ++position_;
    while (is_digit(at(position_))) ++position_;
  }
  if (at(position_) == 'e' || at(position_) == 'E') {
    const uint32_t digits = position_ + (at(position_ + 1) == '+' || at(position_ + 1) == '-' ? 2 : 1);
    if (is_digit(at(digits))) {
      position_ = digits;
      while (is_digit(at(position_))) ++position_;
    }
  }
  return finish(TokenKind::kNumber, begin, std::string(source_.substr(begin, position_ - begin)));
}

Token Lexer::symbol(uint32_t begin) {
  ++position_;
  if (is_operator_char(source_[begin])) {
    while (position_ < source_.size() && is_operator_char(source_[position_])) {
      const char after = at(position_ + 1);  // a comment ends an operator
      if (source_[position_] == '-' && after == '-') break;
      if (source_[position_] == '/' && after == '*') break;
      ++position_;
    }
  } else if (source_[begin] == ':' && (at(position_) == ':' || at(position_) == '=')) {
    ++position_;
  }
  return finish(TokenKind::kSymbol, begin, std::string(source_.substr(begin, position_ - begin)));
}

}  // namespace millrace::sql
