// What is wrong with the text of a date, time or interval, worded as PostgreSQL words it.
#pragma once

#include <string>
#include <string_view>

#include "base/sql_error.h"

namespace millrace {

struct DateTimeErrors {
  std::string_view type_name;  // "timestamp with time zone"
  std::string_view text;       // all of the input

  SqlError bad_format() const {
    return SqlError(sqlstate::kInvalidDatetimeFormat,
                    "invalid input syntax for type " + std::string(type_name) + ": " + quoted());
  }
  SqlError field_out_of_range() const {
    return SqlError(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range: " + quoted());
  }
  // Day and month may have been meant the other way round.
  SqlError month_or_day_out_of_range() const {
    return field_out_of_range().with_hint("Perhaps you need a different \"datestyle\" setting.");
  }
  SqlError interval_field_out_of_range() const {
    return SqlError(sqlstate::kIntervalFieldOverflow, "interval field value out of range: " + quoted());
  }
  SqlError zone_displacement_out_of_range() const {
    return SqlError(sqlstate::kInvalidTimeZoneDisplacementValue, "time zone displacement out of range: " + quoted());
  }
  // A value that is well formed but that the type cannot hold. `what` is "date" or "timestamp".
  SqlError out_of_range(std::string_view what) const {
    return SqlError(sqlstate::kDatetimeFieldOverflow, std::string(what) + " out of range: " + quoted());
  }

 private:
  std::string quoted() const { return "\"" + std::string(text) + "\""; }
};

inline SqlError unknown_time_zone(std::string_view name) {
  return SqlError(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(name) + "\" not recognized");
}

}  // namespace millrace
