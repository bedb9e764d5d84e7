// Walking UTF-8 text by characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/utf8.h"

namespace millrace::expr {

// The character at `at`, which moves past it. REQUIRES: valid text, at < text.size().
inline char32_t next_code_point(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return byte(at++);
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) code = code << 6 | (byte(at + i) & 0x3f);
  at += length;
  return code;
}

inline std::u32string code_points(std::string_view text) {
  std::u32string result;
  for (size_t at = 0; at < text.size();) result.push_back(next_code_point(text, at));
  return result;
}

// Character counts and positions, clipped to the text.
inline std::string_view skip_characters(std::string_view text, size_t count) {
  return text.substr(utf8_prefix_bytes(text, count));
}
inline std::string_view take_characters(std::string_view text, size_t count) {
  return text.substr(0, utf8_prefix_bytes(text, count));
}

// Letter case by Unicode's simple mappings, character by character.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

}  // namespace millrace::expr
