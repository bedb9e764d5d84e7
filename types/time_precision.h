// The modifiers of the time types: fractional digits, and for intervals also fields, as in
// interval day to second(3).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "types/date_time.h"

namespace millrace {

inline constexpr int32_t kMaxTimePrecision = 6;

// Microseconds rounded to `typmod` digits, half away from zero; cut off where rounding would
// leave 64 bits. Any typmod but 0 .. 6 changes nothing.
int64_t round_to_precision(int64_t micros, int32_t typmod);
// {3} -> 3. `type` is the type's name for the message, "TIME" or "TIMESTAMP"; more than six digits are six.
Result<int32_t> precision_from_arguments(std::span<const int32_t> arguments, const char* type, const char* zone);
std::string precision_to_string(int32_t typmod);  // "(3)"

// Intervals: the arguments are a mask of fields and digits, as the parser gives them.
Result<int32_t> interval_typmod_from_arguments(std::span<const int32_t> arguments);
std::string interval_typmod_to_string(int32_t typmod);  // " day to second(3)"
// What the fields leave out is cut off, then the seconds are rounded.
Interval apply_interval_typmod(Interval interval, int32_t typmod);

// The high half of an interval's typmod, PostgreSQL's bits.
namespace interval_field {
inline constexpr int32_t kMonth = 1 << 1, kYear = 1 << 2, kDay = 1 << 3, kHour = 1 << 10, kMinute = 1 << 11,
                         kSecond = 1 << 12, kAll = 0x7fff;
}
constexpr int32_t interval_fields(int32_t typmod) {
  return typmod < 0 ? interval_field::kAll : (typmod >> 16) & interval_field::kAll;
}

}  // namespace millrace
