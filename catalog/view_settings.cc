#include "catalog/catalog.h"
#include "types/time_zone.h"

namespace millrace::catalog {

ViewSettings ViewSettings::of(const TextContext& context) {
  return {.date_style = context.date_style,
          .date_order = context.date_order,
          .interval_style = context.interval_style,
          .time_zone = zone_or_utc(context.time_zone).name(),
          .bytea_hex = context.bytea_hex,
          .extra_float_digits = context.extra_float_digits};
}

Result<TextContext> ViewSettings::text_context() const {
  TextContext context;
  context.date_style = date_style;
  context.date_order = date_order;
  context.interval_style = interval_style;
  context.time_zone = find_time_zone(time_zone);
  context.bytea_hex = bytea_hex;
  context.extra_float_digits = extra_float_digits;
  if (context.time_zone == nullptr) {
    return SqlError(sqlstate::kInvalidParameterValue, "time zone \"" + time_zone + "\" not recognized");
  }
  return context;
}

}  // namespace millrace::catalog
