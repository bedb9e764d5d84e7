// What text-like types share: bytes compared as bytes (collation "C").
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

}  // namespace millrace
