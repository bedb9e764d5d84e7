// The one form of date and time that machines write, read at once: "2001-02-03", then perhaps
// " 04:05:06.789" (or with a "T"), then perhaps "Z", "+05" or "+05:30". Several times as fast as the reader
// of all forms (types/date_time_input.h), which says the same of it and reads all the rest.
#pragma once

#include <optional>
#include <string_view>

#include "types/calendar.h"

namespace millrace {

struct IsoDateTime {
  CivilTime civil;
  std::optional<int32_t> seconds_west;
};

// Nothing for any other text, invalid dates and times among them. Years have four digits.
std::optional<IsoDateTime> read_iso_date_time(std::string_view text);

}  // namespace millrace
