// Gives tokens their meaning: the state of reading one date or time (types/date_time_input.cc drives
// it). One token after another sets fields; a field set twice is an error.
//
// A decoder reads one text. Threads: one.
#pragma once

#include <cstdint>
#include <string_view>

#include "types/date_time_error.h"
#include "types/date_time_input.h"
#include "types/date_time_keyword.h"
#include "types/date_time_token.h"
#include "types/time_zone.h"
#include "types/zone_abbreviation.h"
#include "types/zone_argument.h"

namespace millrace {

class DateTimeDecoder {
 public:
  enum class Wanted : uint8_t { kDateTime, kTime };

  DateTimeDecoder(Wanted wanted, const DateTimeErrors& errors, const TextContext& context)
      : wanted_(wanted), errors_(errors), context_(context) {}

  Result<DecodedDateTime> decode();

 private:
  // Which parts of the value tokens have set.
  using Fields = uint32_t;
  enum : Fields {
    kYear = 1 << 0,
    kMonth = 1 << 1,
    kDay = 1 << 2,
    kHour = 1 << 3,
    kMinute = 1 << 4,
    kSecond = 1 << 5,
    kSubsecond = 1 << 6,
    kZone = 1 << 7,
    kDayOfYear = 1 << 8,
    kMeridian = 1 << 9,
    kEra = 1 << 10,
    kWeekday = 1 << 11,
    kSpecial = 1 << 12,
    kDaylightModifier = 1 << 13,
    kDaylightZone = 1 << 14,
    kByZoneAbbreviation = 1 << 15,
    kDate = kYear | kMonth | kDay,
    kSeconds = kSecond | kSubsecond,
    kTime = kHour | kMinute | kSeconds,
  };
  // What the word before a number says the number is.
  enum class Label : uint8_t { kNone, kUnit, kTime };

  // Each sets what the token says and returns the fields set. (date_time_decoder.cc)
  Result<Fields> read_token(size_t index);
  Result<Fields> read_date_token(size_t index);
  Result<Fields> read_time_token(std::string_view text);
  Result<Fields> read_number_token(size_t index);
  Result<Fields> read_labelled_number(std::string_view text);
  Result<Fields> read_labelled_julian(int32_t day, std::string_view fraction);
  Result<Fields> read_word(size_t index);
  Result<Fields> read_keyword(const DateKeyword& keyword, size_t index);
  Result<Fields> read_special(SpecialDate special);
  Result<Fields> read_zone_abbreviation(const ZoneAbbreviation& abbreviation);
  Result<Fields> read_zone_name(std::string_view name);
  Result<Fields> read_time_with_zone(std::string_view text);

  // Parts of tokens. (date_time_fields.cc)
  Result<Fields> read_date(std::string_view text);
  Result<Fields> read_clock(std::string_view text);
  Result<Fields> read_number(std::string_view text, bool has_text_month, Fields seen);
  Result<Fields> place_number(int32_t value, size_t length, bool has_text_month, Fields seen);
  Result<Fields> read_run_together(std::string_view text, Fields seen);
  Status read_displacement(std::string_view text);
  Result<int32_t> read_subsecond(std::string_view text) const;

  // Once all tokens are read. (date_time_input.cc)
  Status check_date();
  Status apply_meridian();
  Status resolve_zone();
  Result<CivilTime> moment_of_zone() const;

  bool has(Fields fields) const { return (seen_ & fields) == fields; }
  // A time wanted alone is read as though the date were known, so that numbers are never a date.
  Fields seen_or_assumed() const { return wanted_ == Wanted::kTime ? seen_ | kDate : seen_; }
  SqlError bad_format() const { return errors_.bad_format(); }

  const Wanted wanted_;
  const DateTimeErrors& errors_;
  const TextContext& context_;
  TokenList tokens_;

  Fields seen_ = 0;
  DecodedDateTime::Kind kind_ = DecodedDateTime::Kind::kFields;
  CivilTime civil_{{0, 0, 0}};
  int32_t day_of_year_ = 0;
  bool has_text_month_ = false;
  bool is_short_year_ = false;  // one or two digits
  bool is_before_christ_ = false;
  bool is_julian_ = false;  // the year is final
  Meridian meridian_ = Meridian::kNone;
  Label label_ = Label::kNone;
  TimeUnit label_unit_ = TimeUnit::kDay;
  int32_t seconds_west_ = 0;
  const TimeZone* zone_ = nullptr;                  // named, resolved when the date is known
  const ZoneAbbreviation* abbreviation_ = nullptr;  // the same
};

}  // namespace millrace
