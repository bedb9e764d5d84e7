#include "types/date_time_truncate.h"

#include "types/calendar.h"
#include "types/date_time_keyword.h"
#include "types/time_unit_error.h"

namespace millrace {
namespace {

SqlError timestamp_out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range"); }

// The first year of a run of `years`, from year 1 on forwards and from 1 BC on backwards. Decades begin
// with years that end in 0, so theirs is another rule.
int32_t first_of_years(int32_t year, int32_t years) {
  return year > 0 ? (year + years - 1) / years * years - years + 1 : -((years - 1 - (year - 1)) / years) * years + 1;
}
int32_t first_of_decade(int32_t year) { return year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10; }

// Sizes of the units below a day; 0 of others.
int64_t micros_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMicrosecond: return 1;
    case TimeUnit::kMillisecond: return kMicrosPerMilli;
    case TimeUnit::kSecond: return kMicrosPerSecond;
    case TimeUnit::kMinute: return kMicrosPerMinute;
    case TimeUnit::kHour: return kMicrosPerHour;
    case TimeUnit::kDay:
    case TimeUnit::kWeek:
    case TimeUnit::kMonth:
    case TimeUnit::kQuarter:
    case TimeUnit::kYear:
    case TimeUnit::kDecade:
    case TimeUnit::kCentury:
    case TimeUnit::kMillennium:
    case TimeUnit::kIsoYear:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kJulian:
    case TimeUnit::kEpoch:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: return 0;
  }
  return 0;
}

// The first day of a day or longer. False when timestamps have no such unit.
bool truncate_date(TimeUnit unit, CivilDate& date) {
  switch (unit) {
    case TimeUnit::kDay: return true;
    case TimeUnit::kWeek: {
      const int64_t day = to_julian_day(date);
      date = from_julian_day(day - (day_of_week(day) + 6) % 7);
      return true;
    }
    case TimeUnit::kMonth: date.day = 1; return true;
    case TimeUnit::kQuarter: date = {date.year, (date.month - 1) / 3 * 3 + 1, 1}; return true;
    case TimeUnit::kYear: date = {date.year, 1, 1}; return true;
    case TimeUnit::kDecade: date = {first_of_decade(date.year), 1, 1}; return true;
    case TimeUnit::kCentury: date = {first_of_years(date.year, 100), 1, 1}; return true;
    case TimeUnit::kMillennium: date = {first_of_years(date.year, 1000), 1, 1}; return true;
    case TimeUnit::kMicrosecond:
    case TimeUnit::kMillisecond:
    case TimeUnit::kSecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kIsoYear:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kJulian:
    case TimeUnit::kEpoch:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: return false;
  }
  return false;
}

}  // namespace

Result<Timestamp> truncate(std::string_view unit, Timestamp timestamp) {
  constexpr std::string_view kType = "timestamp without time zone";
  if (!timestamp.is_finite()) return timestamp;
  const auto known = find_interval_unit(fold_unit(unit));
  if (!known) return unit_not_recognized(unit, kType);
  if (const int64_t micros = micros_of(*known)) {
    return Timestamp::of(floor_divide(timestamp.micros, micros) * micros);
  }
  CivilTime start{to_civil(timestamp).date};
  if (!truncate_date(*known, start.date)) return unit_not_supported(unit, kType);
  if (!to_timestamp(start, timestamp)) return timestamp_out_of_range();
  return timestamp;
}

Result<TimestampTz> truncate(std::string_view unit, TimestampTz timestamp, const TimeZone& zone) {
  constexpr std::string_view kType = "timestamp with time zone";
  if (!timestamp.is_finite()) return timestamp;
  const auto known = find_interval_unit(fold_unit(unit));
  if (!known) return unit_not_recognized(unit, kType);
  const Timestamp local = zone.to_local(timestamp);
  if (const int64_t micros = micros_of(*known)) {
    // The offset stays, also where the clock changed since the hour's start.
    const int64_t into_unit = floor_modulo(local.micros, micros);
    const TimestampTz start = TimestampTz::of(timestamp.micros - into_unit);
    if (!start.in_range()) return timestamp_out_of_range();
    return start;
  }
  CivilTime start{to_civil(local).date};
  if (!truncate_date(*known, start.date)) return unit_not_supported(unit, kType);
  if (!to_moment(start, -zone.seconds_east_of_local(start), timestamp)) return timestamp_out_of_range();
  return timestamp;
}

Result<Interval> truncate(std::string_view unit, Interval interval) {
  constexpr std::string_view kType = "interval";
  const auto known = find_interval_unit(fold_unit(unit));
  if (!known) return unit_not_recognized(unit, kType);
  if (const int64_t micros = micros_of(*known)) {
    interval.micros -= interval.micros % micros;
    return interval;
  }
  if (*known == TimeUnit::kDay) return Interval{0, interval.days, interval.months};
  const int32_t months = *known == TimeUnit::kMonth        ? 1
                         : *known == TimeUnit::kQuarter    ? 3
                         : *known == TimeUnit::kYear       ? kMonthsPerYear
                         : *known == TimeUnit::kDecade     ? kMonthsPerYear * 10
                         : *known == TimeUnit::kCentury    ? kMonthsPerYear * 100
                         : *known == TimeUnit::kMillennium ? kMonthsPerYear * 1000
                                                           : 0;
  if (months != 0) return Interval{0, 0, interval.months - interval.months % months};
  SqlError error = unit_not_supported(unit, kType);
  if (*known == TimeUnit::kWeek) return std::move(error).with_detail("Months usually have fractional weeks.");
  return error;
}

}  // namespace millrace
