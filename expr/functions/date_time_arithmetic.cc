// + - * / between dates, times and intervals, in every mixture PostgreSQL has, and what is arithmetic under a
// name: age(), date_bin(), justify_*().
//
// What adds an interval to a timestamptz goes by the clocks of the session's zone: it is stable.
#include "types/date_time_arithmetic.h"

#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;

const TimeZone& zone_of(const EvalContext& context) { return zone_or_utc(context.text.time_zone); }
TimestampTz now(const EvalContext& context) { return from_wall_time(context.text.now); }

// a + b, and b + a.
template <class A, class B, class F>
void add_commuting(Rows& rows, F f, const char* example, const char* flipped_example) {
  rows.push_back(op("+", f, "Sum.", example));
  rows.push_back(op("+", [](B b, A a) { return F{}(a, b); }, "Sum.", flipped_example));
}

void add_date_operators(Rows& rows) {
  add_commuting<Date, int32_t>(
      rows, [](Date a, int32_t b) { return add(a, b); }, "date '2001-09-28' + 7 = date '2001-10-05'",
      "7 + date '2001-09-28' = date '2001-10-05'");
  add_commuting<Date, Interval>(
      rows, [](Date a, Interval b) { return add(a, b); },
      "date '2001-09-28' + interval '1 hour' = timestamp '2001-09-28 01:00'",
      "interval '1 hour' + date '2001-09-28' = timestamp '2001-09-28 01:00'");
  add_commuting<Date, Time>(
      rows, [](Date a, Time b) { return add(a, b); }, "date '2001-09-28' + time '03:00' = timestamp '2001-09-28 03:00'",
      "time '03:00' + date '2001-09-28' = timestamp '2001-09-28 03:00'");
  add_commuting<Date, TimeTz>(
      rows, [](Date a, TimeTz b) { return add(a, b); },
      "date '2001-09-28' + timetz '03:00+01' = timestamptz '2001-09-28 02:00+00'",
      "timetz '03:00+01' + date '2001-09-28' = timestamptz '2001-09-28 02:00+00'");
  rows.push_back(op(
      "-", [](Date a, int32_t b) { return subtract(a, b); }, "Days earlier.",
      "date '2001-10-01' - 7 = date '2001-09-24'"));
  rows.push_back(op(
      "-", [](Date a, Interval b) { return subtract(a, b); }, "Difference.",
      "date '2001-09-28' - interval '1 hour' = timestamp '2001-09-27 23:00'"));
  rows.push_back(op(
      "-", [](Date a, Date b) { return subtract(a, b); }, "Days between.",
      "date '2001-10-01' - date '2001-09-28' = 3"));
}

void add_time_operators(Rows& rows) {
  add_commuting<Time, Interval>(
      rows, [](Time a, Interval b) { return add(a, b); }, "time '23:00' + interval '3 hours' = time '02:00'",
      "interval '3 hours' + time '23:00' = time '02:00'");
  add_commuting<TimeTz, Interval>(
      rows, [](TimeTz a, Interval b) { return add(a, b); },
      "timetz '23:00+01' + interval '3 hours' = timetz '02:00+01'",
      "interval '3 hours' + timetz '23:00+01' = timetz '02:00+01'");
  rows.push_back(op(
      "-", [](Time a, Interval b) { return subtract(a, b); }, "Earlier on the clock.",
      "time '01:00' - interval '2 hours' = time '23:00'"));
  rows.push_back(op(
      "-", [](TimeTz a, Interval b) { return subtract(a, b); }, "Earlier on the clock.",
      "timetz '01:00+01' - interval '2 hours' = timetz '23:00+01'"));
  rows.push_back(op(
      "-", [](Time a, Time b) { return subtract(a, b); }, "Time between.",
      "time '05:00' - time '03:00' = interval '2 hours'"));
}

void add_timestamp_operators(Rows& rows) {
  add_commuting<Timestamp, Interval>(
      rows, [](Timestamp a, Interval b) { return add(a, b); },
      "timestamp '2001-01-31' + interval '1 month' = timestamp '2001-02-28'",
      "interval '1 month' + timestamp '2001-01-31' = timestamp '2001-02-28'");
  rows.push_back(op(
      "-", [](Timestamp a, Interval b) { return subtract(a, b); }, "Earlier.",
      "timestamp '2001-03-31' - interval '1 month' = timestamp '2001-02-28'"));
  rows.push_back(op(
      "-", [](Timestamp a, Timestamp b) { return subtract(a, b); }, "Time between, in days and hours.",
      "timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00' = interval '63 days 15:00:00'"));
  rows.push_back(op(
      "+", [](const EvalContext& c, TimestampTz a, Interval b) { return add(a, b, zone_of(c)); }, "Sum.",
      "timestamptz '2001-01-31 12:00+00' + interval '1 hour' = timestamptz '2001-01-31 13:00+00'"));
  rows.push_back(op(
      "+", [](const EvalContext& c, Interval a, TimestampTz b) { return add(b, a, zone_of(c)); }, "Sum.",
      "interval '1 hour' + timestamptz '2001-01-31 12:00+00' = timestamptz '2001-01-31 13:00+00'"));
  rows.push_back(op(
      "-", [](const EvalContext& c, TimestampTz a, Interval b) { return subtract(a, b, zone_of(c)); }, "Earlier.",
      "timestamptz '2001-01-31 12:00+00' - interval '1 hour' = timestamptz '2001-01-31 11:00+00'"));
  rows.push_back(op(
      "-", [](TimestampTz a, TimestampTz b) { return subtract(a, b); }, "Time between, in days and hours.",
      "timestamptz '2001-01-02 00:00+00' - timestamptz '2001-01-01 00:00+01' = interval '1 day 01:00'"));
}

void add_interval_operators(Rows& rows) {
  rows.push_back(op(
      "+", [](Interval a, Interval b) { return add(a, b); }, "Sum.",
      "interval '1 day' + interval '1 hour' = interval '1 day 01:00'"));
  rows.push_back(op(
      "-", [](Interval a, Interval b) { return subtract(a, b); }, "Difference.",
      "interval '1 day' - interval '1 hour' = interval '23:00'"));
  rows.push_back(
      op("-", [](Interval a) { return negate(a); }, "Negation.", "- interval '23 hours' = interval '-23:00'"));
  rows.push_back(op(
      "*", [](Interval a, double b) { return multiply(a, b); }, "Multiple.",
      "interval '1 day' * 1.5 = interval '1 day 12:00'"));
  rows.push_back(op(
      "*", [](double a, Interval b) { return multiply(b, a); }, "Multiple.",
      "3.5 * interval '1 hour' = interval '03:30'"));
  rows.push_back(op(
      "/", [](Interval a, double b) { return divide(a, b); }, "Part.", "interval '1 hour' / 1.5 = interval '00:40'"));
}

void add_functions(Rows& rows) {
  const char* justify_example = "justify_interval(interval '1 mon -1 hour') = interval '29 days 23:00'";
  rows.push_back(scalar(
      "justify_hours", [](Interval a) { return justify_hours(a); }, "24 hours to a day.",
      "justify_hours(interval '27 hours')::text = '1 day 03:00:00'"));
  rows.push_back(scalar(
      "justify_days", [](Interval a) { return justify_days(a); }, "30 days to a month.",
      "justify_days(interval '35 days')::text = '1 mon 5 days'"));
  rows.push_back(scalar(
      "justify_interval", [](Interval a) { return justify_interval(a); },
      "24 hours to a day, 30 days to a month, one sign for all.", justify_example));
  rows.push_back(scalar(
      "date_bin", [](Interval stride, Timestamp value, Timestamp origin) { return date_bin(stride, value, origin); },
      "The start of the stride that holds the second, counted from the third.",
      "date_bin('15 minutes', timestamp '2001-02-16 20:38:40', timestamp '2001-01-01') = "
      "timestamp '2001-02-16 20:30'"));
  rows.push_back(scalar(
      "date_bin",
      [](Interval stride, TimestampTz value, TimestampTz origin) { return date_bin(stride, value, origin); },
      "The start of the stride that holds the second, counted from the third.",
      "date_bin('1 hour', timestamptz '2001-02-16 20:38+00', timestamptz '2001-01-01 00:00+00') = "
      "timestamptz '2001-02-16 20:00+00'"));
  rows.push_back(scalar(
      "age", [](Timestamp a, Timestamp b) { return age(a, b); }, "Years, months and days from the second to the first.",
      "age(timestamp '2001-04-10', timestamp '1957-06-13')::text = '43 years 9 mons 27 days'"));
  rows.push_back(scalar(
      "age", [](const EvalContext& c, TimestampTz a, TimestampTz b) { return age(a, b, zone_of(c)); },
      "Years, months and days from the second to the first.",
      "age(timestamptz '2001-04-10 00:00+00', timestamptz '2001-04-09 00:00+00') = interval '1 day'"));
  rows.push_back(scalar(
      "age",
      [](const EvalContext& c, Timestamp a) -> Result<Interval> {
        TRY(const Timestamp midnight, to_timestamp(to_date(now(c), zone_of(c))));
        return age(midnight, a);
      },
      "Years, months and days up to today's midnight.", "age(now()::date::timestamp) = interval '0'"));
  rows.push_back(scalar(
      "age",
      [](const EvalContext& c, TimestampTz a) -> Result<Interval> {
        TRY(const TimestampTz midnight, to_timestamp_tz(to_date(now(c), zone_of(c)), zone_of(c)));
        return age(midnight, a, zone_of(c));
      },
      "Years, months and days up to today's midnight.", "age(now()::date::timestamptz) = interval '0'"));
}

}  // namespace

std::vector<ScalarFunction> date_time_arithmetic() {
  Rows rows;
  add_date_operators(rows);
  add_time_operators(rows);
  add_timestamp_operators(rows);
  add_interval_operators(rows);
  add_functions(rows);
  return rows;
}

}  // namespace millrace::expr
