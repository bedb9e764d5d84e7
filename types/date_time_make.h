// make_date(), make_time() and their kin: values from their fields, with PostgreSQL's errors (22008). A
// negative year is before Christ; there is no year 0.
#pragma once

#include <string_view>

#include "base/result.h"
#include "types/date_time.h"
#include "types/time_zone.h"

namespace millrace {

Result<Date> make_date(int32_t year, int32_t month, int32_t day);
Result<Time> make_time(int32_t hour, int32_t minute, double seconds);
Result<Timestamp> make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                                 double seconds);
// The zone of make_timestamptz(): a displacement ("+3", "-03:30"), an abbreviation or a zone's name. 22023.
Result<TimestampTz> at_written_zone(Timestamp local, std::string_view zone);
// Overflow is 22008 "interval out of range", where PostgreSQL 15 wraps round.
Result<Interval> make_interval(int32_t years, int32_t months, int32_t weeks, int32_t days, int32_t hours,
                               int32_t minutes, double seconds);

}  // namespace millrace
