// The time zone abbreviations that input understands: PostgreSQL's set "Default".
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

struct ZoneAbbreviation {
  enum class Kind : uint8_t {
    kStandard,
    kDaylight,
    kByZone,  // its meaning has changed over time: ask `zone`
  };
  std::string_view name;  // lower case
  Kind kind;
  int32_t seconds_east;
  const char* zone;  // tz database name, of kByZone
};

// Null when there is none. Case is not folded.
const ZoneAbbreviation* find_zone_abbreviation(std::string_view lower_case);

}  // namespace millrace
