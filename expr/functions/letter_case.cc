// upper, lower, initcap.
#include <unicode/uchar.h>

#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

template <class Map>
std::string mapped(std::string_view text, Map map) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    append_utf8(map(code), result);
  }
  return result;
}

char32_t upper(char32_t code) {
  if (code < 0x80) return code >= 'a' && code <= 'z' ? code - 32 : code;
  return static_cast<char32_t>(u_toupper(static_cast<UChar32>(code)));
}

char32_t lower(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 32 : code;
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(code)));
}

}  // namespace

std::string to_upper(std::string_view text) { return mapped(text, upper); }
std::string to_lower(std::string_view text) { return mapped(text, lower); }

std::vector<ScalarFunction> letter_case_functions() {
  return {
      scalar(
          "upper", [](std::string_view text) { return to_upper(text); }, "Upper case.", "upper('tom') = 'TOM'"),
      scalar(
          "lower", [](std::string_view text) { return to_lower(text); }, "Lower case.", "lower('TOM') = 'tom'"),
      scalar(
          "initcap",
          [](std::string_view text) {
            bool in_word = false;
            return mapped(text, [&](char32_t code) {
              const char32_t result = in_word ? lower(code) : upper(code);
              in_word = u_isalnum(static_cast<UChar32>(code));
              return result;
            });
          },
          "First letter of each word in upper case, the rest in lower case.", "initcap('hi THOMAS') = 'Hi Thomas'"),
  };
}

}  // namespace millrace::expr
