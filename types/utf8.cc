#include "types/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

bool is_continuation(char byte) { return (static_cast<uint8_t>(byte) & 0xc0) == 0x80; }

size_t announced_bytes(uint8_t lead) {
  if ((lead & 0x80) == 0) return 1;
  if ((lead & 0xe0) == 0xc0) return 2;
  if ((lead & 0xf0) == 0xe0) return 3;
  if ((lead & 0xf8) == 0xf0) return 4;
  return 1;
}

// Bytes of the valid character at the front, 0 when there is none.
size_t valid_character(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const uint8_t lead = at(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t size = announced_bytes(lead);
  if (size == 1 || size > bytes.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!is_continuation(bytes[i])) return 0;
  }
  const uint8_t second = at(1);
  if (lead < 0xc2) return 0;                                     // overlong
  if (lead == 0xe0 && second < 0xa0) return 0;                   // overlong
  if (lead == 0xed && second > 0x9f) return 0;                   // surrogate
  if (lead == 0xf0 && second < 0x90) return 0;                   // overlong
  if (lead > 0xf4 || (lead == 0xf4 && second > 0x8f)) return 0;  // above U+10FFFF
  return size;
}

SqlError invalid_at(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string message = "invalid byte sequence for encoding \"UTF8\":";
  const size_t shown = std::min(announced_bytes(static_cast<uint8_t>(bytes[0])), bytes.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    message += " 0x";
    message += kHex[byte >> 4];
    message += kHex[byte & 15];
  }
  return SqlError(sqlstate::kCharacterNotInRepertoire, std::move(message));
}

// All eight bytes are in 0x01..0x7f.
bool is_plain_ascii(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  return (((word - kOnes) | word) & kHigh) == 0;
}

}  // namespace

Status check_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    while (bytes.size() >= 8) {
      uint64_t word;
      std::memcpy(&word, bytes.data(), sizeof word);
      if (!is_plain_ascii(word)) break;
      bytes.remove_prefix(8);
    }
    if (bytes.empty()) break;
    const size_t size = valid_character(bytes);
    if (size == 0) return invalid_at(bytes);
    bytes.remove_prefix(size);
  }
  return {};
}

size_t utf8_length(std::string_view text) {
  return text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

size_t utf8_prefix_bytes(std::string_view text, size_t characters) {
  if (text.size() <= characters) return text.size();
  size_t end = 0;
  for (; characters > 0 && end < text.size(); --characters) end += announced_bytes(static_cast<uint8_t>(text[end]));
  return std::min(end, text.size());
}

std::string_view utf8_clip(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

void append_utf8(char32_t code_point, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace millrace
