#include "types/date_time_make.h"

#include <cmath>
#include <cstdio>

#include "types/calendar.h"
#include "types/date_time_conversion.h"
#include "types/date_time_error.h"
#include "types/zone_displacement.h"

namespace millrace {
namespace {

SqlError overflow(const std::string& message) { return SqlError(sqlstate::kDatetimeFieldOverflow, message); }

std::string date_text(int32_t year, int32_t month, int32_t day) {
  char text[64];
  std::snprintf(text, sizeof text, "%d-%02d-%02d", year, month, day);
  return text;
}

std::string time_text(int32_t hour, int32_t minute, double seconds) {
  char text[64];
  if (!std::isfinite(seconds)) {
    const char* name = std::isnan(seconds) ? "NaN" : seconds > 0 ? "Infinity" : "-Infinity";
    std::snprintf(text, sizeof text, "%d:%02d:%s", hour, minute, name);
  } else {
    std::snprintf(text, sizeof text, "%d:%02d:%02g", hour, minute, seconds);
  }
  return text;
}

// `shown_year` is the year in the messages.
Result<Date> checked_date(int32_t year, int32_t month, int32_t day, int32_t shown_year) {
  const bool has_year = year != 0 && year != std::numeric_limits<int32_t>::min();
  const int32_t astronomical = has_year && year < 0 ? year + 1 : year;
  const bool is_date = has_year && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(astronomical, month);
  if (!is_date) return overflow("date field value out of range: " + date_text(shown_year, month, day));
  const CivilDate civil{astronomical, month, day};
  if (has_julian_day(civil)) {
    const Date date{static_cast<int32_t>(to_julian_day(civil) - kJulianDayOf2000)};
    if (date.in_range()) return date;
  }
  return overflow("date out of range: " + date_text(shown_year, month, day));
}

}  // namespace

Result<Date> make_date(int32_t year, int32_t month, int32_t day) {
  // PostgreSQL tells of years before Christ as it counts them inside.
  const bool is_counted = year < 0 && year != std::numeric_limits<int32_t>::min();
  return checked_date(year, month, day, is_counted ? year + 1 : year);
}

Result<Time> make_time(int32_t hour, int32_t minute, double seconds) {
  const double micros = std::rint(seconds * double{kMicrosPerSecond});
  const bool is_minute = hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59;
  if (is_minute && micros >= 0 && micros <= double{kMicrosPerMinute}) {
    const Time time{hour * kMicrosPerHour + minute * kMicrosPerMinute + static_cast<int64_t>(micros)};
    if (time.micros <= kMicrosPerDay) return time;
  }
  return overflow("time field value out of range: " + time_text(hour, minute, seconds));
}

Result<Timestamp> make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                                 double seconds) {
  TRY(const Date date, checked_date(year, month, day, year));
  TRY(const Time time, make_time(hour, minute, seconds));
  Timestamp timestamp;
  if (!__builtin_mul_overflow(int64_t{date.days}, kMicrosPerDay, &timestamp.micros) &&
      !__builtin_add_overflow(timestamp.micros, time.micros, &timestamp.micros) && timestamp.in_range()) {
    return timestamp;
  }
  return overflow("timestamp out of range: " + date_text(year, month, day) + " " + time_text(hour, minute, seconds));
}

Result<TimestampTz> at_written_zone(Timestamp local, std::string_view zone) {
  if (!zone.empty() && zone.front() >= '0' && zone.front() <= '9') {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "invalid input syntax for type numeric time zone: \"" + std::string(zone) + "\"")
        .with_hint("Numeric time zones must have \"-\" or \"+\" as first character.");
  }
  const ZoneDisplacement displacement = read_zone_displacement(zone);
  switch (displacement.state) {
    case ZoneDisplacement::State::kValid: return at_offset(local, displacement.seconds_east);
    case ZoneDisplacement::State::kOutOfRange:
      return SqlError(sqlstate::kInvalidParameterValue, "numeric time zone \"" + std::string(zone) + "\" out of range");
    case ZoneDisplacement::State::kBadFormat: break;
  }
  TRY(const ZoneArgument argument, ZoneArgument::find(zone));
  return at_zone(local, argument);
}

Result<Interval> make_interval(int32_t years, int32_t months, int32_t weeks, int32_t days, int32_t hours,
                               int32_t minutes, double seconds) {
  const int64_t all_months = int64_t{years} * kMonthsPerYear + months;
  const int64_t all_days = int64_t{weeks} * 7 + days;
  const double second_micros = std::rint(seconds * double{kMicrosPerSecond});
  Interval interval{0, static_cast<int32_t>(all_days), static_cast<int32_t>(all_months)};
  const bool is_second = second_micros >= -0x1p63 && second_micros < 0x1p63;  // not NaN either
  if (!is_second || interval.months != all_months || interval.days != all_days ||
      __builtin_add_overflow(hours * kMicrosPerHour + minutes * kMicrosPerMinute, static_cast<int64_t>(second_micros),
                             &interval.micros)) {
    return overflow("interval out of range");
  }
  return interval;
}

}  // namespace millrace
