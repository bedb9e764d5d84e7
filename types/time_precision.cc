#include "types/time_precision.h"

namespace millrace {
namespace {

constexpr int32_t kAnyPrecision = 0xffff;

struct FieldRange {
  int32_t fields;
  const char* name;
};

using namespace interval_field;
constexpr FieldRange kRanges[] = {
    {kYear, " year"},
    {kMonth, " month"},
    {kDay, " day"},
    {kHour, " hour"},
    {kMinute, " minute"},
    {kSecond, " second"},
    {kYear | kMonth, " year to month"},
    {kDay | kHour, " day to hour"},
    {kDay | kHour | kMinute, " day to minute"},
    {kDay | kHour | kMinute | kSecond, " day to second"},
    {kHour | kMinute, " hour to minute"},
    {kHour | kMinute | kSecond, " hour to second"},
    {kMinute | kSecond, " minute to second"},
    {kAll, ""},
};

const FieldRange* find_range(int32_t fields) {
  for (const FieldRange& range : kRanges) {
    if (range.fields == fields) return &range;
  }
  return nullptr;
}

SqlError invalid(std::string message) { return SqlError(sqlstate::kInvalidParameterValue, std::move(message)); }

}  // namespace

int64_t round_to_precision(int64_t micros, int32_t typmod) {
  constexpr int64_t kSteps[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10};
  if (typmod < 0 || typmod >= kMaxTimePrecision) return micros;
  const int64_t step = kSteps[typmod];
  const int64_t whole = micros / step * step;
  const int64_t rest = micros - whole;
  int64_t rounded = 0;
  if (rest >= step / 2) return __builtin_add_overflow(whole, step, &rounded) ? whole : rounded;
  if (rest <= -step / 2) return __builtin_sub_overflow(whole, step, &rounded) ? whole : rounded;
  return whole;
}

Result<int32_t> precision_from_arguments(std::span<const int32_t> arguments, const char* type, const char* zone) {
  if (arguments.size() != 1) return invalid("invalid type modifier");
  if (arguments[0] < 0) {
    return invalid(std::string(type) + "(" + std::to_string(arguments[0]) + ")" + zone +
                   " precision must not be negative");
  }
  return std::min(arguments[0], kMaxTimePrecision);
}

std::string precision_to_string(int32_t typmod) { return "(" + std::to_string(typmod) + ")"; }

Result<int32_t> interval_typmod_from_arguments(std::span<const int32_t> arguments) {
  if (arguments.empty() || arguments.size() > 2 || find_range(arguments[0]) == nullptr) {
    return invalid("invalid INTERVAL type modifier");
  }
  const int32_t fields = arguments[0];
  if (arguments.size() == 1) return fields == kAll ? -1 : fields << 16 | kAnyPrecision;
  if (arguments[1] < 0) {
    return invalid("INTERVAL(" + std::to_string(arguments[1]) + ") precision must not be negative");
  }
  return fields << 16 | std::min(arguments[1], kMaxTimePrecision);
}

std::string interval_typmod_to_string(int32_t typmod) {
  if (typmod < 0) return "";
  const FieldRange* range = find_range(interval_fields(typmod));
  std::string text = range != nullptr ? range->name : "";
  const int32_t precision = typmod & kAnyPrecision;
  if (precision != kAnyPrecision) text += precision_to_string(precision);
  return text;
}

Interval apply_interval_typmod(Interval interval, int32_t typmod) {
  if (typmod < 0) return interval;
  const int32_t fields = interval_fields(typmod);
  if (fields != kAll) {
    if ((fields & (kYear | kMonth)) != 0) {
      if ((fields & kMonth) == 0) interval.months -= interval.months % kMonthsPerYear;
      interval.days = 0;
    }
    // The finest field cuts off what is finer; coarser ones than the first are kept.
    const int64_t finest = (fields & kSecond) != 0   ? 1
                           : (fields & kMinute) != 0 ? kMicrosPerMinute
                           : (fields & kHour) != 0   ? kMicrosPerHour
                                                     : 0;
    interval.micros = finest == 0 ? 0 : interval.micros / finest * finest;
  }
  interval.micros = round_to_precision(interval.micros, typmod & kAnyPrecision);
  return interval;
}

}  // namespace millrace
