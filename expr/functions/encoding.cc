// UTF-8 and LATIN1 are done here, the rest by ICU's converters.
#include "expr/functions/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "expr/functions/code_points.h"

namespace millrace::expr {
namespace {

using std::string_view;

// By PostgreSQL's numbers; beside them what ICU calls them.
struct Encoding {
  string_view name, icu;
};
constexpr Encoding kEncodings[] = {
    {"SQL_ASCII", ""},
    {"EUC_JP", "EUC-JP"},
    {"EUC_CN", "EUC-CN"},
    {"EUC_KR", "EUC-KR"},
    {"EUC_TW", "EUC-TW"},
    {"EUC_JIS_2004", ""},
    {"UTF8", "UTF-8"},
    {"MULE_INTERNAL", ""},
    {"LATIN1", "ISO-8859-1"},
    {"LATIN2", "ISO-8859-2"},
    {"LATIN3", "ISO-8859-3"},
    {"LATIN4", "ISO-8859-4"},
    {"LATIN5", "ISO-8859-9"},
    {"LATIN6", "ISO-8859-10"},
    {"LATIN7", "ISO-8859-13"},
    {"LATIN8", "ISO-8859-14"},
    {"LATIN9", "ISO-8859-15"},
    {"LATIN10", ""},
    {"WIN1256", "windows-1256"},
    {"WIN1258", "windows-1258"},
    {"WIN866", "IBM866"},
    {"WIN874", "windows-874"},
    {"KOI8R", "KOI8-R"},
    {"WIN1251", "windows-1251"},
    {"WIN1252", "windows-1252"},
    {"ISO_8859_5", "ISO-8859-5"},
    {"ISO_8859_6", "ISO-8859-6"},
    {"ISO_8859_7", "ISO-8859-7"},
    {"ISO_8859_8", "ISO-8859-8"},
    {"WIN1250", "windows-1250"},
    {"WIN1253", "windows-1253"},
    {"WIN1254", "windows-1254"},
    {"WIN1255", "windows-1255"},
    {"WIN1257", "windows-1257"},
    {"KOI8U", "KOI8-U"},
    {"SJIS", "Shift_JIS"},
    {"BIG5", "Big5"},
    {"GBK", "GBK"},
    {"UHC", "windows-949"},
    {"GB18030", "GB18030"},
    {"JOHAB", ""},
    {"SHIFT_JIS_2004", ""},
};

// Names besides the letters and digits of those above.
constexpr std::pair<string_view, string_view> kAliases[] = {
    {"abc", "WIN1258"},         {"alt", "WIN866"},
    {"iso88591", "LATIN1"},     {"iso88592", "LATIN2"},
    {"iso88593", "LATIN3"},     {"iso88594", "LATIN4"},
    {"iso88599", "LATIN5"},     {"iso885910", "LATIN6"},
    {"iso885913", "LATIN7"},    {"iso885914", "LATIN8"},
    {"iso885915", "LATIN9"},    {"iso885916", "LATIN10"},
    {"koi8", "KOI8R"},          {"mskanji", "SJIS"},
    {"shiftjis", "SJIS"},       {"shiftjis2004", "SHIFT_JIS_2004"},
    {"tcvn", "WIN1258"},        {"tcvn5712", "WIN1258"},
    {"unicode", "UTF8"},        {"vscii", "WIN1258"},
    {"win", "WIN1251"},         {"win932", "SJIS"},
    {"win936", "GBK"},          {"win949", "UHC"},
    {"win950", "BIG5"},         {"windows866", "WIN866"},
    {"windows874", "WIN874"},   {"windows932", "SJIS"},
    {"windows936", "GBK"},      {"windows949", "UHC"},
    {"windows950", "BIG5"},     {"windows1250", "WIN1250"},
    {"windows1251", "WIN1251"}, {"windows1252", "WIN1252"},
    {"windows1253", "WIN1253"}, {"windows1254", "WIN1254"},
    {"windows1255", "WIN1255"}, {"windows1256", "WIN1256"},
    {"windows1257", "WIN1257"}, {"windows1258", "WIN1258"},
};

std::string plain(string_view name) {
  std::string result;
  for (const char c : name) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result += c;
    if (c >= 'A' && c <= 'Z') result += static_cast<char>(c + 32);
  }
  return result;
}

std::string in_hex(string_view bytes) {
  std::string result;
  for (const char c : bytes) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%s0x%02x", result.empty() ? "" : " ", static_cast<uint8_t>(c));
    result += digits;
  }
  return result;
}

SqlError untranslatable(string_view character, int32_t from, int32_t to) {
  return SqlError(sqlstate::kUntranslatableCharacter, "character with byte sequence " + in_hex(character) +
                                                          " in encoding \"" + std::string(encoding_name(from)) +
                                                          "\" has no equivalent in encoding \"" +
                                                          std::string(encoding_name(to)) + "\"");
}

using Converter = std::unique_ptr<UConverter, void (*)(UConverter*)>;

Result<Converter> converter(int32_t encoding) {
  const string_view icu = kEncodings[static_cast<size_t>(encoding)].icu;
  UErrorCode status = U_ZERO_ERROR;
  Converter opened(icu.empty() ? nullptr : ucnv_open(std::string(icu).c_str(), &status), ucnv_close);
  if (opened == nullptr) {
    return not_supported("the encoding \"" + std::string(encoding_name(encoding)) + "\" is not supported",
                         "Convert the text outside, to UTF8.");
  }
  ucnv_setToUCallBack(opened.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFromUCallBack(opened.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return opened;
}

SqlError invalid_bytes(string_view bytes, int32_t encoding) {
  return SqlError(
      sqlstate::kCharacterNotInRepertoire,
      "invalid byte sequence for encoding \"" + std::string(encoding_name(encoding)) + "\": " + in_hex(bytes));
}

}  // namespace

std::optional<int32_t> find_encoding(string_view name) {
  std::string wanted = plain(name);
  for (const auto& [alias, known] : kAliases) {
    if (wanted == alias) wanted = plain(known);
  }
  for (size_t i = 0; i < std::size(kEncodings); ++i) {
    if (!wanted.empty() && plain(kEncodings[i].name) == wanted) return static_cast<int32_t>(i);
  }
  return std::nullopt;
}

string_view encoding_name(int32_t encoding) {
  if (encoding < 0 || static_cast<size_t>(encoding) >= std::size(kEncodings)) return "";
  return kEncodings[static_cast<size_t>(encoding)].name;
}

Status check_encoding(string_view bytes, int32_t encoding) {
  if (encoding == kUtf8) return check_utf8(bytes);
  const size_t zero = bytes.find('\0');
  if (zero != string_view::npos) return invalid_bytes(bytes.substr(zero, 1), encoding);
  if (encoding == kSqlAscii || encoding == kLatin1) return {};
  TRY(to_utf8(bytes, encoding));
  return {};
}

bool is_convertible(int32_t source, int32_t target) {
  if (source == target || source == kUtf8 || target == kUtf8 || source == kSqlAscii || target == kSqlAscii) return true;
  // Of one script each, as PostgreSQL's numbers have them: KOI8R, WIN1251, WIN866, ISO_8859_5; and pairs.
  static constexpr int32_t kKin[][4] = {
      {22, 23, 20, 25}, {9, 29, 9, 29}, {1, 35, 1, 35}, {4, 36, 4, 36}, {5, 41, 5, 41}};
  return std::ranges::any_of(kKin, [&](const auto& kin) {
    return std::ranges::find(kin, source) != std::end(kin) && std::ranges::find(kin, target) != std::end(kin);
  });
}

Result<std::string> to_utf8(string_view bytes, int32_t encoding) {
  if (encoding == kUtf8 || encoding == kSqlAscii) {
    TRY(check_utf8(bytes));
    return std::string(bytes);
  }
  if (const size_t zero = bytes.find('\0'); zero != string_view::npos) {
    return invalid_bytes(bytes.substr(zero, 1), encoding);
  }
  std::string text;
  if (encoding == kLatin1) {
    for (const char c : bytes) append_utf8(static_cast<uint8_t>(c), text);
    return text;
  }
  TRY(const Converter open, converter(encoding));
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    const char* const start = at;
    UErrorCode status = U_ZERO_ERROR;
    const UChar32 code = ucnv_getNextUChar(open.get(), &at, end, &status);
    if (U_FAILURE(status)) {
      const string_view wrong(start, static_cast<size_t>(std::max<ptrdiff_t>(at - start, 1)));
      if (status == U_INVALID_CHAR_FOUND) return untranslatable(wrong, encoding, kUtf8);
      return invalid_bytes(wrong, encoding);
    }
    append_utf8(static_cast<char32_t>(code), text);
  }
  return text;
}

Result<std::string> from_utf8(string_view text, int32_t encoding) {
  if (encoding == kUtf8 || encoding == kSqlAscii) return std::string(text);
  std::string bytes;
  Converter open(nullptr, ucnv_close);
  if (encoding != kLatin1) {
    TRY(open, converter(encoding));
  }
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const char32_t code = next_code_point(text, at);
    const string_view character = text.substr(start, at - start);
    if (encoding == kLatin1) {
      if (code > 0xff) return untranslatable(character, kUtf8, encoding);
      bytes += static_cast<char>(code);
      continue;
    }
    const std::array<UChar, 2> units = code < 0x10000 ? std::array{static_cast<UChar>(code), UChar{}}
                                                      : std::array{static_cast<UChar>(0xd7c0 + (code >> 10)),
                                                                   static_cast<UChar>(0xdc00 | (code & 0x3ff))};
    char encoded[16];
    UErrorCode status = U_ZERO_ERROR;
    const int32_t size =
        ucnv_fromUChars(open.get(), encoded, sizeof encoded, units.data(), code < 0x10000 ? 1 : 2, &status);
    if (U_FAILURE(status)) return untranslatable(character, kUtf8, encoding);
    bytes.append(encoded, static_cast<size_t>(size));
  }
  return bytes;
}

}  // namespace millrace::expr
