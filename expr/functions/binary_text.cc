// Bytes as text and text as bytes: encode() and decode(), and conversion between character encodings.
#include <array>

#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/functions/encoding.h"
#include "expr/functions/object_id.h"
#include "expr/functions/owned_bytes.h"
#include "expr/typed_lambda.h"
#include "types/bytea.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

using std::string_view;

constexpr string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kBase64LineCharacters = 76;

SqlError invalid(std::string message) { return SqlError(sqlstate::kInvalidParameterValue, std::move(message)); }

std::string to_hex(string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<uint8_t>(c) >> 4];
    text += "0123456789abcdef"[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

std::string to_base64(string_view bytes) {
  std::string text;
  size_t line_start = 0;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? static_cast<uint8_t>(bytes[at + i]) : 0);
    for (size_t i = 0; i < 4; ++i) text += i > count ? '=' : kBase64[group >> (18 - 6 * i) & 63];
    if (count == 3 && text.size() - line_start >= kBase64LineCharacters) {
      text += '\n';
      line_start = text.size();
    }
  }
  return text;
}

// Zero bytes and those above 127 as octal digits, backslashes doubled.
std::string to_escapes(string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == 0 || byte >= 0x80) {
      text += '\\';
      for (const int shift : {6, 3, 0}) text += static_cast<char>('0' + (byte >> shift & 7));
    } else {
      text.append(c == '\\' ? 2 : 1, c);
    }
  }
  return text;
}

Result<std::string> from_base64(string_view text) {
  std::string bytes;
  uint32_t group = 0;
  int count = 0;
  int end = 0;  // bytes that the last group holds, once a = was seen
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    uint32_t value = 0;
    if (c == '=') {
      if (end == 0) {
        if (count != 2 && count != 3) return invalid("unexpected \"=\" while decoding base64 sequence");
        end = count - 1;
      }
    } else {
      const size_t found = c < 0x80 ? kBase64.find(static_cast<char>(c)) : string_view::npos;
      if (found == string_view::npos) {
        return invalid("invalid symbol \"" + std::string(text.substr(start, at - start)) +
                       "\" found while decoding base64 sequence");
      }
      value = static_cast<uint32_t>(found);
    }
    group = group << 6 | value;
    if (++count < 4) continue;
    for (int i = 0; i < (end == 0 ? 3 : end); ++i) bytes += static_cast<char>(group >> (16 - 8 * i));
    group = 0;
    count = 0;
  }
  if (count != 0) {
    return invalid("invalid base64 end sequence")
        .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted.");
  }
  return bytes;
}

std::string folded(string_view name) {
  std::string result(name);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

SqlError unrecognized(string_view format) { return invalid("unrecognized encoding: \"" + std::string(format) + "\""); }

Result<std::string> encode(string_view bytes, string_view format) {
  const std::string name = folded(format);
  if (name == "hex") return to_hex(bytes);
  if (name == "base64") return to_base64(bytes);
  if (name == "escape") return to_escapes(bytes);
  return unrecognized(format);
}

Result<OwnedBytes> decode(string_view text, string_view format) {
  const std::string name = folded(format);
  if (name == "base64") {
    TRY(std::string bytes, from_base64(text));
    return OwnedBytes{std::move(bytes)};
  }
  if (name != "hex" && name != "escape") return unrecognized(format);
  // These two are the text forms of bytea; the escaped one may begin with \x, which is then no escape.
  if (name == "escape" && text.starts_with("\\x")) {
    return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea");
  }
  Arena arena;
  const std::string written = (name == "hex" ? "\\x" : "") + std::string(text);
  TRY(const Slot slot, type_of(oid::kBytea).info().parse(written, type_of(oid::kBytea), {}, arena));
  return OwnedBytes{std::string(slot.view())};
}

Result<int32_t> encoding_of(string_view name, const char* what) {
  const auto encoding = find_encoding(name);
  if (!encoding) return invalid(std::string("invalid ") + what + " encoding name \"" + std::string(name) + "\"");
  return *encoding;
}

Result<OwnedBytes> convert(string_view bytes, string_view source_name, string_view target_name) {
  TRY(const int32_t source, encoding_of(source_name, "source"));
  TRY(const int32_t target, encoding_of(target_name, "destination"));
  // Of SQL_ASCII nothing is known: its bytes have to be the target's already.
  TRY(check_encoding(bytes, source == kSqlAscii ? target : source));
  if (bytes.empty() || source == target || source == kSqlAscii || target == kSqlAscii) {
    return OwnedBytes{std::string(bytes)};
  }
  if (!is_convertible(source, target)) {
    return SqlError(sqlstate::kUndefinedFunction, "default conversion function for encoding \"" +
                                                      std::string(encoding_name(source)) + "\" to \"" +
                                                      std::string(encoding_name(target)) + "\" does not exist");
  }
  TRY(const std::string text, to_utf8(bytes, source));
  TRY(std::string converted, from_utf8(text, target));
  return OwnedBytes{std::move(converted)};
}

}  // namespace

std::vector<ScalarFunction> binary_text_functions() {
  return {
      scalar(
          "encode", [](Bytea bytes, string_view format) { return encode(bytes.bytes, format); },
          "Bytes as text in base64, hex or escape.", "encode('abc'::bytea, 'base64') = 'YWJj'"),
      scalar(
          "decode", [](string_view text, string_view format) { return decode(text, format); },
          "Bytes from text in base64, hex or escape.", "decode('YWJj', 'base64') = 'abc'::bytea"),
      scalar(
          "convert_from",
          [](Bytea bytes, Name name) -> Result<std::string> {
            TRY(const int32_t encoding, encoding_of(name.text, "source"));
            return to_utf8(bytes.bytes, encoding);
          },
          "Text from its bytes in an encoding.", R"(convert_from('\xe4'::bytea, 'LATIN1') = 'ä')"),
      scalar(
          "convert_to",
          [](string_view text, Name name) -> Result<OwnedBytes> {
            TRY(const int32_t encoding, encoding_of(name.text, "destination"));
            TRY(std::string bytes, from_utf8(text, encoding));
            return OwnedBytes{std::move(bytes)};
          },
          "The bytes of text in an encoding.", R"(convert_to('ä', 'LATIN1') = '\xe4'::bytea)"),
      scalar(
          "convert",
          [](Bytea bytes, Name source, Name target) { return convert(bytes.bytes, source.text, target.text); },
          "Bytes of text from one encoding to another.",
          R"("convert"('\xe4'::bytea, 'LATIN1', 'UTF8') = '\xc3a4'::bytea)"),
  };
}

}  // namespace millrace::expr
