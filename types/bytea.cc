// bytea: bytes, written as hexadecimal (\x00ff) or with escapes (\000\377); both are read.
#include "types/bytea.h"

#include "types/byte_string.h"
#include "types/hex.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {
namespace {

// White space may stand between the bytes, not inside them.
Result<Slot> parse_hex(std::string_view digits, Arena& arena) {
  char* const bytes = arena.allocate(digits.size() / 2 + 1, 1);
  size_t size = 0;
  const auto value_at = [&](size_t i) -> Result<int> {
    const int value = hex_value(digits[i]);
    if (value < 0) {
      const std::string_view character = digits.substr(i, utf8_prefix_bytes(digits.substr(i), 1));
      return SqlError(sqlstate::kInvalidParameterValue,
                      "invalid hexadecimal digit: \"" + std::string(character) + "\"");
    }
    return value;
  };
  for (size_t i = 0; i < digits.size();) {
    if (digits[i] == ' ' || digits[i] == '\n' || digits[i] == '\t' || digits[i] == '\r') {
      ++i;
      continue;
    }
    TRY(const int high, value_at(i++));
    if (i == digits.size()) {
      return SqlError(sqlstate::kInvalidParameterValue, "invalid hexadecimal data: odd number of digits");
    }
    TRY(const int low, value_at(i++));
    bytes[size++] = static_cast<char>(high << 4 | low);
  }
  return Slot::of_bytes({bytes, size});
}

Result<Slot> parse_escapes(std::string_view text, Arena& arena) {
  char* const bytes = arena.allocate(text.size(), 1);
  size_t size = 0;
  const auto octal = [&](size_t i, char largest) { return i < text.size() && text[i] >= '0' && text[i] <= largest; };
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      bytes[size++] = text[i++];
    } else if (octal(i + 1, '3') && octal(i + 2, '7') && octal(i + 3, '7')) {
      bytes[size++] = static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
      i += 4;
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      bytes[size++] = '\\';
      i += 2;
    } else {
      return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea");
    }
  }
  return Slot::of_bytes({bytes, size});
}

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  if (text.starts_with("\\x")) return parse_hex(text.substr(2), arena);
  return parse_escapes(text, arena);
}

void format(Slot value, SqlType, const TextContext& context, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  const std::string_view bytes = value.view();
  if (context.bytea_hex) {
    out.reserve(out.size() + 2 + 2 * bytes.size());
    out += "\\x";
    for (const char c : bytes) {
      out += kHex[static_cast<uint8_t>(c) >> 4];
      out += kHex[static_cast<uint8_t>(c) & 15];
    }
    return;
  }
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte > 0x7e) {
      out += '\\';
      out += static_cast<char>('0' + (byte >> 6));
      out += static_cast<char>('0' + (byte >> 3 & 7));
      out += static_cast<char>('0' + (byte & 7));
    } else {
      out += c;
    }
  }
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena& arena) { return Slot::copy_bytes(bytes, arena); }

}  // namespace

TypeInfo bytea_type() {
  TypeInfo info = text_like_type(oid::kBytea, "bytea", "bytea", 1001);
  info.category = 'U';
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  return info;
}

}  // namespace millrace
