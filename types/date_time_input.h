// Reads the text forms of dates and times: everything PostgreSQL reads, in any DateStyle.
//
// Input is permissive: fields may stand in nearly any order, and what a number means follows from its
// length, the fields before it and, for short ones, TextContext::date_order.
#pragma once

#include <cstdint>

#include "types/calendar.h"
#include "types/date_time_error.h"
#include "types/type_info.h"

namespace millrace {

struct DecodedDateTime {
  enum class Kind : uint8_t { kFields, kEpoch, kInfinity, kMinusInfinity };
  Kind kind = Kind::kFields;
  CivilTime civil;           // of kFields; the day of the month is valid, the year may not be
  int32_t seconds_west = 0;  // the zone written, else the session's at that time where asked for
};

// Whether a missing zone is to be filled in: finding it costs as much as reading the text.
enum class SessionZone : uint8_t { kIgnored, kFilledIn };

// A date, perhaps with a time and zone.
Result<DecodedDateTime> decode_date_time(const DateTimeErrors& errors, const TextContext& context, SessionZone zone);
// A time, perhaps with a zone, and a date where the zone needs one.
Result<DecodedDateTime> decode_time(const DateTimeErrors& errors, const TextContext& context);

// The session's local time at the start of the transaction, and its zone's offset.
struct LocalNow {
  CivilTime civil;
  int32_t seconds_west;
};
LocalNow local_now(const TextContext& context);

}  // namespace millrace
