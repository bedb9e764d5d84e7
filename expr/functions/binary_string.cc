// bytea: length, pieces, single bytes and bits, trimming, LIKE.
#include <algorithm>
#include <bit>

#include "expr/families.h"
#include "expr/functions/encoding.h"
#include "expr/functions/object_id.h"
#include "expr/functions/owned_bytes.h"
#include "expr/typed_lambda.h"
#include "types/bytea.h"
#include "types/utf8.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Rows = std::vector<ScalarFunction>;

SqlError out_of_range(int64_t index, int64_t count) {
  return SqlError(sqlstate::kArraySubscriptError,
                  "index " + std::to_string(index) + " out of valid range, 0.." + std::to_string(count - 1));
}

Result<int32_t> get_byte(string_view bytes, int32_t index) {
  if (index < 0 || static_cast<size_t>(index) >= bytes.size()) {
    return out_of_range(index, static_cast<int64_t>(bytes.size()));
  }
  return int32_t{static_cast<uint8_t>(bytes[static_cast<size_t>(index)])};
}

Result<OwnedBytes> set_byte(string_view bytes, int32_t index, int32_t value) {
  TRY(get_byte(bytes, index));
  OwnedBytes result{std::string(bytes)};
  result.bytes[static_cast<size_t>(index)] = static_cast<char>(value);
  return result;
}

// Bit 0 is the lowest of the first byte.
Result<int32_t> get_bit(string_view bytes, int64_t index) {
  const int64_t count = static_cast<int64_t>(bytes.size()) * 8;
  if (index < 0 || index >= count) return out_of_range(index, count);
  return static_cast<uint8_t>(bytes[static_cast<size_t>(index / 8)]) >> (index % 8) & 1;
}

Result<OwnedBytes> set_bit(string_view bytes, int64_t index, int32_t value) {
  TRY(get_bit(bytes, index));
  if (value != 0 && value != 1) return SqlError(sqlstate::kInvalidParameterValue, "new bit must be 0 or 1");
  OwnedBytes result{std::string(bytes)};
  char& byte = result.bytes[static_cast<size_t>(index / 8)];
  byte = static_cast<char>((byte & ~(1 << (index % 8))) | value << (index % 8));
  return result;
}

Result<Bytea> substring(string_view bytes, int64_t start, std::optional<int64_t> length) {
  if (length && *length < 0) return SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t end = length ? std::min(size + 1, start + *length) : size + 1;
  const int64_t first = std::max<int64_t>(start, 1);
  if (end <= first) return Bytea{};
  return Bytea{bytes.substr(static_cast<size_t>(first - 1), static_cast<size_t>(end - first))};
}

Result<OwnedBytes> overlay(string_view bytes, string_view replacement, int32_t start, int32_t length) {
  if (start <= 0) return SqlError(sqlstate::kSubstringError, "negative substring length not allowed");
  int32_t rest = 0;
  if (__builtin_add_overflow(start, length, &rest)) {
    return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
  }
  TRY(const Bytea before, substring(bytes, 1, start - 1));
  TRY(const Bytea after, substring(bytes, rest, std::nullopt));
  return OwnedBytes{std::string(before.bytes).append(replacement).append(after.bytes)};
}

enum TrimEnds : uint8_t { kLeft = 1, kRight = 2, kBoth = 3 };

Bytea trim(string_view bytes, string_view set, uint8_t ends) {
  if (ends & kLeft) bytes.remove_prefix(std::min(bytes.find_first_not_of(set), bytes.size()));
  if (ends & kRight) bytes = bytes.substr(0, bytes.find_last_not_of(set) + 1);
  return {bytes};
}

// As for text (pattern.cc), byte by byte.
Result<bool> like(string_view bytes, string_view pattern) {
  size_t t = 0, p = 0;
  size_t retry_pattern = string_view::npos, retry_bytes = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '%') {
      retry_pattern = ++p;
      retry_bytes = t;
      if (p == pattern.size()) return true;
      continue;
    }
    if (t == bytes.size()) return p == pattern.size();
    if (p < pattern.size()) {
      size_t at = p;
      const bool is_any = pattern[at] == '_';
      if (pattern[at] == '\\' && ++at == pattern.size()) {
        return SqlError(sqlstate::kInvalidEscapeSequence, "LIKE pattern must not end with escape character");
      }
      if (is_any || pattern[at] == bytes[t]) {
        p = at + 1;
        ++t;
        continue;
      }
    }
    if (retry_pattern == string_view::npos) return false;
    t = ++retry_bytes;
    p = retry_pattern;
  }
}

Result<bool> unlike(string_view bytes, string_view pattern) {
  TRY(const bool matches, like(bytes, pattern));
  return !matches;
}

Result<OwnedBytes> like_escape(string_view pattern, string_view escape) {
  OwnedBytes result;
  if (escape.size() > 1) {
    return SqlError(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  if (escape == "\\") return OwnedBytes{std::string(pattern)};
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (!escape.empty() && pattern[at] == escape[0]) {
      result.bytes += '\\';
      if (++at < pattern.size()) result.bytes += pattern[at];
    } else {
      result.bytes.append(pattern[at] == '\\' ? 2 : 1, pattern[at]);
    }
  }
  return result;
}

int64_t bit_count(string_view bytes) {
  int64_t bits = 0;
  for (const char c : bytes) bits += std::popcount(static_cast<uint8_t>(c));
  return bits;
}

Result<int32_t> length_in(string_view bytes, string_view encoding_name_given) {
  const auto encoding = find_encoding(encoding_name_given);
  if (!encoding) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "invalid encoding name \"" + std::string(encoding_name_given) + "\"");
  }
  TRY(check_encoding(bytes, *encoding));
  if (*encoding == kSqlAscii || *encoding == kLatin1) return static_cast<int32_t>(bytes.size());
  TRY(const std::string text, to_utf8(bytes, *encoding));
  return static_cast<int32_t>(utf8_length(text));
}

void add_pieces(Rows& rows) {
  for (const char* name : {"substring", "substr"}) {
    rows.push_back(scalar(
        name, [](Bytea bytes, int32_t start) { return substring(bytes.bytes, start, std::nullopt); },
        "The bytes from one on, counted from 1.", R"(substr('\x010203'::bytea, 2) = '\x0203'::bytea)"));
    rows.push_back(scalar(
        name, [](Bytea bytes, int32_t start, int32_t length) { return substring(bytes.bytes, start, length); },
        "So many bytes from one on.", R"(substr('\x010203'::bytea, 2, 1) = '\x02'::bytea)"));
  }
  rows.push_back(scalar(
      "overlay",
      [](Bytea bytes, Bytea replacement, int32_t start) {
        return overlay(bytes.bytes, replacement.bytes, start, static_cast<int32_t>(replacement.bytes.size()));
      },
      "Bytes replaced by others, from one on.",
      R"("overlay"('\x010203'::bytea, '\xff'::bytea, 2) = '\x01ff03'::bytea)"));
  rows.push_back(scalar(
      "overlay",
      [](Bytea bytes, Bytea replacement, int32_t start, int32_t length) {
        return overlay(bytes.bytes, replacement.bytes, start, length);
      },
      "So many bytes replaced by others.", R"("overlay"('\x010203'::bytea, '\xff'::bytea, 2, 2) = '\x01ff'::bytea)"));
  rows.push_back(scalar(
      "position",
      [](Bytea bytes, Bytea part) {
        return static_cast<int32_t>(bytes.bytes.find(part.bytes) + 1);  // npos + 1 is 0
      },
      "Where bytes begin in others, from 1; 0 when they do not occur.",
      R"(position('\x03'::bytea IN '\x010203'::bytea) = 3)"));
  rows.push_back(scalar(
      "btrim", [](Bytea bytes, Bytea set) { return trim(bytes.bytes, set.bytes, kBoth); },
      "Bytes of a set taken from both ends.", R"(btrim('\x00ff00'::bytea, '\x00'::bytea) = '\xff'::bytea)"));
  rows.push_back(scalar(
      "ltrim", [](Bytea bytes, Bytea set) { return trim(bytes.bytes, set.bytes, kLeft); },
      "Bytes of a set taken from the start.", R"(ltrim('\x00ff00'::bytea, '\x00'::bytea) = '\xff00'::bytea)"));
  rows.push_back(scalar(
      "rtrim", [](Bytea bytes, Bytea set) { return trim(bytes.bytes, set.bytes, kRight); },
      "Bytes of a set taken from the end.", R"(rtrim('\x00ff00'::bytea, '\x00'::bytea) = '\x00ff'::bytea)"));
}

void add_single(Rows& rows) {
  rows.push_back(scalar(
      "get_byte", [](Bytea bytes, int32_t index) { return get_byte(bytes.bytes, index); }, "A byte, counted from 0.",
      R"(get_byte('\x1234'::bytea, 1) = 52)"));
  rows.push_back(scalar(
      "set_byte", [](Bytea bytes, int32_t index, int32_t value) { return set_byte(bytes.bytes, index, value); },
      "The bytes with one changed.", R"(set_byte('\x1234'::bytea, 1, 255) = '\x12ff'::bytea)"));
  rows.push_back(scalar(
      "get_bit", [](Bytea bytes, int64_t index) { return get_bit(bytes.bytes, index); },
      "A bit, counted from 0, the lowest of the first byte.", R"(get_bit('\x02'::bytea, 1) = 1)"));
  rows.push_back(scalar(
      "set_bit", [](Bytea bytes, int64_t index, int32_t value) { return set_bit(bytes.bytes, index, value); },
      "The bytes with one bit changed.", R"(set_bit('\x00'::bytea, 3, 1) = '\x08'::bytea)"));
  rows.push_back(scalar(
      "bit_count", [](Bytea bytes) { return bit_count(bytes.bytes); }, "The bits that are set.",
      R"(bit_count('\x0307'::bytea) = 5)"));
}

}  // namespace

std::vector<ScalarFunction> binary_string_functions() {
  Rows rows;
  for (const char* name : {"length", "octet_length"}) {
    rows.push_back(scalar(
        name, [](Bytea bytes) { return static_cast<int32_t>(bytes.bytes.size()); }, "Bytes.",
        R"(length('\x010203'::bytea) = 3)"));
  }
  rows.push_back(scalar(
      "length", [](Bytea bytes, Name encoding) { return length_in(bytes.bytes, encoding.text); },
      "Characters of text in an encoding.", R"(length('\xc3a4'::bytea, 'UTF8') = 1)"));
  add_pieces(rows);
  add_single(rows);
  return rows;
}

std::vector<ScalarFunction> binary_like_operators() {
  return {
      op(
          "~~", [](Bytea bytes, Bytea pattern) { return like(bytes.bytes, pattern.bytes); }, "LIKE.",
          "'abc'::bytea LIKE '_b%'::bytea"),
      op(
          "!~~", [](Bytea bytes, Bytea pattern) { return unlike(bytes.bytes, pattern.bytes); }, "NOT LIKE.",
          "'abc'::bytea NOT LIKE 'c%'::bytea"),
      scalar(
          "like", [](Bytea bytes, Bytea pattern) { return like(bytes.bytes, pattern.bytes); }, "LIKE.",
          "\"like\"('abc'::bytea, '_b%'::bytea)"),
      scalar(
          "notlike", [](Bytea bytes, Bytea pattern) { return unlike(bytes.bytes, pattern.bytes); }, "NOT LIKE.",
          "notlike('abc'::bytea, 'c%'::bytea)"),
      scalar(
          "like_escape", [](Bytea pattern, Bytea escape) { return like_escape(pattern.bytes, escape.bytes); },
          "A LIKE pattern with another escape character.", "'a_c'::bytea LIKE like_escape('a#_c'::bytea, '#'::bytea)"),
  };
}

}  // namespace millrace::expr
