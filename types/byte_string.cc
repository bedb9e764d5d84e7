#include "types/byte_string.h"

#include "base/hash.h"
#include "types/utf8.h"

namespace millrace {

int compare_bytes(Slot a, Slot b, SqlType) {
  const int order = a.view().compare(b.view());
  return order < 0 ? -1 : order > 0;
}

uint64_t hash_slot_bytes(Slot value, SqlType) { return hash_bytes(value.view()); }

void append_bytes_key(std::string_view bytes, std::string& out) {
  while (true) {
    const size_t zero = bytes.find('\0');
    out.append(bytes.substr(0, zero));
    if (zero == std::string_view::npos) break;
    out.append("\0\xff", 2);
    bytes.remove_prefix(zero + 1);
  }
  out.append("\0\0", 2);
}

void append_slot_bytes_key(Slot value, SqlType, std::string& out) { append_bytes_key(value.view(), out); }

void append_slot_bytes(Slot value, SqlType, std::string& out) { out.append(value.view()); }

Result<Slot> parse_text(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  TRY(check_utf8(text));
  return Slot::copy_bytes(text, arena);
}

Result<Slot> receive_text(std::string_view bytes, SqlType, Arena& arena) {
  TRY(check_utf8(bytes));
  return Slot::copy_bytes(bytes, arena);
}

void format_text(Slot value, SqlType, const TextContext&, std::string& out) { out.append(value.view()); }

TypeInfo text_like_type(uint32_t type_oid, const char* name, const char* sql_name, uint32_t array_oid) {
  TypeInfo info;
  info.oid = type_oid;
  info.name = name;
  info.sql_name = sql_name;
  info.category = 'S';
  info.array_oid = array_oid;
  info.parse = parse_text;
  info.format = format_text;
  info.receive = receive_text;
  info.send = append_slot_bytes;
  info.compare = compare_bytes;
  info.hash = hash_slot_bytes;
  info.append_key = append_slot_bytes_key;
  return info;
}

Result<int32_t> length_typmod(std::span<const int32_t> arguments, std::string_view name) {
  constexpr int32_t kLongest = 10485760;
  if (arguments.size() != 1) return SqlError(sqlstate::kInvalidParameterValue, "invalid type modifier");
  if (arguments[0] < 1) {
    return SqlError(sqlstate::kInvalidParameterValue, "length for type " + std::string(name) + " must be at least 1");
  }
  if (arguments[0] > kLongest) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "length for type " + std::string(name) + " cannot exceed " + std::to_string(kLongest));
  }
  return arguments[0] + kLengthTypmodOffset;
}

std::string length_typmod_to_string(int32_t typmod) {
  return typmod <= kLengthTypmodOffset ? "" : "(" + std::to_string(typmod - kLengthTypmodOffset) + ")";
}

}  // namespace millrace
