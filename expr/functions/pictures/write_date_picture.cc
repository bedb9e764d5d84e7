#include <cstdio>
#include <cstdlib>

#include "expr/functions/pictures/date_picture.h"

namespace millrace::expr {
namespace {

using std::string_view;

std::string zero_padded(int64_t number, int width) {
  char digits[32];
  return std::string(digits, static_cast<size_t>(std::snprintf(digits, sizeof digits, "%0*lld", width,
                                                               static_cast<long long>(number))));
}

std::string in_case(string_view name, NameCase name_case) {
  std::string result(name);
  for (char& c : result) {
    if (name_case == NameCase::kUpper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (name_case == NameCase::kLower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

class Writer {
 public:
  explicit Writer(const PictureTime& time) : time_(time) {
    if (!time.is_interval) julian_day_ = to_julian_day({time.year, time.month, time.day});
  }

  Result<std::string> write(const DateNode& node) const {
    if (time_.is_interval && !has_interval_field(node.keyword->field)) {
      return SqlError(sqlstate::kInvalidDatetimeFormat, "invalid format specification for an interval")
          .with_hint("Intervals are not tied to specific calendar dates.");
    }
    std::string text = is_name(node.keyword->field) ? name(node) : number(node);
    if (node.has_ordinal && !text.empty() && takes_ordinal(node.keyword->field)) {
      text += ordinal_suffix(text, node.ordinal_case);
    }
    return text;
  }

 private:
  static bool has_interval_field(DateField field) {
    switch (field) {
      case DateField::kEra:
      case DateField::kEraDotted:
      case DateField::kDayName:
      case DateField::kDayNameShort:
      case DateField::kDayOfWeek:
      case DateField::kIsoDayOfWeek:
      case DateField::kMonthName:
      case DateField::kMonthNameShort:
      case DateField::kOffset:
      case DateField::kZone:
      case DateField::kZoneHour:
      case DateField::kZoneMinute: return false;
      default: return true;
    }
  }

  static bool is_name(DateField field) {
    switch (field) {
      case DateField::kEra:
      case DateField::kEraDotted:
      case DateField::kMeridiem:
      case DateField::kMeridiemDotted:
      case DateField::kDayName:
      case DateField::kDayNameShort:
      case DateField::kMonthName:
      case DateField::kMonthNameShort:
      case DateField::kRomanMonth:
      case DateField::kZone:
      case DateField::kFixed: return true;
      default: return false;
    }
  }

  static bool takes_ordinal(DateField field) {
    return !is_name(field) && field != DateField::kOffset && field != DateField::kZoneHour &&
           field != DateField::kZoneMinute;
  }

  // Names of unequal length are filled up, so that what follows stands below itself.
  static std::string filled(const DateNode& node, string_view name, size_t width) {
    std::string text = in_case(name, node.keyword->name_case);
    if (node.fill && !node.is_translated && text.size() < width) text.resize(width, ' ');
    return text;
  }

  std::string name(const DateNode& node) const {
    const NameCase name_case = node.keyword->name_case;
    const bool is_afternoon = time_.hour % 24 >= 12;
    switch (node.keyword->field) {
      case DateField::kEra: return in_case(time_.year <= 0 ? "BC" : "AD", name_case);
      case DateField::kEraDotted: return in_case(time_.year <= 0 ? "B.C." : "A.D.", name_case);
      case DateField::kMeridiem: return in_case(is_afternoon ? "PM" : "AM", name_case);
      case DateField::kMeridiemDotted: return in_case(is_afternoon ? "P.M." : "A.M.", name_case);
      case DateField::kDayName: return filled(node, kDayNames[time_.weekday], 9);
      case DateField::kDayNameShort: return filled(node, kShortDayNames[time_.weekday], 0);
      case DateField::kMonthName: return filled(node, kMonthNames[time_.month - 1], 9);
      case DateField::kMonthNameShort: return filled(node, kShortMonthNames[time_.month - 1], 0);
      case DateField::kRomanMonth: return roman_month(node);
      case DateField::kZone:
        return name_case == NameCase::kLower ? in_case(time_.zone, name_case) : std::string(time_.zone);
      default: return "";  // FX, which is for reading
    }
  }

  // Of an interval, whole years are twelve months, and negative months count back from December.
  std::string roman_month(const DateNode& node) const {
    if (time_.month == 0 && time_.year == 0) return "";
    const int32_t from_december = time_.month == 0  ? (time_.year >= 0 ? 0 : kMonthsPerYear - 1)
                                  : time_.month < 0 ? -1 * (time_.month + 1)
                                                    : kMonthsPerYear - time_.month;
    return filled(node, kRomanMonths[from_december], 4);
  }

  int64_t century() const {
    if (time_.is_interval) return time_.year / 100;
    return time_.year > 0 ? (time_.year - 1) / 100 + 1 : time_.year / 100 - 1;
  }

  // Before Christ, years count backwards from 1.
  int64_t shown_year(int64_t year) const { return time_.is_interval || year > 0 ? year : -(year - 1); }

  int64_t iso_year() const { return julian_day() < 0 ? time_.year : iso_week(julian_day()).year; }

  // An interval's fields may be no date; PostgreSQL counts with them all the same.
  int64_t julian_day() const {
    return time_.is_interval ? to_julian_day({time_.year, time_.month, time_.day}) : julian_day_;
  }

  std::string year(const DateNode& node, int64_t of) const {
    static constexpr int64_t kModulus[] = {0, 10, 100, 1000, INT64_MAX};
    const int8_t digits = node.keyword->digits;
    const int64_t shown = shown_year(of) % kModulus[digits];
    // The sign of the calendar's year, even when the one of ISO weeks is shown.
    const int width = digits == 1 ? 1 : node.fill ? digits + (shown_year(time_.year) < 0) : 0;
    return zero_padded(shown, width);
  }

  std::string number(const DateNode& node) const {
    // A negative number's sign takes no digit's place.
    const auto padded = [&](int64_t value, int width) {
      return zero_padded(value, node.fill ? width + (value < 0) : 0);
    };
    const auto hours = [&](int64_t shown) { return zero_padded(shown, node.fill ? 2 + (time_.hour < 0) : 0); };
    const auto plain = [&](int64_t value, int width) { return zero_padded(value, node.fill ? width : 0); };
    switch (node.keyword->field) {
      case DateField::kHour12: return hours(time_.hour % 12 == 0 ? 12 : time_.hour % 12);
      case DateField::kHour24: return hours(time_.hour);
      case DateField::kMinute: return padded(time_.minute, 2);
      case DateField::kSecond: return padded(time_.second, 2);
      case DateField::kFraction: return fraction(node.keyword->digits);
      case DateField::kMillisecond: return fraction(3);
      case DateField::kMicrosecond: return fraction(6);
      case DateField::kSecondOfDay: return std::to_string(time_.hour * 3600 + time_.minute * 60 + time_.second);
      case DateField::kZoneHour: return zone_sign() + zero_padded(zone_seconds() / 3600, 2);
      case DateField::kZoneMinute: return zero_padded(zone_seconds() % 3600 / 60, 2);
      case DateField::kOffset: return offset(node);
      case DateField::kMonth: return padded(time_.month, 2);
      case DateField::kDay: return plain(time_.day, 2);
      case DateField::kDayOfYear: return plain(time_.day_of_year, 3);
      case DateField::kIsoDayOfYear: return plain(iso_day_of_year(), 3);
      case DateField::kDayOfWeek: return std::to_string(time_.weekday + 1);
      case DateField::kIsoDayOfWeek: return std::to_string(time_.weekday == 0 ? 7 : time_.weekday);
      case DateField::kWeek: return plain((time_.day_of_year - 1) / 7 + 1, 2);
      case DateField::kIsoWeek: return plain(iso_week(julian_day()).week, 2);
      case DateField::kWeekOfMonth: return std::to_string((time_.day - 1) / 7 + 1);
      case DateField::kQuarter: return time_.month == 0 ? "" : std::to_string((time_.month - 1) / 3 + 1);
      case DateField::kCentury:
        return century() >= -99 && century() <= 99 ? padded(century(), 2) : std::to_string(century());
      case DateField::kYearWithComma: {
        const int64_t shown = shown_year(time_.year);
        return std::to_string(shown / 1000) + "," + zero_padded(shown % 1000, 3);
      }
      case DateField::kYear: return year(node, time_.year);
      case DateField::kIsoYear: return year(node, iso_year());
      case DateField::kJulianDay: return std::to_string(julian_day());
      default: return "";  // names
    }
  }

  std::string fraction(int digits) const {
    int32_t value = time_.micros;
    for (int i = digits; i < 6; ++i) value /= 10;
    return zero_padded(value, digits);
  }

  std::string zone_sign() const { return time_.seconds_east >= 0 ? "+" : "-"; }
  int32_t zone_seconds() const { return std::abs(time_.seconds_east); }
  std::string offset(const DateNode& node) const {
    std::string text = zone_sign() + zero_padded(zone_seconds() / 3600, node.fill ? 2 : 0);
    if (zone_seconds() % 3600 != 0) text += ":" + zero_padded(zone_seconds() % 3600 / 60, 2);
    return text;
  }

  int64_t iso_day_of_year() const {
    const int64_t fourth = to_julian_day({iso_week(julian_day()).year, 1, 4});
    return julian_day() - (fourth - (day_of_week(fourth) + 6) % 7) + 1;
  }

  const PictureTime& time_;
  int64_t julian_day_ = 0;
};

}  // namespace

Result<std::string> write_date_picture(const DatePicture& picture, const PictureTime& time) {
  const Writer writer(time);
  std::string text;
  for (const DateNode& node : picture.nodes) {
    if (node.kind != DateNode::Kind::kField) {
      text += node.character;
      continue;
    }
    TRY(const std::string field, writer.write(node));
    text += field;
  }
  return text;
}

}  // namespace millrace::expr
