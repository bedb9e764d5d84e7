// Hexadecimal digits of either case.
#pragma once

#include <optional>
#include <string_view>

namespace millrace {

// 0 to 15; -1 of what is no digit.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The number that all of `digits` write; none when one is no digit. REQUIRES: at most eight.
constexpr std::optional<char32_t> read_hex(std::string_view digits) {
  char32_t code = 0;
  for (const char c : digits) {
    const int value = hex_value(c);
    if (value < 0) return std::nullopt;
    code = code << 4 | static_cast<char32_t>(value);
  }
  return code;
}

}  // namespace millrace
