// interval * number and interval / number: what is left of a month becomes days, what is left of a
// day microseconds. Fractions are rounded to a millionth on the way so that 0.1 * 10 comes out whole.
#include <cmath>

#include "types/date_time_arithmetic.h"

namespace millrace {
namespace {

SqlError out_of_range() { return SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range"); }

double round_to_millionth(double value) { return std::rint(value * 1e6) / 1e6; }

bool to_int32(double value, int32_t& result) {
  if (std::isnan(value) || value > std::numeric_limits<int32_t>::max() || value < std::numeric_limits<int32_t>::min()) {
    return false;
  }
  result = static_cast<int32_t>(value);
  return true;
}

// `scale` multiplies or divides by the number; both must round as the one operation does.
template <class Scale>
Result<Interval> scaled(Interval interval, Scale scale) {
  Interval result;
  if (!to_int32(scale(interval.months), result.months)) return out_of_range();
  if (!to_int32(scale(interval.days), result.days)) return out_of_range();
  const double month_rest = round_to_millionth((scale(interval.months) - result.months) * double{kDaysPerMonth});
  const auto month_rest_days = static_cast<int32_t>(month_rest);
  double seconds =
      round_to_millionth((scale(interval.days) - result.days + month_rest - month_rest_days) * double{kSecondsPerDay});
  if (std::fabs(seconds) >= double{kSecondsPerDay}) {
    const auto days = static_cast<int32_t>(seconds / double{kSecondsPerDay});
    if (__builtin_add_overflow(result.days, days, &result.days)) return out_of_range();
    seconds -= double{kSecondsPerDay} * days;
  }
  if (__builtin_add_overflow(result.days, month_rest_days, &result.days)) return out_of_range();
  const double micros = std::rint(scale(static_cast<double>(interval.micros)) + seconds * double{kMicrosPerSecond});
  if (std::isnan(micros) || micros < -0x1p63 || micros >= 0x1p63) return out_of_range();
  result.micros = static_cast<int64_t>(micros);
  return result;
}

}  // namespace

Result<Interval> multiply(Interval interval, double factor) {
  return scaled(interval, [=](double count) { return count * factor; });
}

Result<Interval> divide(Interval interval, double divisor) {
  if (divisor == 0) return SqlError(sqlstate::kDivisionByZero, "division by zero");
  return scaled(interval, [=](double count) { return count / divisor; });
}

}  // namespace millrace
