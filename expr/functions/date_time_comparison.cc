// = <> < <= > >= between dates, timestamps and timestamptz of unlike types, without casting either side: a date
// that is too late for a timestamp still compares.
//
// What reads a clock of the session's zone is stable.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"

namespace millrace::expr {
namespace {

std::strong_ordering order(const EvalContext&, Date a, Timestamp b) { return compare(a, b); }
std::strong_ordering order(const EvalContext& context, Date a, TimestampTz b) {
  return compare(a, b, zone_or_utc(context.text.time_zone));
}
std::strong_ordering order(const EvalContext& context, Timestamp a, TimestampTz b) {
  return compare(a, b, zone_or_utc(context.text.time_zone));
}

std::strong_ordering reversed(std::strong_ordering order) { return 0 <=> order; }

template <class A, class B, class Test>
void add_comparison(std::vector<ScalarFunction>& rows, const char* name, Test, const char* doc, const char* example) {
  ScalarFunction row = op(name, [](const EvalContext& c, A a, B b) { return Test{}(order(c, a, b)); }, doc, example);
  ScalarFunction flipped =
      op(name, [](const EvalContext& c, B b, A a) { return Test{}(reversed(order(c, a, b))); }, doc, example);
  constexpr bool kByZone = std::is_same_v<B, TimestampTz>;
  rows.push_back(kByZone ? std::move(row) : immutable(std::move(row)));
  rows.push_back(kByZone ? std::move(flipped) : immutable(std::move(flipped)));
}

template <class A, class B>
void add_comparisons(std::vector<ScalarFunction>& rows) {
  using Order = std::strong_ordering;
  add_comparison<A, B>(
      rows, "=", [](Order o) { return o == 0; }, "Equal.", "date '2001-01-01' = timestamp '2001-01-01'");
  add_comparison<A, B>(
      rows, "<>", [](Order o) { return o != 0; }, "Not equal.", "date '2001-01-01' <> timestamp '2001-01-01 00:01'");
  add_comparison<A, B>(
      rows, "<", [](Order o) { return o < 0; }, "Less than.", "date '2001-01-01' < timestamp '2001-01-01 00:01'");
  add_comparison<A, B>(
      rows, "<=", [](Order o) { return o <= 0; }, "Less than or equal.", "date '2001-01-01' <= timestamp '2001-01-01'");
  add_comparison<A, B>(
      rows, ">", [](Order o) { return o > 0; }, "Greater than.", "date '2001-01-02' > timestamp '2001-01-01 00:01'");
  add_comparison<A, B>(
      rows, ">=", [](Order o) { return o >= 0; }, "Greater than or equal.",
      "date '2001-01-01' >= timestamp '2001-01-01'");
}

}  // namespace

std::vector<ScalarFunction> date_time_comparison() {
  std::vector<ScalarFunction> rows;
  add_comparisons<Date, Timestamp>(rows);
  add_comparisons<Date, TimestampTz>(rows);
  add_comparisons<Timestamp, TimestampTz>(rows);
  return rows;
}

}  // namespace millrace::expr
