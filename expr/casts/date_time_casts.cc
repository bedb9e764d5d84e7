// Casts between the date and time types, with the contexts of PostgreSQL's pg_cast. Those that read the clocks
// of the session's zone are stable.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"

namespace millrace::expr {
namespace {

constexpr auto kImplicit = CastContext::kImplicit;
constexpr auto kAssignment = CastContext::kAssignment;

const TimeZone& zone_of(const EvalContext& context) { return zone_or_utc(context.text.time_zone); }

template <class F>
CastRow cast(CastContext context, F convert, const char* name, const char* doc, const char* example) {
  ScalarFunction function = scalar(name, convert, doc, example);
  const uint32_t source = function.arguments[0];
  const uint32_t target = function.result;
  return {source, target, context, CastMethod::kFunction, std::move(function)};
}

}  // namespace

std::vector<CastRow> date_time_casts() {
  return {
      cast(
          kImplicit, [](Date x) { return to_timestamp(x); }, "timestamp", "The date's midnight.",
          "date '2001-02-16'::timestamp = timestamp '2001-02-16 00:00'"),
      cast(
          kImplicit, [](const EvalContext& c, Date x) { return to_timestamp_tz(x, zone_of(c)); }, "timestamptz",
          "The date's midnight in the session's zone.",
          "date '2001-02-16'::timestamptz = timestamptz '2001-02-16 00:00'"),
      cast(
          kAssignment, [](Timestamp x) { return to_date(x); }, "date", "The day.",
          "timestamp '2001-02-16 20:38'::date = date '2001-02-16'"),
      cast(
          kAssignment, [](const EvalContext& c, TimestampTz x) { return to_date(x, zone_of(c)); }, "date",
          "The day in the session's zone.", "timestamptz '2001-02-16 20:38'::date = date '2001-02-16'"),
      cast(
          kAssignment, [](Timestamp x) { return to_time(x); }, "time", "The time of the day.",
          "timestamp '2001-02-16 20:38'::time = time '20:38'"),
      cast(
          kAssignment, [](const EvalContext& c, TimestampTz x) { return to_time(x, zone_of(c)); }, "time",
          "The time of the day in the session's zone.", "timestamptz '2001-02-16 20:38'::time = time '20:38'"),
      cast(
          kAssignment, [](const EvalContext& c, TimestampTz x) { return to_time_tz(x, zone_of(c)); }, "timetz",
          "The time of the day with the session's zone.",
          "timestamptz '2001-02-16 20:38'::timetz::time = time '20:38'"),
      cast(
          kImplicit, [](const EvalContext& c, Timestamp x) { return to_timestamp_tz(x, zone_of(c)); }, "timestamptz",
          "The moment in the session's zone.",
          "timestamp '2001-02-16 20:38'::timestamptz = timestamptz '2001-02-16 20:38'"),
      cast(
          kAssignment, [](const EvalContext& c, TimestampTz x) { return to_timestamp(x, zone_of(c)); }, "timestamp",
          "What the session's clocks show.",
          "timestamptz '2001-02-16 20:38'::timestamp = timestamp '2001-02-16 20:38'"),
      cast(
          kImplicit, [](Time x) { return to_interval(x); }, "interval", "The time since midnight.",
          "time '05:00'::interval = interval '5 hours'"),
      cast(
          kAssignment, [](Interval x) { return to_time(x); }, "time", "What is left of whole days.",
          "interval '1 day 05:00'::time = time '05:00'"),
      cast(
          kImplicit, [](const EvalContext& c, Time x) { return to_time_tz(x, zone_of(c), from_wall_time(c.text.now)); },
          "timetz", "The time with the session's zone.", "time '05:00'::timetz::time = time '05:00'"),
      cast(
          kAssignment, [](TimeTz x) { return to_time(x); }, "time", "The time without its zone.",
          "timetz '05:00+02'::time = time '05:00'"),
  };
}

}  // namespace millrace::expr
