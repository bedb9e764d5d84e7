// Unicode: escapes, normal forms, and PostgreSQL's conversion to ASCII.
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/check.h"
#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/functions/encoding.h"
#include "expr/functions/object_id.h"
#include "expr/typed_lambda.h"
#include "types/hex.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using std::string_view;

bool is_high_surrogate(char32_t code) { return code >= 0xd800 && code <= 0xdbff; }
bool is_low_surrogate(char32_t code) { return code >= 0xdc00 && code <= 0xdfff; }

SqlError invalid_pair() { return SqlError(sqlstate::kSyntaxError, "invalid Unicode surrogate pair"); }

// The escapes of unistr(), without their backslash: what they begin with, and how many digits follow.
constexpr struct {
  string_view prefix;
  size_t digits;
} kEscapes[] = {{"+", 6}, {"u", 4}, {"U", 8}, {"", 4}};

Result<std::string> unistr(string_view text) {
  std::string result;
  char32_t high = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      if (high != 0) return invalid_pair();
      result += text[at++];
      continue;
    }
    if (text.substr(at + 1).starts_with('\\')) {
      if (high != 0) return invalid_pair();
      result += '\\';
      at += 2;
      continue;
    }
    std::optional<char32_t> code;
    size_t size = 0;
    for (const auto& escape : kEscapes) {
      const string_view rest = text.substr(at + 1);
      if (!rest.starts_with(escape.prefix)) continue;
      const string_view digits = rest.substr(escape.prefix.size(), escape.digits);
      code = digits.size() == escape.digits ? read_hex(digits) : std::nullopt;
      size = 1 + escape.prefix.size() + escape.digits;
      if (code) break;
    }
    if (!code) {
      return SqlError(sqlstate::kSyntaxError, "invalid Unicode escape")
          .with_hint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
    }
    if (*code == 0 || *code > 0x10ffff) {
      char digits[16];
      std::snprintf(digits, sizeof digits, "%04X", static_cast<unsigned>(*code));
      return SqlError(sqlstate::kInvalidParameterValue, std::string("invalid Unicode code point: ") + digits);
    }
    if (high != 0) {
      if (!is_low_surrogate(*code)) return invalid_pair();
      code = 0x10000 + ((high & 0x3ff) << 10) + (*code & 0x3ff);
      high = 0;
    } else if (is_low_surrogate(*code)) {
      return invalid_pair();
    } else if (is_high_surrogate(*code)) {
      high = *code;
    }
    if (high == 0) append_utf8(*code, result);
    at += size;
  }
  if (high != 0) return invalid_pair();
  return result;
}

Result<const UNormalizer2*> normalizer(string_view form) {
  std::string name;
  for (const char c : form) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* found = name == "NFC"    ? unorm2_getNFCInstance(&status)
                              : name == "NFD"  ? unorm2_getNFDInstance(&status)
                              : name == "NFKC" ? unorm2_getNFKCInstance(&status)
                              : name == "NFKD" ? unorm2_getNFKDInstance(&status)
                                               : nullptr;
  if (found == nullptr) {
    return SqlError(sqlstate::kInvalidParameterValue, "invalid normalization form: " + std::string(form));
  }
  return found;
}

std::u16string utf16(string_view text) {
  std::u16string result(text.size(), u'\0');  // no character has more units than bytes
  int32_t units = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(result.data(), static_cast<int32_t>(result.size()), &units, text.data(),
                static_cast<int32_t>(text.size()), &status);
  MILLRACE_CHECK(U_SUCCESS(status), "text that is no UTF-8");
  result.resize(static_cast<size_t>(units));
  return result;
}

// Looks at what ICU answered when it was asked for a length: a value may be so long, and `status` is ready for the
// next call.
Status room_for(int32_t length, UErrorCode& status) {
  const bool measured = U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR;
  if (!measured || static_cast<size_t>(length) > kValueBytesMax) return value_too_long();
  status = U_ZERO_ERROR;
  return {};
}

Result<std::string> normalize(string_view text, string_view form) {
  TRY(const UNormalizer2* normal, normalizer(form));
  const std::u16string source = utf16(text);
  const auto units = static_cast<int32_t>(source.size());
  UErrorCode status = U_ZERO_ERROR;
  if (unorm2_quickCheck(normal, source.data(), units, &status) == UNORM_YES) return std::string(text);
  // Asked with no room for it, ICU says how long the result is.
  const int32_t wanted = unorm2_normalize(normal, source.data(), units, nullptr, 0, &status);
  TRY(room_for(wanted, status));
  std::u16string target(static_cast<size_t>(wanted), u'\0');
  unorm2_normalize(normal, source.data(), units, target.data(), wanted, &status);
  int32_t bytes = 0;
  UErrorCode length_status = U_ZERO_ERROR;
  u_strToUTF8(nullptr, 0, &bytes, target.data(), wanted, &length_status);
  TRY(room_for(bytes, length_status));
  std::string result(static_cast<size_t>(bytes), '\0');
  u_strToUTF8(result.data(), bytes, nullptr, target.data(), wanted, &status);
  MILLRACE_CHECK(U_SUCCESS(status), "normalization of valid text failed");
  return result;
}

Result<bool> is_normalized(string_view text, string_view form) {
  TRY(const std::string normal, normalize(text, form));
  return normal == text;
}

Result<std::string> no_ascii() {
  return SqlError(sqlstate::kFeatureNotSupported, "encoding conversion from UTF8 to ASCII not supported")
      .with_hint("Use normalize() and translate() or regexp_replace().");
}

Result<std::string> no_ascii_from(const std::string& encoding, const char* what, bool is_known) {
  if (is_known) return no_ascii();
  return SqlError(sqlstate::kUndefinedObject, encoding + " is not a valid encoding " + what);
}

}  // namespace

std::vector<ScalarFunction> unicode_functions() {
  const char* ascii = "Answers 0A000, as PostgreSQL does for UTF8.";
  return {
      scalar(
          "unistr", [](string_view text) { return unistr(text); }, "The text with its Unicode escapes resolved.",
          R"(unistr('d\0061t\+000061') = 'data')"),
      scalar(
          "normalize", [](string_view text) { return normalize(text, "NFC"); }, "The text in normal form C.",
          R"("normalize"(unistr('\0061\0308')) = 'ä')"),
      scalar(
          "normalize", [](string_view text, string_view form) { return normalize(text, form); },
          "The text in a normal form: NFC, NFD, NFKC, NFKD.", R"(length("normalize"('ä', 'NFD')) = 2)"),
      scalar(
          "is_normalized", [](string_view text) { return is_normalized(text, "NFC"); },
          "Whether the text is in normal form C.", "is_normalized('ä')"),
      scalar(
          "is_normalized", [](string_view text, string_view form) { return is_normalized(text, form); },
          "Whether the text is in a normal form.", "NOT is_normalized('ä', 'NFD')"),
      scalar(
          "to_ascii", [](string_view) { return no_ascii(); }, ascii, "true OR to_ascii('a') = 'a'"),
      scalar(
          "to_ascii",
          [](string_view, int32_t encoding) {
            return no_ascii_from(std::to_string(encoding), "code", !encoding_name(encoding).empty());
          },
          ascii, "true OR to_ascii('a', 8) = 'a'"),
      scalar(
          "to_ascii",
          [](string_view, Name name) {
            return no_ascii_from(std::string(name.text), "name", find_encoding(name.text).has_value());
          },
          ascii, "true OR to_ascii('a', 'LATIN1') = 'a'"),
  };
}

}  // namespace millrace::expr
