// timestamp without time zone: microseconds since 2000-01-01 00:00 of whatever clock.
#include "types/date_time_input.h"
#include "types/date_time_output.h"
#include "types/micros_type.h"
#include "types/registry.h"
#include "types/time_precision.h"

namespace millrace {
namespace {

using Native = NativeType<Timestamp>;

Result<Slot> parse(std::string_view text, SqlType type, const TextContext& context, Arena&) {
  const DateTimeErrors errors{"timestamp", text};
  TRY(const DecodedDateTime decoded, decode_date_time(errors, context, SessionZone::kIgnored));
  switch (decoded.kind) {
    case DecodedDateTime::Kind::kEpoch: return Native::store(Timestamp::of(kUnixEpochMicros));
    case DecodedDateTime::Kind::kInfinity: return Native::store(Timestamp::infinity());
    case DecodedDateTime::Kind::kMinusInfinity: return Native::store(Timestamp::minus_infinity());
    case DecodedDateTime::Kind::kFields: break;
  }
  Timestamp timestamp;
  if (!to_timestamp(decoded.civil, timestamp)) return errors.out_of_range("timestamp");
  return Slot::of_i64(round_to_precision(timestamp.micros, type.typmod()));
}

void format(Slot value, SqlType, const TextContext& context, std::string& out) {
  append_timestamp(Native::load(value), context, out);
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  return precision_from_arguments(arguments, "TIMESTAMP", "");
}

}  // namespace

TypeInfo timestamp_type() {
  TypeInfo info = micros_type();
  info.oid = oid::kTimestamp;
  info.name = "timestamp";
  info.sql_name = "timestamp without time zone";
  info.array_oid = 1115;
  info.parse = parse;
  info.format = format;
  info.typmod_from_arguments = typmod_from_arguments;
  return info;
}

}  // namespace millrace
