#include "types/zone_argument.h"

#include <string>

#include "types/date_time_error.h"

namespace millrace {
namespace {

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

Result<const TimeZone*> zone_of(const ZoneAbbreviation& abbreviation) {
  const TimeZone* zone = find_time_zone(abbreviation.zone);
  if (zone == nullptr) return unknown_time_zone(abbreviation.zone);
  return zone;
}

}  // namespace

Result<int32_t> seconds_east_of(const ZoneAbbreviation& abbreviation, const CivilTime& local) {
  if (abbreviation.kind != ZoneAbbreviation::Kind::kByZone) return abbreviation.seconds_east;
  TRY(const TimeZone* zone, zone_of(abbreviation));
  const int32_t east = zone->seconds_east_of_local(local);
  const int64_t days = to_julian_day(local.date) - kJulianDayOf2000 - kUnixEpochDays;
  const int64_t moment = days * kSecondsPerDay + local.micros_of_day() / kMicrosPerSecond - east;
  return zone->seconds_east_of_abbreviation(upper_case(abbreviation.name), moment).value_or(east);
}

Result<int32_t> seconds_east_of(const ZoneAbbreviation& abbreviation, TimestampTz moment) {
  if (abbreviation.kind != ZoneAbbreviation::Kind::kByZone) return abbreviation.seconds_east;
  TRY(const TimeZone* zone, zone_of(abbreviation));
  const auto named = zone->seconds_east_of_abbreviation(upper_case(abbreviation.name), unix_seconds_of(moment.micros));
  return named ? *named : zone->at(moment).seconds_east;
}

Result<ZoneArgument> ZoneArgument::find(std::string_view name) {
  if (const ZoneAbbreviation* abbreviation = find_zone_abbreviation(lower_case(name))) {
    return ZoneArgument(nullptr, abbreviation);
  }
  const TimeZone* zone = find_time_zone(name);
  if (zone == nullptr) return unknown_time_zone(name);
  return ZoneArgument(zone, nullptr);
}

Result<int32_t> ZoneArgument::seconds_east_of_local(const CivilTime& local) const {
  if (zone_ != nullptr) return zone_->seconds_east_of_local(local);
  return seconds_east_of(*abbreviation_, local);
}

Result<const TimeZone*> ZoneArgument::zone() const {
  if (zone_ != nullptr) return zone_;
  if (abbreviation_->kind != ZoneAbbreviation::Kind::kByZone) return &fixed_time_zone(abbreviation_->seconds_east);
  return zone_of(*abbreviation_);
}

Result<int32_t> ZoneArgument::seconds_east_at(TimestampTz moment) const {
  if (zone_ != nullptr) return zone_->at(moment).seconds_east;
  return seconds_east_of(*abbreviation_, moment);
}

}  // namespace millrace
