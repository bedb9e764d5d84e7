// Arithmetic of dates, times and intervals, with PostgreSQL's results and errors (22008 "timestamp
// out of range" and the like).
//
// Infinite dates and timestamps absorb what is added. Adding months keeps the day of the month, or
// takes the month's last. Where a zone is passed, months and days are those of its clocks, and
// microseconds are elapsed time. Pure; cost is constant.
#pragma once

#include <optional>

#include "base/result.h"
#include "types/date_time.h"
#include "types/time_zone.h"

namespace millrace {

Result<Date> add(Date date, int32_t days);
Result<Date> subtract(Date date, int32_t days);
Result<int32_t> subtract(Date a, Date b);
Result<Timestamp> add(Date date, Interval interval);
Result<Timestamp> subtract(Date date, Interval interval);
Result<Timestamp> add(Date date, Time time);
Result<TimestampTz> add(Date date, TimeTz time);

Result<Timestamp> add(Timestamp timestamp, Interval interval);
Result<Timestamp> subtract(Timestamp timestamp, Interval interval);
Result<TimestampTz> add(TimestampTz timestamp, Interval interval, const TimeZone& zone);
Result<TimestampTz> subtract(TimestampTz timestamp, Interval interval, const TimeZone& zone);
// Days of 24 hours and a rest; no months. What 64 bits cannot hold is 22008 "interval out of range", where
// PostgreSQL 15 wraps round.
Result<Interval> subtract(Timestamp a, Timestamp b);
Result<Interval> subtract(TimestampTz a, TimestampTz b);

// Round the clock; months and days of the interval do not count.
Time add(Time time, Interval interval);
Time subtract(Time time, Interval interval);
TimeTz add(TimeTz time, Interval interval);
TimeTz subtract(TimeTz time, Interval interval);
Interval subtract(Time a, Time b);

Result<Interval> add(Interval a, Interval b);
Result<Interval> subtract(Interval a, Interval b);
Result<Interval> negate(Interval interval);
// Fractions of months become days, fractions of days microseconds.
Result<Interval> multiply(Interval interval, double factor);
Result<Interval> divide(Interval interval, double divisor);  // 22012 by zero

Result<Interval> justify_hours(Interval interval);     // 24 hours to a day
Result<Interval> justify_days(Interval interval);      // 30 days to a month
Result<Interval> justify_interval(Interval interval);  // both, with one sign for all

// a - b in years, months and days of the calendar. Of infinity it is out of range, where PostgreSQL 15
// counts to the largest integer.
Result<Interval> age(Timestamp a, Timestamp b);
Result<Interval> age(TimestampTz a, TimestampTz b, const TimeZone& zone);

// The start of the stride that holds `value`, strides counted from `origin`.
Result<Timestamp> date_bin(Interval stride, Timestamp value, Timestamp origin);
Result<TimestampTz> date_bin(Interval stride, TimestampTz value, TimestampTz origin);

// Whether two periods share a moment; a period's ends come in either order, and one that is empty is a
// point. Any end may be NULL; the answer is, when it depends on it. `T` is ordered.
template <class T>
std::optional<bool> overlaps(std::optional<T> start_a, std::optional<T> end_a, std::optional<T> start_b,
                             std::optional<T> end_b) {
  // A NULL end counts as unknown but later than its start.
  const auto in_order = [](std::optional<T>& start, std::optional<T>& end) {
    if (!start || (end && *end < *start)) std::swap(start, end);
    return start.has_value();
  };
  if (!in_order(start_a, end_a) || !in_order(start_b, end_b)) return std::nullopt;
  if (*start_a == *start_b) {
    if (!end_a || !end_b) return std::nullopt;
    return true;
  }
  const std::optional<T>& first_end = *start_a < *start_b ? end_a : end_b;
  const std::optional<T>& second_end = *start_a < *start_b ? end_b : end_a;
  const T& second_start = *start_a < *start_b ? *start_b : *start_a;
  if (!first_end) return std::nullopt;
  if (second_start < *first_end) return true;
  if (!second_end) return std::nullopt;
  return false;
}

}  // namespace millrace
