// "char": one byte, with the quotes. Written as that byte; a zero byte as nothing, one above 0x7f as \ooo.
#include "base/hash.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// What follows the first byte is ignored.
Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena&) {
  if (text.size() == 4 && text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) && is_octal(text[3])) {
    return Slot::of_i8(static_cast<int8_t>((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0')));
  }
  return Slot::of_i8(text.empty() ? int8_t{0} : static_cast<int8_t>(text[0]));
}

void format(Slot value, SqlType, const TextContext&, std::string& out) {
  const auto byte = static_cast<uint8_t>(value.i8);
  if (byte >= 0x80) {
    out += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
            static_cast<char>('0' + (byte & 7))};
  } else if (byte != 0) {
    out += value.i8;
  }
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  TRY(const int8_t value, read_whole<int8_t>(bytes));
  return Slot::of_i8(value);
}

void send(Slot value, SqlType, std::string& out) { out += static_cast<char>(value.i8); }

// The byte is compared unsigned.
int compare(Slot a, Slot b, SqlType) { return static_cast<uint8_t>(a.i8) - static_cast<uint8_t>(b.i8); }
uint64_t hash(Slot value, SqlType) { return hash_int(static_cast<uint8_t>(value.i8)); }
void append_key(Slot value, SqlType, std::string& out) { out += static_cast<char>(value.i8); }

}  // namespace

TypeInfo char_type() {
  TypeInfo info;
  info.oid = oid::kChar;
  info.name = "char";
  info.sql_name = "\"char\"";
  info.physical = Physical::kInt8;
  info.length = 1;
  info.category = 'Z';
  info.array_oid = 1002;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  return info;
}

}  // namespace millrace
