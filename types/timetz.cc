// time with time zone: a local time and its offset. Ordered by the moment, then by the offset, the
// one further west last; equal only when both are.
#include "base/hash.h"
#include "types/date_time_input.h"
#include "types/date_time_output.h"
#include "types/registry.h"
#include "types/time_precision.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

using Native = NativeType<TimeTz>;

constexpr int32_t kMaxZoneSeconds = 16 * 3600;  // exclusive

Result<Slot> parse(std::string_view text, SqlType type, const TextContext& context, Arena&) {
  TRY(const DecodedDateTime decoded, decode_time({"time with time zone", text}, context));
  return Native::store({round_to_precision(decoded.civil.micros_of_day(), type.typmod()), decoded.seconds_west});
}

void format(Slot value, SqlType, const TextContext&, std::string& out) { append_time_tz(Native::load(value), out); }

Result<Slot> receive(std::string_view bytes, SqlType type, Arena&) {
  WireReader reader(bytes);
  TRY(const int64_t micros, reader.read<int64_t>());
  if (micros < 0 || micros > kMicrosPerDay) return SqlError(sqlstate::kDatetimeFieldOverflow, "time out of range");
  TRY(const int32_t seconds_west, reader.read<int32_t>());
  if (seconds_west <= -kMaxZoneSeconds || seconds_west >= kMaxZoneSeconds) {
    return SqlError(sqlstate::kInvalidTimeZoneDisplacementValue, "time zone displacement out of range");
  }
  TRY(reader.end());
  return Native::store({round_to_precision(micros, type.typmod()), seconds_west});
}

void send(Slot value, SqlType, std::string& out) {
  const TimeTz time = Native::load(value);
  append_big_endian(time.micros, out);
  append_big_endian(time.seconds_west, out);
}

int compare(Slot a, Slot b, SqlType) {
  const TimeTz left = Native::load(a);
  const TimeTz right = Native::load(b);
  if (left.utc_micros() != right.utc_micros()) return left.utc_micros() < right.utc_micros() ? -1 : 1;
  return left.seconds_west < right.seconds_west ? -1 : left.seconds_west > right.seconds_west;
}

uint64_t hash(Slot value, SqlType) {
  const TimeTz time = Native::load(value);
  return hash_combine(hash_int(static_cast<uint64_t>(time.micros)), static_cast<uint32_t>(time.seconds_west));
}

void append_key(Slot value, SqlType, std::string& out) {
  const TimeTz time = Native::load(value);
  append_ordered(time.utc_micros(), out);
  append_ordered(time.seconds_west, out);
}

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool, Arena&) {
  const TimeTz time = Native::load(value);
  return Native::store({round_to_precision(time.micros, typmod), time.seconds_west});
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  return precision_from_arguments(arguments, "TIME", " WITH TIME ZONE");
}

}  // namespace

TypeInfo timetz_type() {
  TypeInfo info;
  info.oid = oid::kTimeTz;
  info.name = "timetz";
  info.sql_name = "time with time zone";
  info.physical = Physical::kFixed16;
  info.length = 12;
  info.category = 'D';
  info.array_oid = 1270;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = typmod_from_arguments;
  info.typmod_to_string = precision_to_string;
  return info;
}

}  // namespace millrace
