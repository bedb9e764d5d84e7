// What time, timestamp and timestamptz share as types: one 64-bit count of microseconds.
#pragma once

#include "types/type_info.h"

namespace millrace {

void send_micros(Slot value, SqlType type, std::string& out);
int compare_micros(Slot a, Slot b, SqlType type);
uint64_t hash_micros(Slot value, SqlType type);
void append_micros_key(Slot value, SqlType type, std::string& out);

// The binary form of both timestamps: infinite, or in range, rounded to the type's precision.
Result<Slot> receive_timestamp(std::string_view bytes, SqlType type, Arena& arena);
Result<Slot> apply_timestamp_typmod(Slot value, int32_t typmod, bool is_explicit, Arena& arena);

// A row filled in but for the names, parse(), format() and those that differ for time.
TypeInfo micros_type();

}  // namespace millrace
