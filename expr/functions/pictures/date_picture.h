// The pictures of to_char(), to_date() and to_timestamp(): "FMDay, DD Month YYYY HH24:MI".
//
// A picture is taken apart once (a call site keeps it) into fields and the characters between them, by the rules of
// PostgreSQL 15's formatting.c. Unknown letters are characters; nothing in a picture is an error by itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "types/calendar.h"

namespace millrace::expr {

enum class DateField : uint8_t {
  kEra,
  kEraDotted,
  kMeridiem,
  kMeridiemDotted,
  kCentury,
  kDayName,
  kDayNameShort,
  kDayOfYear,
  kDay,
  kDayOfWeek,
  kFraction,
  kFixed,
  kHour24,
  kHour12,
  kIsoDayOfYear,
  kIsoDayOfWeek,
  kIsoWeek,
  kIsoYear,
  kJulianDay,
  kMinute,
  kMonth,
  kMonthName,
  kMonthNameShort,
  kMillisecond,
  kMicrosecond,
  kOffset,
  kQuarter,
  kRomanMonth,
  kSecondOfDay,
  kSecond,
  kZoneHour,
  kZoneMinute,
  kZone,
  kWeek,
  kWeekOfMonth,
  kYearWithComma,
  kYear,
};

enum class NameCase : uint8_t { kUpper, kLower, kCapital };
// Fields of the Gregorian calendar and of ISO weeks do not mix in one date that is read.
enum class DateMode : uint8_t { kAny, kGregorian, kIsoWeek };

struct DateKeyword {
  std::string_view name;
  DateField field;
  NameCase name_case = NameCase::kUpper;
  bool is_number = true;  // reads digits, so a number before it has to have its full width
  DateMode mode = DateMode::kAny;
  int8_t digits = 0;  // of a year or a fraction
};

struct DateNode {
  enum class Kind : uint8_t { kField, kCharacter, kSpace, kSeparator };
  Kind kind = Kind::kCharacter;
  const DateKeyword* keyword = nullptr;  // of a field
  bool fill = true;                      // false after FM
  bool has_ordinal = false;              // TH or th
  NameCase ordinal_case = NameCase::kUpper;
  bool is_translated = false;  // TM: without padding; there is one language
  std::string character;       // of the others
};

struct DatePicture {
  std::string text;
  std::vector<DateNode> nodes;
};
DatePicture parse_date_picture(std::string_view text);

// A value taken apart, to be written.
struct PictureTime {
  bool is_interval = false;
  int64_t hour = 0;
  int32_t minute = 0, second = 0, micros = 0;
  int32_t day = 1, month = 1, year = 0;  // the year counts astronomically
  int32_t weekday = 0;                   // 0 is Sunday
  int32_t day_of_year = 1;
  int32_t seconds_east = 0;
  std::string_view zone;  // its abbreviation; empty when the type has none
};
// 22007 for a field that an interval has not.
Result<std::string> write_date_picture(const DatePicture& picture, const PictureTime& time);

// What a picture read: fields that it has not are those of 0001-01-01 BC, 00:00.
struct ReadTime {
  CivilTime civil;
  int32_t fraction_digits = 0;  // of FF1 .. FF6; 0: not given
  bool has_zone = false;
  int32_t seconds_east = 0;
};
// 22007 and 22008 as PostgreSQL's.
Result<ReadTime> read_date_picture(const DatePicture& picture, std::string_view text);

// "ST", "ND", "RD" or "TH" of a number's digits.
std::string_view ordinal_suffix(std::string_view number, NameCase name_case);

// English names, the only ones.
inline constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
inline constexpr std::string_view kShortMonthNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
inline constexpr std::string_view kDayNames[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view kShortDayNames[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
// December first: a longer numeral is tried before the one it begins with.
inline constexpr std::string_view kRomanMonths[] = {"XII", "XI", "X",  "IX",  "VIII", "VII",
                                                    "VI",  "V",  "IV", "III", "II",   "I"};

}  // namespace millrace::expr
