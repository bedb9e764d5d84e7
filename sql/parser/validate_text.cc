#include "sql/parser/validate_text.h"

#include <fmt/format.h>

#include <cstdint>

namespace millrace::sql {
namespace {

constexpr size_t kTextBytesMax = 64u << 20;

// Length of the well-formed character at the front of `text` (RFC 3629); 0: there is none.
size_t character_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto tail = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

// PostgreSQL shows as many bytes as the first one announces.
size_t announced_bytes(uint8_t first) {
  if (first >= 0xF0 && first < 0xF8) return 4;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xC0 && first < 0xE0) return 2;
  return 1;
}

}  // namespace

Status validate_text(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return SqlError(sqlstate::kProgramLimitExceeded, "query string is too long")
        .with_hint("A query string holds at most 64 MiB; load larger data with COPY.");
  }
  for (size_t i = 0; i < text.size();) {
    const size_t bytes = character_bytes(text.substr(i));
    if (bytes == 0) {
      std::string shown;
      const size_t count = announced_bytes(static_cast<uint8_t>(text[i]));
      for (size_t j = i; j < text.size() && j < i + count; ++j) {
        shown += fmt::format(" 0x{:02x}", static_cast<uint8_t>(text[j]));
      }
      return SqlError(sqlstate::kCharacterNotInRepertoire,
                      fmt::format("invalid byte sequence for encoding \"UTF8\":{}", shown));
    }
    i += bytes;
  }
  return {};
}

}  // namespace millrace::sql
