// Finding and replacing fixed strings; characters and their codes.
#include <algorithm>

#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using std::string_view;

// Where `part` begins, in characters from 1; 0 when it does not occur.
int32_t position(string_view text, string_view part) {
  const size_t at = text.find(part);
  return at == string_view::npos ? 0 : static_cast<int32_t>(utf8_length(text.substr(0, at))) + 1;
}

Result<std::string> replace(string_view text, string_view from, string_view to) {
  if (from.empty()) return std::string(text);
  std::string result;
  for (size_t at = 0;;) {
    const size_t found = text.find(from, at);
    result += text.substr(at, found - at);
    if (result.size() + to.size() > kValueBytesMax && found != string_view::npos) return value_too_long();
    if (found == string_view::npos) return result;
    result += to;
    at = found + from.size();
  }
}

Result<string_view> split_part(string_view text, string_view separator, int32_t field) {
  if (field == 0) return SqlError(sqlstate::kInvalidParameterValue, "field position must not be zero");
  if (separator.empty()) return field == 1 || field == -1 ? text : string_view();
  std::vector<string_view> fields;
  for (size_t at = 0;;) {
    const size_t found = text.find(separator, at);
    fields.push_back(text.substr(at, found - at));
    if (found == string_view::npos) break;
    at = found + separator.size();
  }
  const int64_t index = field > 0 ? int64_t{field} - 1 : static_cast<int64_t>(fields.size()) + field;
  if (index < 0 || index >= static_cast<int64_t>(fields.size())) return string_view();
  return fields[static_cast<size_t>(index)];
}

std::string translate(string_view text, string_view from, string_view to) {
  const std::u32string sources = code_points(from);
  const std::u32string targets = code_points(to);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const size_t found = sources.find(code);
    if (found == std::u32string::npos) {
      append_utf8(code, result);
    } else if (found < targets.size()) {
      append_utf8(targets[found], result);
    }
  }
  return result;
}

Result<std::string> chr(int32_t code) {
  if (code == 0) return SqlError(sqlstate::kProgramLimitExceeded, "null character not permitted");
  if (code < 0) return SqlError(sqlstate::kInvalidParameterValue, "character number must be positive");
  if (code > 0x10ffff) {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    "requested character too large for encoding: " + std::to_string(code));
  }
  if (code >= 0xd800 && code < 0xe000) {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    "requested character not valid for encoding: " + std::to_string(code));
  }
  std::string result;
  append_utf8(static_cast<char32_t>(code), result);
  return result;
}

template <class T>
std::string to_hex(T value) {
  using U = std::make_unsigned_t<T>;
  U rest = static_cast<U>(value);
  std::string digits;
  do {
    digits += "0123456789abcdef"[rest & 15];
    rest >>= 4;
  } while (rest != 0);
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace

std::vector<ScalarFunction> string_search_functions() {
  return {
      scalar(
          "strpos", [](string_view text, string_view part) { return position(text, part); },
          "Where a part begins, from 1; 0 when it does not occur.", "strpos('high', 'ig') = 2"),
      scalar(
          "position", [](string_view text, string_view part) { return position(text, part); },
          "Where a part begins, from 1; 0 when it does not occur.", "position('om' IN 'Thomas') = 3"),
      scalar(
          "starts_with", [](string_view text, string_view prefix) { return text.starts_with(prefix); },
          "Whether the text begins so.", "starts_with('alphabet', 'alph')"),
      scalar(
          "replace", [](string_view text, string_view from, string_view to) { return replace(text, from, to); },
          "Each occurrence replaced.", "replace('abcdefabcdef', 'cd', 'XX') = 'abXXefabXXef'"),
      scalar(
          "split_part",
          [](string_view text, string_view separator, int32_t field) { return split_part(text, separator, field); },
          "A field between separators, counted from 1, or from the end when negative.",
          "split_part('abc~@~def~@~ghi', '~@~', 2) = 'def'"),
      scalar(
          "translate", [](string_view text, string_view from, string_view to) { return translate(text, from, to); },
          "Characters replaced one by one, or taken away.", "translate('12345', '143', 'ax') = 'a2x5'"),
      scalar(
          "ascii",
          [](string_view text) {
            size_t at = 0;
            return text.empty() ? int32_t{0} : static_cast<int32_t>(next_code_point(text, at));
          },
          "Code of the first character.", "ascii('x') = 120"),
      scalar(
          "chr", [](int32_t code) { return chr(code); }, "The character with a code.", "chr(65) = 'A'"),
      scalar(
          "to_hex", [](int32_t value) { return to_hex(value); }, "Hexadecimal digits.",
          "to_hex(2147483647) = '7fffffff'"),
      scalar(
          "to_hex", [](int64_t value) { return to_hex(value); }, "Hexadecimal digits.", "to_hex(255::bigint) = 'ff'"),
  };
}

}  // namespace millrace::expr
