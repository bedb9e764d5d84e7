// OVERLAPS, which PostgreSQL calls overlaps(start, end, start, end); either end may be given as a length.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_arithmetic.h"

namespace millrace::expr {
namespace {

Time end_of(const EvalContext&, Time start, Interval length) { return add(start, length); }
Result<Timestamp> end_of(const EvalContext&, Timestamp start, Interval length) { return add(start, length); }
Result<TimestampTz> end_of(const EvalContext& context, TimestampTz start, Interval length) {
  return add(start, length, zone_or_utc(context.text.time_zone));
}

// timetz orders by moment, then by zone; the template wants one comparison.
struct OrderedTimeTz {
  int64_t utc_micros;
  int32_t seconds_west;
  auto operator<=>(const OrderedTimeTz&) const = default;
};
std::optional<OrderedTimeTz> ordered(std::optional<TimeTz> time) {
  if (!time) return std::nullopt;
  return OrderedTimeTz{time->utc_micros(), time->seconds_west};
}

// An end as it is given: itself, or start plus length.
template <class T>
Result<std::optional<T>> resolve_end(const EvalContext&, std::optional<T>, std::optional<T> end) {
  return end;
}
template <class T>
Result<std::optional<T>> resolve_end(const EvalContext& context, std::optional<T> start,
                                     std::optional<Interval> length) {
  if (!start || !length) return std::optional<T>();
  Result<T> end = end_of(context, *start, *length);
  if (!end) return std::move(end).error();
  return std::optional<T>(*end);
}

template <class T, class EndA, class EndB>
ScalarFunction overlaps_row(const char* example) {
  return scalar(
      "overlaps",
      [](const EvalContext& c, std::optional<T> start_a, std::optional<EndA> given_a, std::optional<T> start_b,
         std::optional<EndB> given_b) -> Result<std::optional<bool>> {
        TRY(const std::optional<T> end_a, resolve_end(c, start_a, given_a));
        TRY(const std::optional<T> end_b, resolve_end(c, start_b, given_b));
        return overlaps(start_a, end_a, start_b, end_b);
      },
      "Whether two periods share a moment: (start, end) OVERLAPS (start, end).", example);
}

template <class T>
void add_overlaps(std::vector<ScalarFunction>& rows, bool by_zone, const char* example, const char* by_length) {
  const auto add = [&](ScalarFunction row, bool uses_zone) {
    rows.push_back(uses_zone ? std::move(row) : immutable(std::move(row)));
  };
  add(overlaps_row<T, T, T>(example), false);
  add(overlaps_row<T, Interval, T>(by_length), by_zone);
  add(overlaps_row<T, T, Interval>(by_length), by_zone);
  add(overlaps_row<T, Interval, Interval>(by_length), by_zone);
}

}  // namespace

std::vector<ScalarFunction> date_time_overlaps() {
  std::vector<ScalarFunction> rows;
  add_overlaps<Time>(rows, false, "\"overlaps\"(time '01:00', time '03:00', time '02:00', time '04:00')",
                     "\"overlaps\"(time '01:00', interval '2 hours', time '02:00', interval '2 hours')");
  add_overlaps<Timestamp>(
      rows, false, "\"overlaps\"(date '2001-02-16', date '2001-12-21', date '2001-10-30', date '2002-10-30')",
      "NOT \"overlaps\"(date '2001-02-16', interval '100 days', date '2001-10-30', interval '1 day')");
  add_overlaps<TimestampTz>(
      rows, true,
      "\"overlaps\"(timestamptz '2001-02-16', timestamptz '2001-12-21', timestamptz '2001-10-30', timestamptz "
      "'2002-10-30')",
      "\"overlaps\"(timestamptz '2001-02-16', interval '1 year', timestamptz '2001-10-30', interval '1 day')");
  rows.push_back(scalar(
      "overlaps",
      [](std::optional<TimeTz> start_a, std::optional<TimeTz> end_a, std::optional<TimeTz> start_b,
         std::optional<TimeTz> end_b) -> std::optional<bool> {
        return overlaps(ordered(start_a), ordered(end_a), ordered(start_b), ordered(end_b));
      },
      "Whether two periods share a moment: (start, end) OVERLAPS (start, end).",
      "\"overlaps\"(timetz '01:00+00', timetz '03:00+00', timetz '02:00+00', timetz '04:00+00')"));
  return rows;
}

}  // namespace millrace::expr
