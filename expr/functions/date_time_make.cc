// Dates and times from their fields (make_*), from Unix time, and from the clock: now() and its kin.
#include "types/date_time_make.h"

#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;

void add_clocks(Rows& rows) {
  const auto transaction = [](const EvalContext& c) { return from_wall_time(c.text.now); };
  rows.push_back(scalar("now", transaction, "When the transaction began.", "now() = transaction_timestamp()"));
  rows.push_back(
      scalar("transaction_timestamp", transaction, "When the transaction began.", "transaction_timestamp() = now()"));
  rows.push_back(scalar(
      "statement_timestamp", [](const EvalContext& c) { return from_wall_time(c.statement_start); },
      "When the statement arrived.", "statement_timestamp() >= now()"));
  rows.push_back(is_volatile(scalar(
      "clock_timestamp", [](const EvalContext& c) { return from_wall_time(c.clock); }, "The time as it runs.",
      "clock_timestamp() >= statement_timestamp()")));
  rows.push_back(scalar(
      "to_timestamp", [](double seconds) { return from_unix_seconds(seconds); }, "Seconds since 1970 as a moment.",
      "to_timestamp(1284352323) = timestamptz '2010-09-13 04:32:03+00'"));
}

// make_interval's arguments have defaults in PostgreSQL: one row for each number of arguments.
template <class... Given>
ScalarFunction make_interval_row(const char* example) {
  return scalar(
      "make_interval",
      [](Given... given) {
        int32_t whole[6] = {};
        double seconds = 0;
        size_t i = 0;
        [[maybe_unused]] const auto take = [&](auto value) {
          if constexpr (std::is_same_v<decltype(value), double>) {
            seconds = value;
          } else {
            whole[i++] = value;
          }
        };
        (take(given), ...);
        return make_interval(whole[0], whole[1], whole[2], whole[3], whole[4], whole[5], seconds);
      },
      "An interval of years, months, weeks, days, hours, minutes, seconds; missing ones are 0.", example);
}

void add_intervals(Rows& rows) {
  using I = int32_t;
  rows.push_back(make_interval_row<>("make_interval() = interval '0'"));
  rows.push_back(make_interval_row<I>("make_interval(1) = interval '1 year'"));
  rows.push_back(make_interval_row<I, I>("make_interval(0, 2) = interval '2 months'"));
  rows.push_back(make_interval_row<I, I, I>("make_interval(0, 0, 2) = interval '14 days'"));
  rows.push_back(make_interval_row<I, I, I, I>("make_interval(0, 0, 0, 10) = interval '10 days'"));
  rows.push_back(make_interval_row<I, I, I, I, I>("make_interval(0, 0, 0, 0, 3) = interval '3 hours'"));
  rows.push_back(make_interval_row<I, I, I, I, I, I>("make_interval(0, 0, 0, 0, 0, 5) = interval '5 minutes'"));
  rows.push_back(
      make_interval_row<I, I, I, I, I, I, double>("make_interval(0, 0, 0, 0, 0, 0, 1.5) = interval '1.5 seconds'"));
}

}  // namespace

std::vector<ScalarFunction> date_time_makers() {
  Rows rows;
  add_clocks(rows);
  add_intervals(rows);
  rows.push_back(scalar(
      "make_date", [](int32_t year, int32_t month, int32_t day) { return make_date(year, month, day); },
      "A date from year, month and day.", "make_date(2013, 7, 15) = date '2013-07-15'"));
  rows.push_back(scalar(
      "make_time", [](int32_t hour, int32_t minute, double seconds) { return make_time(hour, minute, seconds); },
      "A time from hour, minute and seconds.", "make_time(8, 15, 23.5) = time '08:15:23.5'"));
  rows.push_back(scalar(
      "make_timestamp",
      [](int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double seconds) {
        return make_timestamp(year, month, day, hour, minute, seconds);
      },
      "A timestamp from its fields.", "make_timestamp(2013, 7, 15, 8, 15, 23.5) = timestamp '2013-07-15 08:15:23.5'"));
  rows.push_back(scalar(
      "make_timestamptz",
      [](const EvalContext& c, int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
         double seconds) -> Result<TimestampTz> {
        TRY(const Timestamp local, make_timestamp(year, month, day, hour, minute, seconds));
        return to_timestamp_tz(local, zone_or_utc(c.text.time_zone));
      },
      "A moment from its fields by the session's clocks.",
      "make_timestamptz(2013, 7, 15, 8, 15, 23.5) = timestamptz '2013-07-15 08:15:23.5'"));
  rows.push_back(stable(scalar(
      "make_timestamptz",
      [](int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double seconds,
         std::string_view zone) -> Result<TimestampTz> {
        TRY(const Timestamp local, make_timestamp(year, month, day, hour, minute, seconds));
        return at_written_zone(local, zone);
      },
      "A moment from its fields by the clocks of a zone.",
      "make_timestamptz(2013, 7, 15, 8, 15, 0, 'UTC') = timestamptz '2013-07-15 08:15+00'")));
  return rows;
}

}  // namespace millrace::expr
