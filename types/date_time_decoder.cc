#include "types/date_time_decoder.h"

#include <cmath>

namespace millrace {
namespace {

constexpr size_t kDateTimeCharacters = 153;
constexpr size_t kTimeCharacters = 129;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<DecodedDateTime> DateTimeDecoder::decode() {
  // A date's limit is a time's, but which of both is wanted shows only when the value is stored.
  const bool is_short = wanted_ == Wanted::kTime || errors_.type_name == "date";
  const size_t limit = is_short ? kTimeCharacters : kDateTimeCharacters;
  if (!tokens_.scan(errors_.text, limit, is_date_keyword)) return bad_format();
  for (size_t i = 0; i < tokens_.size(); ++i) {
    TRY(const Fields set, read_token(i));
    if ((set & seen_) != 0) return bad_format();
    seen_ |= set;
  }
  TRY(check_date());
  TRY(apply_meridian());
  if (wanted_ == Wanted::kTime) {
    if (!is_time_of_day(civil_.hour, civil_.minute, civil_.second, civil_.micros)) return errors_.field_out_of_range();
    if (!has(kTime)) return bad_format();
    TRY(resolve_zone());
  } else if (kind_ == DecodedDateTime::Kind::kFields) {
    if (!has(kDate)) return bad_format();
    TRY(resolve_zone());
  }
  return DecodedDateTime{kind_, civil_, seconds_west_};
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_token(size_t index) {
  const Token& token = tokens_[index];
  switch (token.kind) {
    case TokenKind::kDate: return read_date_token(index);
    case TokenKind::kTime: return read_time_token(token.text);
    case TokenKind::kZone: TRY(read_displacement(token.text)); return kZone;
    case TokenKind::kNumber: return read_number_token(index);
    case TokenKind::kWord:
    case TokenKind::kSignedWord: return read_word(index);
  }
  return bad_format();
}

// A date, or what merely looks like one: a zone's name, a time run together with a zone, a Julian day
// with a zone.
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_date_token(size_t index) {
  const std::string_view text = tokens_[index].text;
  if (wanted_ == Wanted::kTime) {
    // A time takes a date only in front, where a zone may need one.
    const bool date_goes_first =
        index == 0 && tokens_.size() >= 2 &&
        (tokens_[tokens_.size() - 1].kind == TokenKind::kDate || tokens_[1].kind == TokenKind::kTime);
    if (date_goes_first) return read_date(text);
    return is_digit(text.front()) ? read_time_with_zone(text) : read_zone_name(text);
  }
  if (label_ == Label::kUnit && label_unit_ == TimeUnit::kJulian) {
    const auto day = read_leading_integer<int32_t>(text);
    if (day.overflow || day.value < 0) return errors_.field_out_of_range();
    civil_.date = from_julian_day(day.value);
    is_julian_ = true;
    label_ = Label::kNone;
    TRY(read_displacement(day.rest));
    return kDate | kTime | kZone;
  }
  if (label_ == Label::kNone && !has(kMonth | kDay)) return read_date(text);
  if (label_ == Label::kNone && !is_digit(text.front())) return read_zone_name(text);
  if (label_ == Label::kUnit) return bad_format();
  label_ = Label::kNone;
  return read_time_with_zone(text);
}

// "040506-08"
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_time_with_zone(std::string_view text) {
  if (has(kTime)) return bad_format();
  const size_t zone = text.find('-');
  if (zone == std::string_view::npos) return bad_format();
  TRY(read_displacement(text.substr(zone)));
  TRY(const Fields set, read_run_together(text.substr(0, zone), seen_or_assumed()));
  return set | kZone;
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_zone_name(std::string_view name) {
  zone_ = find_time_zone(name);
  if (zone_ == nullptr) return unknown_time_zone(name);
  return kZone;
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_time_token(std::string_view text) {
  if (wanted_ == Wanted::kDateTime && label_ != Label::kNone) {
    if (label_ != Label::kTime) return bad_format();
    label_ = Label::kNone;
  }
  TRY(const Fields set, read_clock(text));
  if (wanted_ == Wanted::kDateTime && !is_time_of_day(civil_.hour, civil_.minute, civil_.second, civil_.micros)) {
    return errors_.field_out_of_range();
  }
  return set;
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_number_token(size_t index) {
  const std::string_view text = tokens_[index].text;
  if (label_ != Label::kNone) return read_labelled_number(text);
  const size_t point = text.find('.');
  const bool has_point = point != std::string_view::npos;
  if (wanted_ == Wanted::kTime) {
    if (has_point) {
      if (index == 0 && tokens_.size() >= 2 && tokens_[tokens_.size() - 1].kind == TokenKind::kDate) {
        return read_date(text);
      }
      if (point > 2) return read_run_together(text, seen_ | kDate);
      return bad_format();
    }
    if (text.size() > 4) return read_run_together(text, seen_ | kDate);
    return read_number(text, false, seen_ | kDate);
  }
  if (has_point && (seen_ & kDate) == 0) return read_date(text);
  if (has_point && point > 2) return read_run_together(text, seen_);
  // Six digits are a date or a time run together while one of both has not begun, else a year.
  if (text.size() >= 6 && ((seen_ & kDate) == 0 || (seen_ & kTime) == 0)) return read_run_together(text, seen_);
  return read_number(text, has_text_month_, seen_);
}

// The number in "y2001", "j2451545" or "t040506".
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_labelled_number(std::string_view text) {
  const auto number = read_leading_integer<int32_t>(text);
  if (number.overflow) return errors_.field_out_of_range();
  const bool has_point = number.rest.starts_with('.');
  if (!has_point && !number.rest.empty()) return bad_format();
  if (label_ == Label::kTime) {
    TRY(const Fields set, read_run_together(text, seen_ | kDate));
    if (set != kTime) return bad_format();
    label_ = Label::kNone;
    kind_ = DecodedDateTime::Kind::kFields;
    return set;
  }
  if (has_point && label_unit_ != TimeUnit::kJulian && label_unit_ != TimeUnit::kSecond) return bad_format();

  Fields set = 0;
  if (label_unit_ == TimeUnit::kYear) {
    civil_.date.year = number.value;
    set = kYear;
  } else if (label_unit_ == TimeUnit::kMonth && has(kMonth | kHour)) {  // "m" after an hour is the minute
    civil_.minute = number.value;
    set = kMinute;
  } else if (label_unit_ == TimeUnit::kMonth) {
    civil_.date.month = number.value;
    set = kMonth;
  } else if (label_unit_ == TimeUnit::kDay) {
    civil_.date.day = number.value;
    set = kDay;
  } else if (label_unit_ == TimeUnit::kHour) {
    civil_.hour = number.value;
    set = kHour;
  } else if (label_unit_ == TimeUnit::kMinute) {
    civil_.minute = number.value;
    set = kMinute;
  } else if (label_unit_ == TimeUnit::kSecond) {
    civil_.second = number.value;
    set = kSecond;
    if (has_point) {
      TRY(civil_.micros, read_subsecond(number.rest));
      set = kSeconds;
    }
  } else if (label_unit_ == TimeUnit::kJulian) {
    TRY(set, read_labelled_julian(number.value, number.rest));
  } else {
    return bad_format();
  }
  label_ = Label::kNone;
  kind_ = DecodedDateTime::Kind::kFields;
  return set;
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_labelled_julian(int32_t day, std::string_view fraction) {
  if (day < 0) return errors_.field_out_of_range();
  civil_.date = from_julian_day(day);
  is_julian_ = true;
  if (fraction.empty()) return kDate;
  const std::optional<double> part = read_fraction(fraction);
  if (!part) return bad_format();
  const auto micros = static_cast<int64_t>(*part * kMicrosPerDay);
  civil_.hour = static_cast<int32_t>(micros / kMicrosPerHour);
  civil_.minute = static_cast<int32_t>(micros / kMicrosPerMinute % 60);
  civil_.second = static_cast<int32_t>(micros / kMicrosPerSecond % 60);
  civil_.micros = static_cast<int32_t>(micros % kMicrosPerSecond);
  return kDate | kTime;
}

// Zone abbreviations come before our own words.
Result<DateTimeDecoder::Fields> DateTimeDecoder::read_word(size_t index) {
  const std::string_view word = tokens_[index].text;
  if (const ZoneAbbreviation* abbreviation = find_zone_abbreviation(word)) return read_zone_abbreviation(*abbreviation);
  if (const DateKeyword* keyword = find_date_keyword(word)) return read_keyword(*keyword, index);
  zone_ = find_time_zone(word);
  if (zone_ == nullptr) return bad_format();
  return kZone;
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_zone_abbreviation(const ZoneAbbreviation& abbreviation) {
  switch (abbreviation.kind) {
    case ZoneAbbreviation::Kind::kStandard: seconds_west_ = -abbreviation.seconds_east; return kZone;
    case ZoneAbbreviation::Kind::kDaylight: seconds_west_ = -abbreviation.seconds_east; return kZone | kDaylightZone;
    case ZoneAbbreviation::Kind::kByZone: abbreviation_ = &abbreviation; return kZone | kByZoneAbbreviation;
  }
  return bad_format();
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_keyword(const DateKeyword& keyword, size_t index) {
  switch (keyword.kind) {
    case DateKeyword::Kind::kIgnored: return 0;
    case DateKeyword::Kind::kSpecial: return read_special(static_cast<SpecialDate>(keyword.value));
    case DateKeyword::Kind::kMonth: {
      if (wanted_ == Wanted::kTime) return bad_format();
      Fields set = kMonth;
      // A number taken for the month was the day: "8 jan".
      const bool was_day = has(kMonth) && !has_text_month_ && !has(kDay);
      if (was_day && civil_.date.month >= 1 && civil_.date.month <= 31) {
        civil_.date.day = civil_.date.month;
        set = kDay;
      }
      has_text_month_ = true;
      civil_.date.month = keyword.value;
      return set;
    }
    case DateKeyword::Kind::kWeekday:
      if (wanted_ == Wanted::kTime) return bad_format();
      return kWeekday;
    case DateKeyword::Kind::kMeridian: meridian_ = static_cast<Meridian>(keyword.value); return kMeridian;
    case DateKeyword::Kind::kEra: is_before_christ_ = keyword.value == 1; return kEra;
    case DateKeyword::Kind::kDaylightSaving: seconds_west_ -= keyword.value; return kDaylightModifier | kDaylightZone;
    case DateKeyword::Kind::kUnit:
      label_ = Label::kUnit;
      label_unit_ = static_cast<TimeUnit>(keyword.value);
      return 0;
    case DateKeyword::Kind::kTimeFollows: {
      if (wanted_ == Wanted::kDateTime && !has(kDate)) return bad_format();
      const bool time_follows = index + 1 < tokens_.size() && (tokens_[index + 1].kind == TokenKind::kNumber ||
                                                               tokens_[index + 1].kind == TokenKind::kTime ||
                                                               tokens_[index + 1].kind == TokenKind::kDate);
      if (!time_follows) return bad_format();
      label_ = Label::kTime;
      return 0;
    }
  }
  return bad_format();
}

Result<DateTimeDecoder::Fields> DateTimeDecoder::read_special(SpecialDate special) {
  const auto set_clock = [this](const CivilTime& clock) {
    const CivilDate date = civil_.date;
    civil_ = clock;
    civil_.date = date;
  };
  if (special == SpecialDate::kNow) {
    const LocalNow now = local_now(context_);
    kind_ = DecodedDateTime::Kind::kFields;
    if (wanted_ == Wanted::kTime) {
      set_clock(now.civil);
      return kTime;
    }
    civil_ = now.civil;
    seconds_west_ = now.seconds_west;
    return kDate | kTime | kZone;
  }
  if (special == SpecialDate::kAllBalls) {
    kind_ = DecodedDateTime::Kind::kFields;
    set_clock({});
    if (wanted_ == Wanted::kDateTime) seconds_west_ = 0;
    return kTime | kZone;
  }
  if (wanted_ == Wanted::kTime) return bad_format();
  switch (special) {
    case SpecialDate::kEpoch: kind_ = DecodedDateTime::Kind::kEpoch; return kSpecial;
    case SpecialDate::kInfinity: kind_ = DecodedDateTime::Kind::kInfinity; return kSpecial;
    case SpecialDate::kMinusInfinity: kind_ = DecodedDateTime::Kind::kMinusInfinity; return kSpecial;
    case SpecialDate::kToday:
    case SpecialDate::kTomorrow:
    case SpecialDate::kYesterday: {
      const int32_t days = special == SpecialDate::kToday ? 0 : special == SpecialDate::kTomorrow ? 1 : -1;
      kind_ = DecodedDateTime::Kind::kFields;
      civil_.date = from_julian_day(to_julian_day(local_now(context_).civil.date) + days);
      return kDate;
    }
    case SpecialDate::kNow:
    case SpecialDate::kAllBalls: break;  // above
  }
  return bad_format();
}

}  // namespace millrace
