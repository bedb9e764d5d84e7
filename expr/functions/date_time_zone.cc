// AT TIME ZONE, which PostgreSQL calls timezone(zone, value). A zone is looked up once a call site while its name
// stays the same.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"
#include "types/zone_argument.h"

namespace millrace::expr {
namespace {

struct FoundZone {
  std::string name;
  ZoneArgument zone;
};

Result<ZoneArgument> find_zone(const SiteCache& cache, std::string_view name) {
  TRY(const FoundZone* found,
      cache.get<FoundZone>([&](const FoundZone& kept) { return kept.name == name; },
                           [&]() -> Result<std::shared_ptr<FoundZone>> {
                             TRY(const ZoneArgument zone, ZoneArgument::find(name));
                             return std::make_shared<FoundZone>(FoundZone{std::string(name), zone});
                           }));
  return found->zone;
}

}  // namespace

std::vector<ScalarFunction> date_time_zones() {
  using Text = std::string_view;
  const char* doc = "The moment of a clock's reading in a zone: AT TIME ZONE.";
  const char* back = "What the clocks of a zone show: AT TIME ZONE.";
  return {
      scalar(
          "timezone",
          [](SiteCache cache, Text name, Timestamp value) -> Result<TimestampTz> {
            if (!value.is_finite()) return TimestampTz::of(value.micros);
            TRY(const ZoneArgument zone, find_zone(cache, name));
            return at_zone(value, zone);
          },
          doc, "timezone('America/Denver', timestamp '2001-02-16 20:38:40') = timestamptz '2001-02-17 03:38:40+00'"),
      scalar(
          "timezone",
          [](SiteCache cache, Text name, TimestampTz value) -> Result<Timestamp> {
            if (!value.is_finite()) return Timestamp::of(value.micros);
            TRY(const ZoneArgument zone, find_zone(cache, name));
            return at_zone(value, zone);
          },
          back, "timezone('America/Denver', timestamptz '2001-02-16 20:38:40-05') = timestamp '2001-02-16 18:38:40'"),
      scalar(
          "timezone",
          [](const EvalContext& c, SiteCache cache, Text name, TimeTz value) -> Result<TimeTz> {
            TRY(const ZoneArgument zone, find_zone(cache, name));
            return at_zone(value, zone, from_wall_time(c.text.now));
          },
          back, "timezone('UTC', timetz '05:00+00') = timetz '05:00+00'"),
      scalar(
          "timezone", [](Interval zone, Timestamp value) { return at_zone(value, zone); }, doc,
          "timezone(interval '-05:00', timestamp '2001-02-16 20:00') = timestamptz '2001-02-17 01:00+00'"),
      scalar(
          "timezone", [](Interval zone, TimestampTz value) { return at_zone(value, zone); }, back,
          "timezone(interval '-05:00', timestamptz '2001-02-17 01:00+00') = timestamp '2001-02-16 20:00'"),
      scalar(
          "timezone", [](Interval zone, TimeTz value) { return at_zone(value, zone); }, back,
          "timezone(interval '02:00', timetz '05:00+00') = timetz '07:00+02'"),
  };
}

}  // namespace millrace::expr
