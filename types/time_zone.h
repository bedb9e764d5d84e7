// Time zones: from a moment to the clock on the wall and back, as PostgreSQL does it.
//
// Named zones come from the system's tz database (the Debian package tzdata), others from POSIX
// strings ("FOO+3") and fixed offsets. A zone, once found, is kept for the life of the process and
// never changes: pointers to it may be held anywhere. Threads: any.
//
// A local time that a clock change skips is taken by the offset before the change; one that comes
// twice by the offset after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "types/calendar.h"
#include "types/date_time.h"
#include "types/posix_zone.h"

namespace millrace {

class TimeZone {
 public:
  // A change of the clock: from `unix_seconds` on, the zone's local time is types[type].
  struct Change {
    int64_t unix_seconds;
    uint8_t type;
  };

  // REQUIRES: `types` is not empty, `changes` are in order. `after` rules beyond the last change.
  TimeZone(std::string name, std::vector<LocalTimeType> types, std::vector<Change> changes,
           std::optional<PosixZone> after);

  const std::string& name() const { return name_; }
  // The offset when it never was another.
  std::optional<int32_t> fixed_seconds_east() const;

  // What clocks show at a moment. The reference lives as long as the zone.
  const LocalTimeType& at(int64_t unix_seconds) const;
  const LocalTimeType& at(TimestampTz moment) const;
  // REQUIRES: finite. The sum may lie outside of Timestamp's range.
  Timestamp to_local(TimestampTz moment) const;

  // The offset of a clock's reading, given as though it were UTC.
  int32_t seconds_east_of_local(int64_t local_unix_seconds) const;
  int32_t seconds_east_of_local(const CivilTime& local) const;
  // The offset that `abbreviation` (upper case) meant at or before a moment, or first meant after it.
  std::optional<int32_t> seconds_east_of_abbreviation(std::string_view abbreviation, int64_t unix_seconds) const;

 private:
  // Index of the last change at or before the moment, or -1.
  ptrdiff_t change_before(int64_t unix_seconds) const;
  // The first change strictly after the moment.
  std::optional<int64_t> next_change(int64_t unix_seconds) const;

  std::string name_;
  std::vector<LocalTimeType> types_;
  std::vector<Change> changes_;
  std::optional<PosixZone> after_;
};

// By name in any case, or a POSIX string. Null when there is no such zone.
const TimeZone* find_time_zone(std::string_view name);
// "<+05:30>-05:30": what SET TIME ZONE makes of a number of hours or an interval.
const TimeZone& fixed_time_zone(int32_t seconds_east);
const TimeZone& utc_time_zone();
inline const TimeZone& zone_or_utc(const TimeZone* zone) { return zone != nullptr ? *zone : utc_time_zone(); }

// Whole seconds since 1970 of a count of microseconds since 2000, rounded down.
constexpr int64_t unix_seconds_of(int64_t micros) {
  return floor_divide(micros, kMicrosPerSecond) - kUnixEpochDays * kSecondsPerDay;
}

}  // namespace millrace
