// A zone written as a POSIX TZ string: "EST5EDT,M3.2.0,M11.1.0". Both what follows the table in a
// time zone file, for the years after it, and what a user may write as a zone ("FOO+3").
// Offsets in the text are west of UTC; here, as everywhere in this folder's zone code, east.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// One sort of local time that a zone knows.
struct LocalTimeType {
  int32_t seconds_east = 0;
  bool is_dst = false;
  std::string abbreviation;
};

// When a rule's change happens within a year, by the local time in force before it.
struct YearlyChange {
  enum class Kind : uint8_t { kMonthWeekDay, kDayWithoutLeapDay, kDayWithLeapDay };
  Kind kind = Kind::kMonthWeekDay;
  int32_t month = 1;
  int32_t week = 1;  // 5 is the last
  int32_t day = 0;   // of the week from Sunday 0, or of the year
  int32_t seconds = 7200;

  // Seconds of that local moment since 1970-01-01 of the same local clock.
  int64_t local_seconds(int64_t year) const;
};

struct PosixZone {
  LocalTimeType standard;
  std::optional<LocalTimeType> daylight;
  YearlyChange to_daylight, to_standard;  // meaningful with `daylight`

  int64_t daylight_start(int64_t year) const { return to_daylight.local_seconds(year) - standard.seconds_east; }
  int64_t daylight_end(int64_t year) const { return to_standard.local_seconds(year) - daylight->seconds_east; }
  // REQUIRES: has `daylight`.
  const LocalTimeType& type_at(int64_t unix_seconds) const;
  // The first change after `unix_seconds`. REQUIRES: has `daylight`.
  int64_t next_change(int64_t unix_seconds) const;
};

// Nothing when the text is no such string. Daylight saving without rules follows the United States.
std::optional<PosixZone> parse_posix_zone(std::string_view text);

}  // namespace millrace
