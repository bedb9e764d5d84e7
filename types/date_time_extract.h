// extract() and date_part(): one field of a value as a number. `field` is as the user wrote it; 22023
// when there is no such field, 0A000 when the type has none.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "types/date_time.h"
#include "types/time_zone.h"

namespace millrace {

// An exact number without the numeric type: the caller makes a numeric (extract) or a double (date_part).
struct ExtractedField {
  enum class Kind : uint8_t {
    kNull,              // of infinity, a field that comes round again
    kInfinity,          // of infinity, a field that only grows
    kMinusInfinity,     //
    kDecimal,           // unscaled / 10^scale, with `scale` digits after the point
    kJulianDayAndTime,  // unscaled + day_micros / 86400000000, the quotient with numeric's own digits
  };
  Kind kind = Kind::kNull;
  __int128 unscaled = 0;
  int32_t scale = 0;
  int64_t day_micros = 0;

  // REQUIRES: not kNull.
  double to_double() const;
};

Result<ExtractedField> extract(std::string_view field, Date date);
Result<ExtractedField> extract(std::string_view field, Time time);
Result<ExtractedField> extract(std::string_view field, TimeTz time);
Result<ExtractedField> extract(std::string_view field, Timestamp timestamp);
Result<ExtractedField> extract(std::string_view field, TimestampTz timestamp, const TimeZone& zone);
Result<ExtractedField> extract(std::string_view field, Interval interval);

}  // namespace millrace
