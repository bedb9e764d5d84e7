// date_trunc(): the start of the week, month, hour ... that a value lies in. `unit` is as the user
// wrote it; 22023 when there is no such unit, 0A000 when the type has none. Infinity stays, whatever the unit.
#pragma once

#include <string_view>

#include "base/result.h"
#include "types/date_time.h"
#include "types/time_zone.h"

namespace millrace {

Result<Timestamp> truncate(std::string_view unit, Timestamp timestamp);
// By the clocks of a zone: the session's, or ZoneArgument::zone() of the third argument.
Result<TimestampTz> truncate(std::string_view unit, TimestampTz timestamp, const TimeZone& zone);
Result<Interval> truncate(std::string_view unit, Interval interval);

}  // namespace millrace
