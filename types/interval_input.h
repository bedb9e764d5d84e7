// Reads the text forms of intervals: PostgreSQL's own ("1 year -2 days 03:04", "@ 1 min ago"), SQL's
// ("1-2", "3 4:05:06") and ISO 8601's ("P1Y2DT3H", "P0001-02-03T04:05:06").
#pragma once

#include <string_view>

#include "types/date_time.h"
#include "types/date_time_error.h"
#include "types/type_info.h"

namespace millrace {

// `fields` (see time_precision.h) say what a number without a unit counts; they cut nothing off.
// `style` says whether one leading minus negates every field (sql_standard).
Result<Interval> parse_interval(std::string_view text, int32_t fields, IntervalStyle style);

// Adds up an interval, number by number. False when a count overflows; all fractions are below one.
class IntervalSum {
 public:
  bool add_micros(int64_t count, double fraction, int64_t micros_per_unit);
  bool add_days(int64_t count, double fraction, int32_t days_per_unit);
  bool add_months(int64_t count, double fraction);
  bool add_years(int64_t count, double fraction, int32_t years_per_unit);
  void set_micros(int64_t micros) { micros_ = micros; }
  int64_t micros() const { return micros_; }
  bool negate();
  // False when years and months together are too many.
  bool finish(Interval& interval) const;

 private:
  bool add_fraction_of_micros(double fraction, int64_t micros_per_unit);

  int64_t micros_ = 0;
  int32_t days_ = 0;
  int32_t months_ = 0;
  int32_t years_ = 0;
};

// The ISO 8601 form alone.
Result<IntervalSum> parse_iso_8601_interval(const DateTimeErrors& errors);

}  // namespace millrace
