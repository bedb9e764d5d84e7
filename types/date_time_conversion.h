// Between the date and time types: casts, AT TIME ZONE, comparison of unlike types, Unix time.
// Errors as PostgreSQL's (22008). A zone is the session's unless it is an argument of AT TIME ZONE.
#pragma once

#include <compare>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "types/date_time.h"
#include "types/time_zone.h"
#include "types/zone_argument.h"

namespace millrace {

Result<Timestamp> to_timestamp(Date date);
Result<TimestampTz> to_timestamp_tz(Date date, const TimeZone& zone);
Result<TimestampTz> to_timestamp_tz(Timestamp timestamp, const TimeZone& zone);
Result<Timestamp> to_timestamp(TimestampTz timestamp, const TimeZone& zone);
Date to_date(Timestamp timestamp);
Date to_date(TimestampTz timestamp, const TimeZone& zone);
// NULL for infinity.
std::optional<Time> to_time(Timestamp timestamp);
std::optional<Time> to_time(TimestampTz timestamp, const TimeZone& zone);
std::optional<TimeTz> to_time_tz(TimestampTz timestamp, const TimeZone& zone);
Time to_time(Interval interval);  // what is left of whole days
inline Time to_time(TimeTz time) { return {time.micros}; }
inline Interval to_interval(Time time) { return {time.micros, 0, 0}; }
// With the offset that the zone has today at that time; `now` is the transaction's start.
TimeTz to_time_tz(Time time, const TimeZone& zone, TimestampTz now);

// AT TIME ZONE. For timetz, the zone's offset at `now`. PostgreSQL does not look at the zone of an infinite
// timestamp: callers that must let an unknown one pass there find the zone after asking is_finite().
Result<TimestampTz> at_zone(Timestamp timestamp, const ZoneArgument& zone);
Result<Timestamp> at_zone(TimestampTz timestamp, const ZoneArgument& zone);
Result<TimeTz> at_zone(TimeTz time, const ZoneArgument& zone, TimestampTz now);
// With an interval for an offset, east positive: 22023 when it has months or days.
Result<TimestampTz> at_zone(Timestamp timestamp, Interval zone);
Result<Timestamp> at_zone(TimestampTz timestamp, Interval zone);
Result<TimeTz> at_zone(TimeTz time, Interval zone);
Result<TimestampTz> at_offset(Timestamp timestamp, int32_t seconds_east);

// A date too late for a timestamp is later than all finite ones.
std::strong_ordering compare(Date a, Timestamp b);
std::strong_ordering compare(Date a, TimestampTz b, const TimeZone& zone);
std::strong_ordering compare(Timestamp a, TimestampTz b, const TimeZone& zone);

// to_timestamp(double precision): seconds since 1970.
Result<TimestampTz> from_unix_seconds(double seconds);
constexpr TimestampTz from_wall_time(WallTime time) { return TimestampTz::of(time.micros + kUnixEpochMicros); }

}  // namespace millrace
