// A zone as users name one: an abbreviation first ("pst"), else a name of the tz database or a POSIX
// string ("America/New_York", "FOO+3").
#pragma once

#include <string_view>

#include "base/result.h"
#include "types/calendar.h"
#include "types/time_zone.h"
#include "types/zone_abbreviation.h"

namespace millrace {

// What an abbreviation means for a reading of the clock, and at a moment.
Result<int32_t> seconds_east_of(const ZoneAbbreviation& abbreviation, const CivilTime& local);
Result<int32_t> seconds_east_of(const ZoneAbbreviation& abbreviation, TimestampTz moment);

// The second argument of timezone(): AT TIME ZONE. Resolved once, used for many rows.
class ZoneArgument {
 public:
  // Fails with 22023 when there is no such zone.
  static Result<ZoneArgument> find(std::string_view name);
  static ZoneArgument of(const TimeZone& zone) { return ZoneArgument(&zone, nullptr); }

  Result<int32_t> seconds_east_of_local(const CivilTime& local) const;
  Result<int32_t> seconds_east_at(TimestampTz moment) const;
  // The zone itself, as date_trunc() takes it: an abbreviation is a zone with that offset for all
  // time, or the zone it belongs to when its offset has changed.
  Result<const TimeZone*> zone() const;

 private:
  ZoneArgument(const TimeZone* zone, const ZoneAbbreviation* abbreviation) : zone_(zone), abbreviation_(abbreviation) {}

  const TimeZone* zone_;
  const ZoneAbbreviation* abbreviation_;
};

}  // namespace millrace
