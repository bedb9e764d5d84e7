#include "types/date_time_keyword.h"

#include <algorithm>

namespace millrace {
namespace {

using enum DateKeyword::Kind;

constexpr DateKeyword unit(std::string_view name, TimeUnit value) { return {name, kUnit, static_cast<int32_t>(value)}; }
constexpr DateKeyword special(std::string_view name, SpecialDate value) {
  return {name, kSpecial, static_cast<int32_t>(value)};
}
constexpr DateKeyword meridian(std::string_view name, Meridian value) {
  return {name, kMeridian, static_cast<int32_t>(value)};
}

// In byte order of the name.
constexpr DateKeyword kDateKeywords[] = {
    special("-infinity", SpecialDate::kMinusInfinity),
    {"ad", kEra, 0},
    special("allballs", SpecialDate::kAllBalls),
    meridian("am", Meridian::kAm),
    {"apr", kMonth, 4},
    {"april", kMonth, 4},
    {"at", kIgnored, 0},
    {"aug", kMonth, 8},
    {"august", kMonth, 8},
    {"bc", kEra, 1},
    unit("d", TimeUnit::kDay),
    {"dec", kMonth, 12},
    {"december", kMonth, 12},
    unit("dow", TimeUnit::kDayOfWeek),
    unit("doy", TimeUnit::kDayOfYear),
    {"dst", kDaylightSaving, 3600},
    special("epoch", SpecialDate::kEpoch),
    {"feb", kMonth, 2},
    {"february", kMonth, 2},
    {"fri", kWeekday, 5},
    {"friday", kWeekday, 5},
    unit("h", TimeUnit::kHour),
    special("infinity", SpecialDate::kInfinity),
    unit("isodow", TimeUnit::kIsoDayOfWeek),
    unit("isoyear", TimeUnit::kIsoYear),
    unit("j", TimeUnit::kJulian),
    {"jan", kMonth, 1},
    {"january", kMonth, 1},
    unit("jd", TimeUnit::kJulian),
    {"jul", kMonth, 7},
    unit("julian", TimeUnit::kJulian),
    {"july", kMonth, 7},
    {"jun", kMonth, 6},
    {"june", kMonth, 6},
    unit("m", TimeUnit::kMonth),
    {"mar", kMonth, 3},
    {"march", kMonth, 3},
    {"may", kMonth, 5},
    unit("mm", TimeUnit::kMinute),
    {"mon", kWeekday, 1},
    {"monday", kWeekday, 1},
    {"nov", kMonth, 11},
    {"november", kMonth, 11},
    special("now", SpecialDate::kNow),
    {"oct", kMonth, 10},
    {"october", kMonth, 10},
    {"on", kIgnored, 0},
    meridian("pm", Meridian::kPm),
    unit("s", TimeUnit::kSecond),
    {"sat", kWeekday, 6},
    {"saturday", kWeekday, 6},
    {"sep", kMonth, 9},
    {"sept", kMonth, 9},
    {"september", kMonth, 9},
    {"sun", kWeekday, 0},
    {"sunday", kWeekday, 0},
    {"t", kTimeFollows, 0},
    {"thu", kWeekday, 4},
    {"thur", kWeekday, 4},
    {"thurs", kWeekday, 4},
    {"thursday", kWeekday, 4},
    special("today", SpecialDate::kToday),
    special("tomorrow", SpecialDate::kTomorrow),
    {"tue", kWeekday, 2},
    {"tues", kWeekday, 2},
    {"tuesday", kWeekday, 2},
    {"wed", kWeekday, 3},
    {"wednesday", kWeekday, 3},
    {"weds", kWeekday, 3},
    unit("y", TimeUnit::kYear),
    special("yesterday", SpecialDate::kYesterday),
};

struct UnitName {
  std::string_view name;
  TimeUnit unit;
};

// In byte order of the name; cut to ten letters.
constexpr UnitName kUnitNames[] = {
    {"c", TimeUnit::kCentury},
    {"cent", TimeUnit::kCentury},
    {"centuries", TimeUnit::kCentury},
    {"century", TimeUnit::kCentury},
    {"d", TimeUnit::kDay},
    {"day", TimeUnit::kDay},
    {"days", TimeUnit::kDay},
    {"dec", TimeUnit::kDecade},
    {"decade", TimeUnit::kDecade},
    {"decades", TimeUnit::kDecade},
    {"decs", TimeUnit::kDecade},
    {"h", TimeUnit::kHour},
    {"hour", TimeUnit::kHour},
    {"hours", TimeUnit::kHour},
    {"hr", TimeUnit::kHour},
    {"hrs", TimeUnit::kHour},
    {"m", TimeUnit::kMinute},
    {"microsecon", TimeUnit::kMicrosecond},
    {"mil", TimeUnit::kMillennium},
    {"millennia", TimeUnit::kMillennium},
    {"millennium", TimeUnit::kMillennium},
    {"millisecon", TimeUnit::kMillisecond},
    {"mils", TimeUnit::kMillennium},
    {"min", TimeUnit::kMinute},
    {"mins", TimeUnit::kMinute},
    {"minute", TimeUnit::kMinute},
    {"minutes", TimeUnit::kMinute},
    {"mon", TimeUnit::kMonth},
    {"mons", TimeUnit::kMonth},
    {"month", TimeUnit::kMonth},
    {"months", TimeUnit::kMonth},
    {"ms", TimeUnit::kMillisecond},
    {"msec", TimeUnit::kMillisecond},
    {"mseconds", TimeUnit::kMillisecond},
    {"msecs", TimeUnit::kMillisecond},
    {"qtr", TimeUnit::kQuarter},
    {"quarter", TimeUnit::kQuarter},
    {"s", TimeUnit::kSecond},
    {"sec", TimeUnit::kSecond},
    {"second", TimeUnit::kSecond},
    {"seconds", TimeUnit::kSecond},
    {"secs", TimeUnit::kSecond},
    {"timezone", TimeUnit::kTimezone},
    {"timezone_h", TimeUnit::kTimezoneHour},
    {"timezone_m", TimeUnit::kTimezoneMinute},
    {"us", TimeUnit::kMicrosecond},
    {"usec", TimeUnit::kMicrosecond},
    {"useconds", TimeUnit::kMicrosecond},
    {"usecs", TimeUnit::kMicrosecond},
    {"w", TimeUnit::kWeek},
    {"week", TimeUnit::kWeek},
    {"weeks", TimeUnit::kWeek},
    {"y", TimeUnit::kYear},
    {"year", TimeUnit::kYear},
    {"years", TimeUnit::kYear},
    {"yr", TimeUnit::kYear},
    {"yrs", TimeUnit::kYear},
};
constexpr size_t kUnitLetters = 10;

static_assert(std::ranges::is_sorted(kDateKeywords, {}, &DateKeyword::name));
static_assert(std::ranges::is_sorted(kUnitNames, {}, &UnitName::name));

template <class Row, size_t n>
const Row* find_row(const Row (&rows)[n], std::string_view name) {
  const Row* found = std::ranges::lower_bound(rows, name, {}, &Row::name);
  return found != rows + n && found->name == name ? found : nullptr;
}

}  // namespace

const DateKeyword* find_date_keyword(std::string_view lower_case) { return find_row(kDateKeywords, lower_case); }
bool is_date_keyword(std::string_view lower_case) { return find_date_keyword(lower_case) != nullptr; }

std::optional<TimeUnit> find_interval_unit(std::string_view lower_case) {
  const UnitName* found = find_row(kUnitNames, lower_case.substr(0, kUnitLetters));
  if (found == nullptr) return std::nullopt;
  return found->unit;
}

ExtractField find_extract_field(std::string_view lower_case) {
  if (const auto unit = find_interval_unit(lower_case)) return {ExtractField::Kind::kUnit, *unit};
  const DateKeyword* keyword = find_date_keyword(lower_case);
  if (keyword == nullptr) return {ExtractField::Kind::kUnknown};
  if (keyword->kind == kUnit) return {ExtractField::Kind::kUnit, static_cast<TimeUnit>(keyword->value)};
  if (keyword->kind != kSpecial) return {ExtractField::Kind::kUnknown};
  if (keyword->value == static_cast<int32_t>(SpecialDate::kEpoch)) return {ExtractField::Kind::kUnit, TimeUnit::kEpoch};
  return {ExtractField::Kind::kOtherWord};
}

}  // namespace millrace
