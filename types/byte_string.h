// What text-like types share: bytes compared as bytes (collation "C"), checked to be UTF-8 when they come in.
#pragma once

#include "types/type_info.h"

namespace millrace {

int compare_bytes(Slot a, Slot b, SqlType type);
uint64_t hash_slot_bytes(Slot value, SqlType type);
// Each 0x00 becomes 0x00 0xff; 0x00 0x00 ends the string: memcmp order is byte order, also when
// another key follows.
void append_bytes_key(std::string_view bytes, std::string& out);
void append_slot_bytes_key(Slot value, SqlType type, std::string& out);
void append_slot_bytes(Slot value, SqlType type, std::string& out);  // typsend of text

// textin, textrecv: any valid UTF-8 without a zero byte.
Result<Slot> parse_text(std::string_view text, SqlType type, const TextContext& context, Arena& arena);
Result<Slot> receive_text(std::string_view bytes, SqlType type, Arena& arena);
void format_text(Slot value, SqlType type, const TextContext& context, std::string& out);

// A row of the type table with the functions above; the caller changes what differs.
TypeInfo text_like_type(uint32_t type_oid, const char* name, const char* sql_name, uint32_t array_oid);

// The modifier of varchar(n) and char(n) is n + 4, as pg_attribute.atttypmod holds it.
inline constexpr int32_t kLengthTypmodOffset = 4;
// `name` as the messages spell it: "varchar", "char".
Result<int32_t> length_typmod(std::span<const int32_t> arguments, std::string_view name);
std::string length_typmod_to_string(int32_t typmod);

}  // namespace millrace
