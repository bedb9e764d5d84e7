// Fields of dates and times: extract() and date_part(), date_trunc(), isfinite().
#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"
#include "types/date_time_extract.h"
#include "types/date_time_truncate.h"
#include "types/numeric.h"
#include "types/zone_argument.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;
using Text = std::string_view;

const TimeZone& zone_of(const EvalContext& context) { return zone_or_utc(context.text.time_zone); }

Result<std::optional<Numeric>> as_numeric(const Result<ExtractedField>& field) {
  using Kind = ExtractedField::Kind;
  if (!field) return SqlError(field.error());
  switch (field->kind) {
    case Kind::kNull: return std::optional<Numeric>();
    case Kind::kInfinity: return std::optional(Numeric::infinity());
    case Kind::kMinusInfinity: return std::optional(Numeric::infinity(-1));
    case Kind::kDecimal: return std::optional(Numeric::of(field->unscaled, field->scale));
    case Kind::kJulianDayAndTime: break;
  }
  TRY(const Numeric part, numeric::divide(Numeric::from_int(field->day_micros), Numeric::from_int(kMicrosPerDay)));
  TRY(Numeric sum, numeric::add(Numeric::of(field->unscaled, 0), part));
  return std::optional<Numeric>(std::move(sum));
}

Result<std::optional<double>> as_double(const Result<ExtractedField>& field) {
  if (!field) return SqlError(field.error());
  if (field->kind == ExtractedField::Kind::kNull) return std::optional<double>();
  return std::optional(field->to_double());
}

// date_part() of a date is that of its midnight, time fields included; extract() has those of a date alone.
Result<ExtractedField> extract_part(Text field, Date value) {
  TRY(const Timestamp midnight, to_timestamp(value));
  return extract(field, midnight);
}
template <class T>
Result<ExtractedField> extract_part(Text field, T value) {
  return extract(field, value);
}

// The parts are added up as doubles, as PostgreSQL does: the exact sum may differ in the last digit.
double epoch_of(Interval value) {
  const auto seconds_per_day = static_cast<double>(kSecondsPerDay);
  double seconds = static_cast<double>(value.micros) / 1e6;
  seconds += 365.25 * seconds_per_day * (value.months / kMonthsPerYear);
  seconds += static_cast<double>(kDaysPerMonth) * seconds_per_day * (value.months % kMonthsPerYear);
  return seconds + seconds_per_day * value.days;
}

template <class T>
Result<std::optional<double>> part(Text field, T value) {
  if constexpr (std::is_same_v<T, Interval>) {
    if (field.size() == 5 && to_lower(field) == "epoch") return std::optional(epoch_of(value));
  }
  return as_double(extract_part(field, value));
}

template <class T>
void add_extraction(Rows& rows, const char* extract_example, const char* part_example) {
  const char* doc = "One field of a value: extract(year FROM value), date_part('year', value).";
  rows.push_back(
      scalar("extract", [](Text field, T value) { return as_numeric(extract(field, value)); }, doc, extract_example));
  rows.push_back(scalar("date_part", [](Text field, T value) { return part(field, value); }, doc, part_example));
}

void add_truncation(Rows& rows) {
  const char* doc = "The start of the unit ('month', 'hour', ...) that the value lies in.";
  rows.push_back(scalar(
      "date_trunc", [](Text unit, Timestamp value) { return truncate(unit, value); }, doc,
      "date_trunc('hour', timestamp '2001-02-16 20:38:40') = timestamp '2001-02-16 20:00'"));
  rows.push_back(scalar(
      "date_trunc",
      [](const EvalContext& c, Text unit, TimestampTz value) { return truncate(unit, value, zone_of(c)); }, doc,
      "date_trunc('minute', timestamptz '2001-02-16 20:38:40+00') = timestamptz '2001-02-16 20:38+00'"));
  rows.push_back(stable(scalar(
      "date_trunc",
      [](Text unit, TimestampTz value, Text zone_name) -> Result<TimestampTz> {
        if (!value.is_finite()) return value;
        TRY(const ZoneArgument argument, ZoneArgument::find(zone_name));
        TRY(const TimeZone* zone, argument.zone());
        return truncate(unit, value, *zone);
      },
      "The start of the unit by the clocks of a zone.",
      "date_trunc('day', timestamptz '2001-02-16 20:38:40+00', 'Australia/Sydney') = "
      "timestamptz '2001-02-16 13:00+00'")));
  rows.push_back(scalar(
      "date_trunc", [](Text unit, Interval value) { return truncate(unit, value); }, doc,
      "date_trunc('hour', interval '2 days 03:47') = interval '2 days 03:00'"));
}

}  // namespace

std::vector<ScalarFunction> date_time_fields() {
  Rows rows;
  add_extraction<Date>(rows, "\"extract\"('year', date '2001-02-16') = 2001",
                       "date_part('month', date '2001-02-16') = 2");
  add_extraction<Time>(rows, "\"extract\"('minute', time '17:30') = 30", "date_part('hour', time '17:30') = 17");
  add_extraction<TimeTz>(rows, "\"extract\"('timezone', timetz '17:30+01') = 3600",
                         "date_part('hour', timetz '17:30+01') = 17");
  add_extraction<Timestamp>(rows, "\"extract\"('second', timestamp '2001-02-16 20:38:40.12') = 40.120000",
                            "date_part('epoch', timestamp '1970-01-02 00:00') = 86400");
  add_extraction<Interval>(rows, "\"extract\"('hour', interval '26 hours') = 26",
                           "date_part('month', interval '2 years 3 months') = 3");
  const char* doc = "One field of a value: extract(year FROM value), date_part('year', value).";
  rows.push_back(scalar(
      "extract",
      [](const EvalContext& c, Text field, TimestampTz value) { return as_numeric(extract(field, value, zone_of(c))); },
      doc, "\"extract\"('epoch', timestamptz '1970-01-01 00:00:01+00') = 1"));
  rows.push_back(scalar(
      "date_part",
      [](const EvalContext& c, Text field, TimestampTz value) { return as_double(extract(field, value, zone_of(c))); },
      doc, "date_part('epoch', timestamptz '1970-01-01 00:00:01+00') = 1"));
  add_truncation(rows);
  const char* finite = "Whether a value is neither infinity nor -infinity.";
  rows.push_back(
      scalar("isfinite", [](Date value) { return value.is_finite(); }, finite, "isfinite(date '2001-02-16')"));
  rows.push_back(scalar(
      "isfinite", [](Timestamp value) { return value.is_finite(); }, finite, "NOT isfinite(timestamp 'infinity')"));
  rows.push_back(scalar(
      "isfinite", [](TimestampTz value) { return value.is_finite(); }, finite,
      "NOT isfinite(timestamptz '-infinity')"));
  rows.push_back(scalar("isfinite", [](Interval) { return true; }, finite, "isfinite(interval '4 hours')"));
  return rows;
}

}  // namespace millrace::expr
