#include "expr/functions/regex/regex_bracket.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "expr/functions/code_points.h"
#include "types/hex.h"

namespace millrace::expr {
namespace {

using std::string_view;

// The classes' members without their brackets, as the C library has them for Unicode.
#define MILLRACE_SPACE \
  "\\x{9}-\\x{d}\\x{20}\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}\\x{2028}\\x{2029}\\x{205f}\\x{3000}"
constexpr std::pair<string_view, string_view> kClasses[] = {
    {"alnum", "\\pL\\pN"},
    {"alpha", "\\pL"},
    {"ascii", "\\x{0}-\\x{7f}"},
    {"blank", "\\x{9}\\x{20}"},
    {"cntrl", "\\x{0}-\\x{1f}\\x{7f}-\\x{9f}"},
    {"digit", "0-9"},
    {"graph", "\\pL\\pM\\pN\\pP\\pS"},
    {"lower", "\\p{Ll}"},
    {"print", "\\pL\\pM\\pN\\pP\\pS\\p{Zs}"},
    {"punct", "\\pP\\pS"},
    {"space", MILLRACE_SPACE},
    {"upper", "\\p{Lu}"},
    {"word", "\\pL\\pN_"},
    {"xdigit", "0-9A-Fa-f"},
};
#undef MILLRACE_SPACE

// Names that a collating element [.name.] may have besides the character itself.
constexpr std::pair<string_view, char> kElements[] = {
    {"NUL", '\0'},
    {"tab", '\t'},
    {"newline", '\n'},
    {"carriage-return", '\r'},
    {"space", ' '},
    {"hyphen", '-'},
    {"hyphen-minus", '-'},
    {"period", '.'},
    {"full-stop", '.'},
    {"comma", ','},
    {"slash", '/'},
    {"solidus", '/'},
    {"backslash", '\\'},
    {"underscore", '_'},
    {"asterisk", '*'},
    {"left-square-bracket", '['},
    {"right-square-bracket", ']'},
    {"circumflex", '^'},
};

string_view class_members(string_view name) {
  for (const auto& [known, members] : kClasses) {
    if (known == name) return members;
  }
  return "";
}

// One element: a character that may begin or end a range, or members that may not.
struct Element {
  char32_t character = 0;
  std::string members;
  bool is_class() const { return !members.empty(); }
};

Result<Element> read_named(string_view pattern, size_t& at) {
  const char kind = pattern[at + 1];
  const std::string end = std::string(1, kind) + "]";
  const size_t close = pattern.find(end, at + 2);
  if (close == string_view::npos) return invalid_regex("brackets [] not balanced");
  const string_view name = pattern.substr(at + 2, close - at - 2);
  at = close + 2;
  if (kind == ':') {
    const string_view members = class_members(name);
    if (members.empty()) return invalid_regex("invalid character class");
    return Element{0, std::string(members)};
  }
  if (utf8_length(name) == 1) {
    size_t inside = 0;
    return Element{next_code_point(name, inside), ""};
  }
  for (const auto& [known, character] : kElements) {
    if (known == name) return Element{static_cast<char32_t>(character), ""};
  }
  return invalid_regex("invalid collating element");
}

Result<Element> read_escaped(string_view pattern, size_t& at) {
  ++at;
  if (at == pattern.size()) return invalid_regex("invalid escape \\ sequence");
  const char letter = pattern[at];
  if (letter == 'd' || letter == 'w' || letter == 's') {
    ++at;
    return Element{0, std::string(class_members(letter == 'd' ? "digit" : letter == 'w' ? "word" : "space"))};
  }
  if (letter == 'D') {
    ++at;
    return Element{0, "\\D"};
  }
  if (letter == 'W' || letter == 'S') {
    return not_supported(std::string("\\") + letter + " in brackets of regular expressions is not supported",
                         "Write the class outside of brackets, as an alternative.");
  }
  TRY(const char32_t character, read_regex_escape(pattern, at));
  return Element{character, ""};
}

Result<Element> read_element(string_view pattern, size_t& at) {
  if (pattern[at] == '[' && at + 1 < pattern.size() &&
      (pattern[at + 1] == ':' || pattern[at + 1] == '.' || pattern[at + 1] == '=')) {
    return read_named(pattern, at);
  }
  if (pattern[at] == '\\') return read_escaped(pattern, at);
  return Element{next_code_point(pattern, at), ""};
}

}  // namespace

SqlError invalid_regex(const char* why) {
  return SqlError(sqlstate::kInvalidRegularExpression, std::string("invalid regular expression: ") + why);
}

std::string regex_class_escape(char letter) {
  switch (letter) {
    case 'd': return "[0-9]";
    case 'D': return "[^0-9]";
    case 'w': return "[" + std::string(class_members("word")) + "]";
    case 'W': return "[^" + std::string(class_members("word")) + "]";
    case 's': return "[" + std::string(class_members("space")) + "]";
    case 'S': return "[^" + std::string(class_members("space")) + "]";
    default: return "";
  }
}

std::string regex_character(char32_t code) {
  char text[16];
  std::snprintf(text, sizeof text, "\\x{%x}", static_cast<unsigned>(code));
  return text;
}

Result<char32_t> read_regex_escape(string_view pattern, size_t& at) {
  const auto hex = [&](size_t digits) -> Result<char32_t> {
    if (pattern.size() - at < digits) return invalid_regex("invalid escape \\ sequence");
    const auto code = read_hex(pattern.substr(at, digits));
    if (!code || *code > 0x10ffff) return invalid_regex("invalid escape \\ sequence");
    at += digits;
    return *code;
  };
  const char letter = pattern[at];
  const bool is_letter_or_digit =
      (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  if (!is_letter_or_digit) return next_code_point(pattern, at);
  ++at;
  switch (letter) {
    case 'a': return U'\a';
    case 'b': return U'\b';
    case 'B': return U'\\';
    case 'e': return char32_t{0x1b};
    case 'f': return U'\f';
    case 'n': return U'\n';
    case 'r': return U'\r';
    case 't': return U'\t';
    case 'v': return U'\v';
    case 'u': return hex(4);
    case 'U': return hex(8);
    case 'c':
      if (at == pattern.size()) return invalid_regex("invalid escape \\ sequence");
      return static_cast<char32_t>(pattern[at++] & 0x1f);
    case 'x': {
      const size_t end = std::min(pattern.find_first_not_of("0123456789abcdefABCDEF", at), pattern.size());
      if (end == at) return invalid_regex("invalid escape \\ sequence");
      const size_t digits = std::min<size_t>(end - at, 7);
      return hex(digits);
    }
    case '0': {
      char32_t code = 0;
      for (int i = 0; i < 2 && at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '7'; ++i) {
        code = code * 8 + static_cast<char32_t>(pattern[at++] - '0');
      }
      return code;
    }
    default: return invalid_regex("invalid escape \\ sequence");
  }
}

Result<std::string> read_regex_bracket(string_view pattern, size_t& at, bool stops_at_newline) {
  std::string text = "[";
  if (at < pattern.size() && pattern[at] == '^') {
    ++at;
    text += stops_at_newline ? "^\\n" : "^";
  }
  for (bool first = true;; first = false) {
    if (at >= pattern.size()) return invalid_regex("brackets [] not balanced");
    if (pattern[at] == ']' && !first) break;
    TRY(const Element element, read_element(pattern, at));
    const bool is_range = pattern.substr(at).starts_with("-") && at + 1 < pattern.size() && pattern[at + 1] != ']';
    if (!is_range) {
      text += element.is_class() ? element.members : regex_character(element.character);
      continue;
    }
    ++at;
    TRY(const Element last, read_element(pattern, at));
    if (element.is_class() || last.is_class() || element.character > last.character) {
      return invalid_regex("invalid character range");
    }
    text += regex_character(element.character) + "-" + regex_character(last.character);
  }
  ++at;
  return text + "]";
}

}  // namespace millrace::expr
