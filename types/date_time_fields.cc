// Numbers, dates and clocks inside a token: which field is meant by how it is written.
#include <cmath>

#include "types/date_time_decoder.h"
#include "types/zone_displacement.h"

namespace millrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return c >= 'a' && c <= 'z'; }

// What digits there are at the front; the low bits of too many, as atoi() gives them.
int32_t digits_of(std::string_view text) {
  const auto number = read_leading_integer<int64_t>(text);
  return number.overflow ? -1 : static_cast<int32_t>(number.value);
}

}  // namespace

// ".5" as microseconds.
Result<int32_t> DateTimeDecoder::read_subsecond(std::string_view text) const {
  const std::optional<double> fraction = read_fraction(text);
  if (!fraction) return bad_format();
  return static_cast<int32_t>(std::rint(*fraction * kMicrosPerSecond));
}

// "2001-02-03", "3/feb/2001", "feb.3.2001": three parts, a month in letters first of all.
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_date(std::string_view text) {
  std::string_view parts[TokenList::kMaxTokens];
  size_t part_count = 0;
  while (!text.empty() && part_count < std::size(parts)) {
    while (!text.empty() && !is_digit(text.front()) && !is_alpha(text.front())) text.remove_prefix(1);
    if (text.empty()) return bad_format();
    const bool number = is_digit(text.front());
    size_t end = 0;
    while (end < text.size() && (number ? is_digit(text[end]) : is_alpha(text[end]))) ++end;
    parts[part_count++] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));  // with one character of whatever separates
  }

  Fields fields = 0;
  bool has_text_month = false;
  for (size_t i = 0; i < part_count; ++i) {
    if (!is_alpha(parts[i].front())) continue;
    const DateKeyword* keyword = find_date_keyword(parts[i]);
    if (keyword != nullptr && keyword->kind == DateKeyword::Kind::kIgnored) continue;
    if (keyword == nullptr || keyword->kind != DateKeyword::Kind::kMonth) return bad_format();
    if (((seen_ | fields) & kMonth) != 0) return bad_format();
    civil_.date.month = keyword->value;
    has_text_month = true;
    fields |= kMonth;
    parts[i] = {};
  }
  for (size_t i = 0; i < part_count; ++i) {
    if (parts[i].empty()) continue;
    TRY(const Fields set, read_number(parts[i], has_text_month, seen_ | fields));
    if ((set & (seen_ | fields)) != 0) return bad_format();
    fields |= set;
  }
  if (((seen_ | fields) & ~(kDayOfYear | kZone)) != kDate) return bad_format();
  return fields;
}

// "04:05:06.7", "04:05", "05:06.7" (minutes and seconds).
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_clock(std::string_view text) {
  const auto hour = read_leading_integer<int64_t>(text);
  if (hour.overflow) return errors_.field_out_of_range();
  if (!hour.rest.starts_with(':')) return bad_format();
  const auto minute = read_leading_integer<int32_t>(hour.rest.substr(1));
  if (minute.overflow) return errors_.field_out_of_range();

  int64_t hours = hour.value;
  int32_t minutes = minute.value;
  int32_t seconds = 0;
  int32_t micros = 0;
  if (minute.rest.starts_with('.')) {
    TRY(micros, read_subsecond(minute.rest));
    if (hours > std::numeric_limits<int32_t>::max()) return errors_.field_out_of_range();
    seconds = minutes;
    minutes = static_cast<int32_t>(hours);
    hours = 0;
  } else if (minute.rest.starts_with(':')) {
    const auto second = read_leading_integer<int32_t>(minute.rest.substr(1));
    if (second.overflow) return errors_.field_out_of_range();
    seconds = second.value;
    if (second.rest.starts_with('.')) {
      TRY(micros, read_subsecond(second.rest));
    } else if (!second.rest.empty()) {
      return bad_format();
    }
  } else if (!minute.rest.empty()) {
    return bad_format();
  }
  if (hours < 0 || hours > std::numeric_limits<int32_t>::max() || minutes < 0 || minutes > 59 || seconds < 0 ||
      seconds > 60) {
    return errors_.field_out_of_range();
  }
  civil_.hour = static_cast<int32_t>(hours);
  civil_.minute = minutes;
  civil_.second = seconds;
  civil_.micros = micros;
  return kTime;
}

// One number that no separators explain.
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_number(std::string_view text, bool has_text_month, Fields seen) {
  const auto number = read_leading_integer<int32_t>(text);
  if (number.overflow) return errors_.field_out_of_range();
  if (number.missing) return bad_format();
  if (number.rest.starts_with('.')) {
    // With more than two digits in front it is a time run together: 040506.789.
    if (text.size() - number.rest.size() > 2) return read_run_together(text, seen | kDate);
    TRY(civil_.micros, read_subsecond(number.rest));
  } else if (!number.rest.empty()) {
    return bad_format();
  }
  const bool only_year = (seen & kDate) == kYear;
  if (text.size() == 3 && only_year && number.value >= 1 && number.value <= 366) {
    day_of_year_ = number.value;
    return kDayOfYear | kMonth | kDay;
  }
  // The date is whole: it can only be the time.
  if ((seen & kDate) == kDate) return read_run_together(text, seen);
  return place_number(number.value, text.size(), has_text_month, seen);
}

// By what is known already, a number's length and the session's order of fields. REQUIRES: some part
// of the date is not known yet.
Result<DateTimeDecoder::Fields> DateTimeDecoder::place_number(int32_t value, size_t length, bool has_text_month,
                                                              Fields seen) {
  const bool year_first = length >= 3 || context_.date_order == DateOrder::kYmd;
  Fields field = kDay;
  switch (seen & kDate) {
    case 0: field = year_first ? kYear : context_.date_order == DateOrder::kDmy ? kDay : kMonth; break;
    case kYear: field = kMonth; break;
    case kMonth: field = has_text_month && year_first ? kYear : kDay; break;
    case kYear | kMonth:
      if (has_text_month && length >= 3 && is_short_year_) {
        // Not the year but the day came first: 02-feb-2001 in the order year, month, day.
        civil_.date.day = civil_.date.year;
        civil_.date.year = value;
        is_short_year_ = false;
        return kDay;
      }
      break;
    case kDay: field = kMonth; break;
    case kMonth | kDay: field = kYear; break;
    default: return bad_format();
  }
  if (field == kYear) {
    civil_.date.year = value;
    is_short_year_ = length <= 2;
  } else {
    (field == kMonth ? civil_.date.month : civil_.date.day) = value;
  }
  return field;
}

// "20010203", "040506", "040506.789", "0405": a date while there is none, then a time.
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_run_together(std::string_view text, Fields seen) {
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    std::string_view fraction = text.substr(point);
    size_t end = 1;  // whatever follows the digits is not looked at
    while (end < fraction.size() && is_digit(fraction[end])) ++end;
    TRY(civil_.micros, read_subsecond(fraction.substr(0, end)));
    text = text.substr(0, point);
  } else if ((seen & kDate) != kDate && text.size() >= 6) {
    const size_t month_at = text.size() - 4;
    civil_.date.day = digits_of(text.substr(month_at + 2));
    civil_.date.month = digits_of(text.substr(month_at, 2));
    civil_.date.year = digits_of(text.substr(0, month_at));
    if (month_at == 2) is_short_year_ = true;
    return kDate;
  }
  if ((seen & kTime) != kTime && (text.size() == 6 || text.size() == 4)) {
    civil_.second = text.size() == 6 ? digits_of(text.substr(4)) : 0;
    civil_.minute = digits_of(text.substr(2, 2));
    civil_.hour = digits_of(text.substr(0, 2));
    return kTime;
  }
  return bad_format();
}

Status DateTimeDecoder::read_displacement(std::string_view text) {
  const ZoneDisplacement displacement = read_zone_displacement(text);
  switch (displacement.state) {
    case ZoneDisplacement::State::kValid: break;
    case ZoneDisplacement::State::kBadFormat: return bad_format();
    case ZoneDisplacement::State::kOutOfRange: return errors_.zone_displacement_out_of_range();
  }
  seconds_west_ = -displacement.seconds_east;
  return {};
}

}  // namespace millrace
