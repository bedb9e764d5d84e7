#include "types/date_time_conversion.h"

#include <cmath>
#include <cstdio>

#include "types/date_time_output.h"

namespace millrace {
namespace {

SqlError timestamp_out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range"); }
SqlError date_out_of_range_for_timestamp() {
  return SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
}

// The moment or local time `seconds` later; infinity stays.
template <class To, class From>
Result<To> shifted(From timestamp, int64_t seconds) {
  To result = To::of(timestamp.micros);
  if (!timestamp.is_finite()) return result;
  if (__builtin_add_overflow(result.micros, seconds * kMicrosPerSecond, &result.micros) || !result.in_range()) {
    return timestamp_out_of_range();
  }
  return result;
}

Time time_of_day(Timestamp timestamp) { return {floor_modulo(timestamp.micros, kMicrosPerDay)}; }

bool is_too_late_for_timestamp(Date date) {
  return date.is_finite() && date.days >= Timestamp::kEndMicros / kMicrosPerDay;
}

Result<int32_t> seconds_east_of(Interval zone) {
  if (zone.months != 0 || zone.days != 0) {
    std::string text;
    append_interval(zone, IntervalStyle::kPostgres, text);
    return SqlError(sqlstate::kInvalidParameterValue,
                    "interval time zone \"" + text + "\" must not include months or days");
  }
  return static_cast<int32_t>(zone.micros / kMicrosPerSecond);
}

TimeTz moved_to_offset(TimeTz time, int32_t seconds_east) {
  return {floor_modulo(time.utc_micros() + seconds_east * kMicrosPerSecond, kMicrosPerDay), -seconds_east};
}

}  // namespace

Result<Timestamp> to_timestamp(Date date) {
  if (date == Date::infinity()) return Timestamp::infinity();
  if (date == Date::minus_infinity()) return Timestamp::minus_infinity();
  if (is_too_late_for_timestamp(date)) return date_out_of_range_for_timestamp();
  return Timestamp::of(date.days * kMicrosPerDay);
}

Result<TimestampTz> to_timestamp_tz(Date date, const TimeZone& zone) {
  TRY(const Timestamp midnight, to_timestamp(date));
  const auto moment = to_timestamp_tz(midnight, zone);
  if (!moment) return date_out_of_range_for_timestamp();
  return *moment;
}

Result<TimestampTz> to_timestamp_tz(Timestamp timestamp, const TimeZone& zone) {
  if (!timestamp.is_finite()) return TimestampTz::of(timestamp.micros);
  return shifted<TimestampTz>(timestamp, -int64_t{zone.seconds_east_of_local(to_civil(timestamp))});
}

Result<Timestamp> to_timestamp(TimestampTz timestamp, const TimeZone& zone) {
  if (!timestamp.is_finite()) return Timestamp::of(timestamp.micros);
  return shifted<Timestamp>(timestamp, zone.at(timestamp).seconds_east);
}

Date to_date(Timestamp timestamp) {
  if (!timestamp.is_finite()) return timestamp.micros > 0 ? Date::infinity() : Date::minus_infinity();
  return {static_cast<int32_t>(floor_divide(timestamp.micros, kMicrosPerDay))};
}

Date to_date(TimestampTz timestamp, const TimeZone& zone) {
  if (!timestamp.is_finite()) return to_date(Timestamp::of(timestamp.micros));
  return to_date(zone.to_local(timestamp));
}

std::optional<Time> to_time(Timestamp timestamp) {
  if (!timestamp.is_finite()) return std::nullopt;
  return time_of_day(timestamp);
}

std::optional<Time> to_time(TimestampTz timestamp, const TimeZone& zone) {
  if (!timestamp.is_finite()) return std::nullopt;
  return time_of_day(zone.to_local(timestamp));
}

std::optional<TimeTz> to_time_tz(TimestampTz timestamp, const TimeZone& zone) {
  if (!timestamp.is_finite()) return std::nullopt;
  return TimeTz{time_of_day(zone.to_local(timestamp)).micros, -zone.at(timestamp).seconds_east};
}

Time to_time(Interval interval) { return {floor_modulo(interval.micros, kMicrosPerDay)}; }

TimeTz to_time_tz(Time time, const TimeZone& zone, TimestampTz now) {
  CivilTime civil = to_civil(Timestamp::of(time.micros));
  if (time.micros == kMicrosPerDay) civil.hour = 24;
  civil.date = to_civil(zone.to_local(now)).date;
  return {time.micros, -zone.seconds_east_of_local(civil)};
}

Result<TimestampTz> at_offset(Timestamp timestamp, int32_t seconds_east) {
  return shifted<TimestampTz>(timestamp, -int64_t{seconds_east});
}

Result<TimestampTz> at_zone(Timestamp timestamp, const ZoneArgument& zone) {
  if (!timestamp.is_finite()) return TimestampTz::of(timestamp.micros);
  TRY(const int32_t east, zone.seconds_east_of_local(to_civil(timestamp)));
  return at_offset(timestamp, east);
}

Result<Timestamp> at_zone(TimestampTz timestamp, const ZoneArgument& zone) {
  if (!timestamp.is_finite()) return Timestamp::of(timestamp.micros);
  TRY(const int32_t east, zone.seconds_east_at(timestamp));
  return shifted<Timestamp>(timestamp, east);
}

Result<TimeTz> at_zone(TimeTz time, const ZoneArgument& zone, TimestampTz now) {
  TRY(const int32_t east, zone.seconds_east_at(now));
  return moved_to_offset(time, east);
}

Result<TimestampTz> at_zone(Timestamp timestamp, Interval zone) {
  if (!timestamp.is_finite()) return TimestampTz::of(timestamp.micros);
  TRY(const int32_t east, seconds_east_of(zone));
  return at_offset(timestamp, east);
}

Result<Timestamp> at_zone(TimestampTz timestamp, Interval zone) {
  if (!timestamp.is_finite()) return Timestamp::of(timestamp.micros);
  TRY(const int32_t east, seconds_east_of(zone));
  return shifted<Timestamp>(timestamp, east);
}

Result<TimeTz> at_zone(TimeTz time, Interval zone) {
  TRY(const int32_t east, seconds_east_of(zone));
  return moved_to_offset(time, east);
}

std::strong_ordering compare(Date a, Timestamp b) {
  if (is_too_late_for_timestamp(a)) {
    return b == Timestamp::infinity() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return to_timestamp(a)->micros <=> b.micros;
}

std::strong_ordering compare(Date a, TimestampTz b, const TimeZone& zone) {
  if (is_too_late_for_timestamp(a)) {
    return b == TimestampTz::infinity() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return compare(*to_timestamp(a), b, zone);
}

// The offset may carry a timestamp out of its range but not out of 64 bits, unless it is infinite.
std::strong_ordering compare(Timestamp a, TimestampTz b, const TimeZone& zone) {
  if (!a.is_finite()) return a.micros <=> b.micros;
  const auto moment = to_timestamp_tz(a, zone);
  if (moment) return moment->micros <=> b.micros;
  if (!b.is_finite()) return b == TimestampTz::infinity() ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.micros > 0 ? std::strong_ordering::greater : std::strong_ordering::less;
}

Result<TimestampTz> from_unix_seconds(double seconds) {
  if (std::isnan(seconds)) return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp cannot be NaN");
  if (std::isinf(seconds)) return seconds < 0 ? TimestampTz::minus_infinity() : TimestampTz::infinity();
  const auto out_of_range = [&] {
    char text[32];
    std::snprintf(text, sizeof text, "%g", seconds);
    return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range: \"" + std::string(text) + "\"");
  };
  constexpr double kMicros = kMicrosPerSecond;
  constexpr double kEpoch = -kUnixEpochDays * kSecondsPerDay;  // seconds from 1970 to 2000
  if (seconds < TimestampTz::kMinMicros / kMicros + kEpoch || seconds >= TimestampTz::kEndMicros / kMicros + kEpoch) {
    return out_of_range();
  }
  // In this order of steps, as rounding would show another.
  const TimestampTz result = TimestampTz::of(static_cast<int64_t>(std::rint((seconds - kEpoch) * kMicros)));
  if (!result.in_range()) return out_of_range();
  return result;
}

}  // namespace millrace
