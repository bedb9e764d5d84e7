#include "types/date_time_arithmetic.h"

#include "types/calendar.h"
#include "types/date_time_conversion.h"

namespace millrace {
namespace {

SqlError date_out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range"); }
SqlError timestamp_out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range"); }
SqlError interval_out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range"); }

int64_t wrap_to_day(int64_t micros) { return floor_modulo(micros, kMicrosPerDay); }

Result<Interval> difference(int64_t a, int64_t b, bool finite) {
  if (!finite) return SqlError(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite timestamps");
  Interval result;
  if (__builtin_sub_overflow(a, b, &result.micros)) return interval_out_of_range();
  return justify_hours(result);
}

// The date `months` later, on the month's last day when it has no such day.
bool add_months(CivilDate& date, int32_t months) {
  const int64_t month = int64_t{date.year} * kMonthsPerYear + date.month - 1 + months;
  const int64_t year = floor_divide(month, kMonthsPerYear);
  date.year = static_cast<int32_t>(year);
  date.month = static_cast<int32_t>(month - year * kMonthsPerYear) + 1;
  date.day = std::min(date.day, days_in_month(year, date.month));
  return date.year == year;
}

bool add_days(CivilDate& date, int32_t days) {
  const int64_t julian_day = to_julian_day(date) + days;
  if (julian_day < 0 || julian_day > std::numeric_limits<int32_t>::max()) return false;
  date = from_julian_day(julian_day);
  return true;
}

template <class T>
Result<T> add_micros(T timestamp, int64_t micros) {
  if (__builtin_add_overflow(timestamp.micros, micros, &timestamp.micros) || !timestamp.in_range()) {
    return timestamp_out_of_range();
  }
  return timestamp;
}

// Field by field, from the second interval's opposite when it has one.
bool subtract_fields(Interval a, Interval b, Interval& result) {
  return !__builtin_sub_overflow(a.months, b.months, &result.months) &&
         !__builtin_sub_overflow(a.days, b.days, &result.days) &&
         !__builtin_sub_overflow(a.micros, b.micros, &result.micros);
}

// INT_MIN has no opposite in an interval's fields; its negation is still what PostgreSQL adds.
Interval wrapping_negative(Interval interval) {
  return {static_cast<int64_t>(-static_cast<uint64_t>(interval.micros)),
          static_cast<int32_t>(-static_cast<uint32_t>(interval.days)),
          static_cast<int32_t>(-static_cast<uint32_t>(interval.months))};
}

// Whole days that `micros` hold, by sign of `days`: both parts end with the same sign.
void align_micros_with_days(Interval& interval) {
  if (interval.days > 0 && interval.micros < 0) {
    interval.micros += kMicrosPerDay;
    --interval.days;
  } else if (interval.days < 0 && interval.micros > 0) {
    interval.micros -= kMicrosPerDay;
    ++interval.days;
  }
}

template <class Calendar>
Result<Interval> age_of(int64_t micros_a, int64_t micros_b, Calendar to_calendar) {
  const bool negative = micros_a < micros_b;
  const CivilTime earlier = to_calendar(negative ? micros_a : micros_b);
  const CivilTime later = to_calendar(negative ? micros_b : micros_a);
  int64_t micros = later.micros_of_day() - earlier.micros_of_day();
  int32_t days = later.date.day - earlier.date.day;
  int32_t months = later.date.month - earlier.date.month;
  int64_t years = int64_t{later.date.year} - earlier.date.year;
  if (micros < 0) {
    micros += kMicrosPerDay;
    --days;
  }
  // Days are borrowed from the month that the earlier date lies in.
  while (days < 0) {
    days += days_in_month(earlier.date.year, earlier.date.month);
    --months;
  }
  while (months < 0) {
    months += kMonthsPerYear;
    --years;
  }
  const int64_t all_months = years * kMonthsPerYear + months;
  const Interval result{micros, days, static_cast<int32_t>(all_months)};
  if (result.months != all_months) return interval_out_of_range();
  return negative ? wrapping_negative(result) : result;
}

template <class T>
Result<T> bin(Interval stride, T value, T origin) {
  if (!value.is_finite()) return value;
  if (!origin.is_finite()) return SqlError(sqlstate::kDatetimeFieldOverflow, "origin out of range");
  if (stride.months != 0) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    "timestamps cannot be binned into intervals containing months or years");
  }
  int64_t step = 0;
  if (__builtin_mul_overflow(int64_t{stride.days}, kMicrosPerDay, &step) ||
      __builtin_add_overflow(step, stride.micros, &step)) {
    return interval_out_of_range();
  }
  if (step <= 0) return SqlError(sqlstate::kDatetimeFieldOverflow, "stride must be greater than zero");
  int64_t distance = 0;
  if (__builtin_sub_overflow(value.micros, origin.micros, &distance)) return interval_out_of_range();
  int64_t start = origin.micros + distance / step * step;
  if (distance % step < 0 && __builtin_sub_overflow(start, step, &start)) return timestamp_out_of_range();
  const T result = T::of(start);
  if (!result.in_range()) return timestamp_out_of_range();
  return result;
}

}  // namespace

Result<Date> add(Date date, int32_t days) {
  if (!date.is_finite()) return date;
  if (__builtin_add_overflow(date.days, days, &date.days) || !date.in_range()) return date_out_of_range();
  return date;
}

Result<Date> subtract(Date date, int32_t days) {
  if (!date.is_finite()) return date;
  if (__builtin_sub_overflow(date.days, days, &date.days) || !date.in_range()) return date_out_of_range();
  return date;
}

Result<int32_t> subtract(Date a, Date b) {
  if (!a.is_finite() || !b.is_finite()) {
    return SqlError(sqlstate::kDatetimeFieldOverflow, "cannot subtract infinite dates");
  }
  return static_cast<int32_t>(int64_t{a.days} - b.days);
}

Result<Timestamp> add(Date date, Interval interval) {
  TRY(const Timestamp timestamp, to_timestamp(date));
  return add(timestamp, interval);
}

Result<Timestamp> subtract(Date date, Interval interval) {
  TRY(const Timestamp timestamp, to_timestamp(date));
  return subtract(timestamp, interval);
}

Result<Timestamp> add(Date date, Time time) {
  TRY(Timestamp timestamp, to_timestamp(date));
  if (!timestamp.is_finite()) return timestamp;
  return add_micros(timestamp, time.micros);
}

Result<TimestampTz> add(Date date, TimeTz time) {
  TRY(const Timestamp midnight, to_timestamp(date));
  if (!midnight.is_finite()) return TimestampTz::of(midnight.micros);
  const auto moment = add_micros(TimestampTz::of(midnight.micros), time.utc_micros());
  if (!moment) return SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range for timestamp");
  return *moment;
}

Result<Timestamp> add(Timestamp timestamp, Interval interval) {
  if (!timestamp.is_finite()) return timestamp;
  if (interval.months != 0 || interval.days != 0) {
    CivilTime civil = to_civil(timestamp);
    if (interval.months != 0 && (!add_months(civil.date, interval.months) || !has_julian_day(civil.date))) {
      return timestamp_out_of_range();
    }
    if (!to_timestamp(civil, timestamp)) return timestamp_out_of_range();
    if (!add_days(civil.date, interval.days) || !to_timestamp(civil, timestamp)) return timestamp_out_of_range();
  }
  return add_micros(timestamp, interval.micros);
}

Result<Timestamp> subtract(Timestamp timestamp, Interval interval) {
  return add(timestamp, wrapping_negative(interval));
}

Result<TimestampTz> add(TimestampTz timestamp, Interval interval, const TimeZone& zone) {
  if (!timestamp.is_finite()) return timestamp;
  // Months first, then days, each read off the zone's clocks anew.
  const auto move = [&](auto change) {
    CivilTime civil = to_civil(zone.to_local(timestamp));
    return change(civil.date) && has_julian_day(civil.date) &&
           to_moment(civil, -zone.seconds_east_of_local(civil), timestamp);
  };
  if (interval.months != 0 && !move([&](CivilDate& date) { return add_months(date, interval.months); })) {
    return timestamp_out_of_range();
  }
  if (interval.days != 0 && !move([&](CivilDate& date) { return add_days(date, interval.days); })) {
    return timestamp_out_of_range();
  }
  return add_micros(timestamp, interval.micros);
}

Result<TimestampTz> subtract(TimestampTz timestamp, Interval interval, const TimeZone& zone) {
  return add(timestamp, wrapping_negative(interval), zone);
}

Result<Interval> subtract(Timestamp a, Timestamp b) {
  return difference(a.micros, b.micros, a.is_finite() && b.is_finite());
}

Result<Interval> subtract(TimestampTz a, TimestampTz b) {
  return difference(a.micros, b.micros, a.is_finite() && b.is_finite());
}

Time add(Time time, Interval interval) { return {wrap_to_day(time.micros + interval.micros % kMicrosPerDay)}; }
Time subtract(Time time, Interval interval) { return {wrap_to_day(time.micros - interval.micros % kMicrosPerDay)}; }
TimeTz add(TimeTz time, Interval interval) { return {add(Time{time.micros}, interval).micros, time.seconds_west}; }
TimeTz subtract(TimeTz time, Interval interval) {
  return {subtract(Time{time.micros}, interval).micros, time.seconds_west};
}
Interval subtract(Time a, Time b) { return {a.micros - b.micros, 0, 0}; }

Result<Interval> add(Interval a, Interval b) {
  Interval result;
  if (__builtin_add_overflow(a.months, b.months, &result.months) ||
      __builtin_add_overflow(a.days, b.days, &result.days) ||
      __builtin_add_overflow(a.micros, b.micros, &result.micros)) {
    return interval_out_of_range();
  }
  return result;
}

Result<Interval> subtract(Interval a, Interval b) {
  Interval result;
  if (!subtract_fields(a, b, result)) return interval_out_of_range();
  return result;
}

Result<Interval> negate(Interval interval) { return subtract(Interval{}, interval); }

Result<Interval> justify_hours(Interval interval) {
  const int64_t days = interval.micros / kMicrosPerDay;
  interval.micros %= kMicrosPerDay;
  if (__builtin_add_overflow(interval.days, static_cast<int32_t>(days), &interval.days)) return interval_out_of_range();
  align_micros_with_days(interval);
  return interval;
}

Result<Interval> justify_days(Interval interval) {
  const auto month_days = static_cast<int32_t>(kDaysPerMonth);
  if (__builtin_add_overflow(interval.months, interval.days / month_days, &interval.months)) {
    return interval_out_of_range();
  }
  interval.days %= month_days;
  if (interval.months > 0 && interval.days < 0) {
    interval.days += month_days;
    --interval.months;
  } else if (interval.months < 0 && interval.days > 0) {
    interval.days -= month_days;
    ++interval.months;
  }
  return interval;
}

Result<Interval> justify_interval(Interval interval) {
  const auto month_days = static_cast<int32_t>(kDaysPerMonth);
  const auto carry_days = [&] {
    const int32_t months = interval.days / month_days;
    interval.days %= month_days;
    return !__builtin_add_overflow(interval.months, months, &interval.months);
  };
  // First the days alone where the hours would add to them: then nothing can overflow but months.
  if ((interval.days > 0 && interval.micros > 0) || (interval.days < 0 && interval.micros < 0)) {
    if (!carry_days()) return interval_out_of_range();
  }
  interval.days += static_cast<int32_t>(interval.micros / kMicrosPerDay);
  interval.micros %= kMicrosPerDay;
  if (!carry_days()) return interval_out_of_range();
  if (interval.months > 0 && (interval.days < 0 || (interval.days == 0 && interval.micros < 0))) {
    interval.days += month_days;
    --interval.months;
  } else if (interval.months < 0 && (interval.days > 0 || (interval.days == 0 && interval.micros > 0))) {
    interval.days -= month_days;
    ++interval.months;
  }
  align_micros_with_days(interval);
  return interval;
}

Result<Interval> age(Timestamp a, Timestamp b) {
  if (!a.is_finite() || !b.is_finite()) return timestamp_out_of_range();
  return age_of(a.micros, b.micros, [](int64_t micros) { return to_civil(Timestamp::of(micros)); });
}

Result<Interval> age(TimestampTz a, TimestampTz b, const TimeZone& zone) {
  if (!a.is_finite() || !b.is_finite()) return timestamp_out_of_range();
  return age_of(a.micros, b.micros, [&](int64_t micros) { return to_civil(zone.to_local(TimestampTz::of(micros))); });
}

Result<Timestamp> date_bin(Interval stride, Timestamp value, Timestamp origin) { return bin(stride, value, origin); }
Result<TimestampTz> date_bin(Interval stride, TimestampTz value, TimestampTz origin) {
  return bin(stride, value, origin);
}

}  // namespace millrace
