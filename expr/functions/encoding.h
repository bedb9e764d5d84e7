// Character encodings by PostgreSQL's names and numbers, and text to and from them. Text inside is UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::expr {

inline constexpr int32_t kSqlAscii = 0, kUtf8 = 6, kMuleInternal = 7, kLatin1 = 8;

// In any case, whatever stands between letters and digits, with PostgreSQL's other names ("unicode", "win").
std::optional<int32_t> find_encoding(std::string_view name);
// "LATIN1"; empty when there is no such encoding.
std::string_view encoding_name(int32_t encoding);

// 22021 when the bytes are none of the encoding's.
Status check_encoding(std::string_view bytes, int32_t encoding);
// Whether there is a conversion: to and from UTF8 always, between others only where they are close kin.
bool is_convertible(int32_t source, int32_t target);

// 22021 when the bytes are none of the encoding, 22P05 when a character has no equivalent.
Result<std::string> to_utf8(std::string_view bytes, int32_t encoding);
// REQUIRES: valid text.
Result<std::string> from_utf8(std::string_view text, int32_t encoding);

}  // namespace millrace::expr
