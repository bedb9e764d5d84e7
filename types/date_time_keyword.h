// The words that dates, times and intervals are written with, and the units that functions such as
// date_trunc() and extract() take. All in lower case.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

enum class TimeUnit : uint8_t {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kIsoYear,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kJulian,
  kEpoch,
  kTimezone,
  kTimezoneHour,
  kTimezoneMinute,
};

enum class SpecialDate : uint8_t { kEpoch, kInfinity, kMinusInfinity, kNow, kToday, kTomorrow, kYesterday, kAllBalls };
enum class Meridian : uint8_t { kNone, kAm, kPm };

// A word in a date or time.
struct DateKeyword {
  enum class Kind : uint8_t {
    kSpecial,         // value is a SpecialDate
    kMonth,           // value 1 .. 12
    kWeekday,         // value 0 .. 6, and ignored
    kMeridian,        // value is a Meridian
    kEra,             // value 1: before Christ
    kIgnored,         // "at", "on"
    kUnit,            // value is a TimeUnit; labels the number after it: "y2001m02d03"
    kTimeFollows,     // "t"
    kDaylightSaving,  // "dst", value seconds
  };
  std::string_view name;
  Kind kind;
  int32_t value;
};
const DateKeyword* find_date_keyword(std::string_view lower_case);
bool is_date_keyword(std::string_view lower_case);

// A unit of an interval. Only the first ten letters count: "millisecondsfoo" is a millisecond.
std::optional<TimeUnit> find_interval_unit(std::string_view lower_case);

// What the first argument of extract() can be: units of intervals, "epoch", "dow", "julian" and the like.
struct ExtractField {
  enum class Kind : uint8_t { kUnit, kOtherWord, kUnknown };
  Kind kind;  // kOtherWord: a word such as "now", known but never a field
  TimeUnit unit = TimeUnit::kEpoch;
};
ExtractField find_extract_field(std::string_view lower_case);

}  // namespace millrace
