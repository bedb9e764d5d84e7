// The four IntervalStyles.
#include <charconv>
#include <cstdlib>

#include "types/date_time_output.h"

namespace millrace {
namespace {

// An interval split for people. All parts of the time have the sign of the whole.
struct Parts {
  int32_t years, months, days;
  int64_t hours;
  int32_t minutes, seconds, micros;

  explicit Parts(Interval interval)
      : years(interval.months / kMonthsPerYear),
        months(interval.months % kMonthsPerYear),
        days(interval.days),
        hours(interval.micros / kMicrosPerHour),
        minutes(static_cast<int32_t>(interval.micros / kMicrosPerMinute % 60)),
        seconds(static_cast<int32_t>(interval.micros / kMicrosPerSecond % 60)),
        micros(static_cast<int32_t>(interval.micros % kMicrosPerSecond)) {}

  bool has_time() const { return hours != 0 || minutes != 0 || seconds != 0 || micros != 0; }
  bool is_time_negative() const { return hours < 0 || minutes < 0 || seconds < 0 || micros < 0; }
  bool is_time_positive() const { return hours > 0 || minutes > 0 || seconds > 0 || micros > 0; }
};

void append_number(int64_t number, std::string& out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

// "hh:mm:ss.ffffff" of the sizes.
void append_size_of_time(const Parts& parts, int hour_width, std::string& out) {
  append_padded(std::abs(parts.hours), hour_width, out);
  out += ':';
  append_padded(std::abs(parts.minutes), 2, out);
  out += ':';
  append_seconds(parts.seconds, parts.micros, true, out);
}

// "1 year -2 mons +3 days 04:05:06"
void append_postgres(const Parts& parts, std::string& out) {
  bool is_first = true;
  bool after_negative = false;
  const auto append_part = [&](int64_t value, const char* unit) {
    if (value == 0) return;
    if (!is_first) out += ' ';
    if (after_negative && value > 0) out += '+';
    append_number(value, out);
    (out += ' ') += unit;
    if (value != 1) out += 's';
    after_negative = value < 0;
    is_first = false;
  };
  append_part(parts.years, "year");
  append_part(parts.months, "mon");
  append_part(parts.days, "day");
  if (!is_first && !parts.has_time()) return;
  if (!is_first) out += ' ';
  if (parts.is_time_negative()) {
    out += '-';
  } else if (after_negative) {
    out += '+';
  }
  append_size_of_time(parts, 2, out);
}

// "@ 1 year 2 mons -3 days 4 hours 5 mins 6.7 secs ago": the first part's sign is the "ago".
void append_verbose(const Parts& parts, std::string& out) {
  out += '@';
  bool is_zero = true;
  bool is_ago = false;
  const auto append_part = [&](int64_t value, const char* unit) {
    if (value == 0) return;
    if (is_zero) {
      is_ago = value < 0;
      value = std::abs(value);
    } else if (is_ago) {
      value = -value;
    }
    out += ' ';
    append_number(value, out);
    (out += ' ') += unit;
    if (value != 1) out += 's';
    is_zero = false;
  };
  append_part(parts.years, "year");
  append_part(parts.months, "mon");
  append_part(parts.days, "day");
  append_part(parts.hours, "hour");
  append_part(parts.minutes, "min");
  if (parts.seconds != 0 || parts.micros != 0) {
    out += ' ';
    if (parts.seconds < 0 || parts.micros < 0) {
      if (is_zero) {
        is_ago = true;
      } else if (!is_ago) {
        out += '-';
      }
    } else if (is_ago) {
      out += '-';
    }
    append_seconds(parts.seconds, parts.micros, false, out);
    out += std::abs(parts.seconds) != 1 || parts.micros != 0 ? " secs" : " sec";
    is_zero = false;
  }
  if (is_zero) out += " 0";
  if (is_ago) out += " ago";
}

// "1-2", "3 4:05:06", and with all signs where the standard has no form: "+1-2 -3 +4:05:06".
void append_sql_standard(const Parts& parts, std::string& out) {
  const bool has_negative = parts.years < 0 || parts.months < 0 || parts.days < 0 || parts.is_time_negative();
  const bool has_positive = parts.years > 0 || parts.months > 0 || parts.days > 0 || parts.is_time_positive();
  const bool has_year_month = parts.years != 0 || parts.months != 0;
  const bool has_day_time = parts.days != 0 || parts.has_time();
  if (!has_negative && !has_positive) {
    out += '0';
    return;
  }
  const auto append_year_month = [&] {
    append_number(std::abs(int64_t{parts.years}), out);
    out += '-';
    append_number(std::abs(int64_t{parts.months}), out);
  };
  if ((has_negative && has_positive) || (has_year_month && has_day_time)) {
    out += parts.years < 0 || parts.months < 0 ? '-' : '+';
    append_year_month();
    out += parts.days < 0 ? " -" : " +";
    append_number(std::abs(int64_t{parts.days}), out);
    out += parts.is_time_negative() ? " -" : " +";
    append_size_of_time(parts, 1, out);
    return;
  }
  if (has_negative) out += '-';
  if (has_year_month) {
    append_year_month();
    return;
  }
  if (parts.days != 0) {
    append_number(std::abs(int64_t{parts.days}), out);
    out += ' ';
  }
  append_size_of_time(parts, 1, out);
}

// "P1Y2M3DT4H5M6.7S"
void append_iso_8601(const Parts& parts, std::string& out) {
  const size_t begin = out.size();
  out += 'P';
  const auto append_part = [&](int64_t value, char unit) {
    if (value == 0) return;
    append_number(value, out);
    out += unit;
  };
  append_part(parts.years, 'Y');
  append_part(parts.months, 'M');
  append_part(parts.days, 'D');
  if (parts.has_time()) {
    out += 'T';
    append_part(parts.hours, 'H');
    append_part(parts.minutes, 'M');
    if (parts.seconds != 0 || parts.micros != 0) {
      if (parts.seconds < 0 || parts.micros < 0) out += '-';
      append_seconds(parts.seconds, parts.micros, false, out);
      out += 'S';
    }
  }
  if (out.size() == begin + 1) out += "T0S";
}

}  // namespace

void append_interval(Interval interval, IntervalStyle style, std::string& out) {
  const Parts parts(interval);
  switch (style) {
    case IntervalStyle::kPostgres: append_postgres(parts, out); return;
    case IntervalStyle::kPostgresVerbose: append_verbose(parts, out); return;
    case IntervalStyle::kSqlStandard: append_sql_standard(parts, out); return;
    case IntervalStyle::kIso8601: append_iso_8601(parts, out); return;
  }
}

}  // namespace millrace
