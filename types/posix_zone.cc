#include "types/posix_zone.h"

#include "types/calendar.h"

namespace millrace {
namespace {

constexpr int64_t kJulianDayOf1970 = kJulianDayOf2000 + kUnixEpochDays;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text; every step says whether it could.
class PosixReader {
 public:
  explicit PosixReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool peek(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) {
    if (!peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_name(std::string& name) {
    if (take('<')) {
      const size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      name = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return true;
    }
    size_t end = 0;
    while (end < rest_.size() && !is_digit(rest_[end]) && rest_[end] != ',' && rest_[end] != '-' && rest_[end] != '+') {
      ++end;
    }
    name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }

  bool read_number(int32_t low, int32_t high, int32_t& number) {
    if (rest_.empty() || !is_digit(rest_.front())) return false;
    number = 0;
    while (!rest_.empty() && is_digit(rest_.front())) {
      number = number * 10 + (rest_.front() - '0');
      if (number > high) return false;
      rest_.remove_prefix(1);
    }
    return number >= low;
  }

  // [+-]hh[:mm[:ss]], up to a week.
  bool read_seconds(int32_t& seconds) {
    const bool negative = take('-');
    if (!negative) take('+');
    int32_t part = 0;
    if (!read_number(0, 24 * 7 - 1, part)) return false;
    seconds = part * 3600;
    if (take(':')) {
      if (!read_number(0, 59, part)) return false;
      seconds += part * 60;
      if (take(':')) {
        if (!read_number(0, 60, part)) return false;
        seconds += part;
      }
    }
    if (negative) seconds = -seconds;
    return true;
  }

  bool read_change(YearlyChange& change) {
    if (take('J')) {
      change.kind = YearlyChange::Kind::kDayWithoutLeapDay;
      if (!read_number(1, 365, change.day)) return false;
    } else if (take('M')) {
      change.kind = YearlyChange::Kind::kMonthWeekDay;
      if (!read_number(1, 12, change.month) || !take('.')) return false;
      if (!read_number(1, 5, change.week) || !take('.')) return false;
      if (!read_number(0, 6, change.day)) return false;
    } else {
      change.kind = YearlyChange::Kind::kDayWithLeapDay;
      if (!read_number(0, 365, change.day)) return false;
    }
    return !take('/') || read_seconds(change.seconds);
  }

 private:
  std::string_view rest_;
};

}  // namespace

int64_t YearlyChange::local_seconds(int64_t year) const {
  const auto at = [&](int32_t month_number, int32_t month_day) {
    return to_julian_day({static_cast<int32_t>(year), month_number, month_day});
  };
  int64_t julian_day = 0;
  switch (kind) {
    case Kind::kDayWithoutLeapDay: julian_day = at(1, day) + (is_leap_year(year) && day >= 60); break;
    case Kind::kDayWithLeapDay: julian_day = at(1, 1) + day; break;
    case Kind::kMonthWeekDay: {
      const int64_t first = at(month, 1);
      int32_t month_day = (day - day_of_week(first) + 7) % 7 + (week - 1) * 7 + 1;
      if (month_day > days_in_month(year, month)) month_day -= 7;
      julian_day = first + month_day - 1;
      break;
    }
  }
  return (julian_day - kJulianDayOf1970) * kSecondsPerDay + seconds;
}

const LocalTimeType& PosixZone::type_at(int64_t unix_seconds) const {
  const int64_t local_day = floor_divide(unix_seconds + standard.seconds_east, kSecondsPerDay);
  const int64_t year = from_julian_day(local_day + kJulianDayOf1970).year;
  const int64_t start = daylight_start(year);
  const int64_t end = daylight_end(year);
  const bool is_daylight =
      start < end ? unix_seconds >= start && unix_seconds < end : !(unix_seconds >= end && unix_seconds < start);
  return is_daylight ? *daylight : standard;
}

int64_t PosixZone::next_change(int64_t unix_seconds) const {
  const int64_t local_day = floor_divide(unix_seconds, kSecondsPerDay);
  const int64_t year = from_julian_day(local_day + kJulianDayOf1970).year;
  int64_t next = 0;
  bool found = false;
  for (int64_t candidate_year = year - 1; candidate_year <= year + 1; ++candidate_year) {
    for (const int64_t candidate : {daylight_start(candidate_year), daylight_end(candidate_year)}) {
      if (candidate > unix_seconds && (!found || candidate < next)) {
        next = candidate;
        found = true;
      }
    }
  }
  return next;
}

std::optional<PosixZone> parse_posix_zone(std::string_view text) {
  PosixReader reader(text);
  PosixZone zone;
  int32_t west = 0;
  if (!reader.read_name(zone.standard.abbreviation) || !reader.read_seconds(west)) return std::nullopt;
  zone.standard.seconds_east = -west;
  if (reader.at_end()) return zone;

  LocalTimeType daylight;
  daylight.is_dst = true;
  if (!reader.read_name(daylight.abbreviation) || daylight.abbreviation.empty()) return std::nullopt;
  west -= 3600;
  if (!reader.at_end() && !reader.peek(',') && !reader.read_seconds(west)) return std::nullopt;
  daylight.seconds_east = -west;
  zone.daylight = daylight;
  if (reader.at_end()) reader = PosixReader(",M3.2.0,M11.1.0");
  if (!reader.take(',') || !reader.read_change(zone.to_daylight)) return std::nullopt;
  if (!reader.take(',') || !reader.read_change(zone.to_standard) || !reader.at_end()) return std::nullopt;
  return zone;
}

}  // namespace millrace
