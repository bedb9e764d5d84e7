// timestamp with time zone: a moment, microseconds since 2000-01-01 00:00 UTC. The zone is the
// session's when written and read; none is stored.
#include "types/date_time_input.h"
#include "types/date_time_output.h"
#include "types/micros_type.h"
#include "types/registry.h"
#include "types/time_precision.h"

namespace millrace {
namespace {

using Native = NativeType<TimestampTz>;

Result<Slot> parse(std::string_view text, SqlType type, const TextContext& context, Arena&) {
  const DateTimeErrors errors{"timestamp with time zone", text};
  TRY(const DecodedDateTime decoded, decode_date_time(errors, context, SessionZone::kFilledIn));
  switch (decoded.kind) {
    case DecodedDateTime::Kind::kEpoch: return Native::store(TimestampTz::of(kUnixEpochMicros));
    case DecodedDateTime::Kind::kInfinity: return Native::store(TimestampTz::infinity());
    case DecodedDateTime::Kind::kMinusInfinity: return Native::store(TimestampTz::minus_infinity());
    case DecodedDateTime::Kind::kFields: break;
  }
  TimestampTz moment;
  if (!to_moment(decoded.civil, decoded.seconds_west, moment)) return errors.out_of_range("timestamp");
  return Slot::of_i64(round_to_precision(moment.micros, type.typmod()));
}

void format(Slot value, SqlType, const TextContext& context, std::string& out) {
  append_timestamp_tz(Native::load(value), context, out);
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  return precision_from_arguments(arguments, "TIMESTAMP", " WITH TIME ZONE");
}

}  // namespace

TypeInfo timestamptz_type() {
  TypeInfo info = micros_type();
  info.oid = oid::kTimestampTz;
  info.name = "timestamptz";
  info.sql_name = "timestamp with time zone";
  info.preferred = true;
  info.array_oid = 1185;
  info.parse = parse;
  info.format = format;
  info.typmod_from_arguments = typmod_from_arguments;
  return info;
}

}  // namespace millrace
