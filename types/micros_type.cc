#include "types/micros_type.h"

#include "base/hash.h"
#include "types/date_time.h"
#include "types/time_precision.h"
#include "types/wire_reader.h"

namespace millrace {

void send_micros(Slot value, SqlType, std::string& out) { append_big_endian(value.i64, out); }

int compare_micros(Slot a, Slot b, SqlType) { return a.i64 < b.i64 ? -1 : a.i64 > b.i64; }

uint64_t hash_micros(Slot value, SqlType) { return hash_int(static_cast<uint64_t>(value.i64)); }

void append_micros_key(Slot value, SqlType, std::string& out) { append_ordered(value.i64, out); }

Result<Slot> receive_timestamp(std::string_view bytes, SqlType type, Arena& arena) {
  WireReader reader(bytes);
  TRY(const int64_t micros, reader.read<int64_t>());
  const Timestamp timestamp = Timestamp::of(micros);
  if (timestamp.is_finite() && !timestamp.in_range()) {
    return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range");
  }
  TRY(reader.end());
  return apply_timestamp_typmod(Slot::of_i64(timestamp.micros), type.typmod(), false, arena);
}

Result<Slot> apply_timestamp_typmod(Slot value, int32_t typmod, bool, Arena&) {
  if (!Timestamp::of(value.i64).is_finite()) return value;
  return Slot::of_i64(round_to_precision(value.i64, typmod));
}

TypeInfo micros_type() {
  TypeInfo info;
  info.physical = Physical::kInt64;
  info.length = 8;
  info.category = 'D';
  info.receive = receive_timestamp;
  info.send = send_micros;
  info.compare = compare_micros;
  info.hash = hash_micros;
  info.append_key = append_micros_key;
  info.apply_typmod = apply_timestamp_typmod;
  info.typmod_to_string = precision_to_string;
  return info;
}

}  // namespace millrace
