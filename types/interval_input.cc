#include "types/interval_input.h"

#include <cmath>

#include "types/date_time_keyword.h"
#include "types/date_time_token.h"
#include "types/time_precision.h"

namespace millrace {
namespace {

// Units seen, a bit each; a clock is several at once.
using Units = uint32_t;
constexpr Units bit(TimeUnit unit) { return Units{1} << static_cast<uint32_t>(unit); }
constexpr Units kSeconds = bit(TimeUnit::kSecond) | bit(TimeUnit::kMillisecond) | bit(TimeUnit::kMicrosecond);
constexpr Units kClock = bit(TimeUnit::kHour) | bit(TimeUnit::kMinute) | kSeconds;

// Reads tokens from the last to the first, so that a unit is known before its number.
class IntervalDecoder {
 public:
  IntervalDecoder(const DateTimeErrors& errors, int32_t fields, IntervalStyle style)
      : errors_(errors), typmod_fields_(fields), style_(style) {}

  Result<IntervalSum> decode();

 private:
  Result<Units> read_token(const Token& token);
  Result<Units> read_number(std::string_view text);
  Result<Units> read_clock(std::string_view text);
  bool add(int64_t count, double fraction);
  Result<Units> units_added(double fraction) const;
  TimeUnit unit_of_last_number() const;
  bool one_minus_negates_all() const;

  const DateTimeErrors& errors_;
  const int32_t typmod_fields_;
  const IntervalStyle style_;
  TokenList tokens_;
  IntervalSum sum_;
  std::optional<TimeUnit> unit_;  // of the next number to the left
  bool unit_is_unknown_ = false;  // set by "ago": a number right before it has no unit
  bool all_negative_ = false;
  bool is_ago_ = false;
};

Result<IntervalSum> IntervalDecoder::decode() {
  if (!tokens_.scan(errors_.text, TokenList::kMaxCharacters, is_date_keyword)) return errors_.bad_format();
  all_negative_ = one_minus_negates_all();
  Units seen = 0;
  for (size_t i = tokens_.size(); i-- > 0;) {
    TRY(const Units added, read_token(tokens_[i]));
    if ((added & seen) != 0) return errors_.bad_format();
    seen |= added;
  }
  if (seen == 0) return errors_.bad_format();
  if (is_ago_ && !sum_.negate()) return errors_.field_out_of_range();
  return sum_;
}

bool IntervalDecoder::one_minus_negates_all() const {
  if (style_ != IntervalStyle::kSqlStandard || tokens_.size() == 0 || tokens_[0].text.front() != '-') return false;
  for (size_t i = 1; i < tokens_.size(); ++i) {
    if (tokens_[i].text.front() == '-' || tokens_[i].text.front() == '+') return false;
  }
  return true;
}

Result<Units> IntervalDecoder::read_token(const Token& token) {
  switch (token.kind) {
    case TokenKind::kTime: {
      TRY(const Units added, read_clock(token.text));
      if (all_negative_ && sum_.micros() > 0) sum_.set_micros(-sum_.micros());
      unit_ = TimeUnit::kDay;
      return added;
    }
    case TokenKind::kZone: {  // a sign and digits, perhaps a clock
      if (token.text.find(':', 1) == std::string_view::npos) return read_number(token.text);
      const auto added = read_clock(token.text.substr(1));
      if (!added) return read_number(token.text);
      if (token.text.front() == '-') {
        if (sum_.micros() == std::numeric_limits<int64_t>::min()) return errors_.field_out_of_range();
        sum_.set_micros(-sum_.micros());
      }
      if (all_negative_ && sum_.micros() > 0) sum_.set_micros(-sum_.micros());
      unit_ = TimeUnit::kDay;
      return *added;
    }
    case TokenKind::kDate:
    case TokenKind::kNumber: return read_number(token.text);
    case TokenKind::kWord:
    case TokenKind::kSignedWord:
      if (token.text == "ago") {
        is_ago_ = true;
        unit_ = std::nullopt;
        unit_is_unknown_ = true;
        return 0;
      }
      unit_ = find_interval_unit(token.text);
      unit_is_unknown_ = false;
      if (!unit_) return errors_.bad_format();
      return 0;
  }
  return errors_.bad_format();
}

TimeUnit IntervalDecoder::unit_of_last_number() const {
  using namespace interval_field;
  if (typmod_fields_ == kYear) return TimeUnit::kYear;
  if (typmod_fields_ == kMonth || typmod_fields_ == (kYear | kMonth)) return TimeUnit::kMonth;
  if (typmod_fields_ == kAll || (typmod_fields_ & kSecond) != 0) return TimeUnit::kSecond;
  if ((typmod_fields_ & kMinute) != 0) return TimeUnit::kMinute;
  if ((typmod_fields_ & kHour) != 0) return TimeUnit::kHour;
  return (typmod_fields_ & kDay) != 0 ? TimeUnit::kDay : TimeUnit::kSecond;
}

// "5", "-1.5", "1-2" (years and months).
Result<Units> IntervalDecoder::read_number(std::string_view text) {
  if (!unit_ && !unit_is_unknown_) unit_ = unit_of_last_number();
  const auto number = read_leading_integer<int64_t>(text);
  if (number.overflow) return errors_.field_out_of_range();
  int64_t count = number.value;
  double fraction = 0;
  const bool negative = text.front() == '-';
  if (number.rest.starts_with('-')) {
    const auto months = read_leading_integer<int32_t>(number.rest.substr(1));
    if (months.overflow || months.value < 0 || months.value >= kMonthsPerYear) return errors_.field_out_of_range();
    if (!months.rest.empty()) return errors_.bad_format();
    unit_ = TimeUnit::kMonth;
    if (__builtin_mul_overflow(count, kMonthsPerYear, &count) ||
        __builtin_add_overflow(count, negative ? -months.value : months.value, &count)) {
      return errors_.field_out_of_range();
    }
  } else if (number.rest.starts_with('.')) {
    const std::optional<double> read = read_fraction(number.rest);
    if (!read) return errors_.bad_format();
    fraction = negative ? -*read : *read;
  } else if (!number.rest.empty()) {
    return errors_.bad_format();
  }
  if (all_negative_) {
    if (count > 0) count = -count;
    if (fraction > 0) fraction = -fraction;
  }
  if (!unit_) return errors_.bad_format();
  TRY(const Units added, units_added(fraction));
  if (!add(count, fraction)) return errors_.field_out_of_range();
  if (unit_ == TimeUnit::kHour) unit_ = TimeUnit::kDay;  // of a number still further left
  return added;
}

// Which units a number in unit_ takes; an error when intervals have no such unit.
Result<Units> IntervalDecoder::units_added(double fraction) const {
  switch (*unit_) {
    case TimeUnit::kSecond: return fraction == 0 ? bit(TimeUnit::kSecond) : kSeconds;
    case TimeUnit::kMicrosecond:
    case TimeUnit::kMillisecond:
    case TimeUnit::kMinute:
    case TimeUnit::kHour:
    case TimeUnit::kDay:
    case TimeUnit::kWeek:
    case TimeUnit::kMonth:
    case TimeUnit::kYear:
    case TimeUnit::kDecade:
    case TimeUnit::kCentury:
    case TimeUnit::kMillennium: return bit(*unit_);
    case TimeUnit::kQuarter:
    case TimeUnit::kIsoYear:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kJulian:
    case TimeUnit::kEpoch:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: break;
  }
  return errors_.bad_format();
}

// REQUIRES: units_added() knows unit_.
bool IntervalDecoder::add(int64_t count, double fraction) {
  switch (*unit_) {
    case TimeUnit::kMicrosecond: return sum_.add_micros(count, fraction, 1);
    case TimeUnit::kMillisecond: return sum_.add_micros(count, fraction, kMicrosPerMilli);
    case TimeUnit::kSecond: return sum_.add_micros(count, fraction, kMicrosPerSecond);
    case TimeUnit::kMinute: return sum_.add_micros(count, fraction, kMicrosPerMinute);
    case TimeUnit::kHour: return sum_.add_micros(count, fraction, kMicrosPerHour);
    case TimeUnit::kDay: return sum_.add_days(count, fraction, 1);
    case TimeUnit::kWeek: return sum_.add_days(count, fraction, 7);
    case TimeUnit::kMonth: return sum_.add_months(count, fraction);
    case TimeUnit::kYear: return sum_.add_years(count, fraction, 1);
    case TimeUnit::kDecade: return sum_.add_years(count, fraction, 10);
    case TimeUnit::kCentury: return sum_.add_years(count, fraction, 100);
    case TimeUnit::kMillennium: return sum_.add_years(count, fraction, 1000);
    case TimeUnit::kQuarter:
    case TimeUnit::kIsoYear:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kJulian:
    case TimeUnit::kEpoch:
    case TimeUnit::kTimezone:
    case TimeUnit::kTimezoneHour:
    case TimeUnit::kTimezoneMinute: break;
  }
  return false;
}

// "04:05:06.7"; "04:05" is minutes and seconds where the type's fields are these. Any number of hours.
Result<Units> IntervalDecoder::read_clock(std::string_view text) {
  const auto hour = read_leading_integer<int64_t>(text);
  if (hour.overflow) return errors_.field_out_of_range();
  if (!hour.rest.starts_with(':')) return errors_.bad_format();
  const auto minute = read_leading_integer<int32_t>(hour.rest.substr(1));
  if (minute.overflow) return errors_.field_out_of_range();
  int64_t hours = hour.value;
  int64_t minutes = minute.value;
  int64_t seconds = 0;
  std::string_view fraction = minute.rest;
  const bool without_hours =
      fraction.starts_with('.') ||
      (fraction.empty() && typmod_fields_ == (interval_field::kMinute | interval_field::kSecond));
  if (without_hours) {
    seconds = minutes;
    minutes = hours;
    hours = 0;
  } else if (fraction.starts_with(':')) {
    const auto second = read_leading_integer<int32_t>(fraction.substr(1));
    if (second.overflow) return errors_.field_out_of_range();
    seconds = second.value;
    fraction = second.rest;
  }
  int64_t micros = 0;
  if (!fraction.empty()) {
    const std::optional<double> read = fraction.starts_with('.') ? read_fraction(fraction) : std::nullopt;
    if (!read) return errors_.bad_format();
    micros = static_cast<int64_t>(std::rint(*read * kMicrosPerSecond));
  }
  if (hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return errors_.field_out_of_range();
  micros += minutes * kMicrosPerMinute + seconds * kMicrosPerSecond;
  int64_t hour_micros = 0;
  if (__builtin_mul_overflow(hours, kMicrosPerHour, &hour_micros) ||
      __builtin_add_overflow(micros, hour_micros, &micros)) {
    return errors_.field_out_of_range();
  }
  sum_.set_micros(micros);
  return kClock;
}

bool to_int32(int64_t number, int32_t& result) {
  result = static_cast<int32_t>(number);
  return result == number;
}

}  // namespace

bool IntervalSum::add_fraction_of_micros(double fraction, int64_t micros_per_unit) {
  if (fraction == 0) return true;
  fraction *= static_cast<double>(micros_per_unit);
  auto micros = static_cast<int64_t>(fraction);
  fraction -= static_cast<double>(micros);
  if (fraction > 0.5) ++micros;
  if (fraction < -0.5) --micros;
  return !__builtin_add_overflow(micros_, micros, &micros_);
}

bool IntervalSum::add_micros(int64_t count, double fraction, int64_t micros_per_unit) {
  int64_t micros = 0;
  return !__builtin_mul_overflow(count, micros_per_unit, &micros) &&
         !__builtin_add_overflow(micros_, micros, &micros_) && add_fraction_of_micros(fraction, micros_per_unit);
}

bool IntervalSum::add_days(int64_t count, double fraction, int32_t days_per_unit) {
  int32_t days = 0;
  if (!to_int32(count, days) || __builtin_mul_overflow(days, days_per_unit, &days) ||
      __builtin_add_overflow(days_, days, &days_)) {
    return false;
  }
  if (fraction == 0) return true;
  fraction *= days_per_unit;
  const auto whole = static_cast<int32_t>(fraction);
  return !__builtin_add_overflow(days_, whole, &days_) && add_fraction_of_micros(fraction - whole, kMicrosPerDay);
}

bool IntervalSum::add_months(int64_t count, double fraction) {
  int32_t months = 0;
  return to_int32(count, months) && !__builtin_add_overflow(months_, months, &months_) &&
         add_days(0, fraction, kDaysPerMonth);
}

bool IntervalSum::add_years(int64_t count, double fraction, int32_t years_per_unit) {
  int32_t years = 0;
  if (!to_int32(count, years) || __builtin_mul_overflow(years, years_per_unit, &years) ||
      __builtin_add_overflow(years_, years, &years_)) {
    return false;
  }
  const auto months = static_cast<int32_t>(std::rint(fraction * years_per_unit * kMonthsPerYear));
  return !__builtin_add_overflow(months_, months, &months_);
}

bool IntervalSum::negate() {
  return !__builtin_sub_overflow(int64_t{0}, micros_, &micros_) && !__builtin_sub_overflow(0, days_, &days_) &&
         !__builtin_sub_overflow(0, months_, &months_) && !__builtin_sub_overflow(0, years_, &years_);
}

bool IntervalSum::finish(Interval& interval) const {
  interval.micros = micros_;
  interval.days = days_;
  return to_int32(int64_t{years_} * kMonthsPerYear + months_, interval.months);
}

Result<Interval> parse_interval(std::string_view text, int32_t fields, IntervalStyle style) {
  const DateTimeErrors errors{"interval", text};
  auto sum = IntervalDecoder(errors, fields, style).decode();
  if (!sum && sum.error().state() == sqlstate::kInvalidDatetimeFormat) sum = parse_iso_8601_interval(errors);
  if (!sum) {
    if (sum.error().state() == sqlstate::kDatetimeFieldOverflow) return errors.interval_field_out_of_range();
    return std::move(sum).error();
  }
  Interval interval;
  if (!sum->finish(interval)) return SqlError(sqlstate::kDatetimeFieldOverflow, "interval out of range");
  return interval;
}

}  // namespace millrace
