#include "types/json_lexer.h"

#include <cstdio>

#include "types/utf8.h"

namespace millrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// What an unknown word is taken to consist of.
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || static_cast<uint8_t>(c) >= 0x80;
}
bool is_high_surrogate(char32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

SqlError lone_surrogate() { return invalid_json("Unicode low surrogate must follow a high surrogate."); }

}  // namespace

SqlError invalid_json(std::string detail) {
  return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type json")
      .with_detail(std::move(detail));
}

SqlError JsonLexer::invalid_token() const {
  return invalid_json("Token \"" + std::string(token_text()) + "\" is invalid.");
}

Status JsonLexer::next() {
  start_ = end_;
  while (start_ < text_.size() &&
         (text_[start_] == ' ' || text_[start_] == '\t' || text_[start_] == '\n' || text_[start_] == '\r')) {
    ++start_;
  }
  end_ = start_;
  if (start_ == text_.size()) {
    token_ = JsonToken::kEnd;
    return {};
  }
  const auto single = [&](JsonToken token) -> Status {
    token_ = token;
    ++end_;
    return {};
  };
  switch (text_[start_]) {
    case '{': return single(JsonToken::kObjectStart);
    case '}': return single(JsonToken::kObjectEnd);
    case '[': return single(JsonToken::kArrayStart);
    case ']': return single(JsonToken::kArrayEnd);
    case ',': return single(JsonToken::kComma);
    case ':': return single(JsonToken::kColon);
    case '"': return quoted();
    case '-': return number();
    default: return is_digit(text_[start_]) ? number() : word();
  }
}

Status JsonLexer::word() {
  while (end_ < text_.size() && is_word(text_[end_])) ++end_;
  const std::string_view found = token_text();
  if (found == "true") {
    token_ = JsonToken::kTrue;
  } else if (found == "false") {
    token_ = JsonToken::kFalse;
  } else if (found == "null") {
    token_ = JsonToken::kNull;
  } else {
    if (found.empty()) ++end_;
    return invalid_token();
  }
  return {};
}

Status JsonLexer::number() {
  token_ = JsonToken::kNumber;
  bool valid = true;
  const auto at = [&] { return end_ < text_.size() ? text_[end_] : '\0'; };
  const auto digits = [&] {
    valid &= is_digit(at());
    while (is_digit(at())) ++end_;
  };
  if (at() == '-') ++end_;
  if (at() == '0') {
    ++end_;
  } else {
    digits();
  }
  if (at() == '.') {
    ++end_;
    digits();
  }
  if (at() == 'e' || at() == 'E') {
    ++end_;
    if (at() == '+' || at() == '-') ++end_;
    digits();
  }
  for (; end_ < text_.size() && is_word(text_[end_]); ++end_) valid = false;
  if (!valid) return invalid_token();
  return {};
}

Status JsonLexer::quoted() {
  token_ = JsonToken::kString;
  string_.clear();
  high_surrogate_ = 0;
  ++end_;
  while (true) {
    const size_t run = end_;
    while (end_ < text_.size() && text_[end_] != '"' && text_[end_] != '\\' &&
           static_cast<uint8_t>(text_[end_]) >= 32) {
      ++end_;
    }
    if (end_ > run && decode_) {
      if (high_surrogate_ != 0) return lone_surrogate();
      string_.append(text_, run, end_ - run);
    }
    if (end_ == text_.size()) return invalid_token();
    if (text_[end_] == '"') break;
    if (text_[end_] == '\\') {
      TRY(escape());
      continue;
    }
    if (high_surrogate_ != 0) return lone_surrogate();
    char detail[64];
    std::snprintf(detail, sizeof detail, "Character with value 0x%02x must be escaped.",
                  static_cast<unsigned>(text_[end_]));
    return invalid_json(detail);
  }
  if (high_surrogate_ != 0) return lone_surrogate();
  ++end_;
  return {};
}

Status JsonLexer::escape() {
  ++end_;
  if (end_ == text_.size()) return invalid_token();
  const char c = text_[end_];
  if (c == 'u') return unicode_escape();
  if (high_surrogate_ != 0) return lone_surrogate();
  static constexpr std::string_view kWritten = "\"\\/bfnrt";
  static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  const size_t which = kWritten.find(c);
  if (which == std::string_view::npos) {
    const std::string_view rest = text_.substr(end_);
    return invalid_json("Escape sequence \"\\" + std::string(rest.substr(0, utf8_prefix_bytes(rest, 1))) +
                        "\" is invalid.");
  }
  if (decode_) string_ += kMeant[which];
  ++end_;
  return {};
}

Status JsonLexer::unicode_escape() {
  ++end_;
  char32_t unit = 0;
  for (int i = 0; i < 4; ++i, ++end_) {
    if (end_ == text_.size()) return invalid_token();
    const char c = text_[end_];
    if (is_digit(c)) {
      unit = unit * 16 + static_cast<char32_t>(c - '0');
    } else if ((c | 32) >= 'a' && (c | 32) <= 'f') {
      unit = unit * 16 + static_cast<char32_t>((c | 32) - 'a' + 10);
    } else {
      return invalid_json("\"\\u\" must be followed by four hexadecimal digits.");
    }
  }
  return decode_ ? put(unit) : Status();
}

Status JsonLexer::put(char32_t unit) {
  if (is_high_surrogate(unit)) {
    if (high_surrogate_ != 0) return invalid_json("Unicode high surrogate must not follow a high surrogate.");
    high_surrogate_ = unit;
    return {};
  }
  if (is_low_surrogate(unit)) {
    if (high_surrogate_ == 0) return lone_surrogate();
    unit = 0x10000 + ((high_surrogate_ & 0x3ff) << 10) + (unit & 0x3ff);
    high_surrogate_ = 0;
  }
  if (high_surrogate_ != 0) return lone_surrogate();
  if (unit == 0) {
    return SqlError(sqlstate::kUntranslatableCharacter, "unsupported Unicode escape sequence")
        .with_detail("\\u0000 cannot be converted to text.");
  }
  append_utf8(unit, string_);
  return {};
}

}  // namespace millrace
