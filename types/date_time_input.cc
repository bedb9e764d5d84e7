#include "types/date_time_input.h"

#include "types/date_time_decoder.h"
#include "types/iso_date_time_input.h"

namespace millrace {

// The year as we count it, then what only it can tell: the day of the year, the month's last day.
Status DateTimeDecoder::check_date() {
  CivilDate& date = civil_.date;
  if (has(kYear) && !is_julian_) {
    if (is_before_christ_) {
      if (date.year <= 0) return errors_.field_out_of_range();
      date.year = 1 - date.year;
    } else if (is_short_year_) {
      if (date.year < 0) return errors_.field_out_of_range();
      date.year += date.year < 70 ? 2000 : date.year < 100 ? 1900 : 0;
    } else if (date.year <= 0) {
      return errors_.field_out_of_range();
    }
  }
  if (has(kDayOfYear)) date = from_julian_day(to_julian_day({date.year, 1, 1}) + day_of_year_ - 1);
  if (has(kMonth) && (date.month < 1 || date.month > 12)) return errors_.month_or_day_out_of_range();
  if (has(kDay) && (date.day < 1 || date.day > 31)) return errors_.month_or_day_out_of_range();
  if (has(kDate) && date.day > days_in_month(date.year, date.month)) return errors_.field_out_of_range();
  return {};
}

Status DateTimeDecoder::apply_meridian() {
  if (meridian_ == Meridian::kNone) return {};
  if (civil_.hour > 12) return errors_.field_out_of_range();
  if (meridian_ == Meridian::kAm && civil_.hour == 12) civil_.hour = 0;
  if (meridian_ == Meridian::kPm && civil_.hour != 12) civil_.hour += 12;
  return {};
}

// When the zone's offset is asked for: a time alone means today, unless it has a date.
Result<CivilTime> DateTimeDecoder::moment_of_zone() const {
  CivilTime moment = civil_;
  if (wanted_ == Wanted::kTime) {
    if ((seen_ & kDate) == 0) {
      moment.date = local_now(context_).civil.date;
    } else if (!has(kDate)) {
      return bad_format();
    }
  }
  return moment;
}

// Offsets of zones that change theirs, now that the date is known.
Status DateTimeDecoder::resolve_zone() {
  const bool is_by_date = zone_ != nullptr || abbreviation_ != nullptr || !has(kZone);
  if (is_by_date && has(kDaylightModifier)) return bad_format();
  if (zone_ != nullptr) {
    if (const auto fixed = zone_->fixed_seconds_east()) {
      seconds_west_ = -*fixed;
    } else {
      if (!has(kDate)) return bad_format();
      seconds_west_ = -zone_->seconds_east_of_local(civil_);
    }
  }
  if (abbreviation_ != nullptr) {
    TRY(const CivilTime moment, moment_of_zone());
    TRY(const int32_t east, seconds_east_of(*abbreviation_, moment));
    seconds_west_ = -east;
  }
  if (!has(kZone)) {
    TRY(const CivilTime moment, moment_of_zone());
    seconds_west_ = -zone_or_utc(context_.time_zone).seconds_east_of_local(moment);
  }
  return {};
}

Result<DecodedDateTime> decode_date_time(const DateTimeErrors& errors, const TextContext& context, SessionZone zone) {
  if (const auto iso = read_iso_date_time(errors.text)) {
    DecodedDateTime decoded{DecodedDateTime::Kind::kFields, iso->civil, iso->seconds_west.value_or(0)};
    if (!iso->seconds_west && zone == SessionZone::kFilledIn) {
      decoded.seconds_west = -zone_or_utc(context.time_zone).seconds_east_of_local(iso->civil);
    }
    return decoded;
  }
  return DateTimeDecoder(DateTimeDecoder::Wanted::kDateTime, errors, context).decode();
}

Result<DecodedDateTime> decode_time(const DateTimeErrors& errors, const TextContext& context) {
  return DateTimeDecoder(DateTimeDecoder::Wanted::kTime, errors, context).decode();
}

LocalNow local_now(const TextContext& context) {
  const TimestampTz now = TimestampTz::of(context.now.micros + kUnixEpochMicros);
  const TimeZone& zone = zone_or_utc(context.time_zone);
  return {to_civil(zone.to_local(now)), -zone.at(now).seconds_east};
}

}  // namespace millrace
