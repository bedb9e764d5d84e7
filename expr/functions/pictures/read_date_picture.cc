// Reading text by a picture. The steps and their order are PostgreSQL 15's (formatting.c, DCH_from_char and
// do_to_timestamp), as is every leniency: which characters are passed over decides what a text means.
#include <cstdlib>
#include <optional>

#include "expr/functions/pictures/date_picture.h"
#include "types/utf8.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Kind = DateNode::Kind;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) {
  return c > 0x20 && c < 0x7f && !is_digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

SqlError malformed(std::string message) { return SqlError(sqlstate::kInvalidDatetimeFormat, std::move(message)); }
SqlError out_of_range(string_view text) {
  return SqlError(sqlstate::kDatetimeFieldOverflow,
                  "date/time field value out of range: \"" + std::string(text) + "\"");
}
constexpr const char* kWidthHint = "If your source string is not fixed-width, try using the \"FM\" modifier.";

// The fields as they were read; 0: not seen.
struct Fields {
  DateMode mode = DateMode::kAny;
  bool is_12_hour = false;
  int32_t hour = 0, afternoon = 0, minute = 0, second = 0, second_of_day = 0;
  int32_t day_of_week = 0, day = 0, day_of_year = 0, month = 0, millis = 0;
  int32_t year = 0, before_christ = 0, week = 0, week_of_month = 0, century = 0, julian_day = 0, micros = 0;
  int32_t year_digits = 0, fraction_digits = 0;
  int32_t zone_sign = 0, zone_hours = 0, zone_minutes = 0;
};

int32_t adjust_partial_year(int32_t year) {
  if (year < 70) return year + 2000;
  if (year < 100) return year + 1900;
  if (year < 520) return year + 2000;
  if (year < 1000) return year + 1000;
  return year;
}

class Reader {
 public:
  Reader(const DatePicture& picture, string_view text) : nodes_(picture.nodes), text_(text), rest_(text) {}

  Result<Fields> read() {
    for (index_ = 0; index_ < nodes_.size() && !rest_.empty(); ++index_) {
      const DateNode& node = nodes_[index_];
      const bool is_field = node.kind == Kind::kField;
      const bool begins_fixed = is_field && node.keyword->field == DateField::kFixed;
      if (!fixed_ && !begins_fixed && (is_field || index_ == 0)) skip_spaces();
      if (!is_field) {
        pass_over(node);
        continue;
      }
      TRY(set_mode(node.keyword->mode));
      TRY(read_field(node));
      if (fixed_) continue;
      extra_skipped_ = 0;
      skip_spaces();
    }
    return fields_;
  }

 private:
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  void skip_spaces() {
    for (; is_space(front()); rest_.remove_prefix(1)) ++extra_skipped_;
  }
  void skip_character() { rest_.remove_prefix(utf8_prefix_bytes(rest_, 1)); }

  // One character of the picture stands for one of the text, whichever.
  void pass_over(const DateNode& node) {
    if (fixed_) {
      skip_character();
    } else if (node.kind != Kind::kCharacter) {
      --extra_skipped_;
      if (!is_space(front()) && !is_separator(front())) return;
      rest_.remove_prefix(1);
      ++extra_skipped_;
    } else if (extra_skipped_ > 0) {
      --extra_skipped_;
    } else {
      skip_character();
    }
  }

  Status set_mode(DateMode mode) {
    if (mode == DateMode::kAny) return {};
    if (fields_.mode != DateMode::kAny && fields_.mode != mode) {
      return malformed("invalid combination of date conventions")
          .with_hint("Do not mix Gregorian and ISO week date conventions in a formatting template.");
    }
    fields_.mode = mode;
    return {};
  }

  static Status set(int32_t& field, int32_t value, const DateNode& node) {
    if (field != 0 && field != value) {
      return malformed("conflicting values for \"" + std::string(node.keyword->name) + "\" field in formatting string")
          .with_detail("This value contradicts a previous setting for the same field type.");
    }
    field = value;
    return {};
  }

  // Whether a number may end where it ends, since no digits follow it.
  bool ends_by_itself(const DateNode& node) const {
    if (node.has_ordinal || index_ + 1 == nodes_.size()) return true;
    const DateNode& next = nodes_[index_ + 1];
    if (next.kind == Kind::kField) return !next.keyword->is_number;
    return !(next.character.size() == 1 && is_digit(next.character[0]));
  }

  SqlError invalid_value(string_view value, const DateNode& node) const {
    return malformed("invalid value \"" + std::string(value) + "\" for \"" + std::string(node.keyword->name) + "\"");
  }

  // Reads an integer of `width` characters, or as many as there are. The characters taken, spaces included.
  Result<int32_t> read_number(int32_t& field, const DateNode& node, size_t width) {
    const string_view start = rest_;
    string_view number = rest_;
    while (!number.empty() && is_space(number.front())) number.remove_prefix(1);
    const bool all = !node.fill || ends_by_itself(node);
    if (!all && number.size() < width) {
      return malformed("source string too short for \"" + std::string(node.keyword->name) + "\" formatting field")
          .with_detail("Field requires " + std::to_string(width) + " characters, but only " +
                       std::to_string(number.size()) + " remain.")
          .with_hint(kWidthHint);
    }
    const std::string copy(all ? start : number.substr(0, width));
    char* end = nullptr;
    errno = 0;
    const long value = std::strtol(copy.c_str(), &end, 10);
    const auto used = static_cast<size_t>(end - copy.c_str());
    if (!all && used > 0 && used < width) {
      return invalid_value(copy, node)
          .with_detail("Field requires " + std::to_string(width) + " characters, but only " + std::to_string(used) +
                       " could be parsed.")
          .with_hint(kWidthHint);
    }
    rest_ = (all ? start : number).substr(used);
    if (rest_.data() == start.data()) return invalid_value(copy, node).with_detail("Value must be an integer.");
    if (errno == ERANGE || value < INT32_MIN || value > INT32_MAX) {
      return SqlError(sqlstate::kDatetimeFieldOverflow,
                      "value for \"" + std::string(node.keyword->name) + "\" in source string is out of range")
          .with_detail("Value must be in the range -2147483648 to 2147483647.");
    }
    TRY(set(field, static_cast<int32_t>(value), node));
    return static_cast<int32_t>(start.size() - rest_.size());
  }
  Result<int32_t> read_number(int32_t& field, const DateNode& node) {
    return read_number(field, node, node.keyword->name.size());
  }

  // The name the text begins with, in any case.
  template <size_t N>
  Result<int32_t> read_name(const string_view (&names)[N], const DateNode& node) {
    for (size_t i = 0; i < N; ++i) {
      size_t at = 0;
      while (at < names[i].size() && at < rest_.size() && lower(rest_[at]) == lower(names[i][at])) ++at;
      if (at < names[i].size()) continue;
      rest_.remove_prefix(at);
      return static_cast<int32_t>(i);
    }
    size_t end = 0;
    while (end < rest_.size() && !is_space(rest_[end])) ++end;
    return invalid_value(rest_.substr(0, end), node)
        .with_detail("The given value did not match any of the allowed values for this field.");
  }

  Status read_fraction(int32_t& field, const DateNode& node, size_t digits, int32_t scale) {
    TRY(const int32_t taken, read_number(field, node, digits));
    for (int32_t i = taken; i < scale; ++i) {
      if (taken < 1) break;
      field *= 10;
    }
    return {};
  }

  Status read_meridiem(const DateNode& node, bool dotted) {
    static constexpr string_view kPlain[] = {"am", "pm"};
    static constexpr string_view kDotted[] = {"a.m.", "p.m."};
    TRY(const int32_t value, dotted ? read_name(kDotted, node) : read_name(kPlain, node));
    TRY(set(fields_.afternoon, value, node));
    fields_.is_12_hour = true;
    return {};
  }

  Status read_era(const DateNode& node, bool dotted) {
    static constexpr string_view kPlain[] = {"ad", "bc"};
    static constexpr string_view kDotted[] = {"a.d.", "b.c."};
    TRY(const int32_t value, dotted ? read_name(kDotted, node) : read_name(kPlain, node));
    return set(fields_.before_christ, value, node);
  }

  Status read_zone_hour(const DateNode& node) {
    // A minus may have been passed over as a separator.
    if (front() == '+' || front() == '-' || front() == ' ') {
      fields_.zone_sign = front() == '-' ? -1 : 1;
      rest_.remove_prefix(1);
    } else {
      fields_.zone_sign = extra_skipped_ > 0 && rest_.data() != text_.data() && rest_.data()[-1] == '-' ? -1 : 1;
    }
    TRY(read_number(fields_.zone_hours, node, 2));
    return {};
  }

  Status read_year_with_comma(const DateNode& node) {
    const std::string copy(rest_);
    int millennia = 0, years = 0, taken = 0;
    if (std::sscanf(copy.c_str(), "%d,%03d%n", &millennia, &years, &taken) < 2) {
      return malformed("invalid input string for \"Y,YYY\"");
    }
    TRY(set(fields_.year, years + millennia * 1000, node));
    fields_.year_digits = 4;
    rest_.remove_prefix(static_cast<size_t>(taken));
    return {};
  }

  Status read_year(const DateNode& node) {
    TRY(const int32_t taken, read_number(fields_.year, node));
    const int32_t digits = node.keyword->digits;
    if (digits < 4 && taken < 4) fields_.year = adjust_partial_year(fields_.year);
    fields_.year_digits = digits;
    return {};
  }

  Status read_field(const DateNode& node) {
    TRY(read_value(node));
    const bool skips = node.has_ordinal && node.keyword->field != DateField::kZoneHour &&
                       node.keyword->field != DateField::kZoneMinute && node.keyword->is_number;
    for (int i = 0; skips && i < 2 && !rest_.empty(); ++i) skip_character();
    return {};
  }

  Status read_into(int32_t& field, const DateNode& node) {
    TRY(read_number(field, node));
    return {};
  }
  Status read_into(int32_t& field, const DateNode& node, size_t width) {
    TRY(read_number(field, node, width));
    return {};
  }

  template <size_t N>
  Status read_name_into(int32_t& field, const string_view (&names)[N], const DateNode& node) {
    TRY(const int32_t value, read_name(names, node));
    return set(field, value + 1, node);
  }

  // PostgreSQL compares a weekday before it adds one: two that agree conflict, unless the first was Sunday.
  template <size_t N>
  Status read_weekday(const string_view (&names)[N], const DateNode& node) {
    TRY(const int32_t value, read_name(names, node));
    TRY(set(fields_.day_of_week, value, node));
    ++fields_.day_of_week;
    return {};
  }

  // long: one line a field.
  Status read_value(const DateNode& node) {
    int32_t ignored = 0;
    switch (node.keyword->field) {
      case DateField::kFixed: fixed_ = true; return {};
      case DateField::kMeridiem: return read_meridiem(node, false);
      case DateField::kMeridiemDotted: return read_meridiem(node, true);
      case DateField::kEra: return read_era(node, false);
      case DateField::kEraDotted: return read_era(node, true);
      case DateField::kHour12: fields_.is_12_hour = true; return read_into(fields_.hour, node, 2);
      case DateField::kHour24: return read_into(fields_.hour, node, 2);
      case DateField::kMinute: return read_into(fields_.minute, node);
      case DateField::kSecond: return read_into(fields_.second, node);
      case DateField::kMillisecond: return read_fraction(fields_.millis, node, 3, 3);
      case DateField::kMicrosecond: return read_fraction(fields_.micros, node, 6, 6);
      case DateField::kFraction:
        fields_.fraction_digits = node.keyword->digits;
        return read_fraction(fields_.micros, node, static_cast<size_t>(node.keyword->digits), 6);
      case DateField::kSecondOfDay: return read_into(fields_.second_of_day, node);
      case DateField::kZone:
      case DateField::kOffset:
        return not_supported(
            "formatting field \"" + std::string(node.keyword->name) + "\" is only supported in to_char",
            "Use TZH and TZM.");
      case DateField::kZoneHour: return read_zone_hour(node);
      case DateField::kZoneMinute:
        if (fields_.zone_sign == 0) fields_.zone_sign = 1;
        return read_into(fields_.zone_minutes, node, 2);
      case DateField::kMonthName: return read_name_into(fields_.month, kMonthNames, node);
      case DateField::kMonthNameShort: return read_name_into(fields_.month, kShortMonthNames, node);
      case DateField::kMonth: return read_into(fields_.month, node);
      case DateField::kDayName: return read_weekday(kDayNames, node);
      case DateField::kDayNameShort: return read_weekday(kShortDayNames, node);
      case DateField::kDayOfYear: return read_into(fields_.day_of_year, node);
      case DateField::kIsoDayOfYear: return read_into(fields_.day_of_year, node, 3);
      case DateField::kDay: return read_into(fields_.day, node);
      case DateField::kDayOfWeek: return read_into(fields_.day_of_week, node);
      case DateField::kIsoDayOfWeek:
        TRY(read_into(fields_.day_of_week, node, 1));
        // Sunday is 1 from here on.
        if (++fields_.day_of_week > 7) fields_.day_of_week = 1;
        return {};
      case DateField::kWeek:
      case DateField::kIsoWeek: return read_into(fields_.week, node);
      case DateField::kQuarter: return read_into(ignored, node);  // no day of it is meant
      case DateField::kCentury: return read_into(fields_.century, node);
      case DateField::kYearWithComma: return read_year_with_comma(node);
      case DateField::kYear:
      case DateField::kIsoYear: return read_year(node);
      case DateField::kRomanMonth: {
        TRY(const int32_t value, read_name(kRomanMonths, node));
        return set(fields_.month, kMonthsPerYear - value, node);
      }
      case DateField::kWeekOfMonth: return read_into(fields_.week_of_month, node);
      case DateField::kJulianDay: return read_into(fields_.julian_day, node);
    }
    return {};
  }

  const std::vector<DateNode>& nodes_;
  const string_view text_;
  string_view rest_;
  size_t index_ = 0;
  bool fixed_ = false;     // FX: no more leniency
  int extra_skipped_ = 0;  // characters passed over beyond those of the picture
  Fields fields_;
};

// Which fields of the date are known, and so are checked.
struct Known {
  bool year = false, month = false, day = false;
  void set_all() { year = month = day = true; }
};

int64_t iso_week_start(int32_t year, int32_t week) {
  const int64_t fourth = to_julian_day({year, 1, 4});
  return (int64_t{week} - 1) * 7 + fourth - (day_of_week(fourth) + 6) % 7;
}

Status fill_time(const Fields& fields, CivilTime& civil) {
  if (fields.second_of_day != 0) {
    civil.hour = fields.second_of_day / 3600;
    civil.minute = fields.second_of_day % 3600 / 60;
    civil.second = fields.second_of_day % 60;
  }
  if (fields.second != 0) civil.second = fields.second;
  if (fields.minute != 0) civil.minute = fields.minute;
  if (fields.hour != 0) civil.hour = fields.hour;
  if (!fields.is_12_hour) return {};
  if (civil.hour < 1 || civil.hour > 12) {
    return malformed("hour \"" + std::to_string(civil.hour) + "\" is invalid for the 12-hour clock")
        .with_hint("Use the 24-hour clock, or give an hour between 1 and 12.");
  }
  if (fields.afternoon != 0 && civil.hour < 12) {
    civil.hour += 12;
  } else if (fields.afternoon == 0 && civil.hour == 12) {
    civil.hour = 0;
  }
  return {};
}

void fill_year(const Fields& fields, CivilDate& date, Known& known) {
  const int32_t century = fields.before_christ != 0 ? -fields.century : fields.century;
  if (fields.year != 0) {
    known.year = true;
    if (fields.century != 0 && fields.year_digits <= 2) {
      // The century and the two digits of the year in it.
      date.year = fields.year % 100;
      if (date.year == 0) {
        date.year = century * 100 + (century >= 0 ? 0 : 1);
      } else if (century >= 0) {
        date.year += (century - 1) * 100;
      } else {
        date.year = (century + 1) * 100 - date.year + 1;
      }
      return;
    }
    date.year = fields.before_christ != 0 ? -fields.year : fields.year;
    if (date.year < 0) ++date.year;
  } else if (fields.century != 0) {
    known.year = true;
    date.year = century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
  }
}

Status fill_date(Fields fields, CivilDate& date, Known& known) {
  fill_year(fields, date, known);
  if (fields.julian_day != 0) {
    date = from_julian_day(fields.julian_day);
    known.set_all();
  }
  if (fields.week != 0 && fields.mode == DateMode::kIsoWeek) {
    int64_t day = iso_week_start(date.year, fields.week);
    if (fields.day_of_week > 1) day += fields.day_of_week - 2;
    if (fields.day_of_week == 1) day += 6;
    date = from_julian_day(day);
    known.set_all();
  } else if (fields.week != 0) {
    fields.day_of_year = (fields.week - 1) * 7 + 1;
  }
  if (fields.week_of_month != 0) fields.day = (fields.week_of_month - 1) * 7 + 1;
  if (fields.day != 0) {
    date.day = fields.day;
    known.day = true;
  }
  if (fields.month != 0) {
    date.month = fields.month;
    known.month = true;
  }
  if (fields.day_of_year == 0 || (date.month > 1 && date.day > 1)) return {};
  if (date.year == 0 && fields.before_christ == 0) {
    return malformed("cannot calculate day of year without year information");
  }
  if (fields.mode == DateMode::kIsoWeek) {
    date = from_julian_day(iso_week_start(date.year, 1) - 1 + fields.day_of_year);
    known.set_all();
    return {};
  }
  int32_t month = 1;
  int32_t before = 0;  // days of the months before
  while (month <= kMonthsPerYear && fields.day_of_year > before + days_in_month(date.year, month)) {
    before += days_in_month(date.year, month++);
  }
  if (date.month <= 1) date.month = month;
  if (date.day <= 1) date.day = fields.day_of_year - before;
  known.month = known.day = true;
  return {};
}

Status check(const ReadTime& read, const Known& known, string_view text) {
  const CivilTime& civil = read.civil;
  const CivilDate& date = civil.date;
  if (known.month && (date.month < 1 || date.month > kMonthsPerYear)) return out_of_range(text);
  if (known.day && (date.day < 1 || date.day > 31)) return out_of_range(text);
  if (known.year && known.month && known.day && date.day > days_in_month(date.year, date.month)) {
    return out_of_range(text);
  }
  if (civil.hour < 0 || civil.hour >= 24 || civil.minute < 0 || civil.minute >= 60 || civil.second < 0 ||
      civil.second >= 60 || civil.micros < 0 || civil.micros >= kMicrosPerSecond) {
    return out_of_range(text);
  }
  return {};
}

}  // namespace

Result<ReadTime> read_date_picture(const DatePicture& picture, string_view text) {
  TRY(const Fields fields, Reader(picture, text).read());
  ReadTime read;
  read.civil = {{0, 1, 1}, 0, 0, 0, 0};
  Known known;
  TRY(fill_time(fields, read.civil));
  TRY(fill_date(fields, read.civil.date, known));
  read.civil.micros =
      static_cast<int32_t>(static_cast<uint32_t>(fields.millis) * 1000 + static_cast<uint32_t>(fields.micros));
  read.fraction_digits = fields.fraction_digits;
  TRY(check(read, known, text));
  if (fields.zone_sign != 0) {
    constexpr int32_t kZoneHoursMax = 15;
    if (fields.zone_hours < 0 || fields.zone_hours > kZoneHoursMax || fields.zone_minutes < 0 ||
        fields.zone_minutes >= 60) {
      return SqlError(sqlstate::kInvalidTimeZoneDisplacementValue,
                      "time zone displacement out of range: \"" + std::string(text) + "\"");
    }
    read.has_zone = true;
    read.seconds_east = fields.zone_sign * (fields.zone_hours * 3600 + fields.zone_minutes * 60);
  }
  return read;
}

}  // namespace millrace::expr
