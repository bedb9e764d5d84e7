// A numeric zone as input writes it: "+05:30", "-8", "+0530", "+05:30:15". At most 15:59:59 either way.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

struct ZoneDisplacement {
  enum class State : uint8_t { kValid, kBadFormat, kOutOfRange };
  State state;
  int32_t seconds_east = 0;
};

ZoneDisplacement read_zone_displacement(std::string_view text);

}  // namespace millrace
