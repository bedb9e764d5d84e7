// The proleptic Gregorian calendar and Julian day numbers (the day that begins at midnight before
// noon of the astronomers' day). Years count astronomically: 0 is 1 BC, -1 is 2 BC.
//
//   to_julian_day({2000, 1, 1}) = 2451545
//
// Exact and fast for every day from 4714-11-24 BC, Julian day 0, to the year 5874898.
#pragma once

#include <cstdint>

#include "types/date_time.h"

namespace millrace {

struct CivilDate {
  int32_t year = 2000;
  int32_t month = 1;  // 1 .. 12
  int32_t day = 1;    // 1 .. 31
  constexpr bool operator==(const CivilDate&) const = default;
};

// A date and a clock's reading. Out of range values stand here for a while during decoding.
struct CivilTime {
  CivilDate date;
  int32_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  int32_t micros = 0;

  constexpr int64_t micros_of_day() const {
    return ((int64_t{hour} * 60 + minute) * 60 + second) * kMicrosPerSecond + micros;
  }
};

inline constexpr int64_t kJulianDayOf2000 = 2'451'545;

constexpr bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// REQUIRES: 1 <= month <= 12.
constexpr int32_t days_in_month(int64_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

constexpr int64_t floor_divide(int64_t dividend, int64_t divisor) {
  return dividend / divisor - (dividend % divisor != 0 && (dividend < 0) != (divisor < 0));
}
// REQUIRES: divisor > 0.
constexpr int64_t floor_modulo(int64_t dividend, int64_t divisor) {
  const int64_t rest = dividend % divisor;
  return rest < 0 ? rest + divisor : rest;
}

// Months and days out of their range carry on: month 13 is January, day 0 the last of the month before.
constexpr int64_t to_julian_day(CivilDate date) {
  // Years that begin in March put the leap day last; eras of 400 years repeat.
  const int64_t months = int64_t{date.month} - 3;
  const int64_t year = date.year + floor_divide(months, 12);
  const int64_t era = floor_divide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * floor_modulo(months, 12) + 2) / 5;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year + date.day - 1 +
         1'721'120;
}

constexpr CivilDate from_julian_day(int64_t julian_day) {
  const int64_t days = julian_day - 1'721'120;  // since 0000-03-01
  const int64_t era = floor_divide(days, 146'097);
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;  // 0 is March
  return {static_cast<int32_t>(era * 400 + year_of_era + (month >= 10)),
          static_cast<int32_t>(month < 10 ? month + 3 : month - 9),
          static_cast<int32_t>(day_of_year - (153 * month + 2) / 5 + 1)};
}

// Whether the day number of `date` is one we count with: 4714-11 BC to 5874898-05.
constexpr bool has_julian_day(CivilDate date) {
  return (date.year > -4713 || (date.year == -4713 && date.month >= 11)) &&
         (date.year < 5'874'898 || (date.year == 5'874'898 && date.month < 6));
}

// 0 is Sunday.
constexpr int32_t day_of_week(int64_t julian_day) { return static_cast<int32_t>(floor_modulo(julian_day + 1, 7)); }

// Year and week as ISO 8601 counts them: weeks begin on Monday, week 1 holds January 4th.
struct IsoWeek {
  int32_t year;
  int32_t week;
};
constexpr IsoWeek iso_week(int64_t julian_day) {
  const int64_t thursday = julian_day - (day_of_week(julian_day) + 6) % 7 + 3;
  const int32_t year = from_julian_day(thursday).year;
  return {year, static_cast<int32_t>((thursday - to_julian_day({year, 1, 1})) / 7 + 1)};
}

// REQUIRES: finite.
constexpr CivilDate to_civil(Date date) { return from_julian_day(date.days + kJulianDayOf2000); }
constexpr CivilTime to_civil(Timestamp timestamp) {
  const int64_t days = floor_divide(timestamp.micros, kMicrosPerDay);
  const int64_t micros = timestamp.micros - days * kMicrosPerDay;
  return {from_julian_day(days + kJulianDayOf2000), static_cast<int32_t>(micros / kMicrosPerHour),
          static_cast<int32_t>(micros / kMicrosPerMinute % 60), static_cast<int32_t>(micros / kMicrosPerSecond % 60),
          static_cast<int32_t>(micros % kMicrosPerSecond)};
}

// The moment at which clocks `seconds_west` of UTC show this. False when it is out of range.
constexpr bool to_moment(const CivilTime& civil, int32_t seconds_west, TimestampTz& result) {
  if (!has_julian_day(civil.date)) return false;
  const int64_t days = to_julian_day(civil.date) - kJulianDayOf2000;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &result.micros)) return false;
  if (__builtin_add_overflow(result.micros, civil.micros_of_day(), &result.micros)) return false;
  if (__builtin_add_overflow(result.micros, seconds_west * kMicrosPerSecond, &result.micros)) return false;
  return result.in_range();
}

// False when no timestamp can tell it.
constexpr bool to_timestamp(const CivilTime& civil, Timestamp& result) {
  TimestampTz moment;
  const bool fits = to_moment(civil, 0, moment);
  result.micros = moment.micros;
  return fits;
}

// A clock's reading as PostgreSQL lets it in: up to 24:00:00, 23:59:60 included.
constexpr bool is_time_of_day(int64_t hour, int64_t minute, int64_t second, int64_t micros) {
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  if (micros < 0 || micros > kMicrosPerSecond) return false;
  return ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros <= kMicrosPerDay;
}

static_assert(to_julian_day({2000, 1, 1}) == kJulianDayOf2000);
static_assert(to_julian_day({-4713, 11, 24}) == 0);
static_assert(from_julian_day(0) == CivilDate{-4713, 11, 24});
static_assert(to_julian_day({1970, 1, 1}) - kJulianDayOf2000 == kUnixEpochDays);

}  // namespace millrace
