// time without time zone: microseconds since midnight, 24:00:00 included.
#include "types/date_time_input.h"
#include "types/date_time_output.h"
#include "types/micros_type.h"
#include "types/registry.h"
#include "types/time_precision.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

using Native = NativeType<Time>;

Result<Slot> parse(std::string_view text, SqlType type, const TextContext& context, Arena&) {
  TRY(const DecodedDateTime decoded, decode_time({"time", text}, context));
  return Slot::of_i64(round_to_precision(decoded.civil.micros_of_day(), type.typmod()));
}

void format(Slot value, SqlType, const TextContext&, std::string& out) { append_time(Native::load(value), out); }

Result<Slot> receive(std::string_view bytes, SqlType type, Arena&) {
  WireReader reader(bytes);
  TRY(const int64_t micros, reader.read<int64_t>());
  if (micros < 0 || micros > kMicrosPerDay) return SqlError(sqlstate::kDatetimeFieldOverflow, "time out of range");
  TRY(reader.end());
  return Slot::of_i64(round_to_precision(micros, type.typmod()));
}

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool, Arena&) {
  return Slot::of_i64(round_to_precision(value.i64, typmod));
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  return precision_from_arguments(arguments, "TIME", "");
}

}  // namespace

TypeInfo time_type() {
  TypeInfo info = micros_type();
  info.oid = oid::kTime;
  info.name = "time";
  info.sql_name = "time without time zone";
  info.array_oid = 1183;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = typmod_from_arguments;
  return info;
}

}  // namespace millrace
