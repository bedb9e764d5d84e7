// to_char(), to_date(), to_timestamp(), to_number(): text by a picture. A call site keeps the picture taken apart
// while its text stays the same.
#include <algorithm>
#include <cmath>

#include "expr/families.h"
#include "expr/functions/pictures/date_picture.h"
#include "expr/functions/pictures/number_picture.h"
#include "expr/typed_lambda.h"
#include "types/date_time_conversion.h"
#include "types/numeric.h"
#include "types/time_zone.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Rows = std::vector<ScalarFunction>;
using Text = Result<std::string>;
using NoText = Result<std::optional<std::string>>;

Result<const DatePicture*> date_picture(const SiteCache& cache, string_view text) {
  return cache.get<DatePicture>([&](const DatePicture& kept) { return kept.text == text; },
                                [&]() -> Result<std::shared_ptr<DatePicture>> {
                                  return std::make_shared<DatePicture>(parse_date_picture(text));
                                });
}

Result<const NumberPicture*> number_picture(const SiteCache& cache, string_view text) {
  return cache.get<NumberPicture>([&](const NumberPicture& kept) { return kept.text == text; },
                                  [&]() -> Result<std::shared_ptr<NumberPicture>> {
                                    TRY(NumberPicture picture, parse_number_picture(text));
                                    return std::make_shared<NumberPicture>(std::move(picture));
                                  });
}

// --- dates and times ---

PictureTime taken_apart(Timestamp value) {
  const CivilTime civil = to_civil(value);
  PictureTime time;
  time.hour = civil.hour;
  time.minute = civil.minute;
  time.second = civil.second;
  time.micros = civil.micros;
  time.day = civil.date.day;
  time.month = civil.date.month;
  time.year = civil.date.year;
  const int64_t julian_day = to_julian_day(civil.date);
  time.weekday = day_of_week(julian_day);
  time.day_of_year = static_cast<int32_t>(julian_day - to_julian_day({civil.date.year, 1, 1}) + 1);
  return time;
}

PictureTime taken_apart(TimestampTz value, const TimeZone& zone) {
  const LocalTimeType& local = zone.at(value);
  PictureTime time = taken_apart(zone.to_local(value));
  time.seconds_east = local.seconds_east;
  time.zone = local.abbreviation;
  return time;
}

PictureTime taken_apart(Interval value) {
  PictureTime time;
  time.is_interval = true;
  time.hour = value.micros / kMicrosPerHour;
  time.minute = static_cast<int32_t>(value.micros / kMicrosPerMinute % 60);
  time.second = static_cast<int32_t>(value.micros / kMicrosPerSecond % 60);
  time.micros = static_cast<int32_t>(value.micros % kMicrosPerSecond);
  time.day = value.days;
  time.month = value.months % kMonthsPerYear;
  time.year = value.months / kMonthsPerYear;
  // About how many days it is in all; wraps round as PostgreSQL's does.
  time.day_of_year = static_cast<int32_t>(value.months * kDaysPerMonth + value.days);
  return time;
}

NoText written(const SiteCache& cache, const PictureTime& time, string_view picture_text) {
  TRY(const DatePicture* picture, date_picture(cache, picture_text));
  TRY(std::string text, write_date_picture(*picture, time));
  return std::optional(std::move(text));
}

void add_date_writers(Rows& rows) {
  const char* doc = "A date and time as text by a picture.";
  rows.push_back(scalar(
      "to_char",
      [](SiteCache cache, Timestamp value, string_view picture) -> NoText {
        if (picture.empty() || !value.is_finite()) return std::optional<std::string>();
        return written(cache, taken_apart(value), picture);
      },
      doc, "to_char(timestamp '2002-04-20 17:31:12.66', 'HH12:MI:SS') = '05:31:12'"));
  rows.push_back(scalar(
      "to_char",
      [](const EvalContext& c, SiteCache cache, TimestampTz value, string_view picture) -> NoText {
        if (picture.empty() || !value.is_finite()) return std::optional<std::string>();
        return written(cache, taken_apart(value, zone_or_utc(c.text.time_zone)), picture);
      },
      doc, "to_char(timestamptz '2002-04-20 17:31:12+00', 'YYYY TZH') = '2002 +00'"));
  rows.push_back(is_volatile(scalar(
      "timeofday",
      [](const EvalContext& c) -> Text {
        static const DatePicture kPicture = parse_date_picture("Dy Mon DD HH24:MI:SS.US YYYY TZ");
        return write_date_picture(kPicture, taken_apart(from_wall_time(c.clock), zone_or_utc(c.text.time_zone)));
      },
      "The time as it runs, as text.", "timeofday() LIKE '% UTC'")));
  rows.push_back(scalar(
      "to_char",
      [](SiteCache cache, Interval value, string_view picture) -> NoText {
        if (picture.empty()) return std::optional<std::string>();
        return written(cache, taken_apart(value), picture);
      },
      "An interval as text by a picture.", "to_char(interval '15h 2m 12s', 'HH24:MI:SS') = '15:02:12'"));
}

Result<TimestampTz> moment_of(const ReadTime& read, const TimeZone& zone) {
  const int32_t east = read.has_zone ? read.seconds_east : zone.seconds_east_of_local(read.civil);
  TimestampTz moment;
  if (!to_moment(read.civil, -east, moment)) {
    return SqlError(sqlstate::kDatetimeFieldOverflow, "timestamp out of range");
  }
  if (read.fraction_digits > 0) {
    int64_t unit = 1;
    for (int32_t i = read.fraction_digits; i < 6; ++i) unit *= 10;
    const int64_t magnitude = moment.micros < 0 ? -moment.micros : moment.micros;
    const int64_t rounded = (magnitude + unit / 2) / unit * unit;
    moment.micros = moment.micros < 0 ? -rounded : rounded;
  }
  return moment;
}

Result<Date> date_of(const ReadTime& read, string_view text) {
  const CivilDate& date = read.civil.date;
  const int64_t days = to_julian_day(date) - kJulianDayOf2000;
  if (!has_julian_day(date) || days < Date::kMinDays || days >= Date::kEndDays) {
    return SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range: \"" + std::string(text) + "\"");
  }
  return Date{static_cast<int32_t>(days)};
}

void add_date_readers(Rows& rows) {
  rows.push_back(scalar(
      "to_timestamp",
      [](const EvalContext& c, SiteCache cache, string_view text, string_view picture_text) -> Result<TimestampTz> {
        TRY(const DatePicture* picture, date_picture(cache, picture_text));
        TRY(const ReadTime read, read_date_picture(*picture, text));
        return moment_of(read, zone_or_utc(c.text.time_zone));
      },
      "A moment from text by a picture.",
      "to_timestamp('05 Dec 2000', 'DD Mon YYYY') = timestamptz '2000-12-05 00:00'"));
  rows.push_back(stable(scalar(
      "to_date",
      [](SiteCache cache, string_view text, string_view picture_text) -> Result<Date> {
        TRY(const DatePicture* picture, date_picture(cache, picture_text));
        TRY(const ReadTime read, read_date_picture(*picture, text));
        return date_of(read, text);
      },
      "A date from text by a picture.", "to_date('05 Dec 2000', 'DD Mon YYYY') = date '2000-12-05'")));
}

// --- numbers ---

std::string roman(int64_t number) {
  if (number > 3999 || number < 1) return std::string(15, '#');
  static constexpr std::pair<int64_t, const char*> kNumerals[] = {
      {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
      {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  std::string text;
  for (const auto& [value, letters] : kNumerals) {
    for (; number >= value; number -= value) text += letters;
  }
  return text;
}

// What fills the place of a number that a picture has too few digits for.
std::string hashes(const NumberPicture& picture) {
  return std::string(static_cast<size_t>(picture.before), '#') + "." +
         std::string(static_cast<size_t>(picture.after), '#');
}

std::string exponent_hashes(const NumberPicture& picture) {
  std::string text(static_cast<size_t>(picture.before + picture.after + 6), '#');
  text[0] = ' ';
  text[static_cast<size_t>(picture.before) + 1] = '.';
  return text;
}

// The sign taken off, and as many spaces as the picture has digits more.
NumberDigits fitted(const NumberPicture& picture, std::string text) {
  NumberDigits number;
  if (text.starts_with('-')) {
    number.sign = '-';
    text.erase(0, 1);
  }
  const auto before = static_cast<int32_t>(std::min(text.find('.'), text.size()));
  number.digits = std::move(text);
  if (before < picture.before) number.spaces = picture.before - before;
  if (before > picture.before) number.digits = hashes(picture);
  return number;
}

// 22P02 for "th" after what is no number.
Text laid_out(const NumberPicture& picture, const NumberDigits& number) {
  const bool has_ordinal = std::ranges::any_of(
      picture.nodes, [](const NumberNode& node) { return node.is_field && node.field == NumberField::kOrdinal; });
  const bool is_shown = !picture.roman && !picture.has_point && number.sign != '-' && !number.digits.starts_with('#');
  if (has_ordinal && is_shown && !(number.digits.back() >= '0' && number.digits.back() <= '9')) {
    return SqlError(sqlstate::kInvalidTextRepresentation, "\"" + number.digits + "\" is not a number");
  }
  return write_number_picture(picture, number);
}

NumberDigits own_sign(std::string text) { return {std::move(text), '\0', 0}; }

// "1.23e+04"; the significand may round up to 10.
Text scientific(const Numeric& value, int32_t scale) {
  if (!value.is_finite()) return numeric::to_string(value);
  const int64_t exponent = value.is_zero() ? 0 : value.integer_digits() - 1;
  TRY(const Numeric power, numeric::parse("1e" + std::to_string(exponent)));
  char digits[32];
  std::snprintf(digits, sizeof digits, "e%+03lld", static_cast<long long>(exponent));
  return numeric::to_string(numeric::divide_to_scale(value, power, scale)) + digits;
}

Text exponent_text(const NumberPicture& picture, const Numeric& value) {
  if (!value.is_finite()) return exponent_hashes(picture);
  TRY(std::string text, scientific(value, picture.after));
  return text.starts_with('-') ? text : " " + text;
}

Text numeric_to_char(const Numeric& value, const NumberPicture& given) {
  NumberPicture picture = given;
  if (picture.roman) {
    TRY(const Numeric whole, numeric::round(value, 0));
    TRY(const int32_t number, numeric::to_int32(whole));
    return laid_out(picture, own_sign(roman(number)));
  }
  if (picture.exponent) return exponent_text(picture, value);
  Numeric shown = value;
  if (picture.multiplied) {
    TRY(const Numeric factor, numeric::power(Numeric::from_int(10), Numeric::from_int(picture.shift)));
    TRY(shown, numeric::multiply(value, factor));
    picture.before += picture.shift;
  }
  TRY(const Numeric rounded, numeric::round(shown, picture.after));
  return laid_out(picture, fitted(picture, numeric::to_string(rounded)));
}

// Zeros for the digits after the point that an integer has not.
Text laid_out_integer(const NumberPicture& picture, int64_t value) {
  std::string text = std::to_string(value);
  if (picture.after > 0) text += "." + std::string(static_cast<size_t>(picture.after), '0');
  return laid_out(picture, fitted(picture, std::move(text)));
}

Text int8_to_char(int64_t value, const NumberPicture& given) {
  NumberPicture picture = given;
  if (picture.roman) {
    if (value != static_cast<int32_t>(value)) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
    }
    return laid_out(picture, own_sign(roman(value)));
  }
  if (picture.exponent) return exponent_text(picture, Numeric::from_int(value));
  if (picture.multiplied) {
    const double factor = std::pow(10.0, picture.shift);
    if (factor >= 0x1p63 || __builtin_mul_overflow(value, static_cast<int64_t>(factor), &value)) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "bigint out of range");
    }
    picture.before += picture.shift;
  }
  return laid_out_integer(picture, value);
}

template <class T>
std::string printed(T value, int32_t digits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const auto wide = static_cast<double>(value);
  std::string text(static_cast<size_t>(std::snprintf(nullptr, 0, "%.*f", digits, wide)) + 1, '\0');
  std::snprintf(text.data(), text.size(), "%.*f", digits, wide);
  text.pop_back();
  return text;
}

std::string exponent_text(const NumberPicture& picture, double value) {
  if (!std::isfinite(value)) return exponent_hashes(picture);
  std::string text(static_cast<size_t>(std::snprintf(nullptr, 0, "%+.*e", picture.after, value)) + 1, '\0');
  std::snprintf(text.data(), text.size(), "%+.*e", picture.after, value);
  text.pop_back();
  if (text[0] == '+') text[0] = ' ';
  return text;
}

Text int4_to_char(int32_t value, const NumberPicture& given) {
  NumberPicture picture = given;
  if (picture.roman) return laid_out(picture, own_sign(roman(value)));
  if (picture.exponent) return exponent_text(picture, static_cast<double>(value));
  int64_t shown = value;
  if (picture.multiplied) {
    const double factor = std::pow(10.0, picture.shift);
    int32_t product = 0;
    if (factor > INT32_MAX || __builtin_mul_overflow(value, static_cast<int32_t>(factor), &product)) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
    }
    shown = product;
    picture.before += picture.shift;
  }
  return laid_out_integer(picture, shown);
}

// kDigits: those that a T surely holds; more after the point would be invented.
template <class T, int kDigits>
Text float_to_char(T value, const NumberPicture& given) {
  NumberPicture picture = given;
  if (picture.roman) {
    const T rounded = std::rint(value);
    return laid_out(picture, own_sign(roman(rounded >= 1 && rounded <= 3999 ? static_cast<int64_t>(rounded) : 0)));
  }
  if (picture.exponent) return exponent_text(picture, static_cast<double>(value));
  T shown = value;
  if (picture.multiplied) {
    shown = value * static_cast<T>(std::pow(10.0, picture.shift));
    picture.before += picture.shift;
  }
  const auto before = static_cast<int32_t>(printed(std::fabs(shown), 0).size());
  if (before >= kDigits) {
    picture.after = 0;
  } else if (before + picture.after > kDigits) {
    picture.after = kDigits - before;
  }
  return laid_out(picture, fitted(picture, printed(shown, picture.after)));
}

// to_char() of one type of number by `F`.
template <class T, class F>
ScalarFunction number_writer(F, const char* example) {
  return stable(scalar(
      "to_char",
      [](SiteCache cache, T value, string_view text) -> Text {
        if (text.empty()) return std::string();
        TRY(const NumberPicture* picture, number_picture(cache, text));
        return F{}(value, *picture);
      },
      "A number as text by a picture.", example));
}

Result<std::optional<Numeric>> to_number(const SiteCache& cache, string_view text, string_view picture_text) {
  if (picture_text.empty()) return std::optional<Numeric>();
  TRY(const NumberPicture* picture, number_picture(cache, picture_text));
  TRY(const NumberText read, read_number_picture(*picture, text));
  const int32_t precision = picture->before + picture->shift + read.scale;
  constexpr int32_t kTypmodOffset = 4;
  TRY(Numeric number, numeric::parse(read.digits, ((precision << 16) | read.scale) + kTypmodOffset));
  if (picture->multiplied) {
    TRY(const Numeric factor, numeric::power(Numeric::from_int(10), Numeric::from_int(-picture->shift)));
    TRY(number, numeric::multiply(number, factor));
  }
  return std::optional(std::move(number));
}

void add_numbers(Rows& rows) {
  using P = const NumberPicture&;
  rows.push_back(
      number_writer<int32_t>([](int32_t v, P p) { return int4_to_char(v, p); }, "to_char(125, '999') = ' 125'"));
  rows.push_back(number_writer<int64_t>([](int64_t v, P p) { return int8_to_char(v, p); },
                                        "to_char(485::bigint, '9 9 9') = ' 4 8 5'"));
  rows.push_back(number_writer<float>([](float v, P p) { return float_to_char<float, 6>(v, p); },
                                      "to_char(125.8::real, '999D9') = ' 125.8'"));
  rows.push_back(number_writer<double>([](double v, P p) { return float_to_char<double, 15>(v, p); },
                                       "to_char(-0.1::float8, 'FM90.99') = '-0.1'"));
  rows.push_back(number_writer<Numeric>([](const Numeric& v, P p) { return numeric_to_char(v, p); },
                                        "to_char(1485.8, 'FM9,999.00') = '1,485.80'"));
  rows.push_back(stable(scalar(
      "to_number",
      [](SiteCache cache, string_view text, string_view picture) { return to_number(cache, text, picture); },
      "A number from text by a picture.", "to_number('12,454.8-', '99G999D9S') = -12454.8")));
}

}  // namespace

std::vector<ScalarFunction> formatting_functions() {
  Rows rows;
  add_date_writers(rows);
  add_date_readers(rows);
  add_numbers(rows);
  return rows;
}

}  // namespace millrace::expr
