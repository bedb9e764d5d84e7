#include "types/zone_displacement.h"

#include "types/date_time_token.h"

namespace millrace {

ZoneDisplacement read_zone_displacement(std::string_view text) {
  using enum ZoneDisplacement::State;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {kBadFormat};
  const auto hour = read_leading_integer<int32_t>(text.substr(1));
  if (hour.overflow) return {kOutOfRange};
  int32_t hours = hour.value;
  int32_t minutes = 0;
  int32_t seconds = 0;
  std::string_view rest = hour.rest;
  if (rest.starts_with(':')) {
    const auto minute = read_leading_integer<int32_t>(rest.substr(1));
    if (minute.overflow) return {kOutOfRange};
    minutes = minute.value;
    rest = minute.rest;
    if (rest.starts_with(':')) {
      const auto second = read_leading_integer<int32_t>(rest.substr(1));
      if (second.overflow) return {kOutOfRange};
      seconds = second.value;
      rest = second.rest;
    }
  } else if (rest.empty() && text.size() > 3) {  // run together
    minutes = hours % 100;
    hours /= 100;
  }
  constexpr int32_t kMaxHours = 15;
  if (hours < 0 || hours > kMaxHours || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
    return {kOutOfRange};
  }
  if (!rest.empty()) return {kBadFormat};
  const int32_t size = (hours * 60 + minutes) * 60 + seconds;
  return {kValid, text.front() == '-' ? -size : size};
}

}  // namespace millrace
