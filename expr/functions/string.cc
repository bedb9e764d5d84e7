// Text in pieces and put together: length, substring, concatenation, padding, trimming.
#include <algorithm>

#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"
#include "types/type_info.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using std::string_view;

SqlError too_long() { return SqlError(sqlstate::kProgramLimitExceeded, "requested length too large"); }

int32_t count_characters(string_view text) { return static_cast<int32_t>(utf8_length(text)); }

// Characters start .. start + length - 1, counted from 1; what lies outside the text is passed over.
Result<string_view> substring(string_view text, int64_t start, std::optional<int64_t> length) {
  if (length && *length < 0) return SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
  const int64_t first = std::max<int64_t>(start, 1);
  const string_view tail = skip_characters(text, static_cast<size_t>(first - 1));
  if (!length) return tail;
  const int64_t count = start + *length - first;
  return count <= 0 ? string_view() : take_characters(tail, static_cast<size_t>(count));
}

string_view left(string_view text, int64_t count) {
  if (count < 0) count = std::max<int64_t>(0, count_characters(text) + count);
  return take_characters(text, static_cast<size_t>(count));
}

string_view right(string_view text, int64_t count) {
  const int64_t characters = count_characters(text);
  const int64_t skipped = count < 0 ? -count : std::max<int64_t>(0, characters - count);
  return skip_characters(text, static_cast<size_t>(skipped));
}

enum TrimEnds : uint8_t { kLeft = 1, kRight = 2, kBoth = 3 };

string_view trim(string_view text, string_view set, uint8_t ends) {
  if (std::ranges::all_of(set, [](char c) { return static_cast<uint8_t>(c) < 0x80; })) {
    if (ends & kLeft) text.remove_prefix(std::min(text.find_first_not_of(set), text.size()));
    if (ends & kRight) text = text.substr(0, text.find_last_not_of(set) + 1);
    return text;
  }
  const std::u32string wanted = code_points(set);
  const auto in_set = [&](char32_t code) { return wanted.find(code) != std::u32string::npos; };
  while ((ends & kLeft) && !text.empty()) {
    size_t at = 0;
    if (!in_set(next_code_point(text, at))) break;
    text.remove_prefix(at);
  }
  while ((ends & kRight) && !text.empty()) {
    size_t start = text.size() - 1;
    while ((static_cast<uint8_t>(text[start]) & 0xc0) == 0x80) --start;
    size_t at = start;
    if (!in_set(next_code_point(text, at))) break;
    text = text.substr(0, start);
  }
  return text;
}

// `fill` repeated and cut to `characters`.
std::string padding(string_view fill, int64_t characters) {
  std::string result;
  const int64_t fill_characters = count_characters(fill);
  for (; characters >= fill_characters; characters -= fill_characters) result += fill;
  result += take_characters(fill, static_cast<size_t>(characters));
  return result;
}

template <bool kOnLeft>
Result<std::string> pad(string_view text, int32_t length, string_view fill) {
  const int64_t wanted = std::max(length, 0);
  const int64_t missing = wanted - count_characters(text);
  if ((fill.empty() ? wanted - missing : wanted) > static_cast<int64_t>(kValueBytesMax) / 4) return too_long();
  if (missing <= 0 || fill.empty()) return std::string(take_characters(text, static_cast<size_t>(wanted)));
  const std::string pad = padding(fill, missing);
  return kOnLeft ? pad + std::string(text) : std::string(text) + pad;
}

Result<std::string> repeat(string_view text, int32_t count) {
  const size_t times = static_cast<size_t>(std::max(count, 0));
  if (text.size() * times > kValueBytesMax) return too_long();
  std::string result;
  result.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string reverse(string_view text) {
  std::string result(text.size(), '\0');
  size_t target = text.size();
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    next_code_point(text, at);
    target -= at - start;
    text.substr(start, at - start).copy(result.data() + target, at - start);
  }
  return result;
}

std::string text_of(const AnyValue& value, const EvalContext& context) {
  std::string text;
  value.type.info().format(value.slot, value.type, context.text, text);
  return text;
}

// || with a value that is no text: bool is spelled out, as its cast to text does.
std::string cast_text(Slot slot, SqlType type, const EvalContext& context) {
  if (type.oid() == oid::kBool) return slot.boolean() ? "true" : "false";
  return text_of({slot, type}, context);
}

Result<std::string> joined(string_view separator, std::span<const std::optional<AnyValue>> values,
                           const EvalContext& context) {
  std::string result;
  bool first = true;
  for (const auto& value : values) {
    if (!value) continue;
    if (!first) result += separator;
    first = false;
    value->type.info().format(value->slot, value->type, context.text, result);
    if (result.size() > kValueBytesMax) return value_too_long();
  }
  return result;
}

std::string overlay(string_view text, string_view replacement, int64_t start, int64_t length) {
  std::string result(take_characters(text, static_cast<size_t>(start - 1)));
  result += replacement;
  result += skip_characters(text, static_cast<size_t>(std::max<int64_t>(0, start - 1 + length)));
  return result;
}

Result<std::string> checked_overlay(string_view text, string_view replacement, int32_t start, int64_t length) {
  if (start <= 0) return SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
  if (start + length > INT32_MAX) return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
  return overlay(text, replacement, start, length);
}

void add_substring(std::vector<ScalarFunction>& rows, const char* name) {
  rows.push_back(scalar(
      name, [](string_view text, int32_t start) { return substring(text, start, std::nullopt); },
      "The text from a character on.", "substr('alphabet', 3) = 'phabet'"));
  rows.push_back(scalar(
      name, [](string_view text, int32_t start, int32_t length) { return substring(text, start, length); },
      "So many characters from a character on.", "substr('alphabet', 3, 2) = 'ph'"));
}

void add_trim(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar(
      "btrim", [](string_view text) { return trim(text, " ", kBoth); }, "Spaces taken from both ends.",
      "btrim('  trim ') = 'trim'"));
  rows.push_back(scalar(
      "ltrim", [](string_view text) { return trim(text, " ", kLeft); }, "Spaces taken from the start.",
      "ltrim('  trim ') = 'trim '"));
  rows.push_back(scalar(
      "rtrim", [](string_view text) { return trim(text, " ", kRight); }, "Spaces taken from the end.",
      "rtrim('  trim ') = '  trim'"));
  rows.push_back(scalar(
      "btrim", [](string_view text, string_view set) { return trim(text, set, kBoth); },
      "Characters of a set taken from both ends.", "btrim('xyxtrimyyx', 'xyz') = 'trim'"));
  rows.push_back(scalar(
      "ltrim", [](string_view text, string_view set) { return trim(text, set, kLeft); },
      "Characters of a set taken from the start.", "ltrim('zzzytest', 'xyz') = 'test'"));
  rows.push_back(scalar(
      "rtrim", [](string_view text, string_view set) { return trim(text, set, kRight); },
      "Characters of a set taken from the end.", "rtrim('testxxzx', 'xyz') = 'test'"));
}

}  // namespace

std::vector<ScalarFunction> string_functions() {
  std::vector<ScalarFunction> rows;
  const auto length = [](string_view text) { return count_characters(text); };
  for (const char* name : {"length", "char_length", "character_length"}) {
    rows.push_back(scalar(name, length, "Characters.", "length('jose') = 4"));
  }
  // char(n) is without its padding to length(), and with it in bytes.
  for (const char* name : {"length", "char_length", "character_length"}) {
    rows.push_back(retyped(
        scalar(
            name, [](string_view text) { return count_characters(text.substr(0, text.find_last_not_of(' ') + 1)); },
            "Characters, without padding.", "length('jose'::char(6)) = 4"),
        {oid::kBpchar}, oid::kInt4));
  }
  rows.push_back(retyped(scalar(
                             "octet_length", [](string_view text) { return static_cast<int32_t>(text.size()); },
                             "Bytes, with padding.", "octet_length('jose'::char(6)) = 6"),
                         {oid::kBpchar}, oid::kInt4));
  rows.push_back(scalar(
      "octet_length", [](string_view text) { return static_cast<int32_t>(text.size()); }, "Bytes.",
      "octet_length('jose') = 4"));
  const auto bit_length = [](string_view text) -> Result<int32_t> {
    if (text.size() > INT32_MAX / 8) return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
    return static_cast<int32_t>(text.size() * 8);
  };
  rows.push_back(scalar("bit_length", bit_length, "Bits.", "bit_length('jose') = 32"));
  rows.push_back(retyped(scalar("bit_length", bit_length, "Bits.", R"(bit_length('\x010203'::bytea) = 24)"),
                         {oid::kBytea}, oid::kInt4));
  add_substring(rows, "substring");
  add_substring(rows, "substr");
  rows.push_back(scalar(
      "left", [](string_view text, int32_t count) { return left(text, count); },
      "The first characters, or all but the last so many.", "left('abcde', -2) = 'abc'"));
  rows.push_back(scalar(
      "right", [](string_view text, int32_t count) { return right(text, count); },
      "The last characters, or all but the first so many.", "right('abcde', 2) = 'de'"));
  add_trim(rows);
  rows.push_back(scalar(
      "lpad", [](string_view text, int32_t length) { return pad<true>(text, length, " "); },
      "Spaces before the text, up to a length.", "lpad('hi', 5) = '   hi'"));
  rows.push_back(scalar(
      "lpad", [](string_view text, int32_t length, string_view fill) { return pad<true>(text, length, fill); },
      "Fill before the text, up to a length.", "lpad('hi', 5, 'xy') = 'xyxhi'"));
  rows.push_back(scalar(
      "rpad", [](string_view text, int32_t length) { return pad<false>(text, length, " "); },
      "Spaces after the text, up to a length.", "rpad('hi', 5) = 'hi   '"));
  rows.push_back(scalar(
      "rpad", [](string_view text, int32_t length, string_view fill) { return pad<false>(text, length, fill); },
      "Fill after the text, up to a length.", "rpad('hi', 5, 'xy') = 'hixyx'"));
  rows.push_back(scalar(
      "repeat", [](string_view text, int32_t count) { return repeat(text, count); }, "The text so many times.",
      "repeat('Pg', 4) = 'PgPgPgPg'"));
  rows.push_back(scalar(
      "reverse", [](string_view text) { return reverse(text); }, "The characters backwards.",
      "reverse('abcde') = 'edcba'"));
  rows.push_back(scalar(
      "overlay",
      [](string_view text, string_view replacement, int32_t start) {
        return checked_overlay(text, replacement, start, count_characters(replacement));
      },
      "Characters replaced by others, from a character on.", "overlay('Txxxxas', 'hom', 2) = 'Thomxas'"));
  rows.push_back(scalar(
      "overlay",
      [](string_view text, string_view replacement, int32_t start, int32_t length) {
        return checked_overlay(text, replacement, start, length);
      },
      "So many characters replaced by others.", "overlay('Txxxxas', 'hom', 2, 4) = 'Thomas'"));
  rows.push_back(scalar(
      "concat",
      [](const EvalContext& context, Variadic<oid::kAny> values) { return joined("", values.values, context); },
      "The text of all arguments that are not NULL.", "concat('abcde', 2, NULL, 22) = 'abcde222'"));
  rows.push_back(scalar(
      "concat_ws",
      [](const EvalContext& context, std::string_view separator, Variadic<oid::kAny> values) {
        return joined(separator, values.values, context);
      },
      "The same with a separator between.", "concat_ws(',', 'abcde', 2, NULL, 22) = 'abcde,2,22'"));
  return rows;
}

std::vector<ScalarFunction> string_operators() {
  const auto text_then_any = [](const EvalContext& context, string_view text, Any<oid::kAnyNonArray> value) {
    return std::string(text) + cast_text(value.slot, value.type, context);
  };
  const auto any_then_text = [](const EvalContext& context, Any<oid::kAnyNonArray> value, string_view text) {
    return cast_text(value.slot, value.type, context) + std::string(text);
  };
  return {
      op(
          "||", [](string_view a, string_view b) { return std::string(a).append(b); }, "Texts joined.",
          "'Post' || 'greSQL' = 'PostgreSQL'"),
      op("||", text_then_any, "Text and any value joined.", "'n=' || 42 = 'n=42'"),
      op("||", any_then_text, "Any value and text joined.", "42 || '!' = '42!'"),
      retyped(op(
                  "||", [](string_view a, string_view b) { return std::string(a).append(b); }, "Bytes joined.",
                  R"('\x01'::bytea || '\x02'::bytea = '\x0102'::bytea)"),
              {oid::kBytea, oid::kBytea}, oid::kBytea),
      op(
          "^@", [](string_view text, string_view prefix) { return text.starts_with(prefix); }, "Starts with.",
          "'alphabet' ^@ 'alph'"),
  };
}

}  // namespace millrace::expr
