#include "types/date_time_output.h"

#include <charconv>

#include "types/time_zone.h"

namespace millrace {
namespace {

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kWeekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr size_t kAbbreviationLetters = 10;

void append_year(int32_t year, std::string& out) { append_padded(year > 0 ? year : 1 - int64_t{year}, 4, out); }

void append_era(int32_t year, std::string& out) {
  if (year <= 0) out += " BC";
}

void append_parts(int64_t first, char separator, int64_t second, std::string& out) {
  append_padded(first, 2, out);
  out += separator;
  append_padded(second, 2, out);
}

// "2001-02-03", "02/03/2001", "03.02.2001", "02-03-2001": without the era.
void append_civil_date(CivilDate date, const TextContext& context, std::string& out) {
  const bool day_first = context.date_order == DateOrder::kDmy;
  switch (context.date_style) {
    case DateStyle::kIso:
      append_year(date.year, out);
      out += '-';
      append_parts(date.month, '-', date.day, out);
      return;
    case DateStyle::kSql:
    case DateStyle::kPostgres: {
      const char separator = context.date_style == DateStyle::kSql ? '/' : '-';
      if (day_first) {
        append_parts(date.day, separator, date.month, out);
      } else {
        append_parts(date.month, separator, date.day, out);
      }
      out += separator;
      append_year(date.year, out);
      return;
    }
    case DateStyle::kGerman:
      append_parts(date.day, '.', date.month, out);
      out += '.';
      append_year(date.year, out);
      return;
  }
}

void append_clock(int64_t micros_of_day, std::string& out) {
  append_parts(micros_of_day / kMicrosPerHour, ':', micros_of_day / kMicrosPerMinute % 60, out);
  out += ':';
  append_seconds(static_cast<int32_t>(micros_of_day / kMicrosPerSecond % 60),
                 static_cast<int32_t>(micros_of_day % kMicrosPerSecond), true, out);
}

// "+05", "-03:30", "+00:19:32"
void append_offset(int32_t seconds_west, std::string& out) {
  const int32_t size = std::abs(seconds_west);
  out += seconds_west <= 0 ? '+' : '-';
  append_padded(size / 3600, 2, out);
  if (size % 3600 == 0) return;
  out += ':';
  append_padded(size / 60 % 60, 2, out);
  if (size % 60 == 0) return;
  out += ':';
  append_padded(size % 60, 2, out);
}

// `zone` is null for a timestamp without one.
void append_civil_time(const CivilTime& civil, const LocalTimeType* zone, const TextContext& context,
                       std::string& out) {
  if (context.date_style == DateStyle::kPostgres) {
    out += kWeekdays[day_of_week(to_julian_day(civil.date))];
    out += ' ';
    const char* month = kMonths[civil.date.month - 1];
    if (context.date_order == DateOrder::kDmy) {
      append_padded(civil.date.day, 2, out);
      (out += ' ') += month;
    } else {
      (out += month) += ' ';
      append_padded(civil.date.day, 2, out);
    }
    out += ' ';
    append_clock(civil.micros_of_day(), out);
    out += ' ';
    append_year(civil.date.year, out);
  } else {
    append_civil_date(civil.date, context, out);
    out += ' ';
    append_clock(civil.micros_of_day(), out);
  }
  if (zone != nullptr) {
    if (context.date_style == DateStyle::kIso) {
      append_offset(-zone->seconds_east, out);
    } else {
      (out += ' ') += zone->abbreviation.substr(0, kAbbreviationLetters);
    }
  }
  append_era(civil.date.year, out);
}

template <class T>
bool append_infinite(T value, std::string& out) {
  if (value.is_finite()) return false;
  out += value == T::infinity() ? "infinity" : "-infinity";
  return true;
}

}  // namespace

void append_padded(int64_t number, int width, std::string& out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  for (auto length = end - digits; length < width; ++length) out += '0';
  out.append(digits, end);
}

void append_seconds(int32_t seconds, int32_t micros, bool pad, std::string& out) {
  append_padded(std::abs(seconds), pad ? 2 : 1, out);
  if (micros == 0) return;
  out += '.';
  append_padded(std::abs(micros), 6, out);
  while (out.back() == '0') out.pop_back();
}

void append_date(Date date, const TextContext& context, std::string& out) {
  if (append_infinite(date, out)) return;
  const CivilDate civil = to_civil(date);
  append_civil_date(civil, context, out);
  append_era(civil.year, out);
}

void append_time(Time time, std::string& out) { append_clock(time.micros, out); }

void append_time_tz(TimeTz time, std::string& out) {
  append_clock(time.micros, out);
  append_offset(time.seconds_west, out);
}

void append_timestamp(Timestamp timestamp, const TextContext& context, std::string& out) {
  if (append_infinite(timestamp, out)) return;
  append_civil_time(to_civil(timestamp), nullptr, context, out);
}

void append_timestamp_tz(TimestampTz timestamp, const TextContext& context, std::string& out) {
  if (append_infinite(timestamp, out)) return;
  const TimeZone& zone = zone_or_utc(context.time_zone);
  append_civil_time(to_civil(zone.to_local(timestamp)), &zone.at(timestamp), context, out);
}

}  // namespace millrace
