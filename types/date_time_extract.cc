#include "types/date_time_extract.h"

#include <limits>
#include <optional>

#include "types/calendar.h"
#include "types/date_time_keyword.h"
#include "types/time_unit_error.h"

namespace millrace {
namespace {

using Field = ExtractedField;

Field whole(int64_t number) { return {Field::Kind::kDecimal, number, 0, 0}; }
Field decimal(__int128 unscaled, int32_t scale) { return {Field::Kind::kDecimal, unscaled, scale, 0}; }

// The run of `years` that a year lies in; the first is 1, the one before it -1.
int64_t run_of_years(int64_t year, int64_t years) {
  return year > 0 ? (year + years - 1) / years : -((years - 1 - (year - 1)) / years);
}
int64_t without_year_zero(int64_t year) { return year > 0 ? year : year - 1; }

// Fields of the calendar. Nothing for others.
std::optional<Field> field_of_date(TimeUnit unit, CivilDate date) {
  const auto julian_day = [&] { return to_julian_day(date); };
  switch (unit) {
    case TimeUnit::kDay: return whole(date.day);
    case TimeUnit::kWeek: return whole(iso_week(julian_day()).week);
    case TimeUnit::kMonth: return whole(date.month);
    case TimeUnit::kQuarter: return whole((date.month - 1) / 3 + 1);
    case TimeUnit::kYear: return whole(without_year_zero(date.year));
    case TimeUnit::kDecade: return whole(floor_divide(date.year, 10));
    case TimeUnit::kCentury: return whole(run_of_years(date.year, 100));
    case TimeUnit::kMillennium: return whole(run_of_years(date.year, 1000));
    case TimeUnit::kIsoYear: return whole(without_year_zero(iso_week(julian_day()).year));
    case TimeUnit::kDayOfWeek: return whole(day_of_week(julian_day()));
    case TimeUnit::kIsoDayOfWeek: return whole((day_of_week(julian_day()) + 6) % 7 + 1);
    case TimeUnit::kDayOfYear: return whole(julian_day() - to_julian_day({date.year, 1, 1}) + 1);
    case TimeUnit::kMicrosecond:
    case TimeUnit::kMillisecond:
    case TimeUnit::kSecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kJulian:
    case TimeUnit::kEpoch:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: break;
  }
  return std::nullopt;
}

// Fields of a clock, or of an interval's time with its sign. Nothing for others.
std::optional<Field> field_of_clock(TimeUnit unit, int64_t micros) {
  const int64_t within_minute = micros % kMicrosPerMinute;
  if (unit == TimeUnit::kMicrosecond) return whole(within_minute);
  if (unit == TimeUnit::kMillisecond) return decimal(within_minute, 3);
  if (unit == TimeUnit::kSecond) return decimal(within_minute, 6);
  if (unit == TimeUnit::kMinute) return whole(micros / kMicrosPerMinute % 60);
  if (unit == TimeUnit::kHour) return whole(micros / kMicrosPerHour);
  return std::nullopt;
}

std::optional<Field> field_of_zone(TimeUnit unit, int32_t seconds_east) {
  if (unit == TimeUnit::kTimezone) return whole(seconds_east);
  if (unit == TimeUnit::kTimezoneHour) return whole(seconds_east / 3600);
  if (unit == TimeUnit::kTimezoneMinute) return whole(seconds_east / 60 % 60);
  return std::nullopt;
}

// Infinity has fields that only grow; those that come round again are NULL. Nothing for others.
std::optional<Field> field_of_infinity(TimeUnit unit, bool positive) {
  switch (unit) {
    case TimeUnit::kYear:
    case TimeUnit::kDecade:
    case TimeUnit::kCentury:
    case TimeUnit::kMillennium:
    case TimeUnit::kJulian:
    case TimeUnit::kIsoYear:
    case TimeUnit::kEpoch: return Field{positive ? Field::Kind::kInfinity : Field::Kind::kMinusInfinity};
    case TimeUnit::kMicrosecond:
    case TimeUnit::kMillisecond:
    case TimeUnit::kSecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kDay:
    case TimeUnit::kWeek:
    case TimeUnit::kMonth:
    case TimeUnit::kQuarter:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: return Field{Field::Kind::kNull};
  }
  return std::nullopt;
}

std::optional<Field> field_of_timestamp(TimeUnit unit, Timestamp local, int64_t utc_micros) {
  const CivilTime civil = to_civil(local);
  if (unit == TimeUnit::kEpoch) return decimal(static_cast<__int128>(utc_micros) - kUnixEpochMicros, 6);
  if (unit == TimeUnit::kJulian) {
    return Field{Field::Kind::kJulianDayAndTime, to_julian_day(civil.date), 0, civil.micros_of_day()};
  }
  if (const auto clock = field_of_clock(unit, civil.micros_of_day())) return clock;
  return field_of_date(unit, civil.date);
}

std::optional<Field> field_of_interval(TimeUnit unit, Interval interval) {
  const int32_t years = interval.months / kMonthsPerYear;
  const int32_t months = interval.months % kMonthsPerYear;
  if (unit == TimeUnit::kDay) return whole(interval.days);
  if (unit == TimeUnit::kMonth) return whole(months);
  if (unit == TimeUnit::kQuarter) return whole(months / 3 + 1);
  if (unit == TimeUnit::kYear) return whole(years);
  if (unit == TimeUnit::kDecade) return whole(years / 10);
  if (unit == TimeUnit::kCentury) return whole(years / 100);
  if (unit == TimeUnit::kMillennium) return whole(years / 1000);
  if (unit == TimeUnit::kEpoch) {
    // A year is 365.25 days here, a month 30.
    const int64_t seconds = (int64_t{years} * 1461 + int64_t{months} * kDaysPerMonth * 4 + int64_t{interval.days} * 4) *
                            (kSecondsPerDay / 4);
    return decimal(static_cast<__int128>(seconds) * kMicrosPerSecond + interval.micros, 6);
  }
  return field_of_clock(unit, interval.micros);
}

// Finds the unit, then its value by `value_of`; says which of both there is not. For dates and
// timestamps a word like "now" is a field they do not support, for others no field.
template <class ValueOf>
Result<Field> extract_as(std::string_view field, std::string_view type, bool knows_special_words, ValueOf value_of) {
  const ExtractField known = find_extract_field(fold_unit(field));
  switch (known.kind) {
    case ExtractField::Kind::kUnknown: return unit_not_recognized(field, type);
    case ExtractField::Kind::kOtherWord:
      return knows_special_words ? unit_not_supported(field, type) : unit_not_recognized(field, type);
    case ExtractField::Kind::kUnit: break;
  }
  const std::optional<Field> value = value_of(known.unit);
  if (!value) return unit_not_supported(field, type);
  return *value;
}

}  // namespace

double ExtractedField::to_double() const {
  switch (kind) {
    case Kind::kNull:
    case Kind::kInfinity: return std::numeric_limits<double>::infinity();
    case Kind::kMinusInfinity: return -std::numeric_limits<double>::infinity();
    case Kind::kDecimal: {
      double divisor = 1;
      for (int32_t i = 0; i < scale; ++i) divisor *= 10;
      return static_cast<double>(unscaled) / divisor;
    }
    case Kind::kJulianDayAndTime:
      return static_cast<double>(unscaled) + static_cast<double>(day_micros) / static_cast<double>(kMicrosPerDay);
  }
  return 0;
}

Result<Field> extract(std::string_view field, Date date) {
  return extract_as(field, "date", true, [&](TimeUnit unit) -> std::optional<Field> {
    const CivilDate epoch{1970, 1, 1};
    if (unit == TimeUnit::kEpoch && date.is_finite()) return whole((date.days - kUnixEpochDays) * kSecondsPerDay);
    if (unit == TimeUnit::kJulian && date.is_finite()) return whole(date.days + kJulianDayOf2000);
    if (date.is_finite()) return field_of_date(unit, to_civil(date));
    // No time of day, so not as a timestamp's infinity.
    const bool is_field = unit == TimeUnit::kEpoch || unit == TimeUnit::kJulian || field_of_date(unit, epoch);
    return is_field ? field_of_infinity(unit, date == Date::infinity()) : std::nullopt;
  });
}

Result<Field> extract(std::string_view field, Time time) {
  return extract_as(field, "time without time zone", false, [&](TimeUnit unit) -> std::optional<Field> {
    if (unit == TimeUnit::kEpoch) return decimal(time.micros, 6);
    return field_of_clock(unit, time.micros);
  });
}

Result<Field> extract(std::string_view field, TimeTz time) {
  return extract_as(field, "time with time zone", false, [&](TimeUnit unit) -> std::optional<Field> {
    if (unit == TimeUnit::kEpoch) return decimal(time.utc_micros(), 6);
    if (const auto zone = field_of_zone(unit, -time.seconds_west)) return zone;
    return field_of_clock(unit, time.micros);
  });
}

Result<Field> extract(std::string_view field, Timestamp timestamp) {
  return extract_as(field, "timestamp without time zone", true, [&](TimeUnit unit) -> std::optional<Field> {
    if (!timestamp.is_finite()) return field_of_infinity(unit, timestamp == Timestamp::infinity());
    return field_of_timestamp(unit, timestamp, timestamp.micros);
  });
}

Result<Field> extract(std::string_view field, TimestampTz timestamp, const TimeZone& zone) {
  return extract_as(field, "timestamp with time zone", true, [&](TimeUnit unit) -> std::optional<Field> {
    if (!timestamp.is_finite()) return field_of_infinity(unit, timestamp == TimestampTz::infinity());
    if (const auto of_zone = field_of_zone(unit, zone.at(timestamp).seconds_east)) return of_zone;
    return field_of_timestamp(unit, zone.to_local(timestamp), timestamp.micros);
  });
}

Result<Field> extract(std::string_view field, Interval interval) {
  return extract_as(field, "interval", false, [&](TimeUnit unit) { return field_of_interval(unit, interval); });
}

}  // namespace millrace
