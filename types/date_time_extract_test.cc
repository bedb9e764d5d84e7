#include "types/date_time_extract.h"

#include "types/calendar.h"
#include "types/date_time_answers.h"
#include "types/date_time_truncate.h"
#include "types/zone_argument.h"

namespace millrace {
namespace {

using namespace date_time_answers;

const Case kFieldCases[] = {
    {"date_trunc timestamp", {"microseconds", "2001-02-16 20:38:40.123456"}, "2001-02-16 20:38:40.123456"},
    {"date_trunc timestamp", {"milliseconds", "2001-02-16 20:38:40.123456"}, "2001-02-16 20:38:40.123"},
    {"date_trunc timestamp", {"second", "2001-02-16 20:38:40.123456"}, "2001-02-16 20:38:40"},
    {"date_trunc timestamp", {"minute", "2001-02-16 20:38:40.123456"}, "2001-02-16 20:38:00"},
    {"date_trunc timestamp", {"hour", "2001-02-16 20:38:40.123456"}, "2001-02-16 20:00:00"},
    {"date_trunc timestamp", {"day", "2001-02-16 20:38:40.123456"}, "2001-02-16 00:00:00"},
    {"date_trunc timestamp", {"week", "2001-02-16 20:38:40.123456"}, "2001-02-12 00:00:00"},
    {"date_trunc timestamp", {"month", "2001-02-16 20:38:40.123456"}, "2001-02-01 00:00:00"},
    {"date_trunc timestamp", {"quarter", "2001-02-16 20:38:40.123456"}, "2001-01-01 00:00:00"},
    {"date_trunc timestamp", {"year", "2001-02-16 20:38:40.123456"}, "2001-01-01 00:00:00"},
    {"date_trunc timestamp", {"decade", "2001-02-16 20:38:40.123456"}, "2000-01-01 00:00:00"},
    {"date_trunc timestamp", {"century", "2001-02-16 20:38:40.123456"}, "2001-01-01 00:00:00"},
    {"date_trunc timestamp", {"millennium", "2001-02-16 20:38:40.123456"}, "2001-01-01 00:00:00"},
    {"date_trunc timestamp", {"week", "0044-03-15 12:00 BC"}, "0044-03-11 00:00:00 BC"},
    {"date_trunc timestamp", {"quarter", "0044-03-15 12:00 BC"}, "0044-01-01 00:00:00 BC"},
    {"date_trunc timestamp", {"decade", "0044-03-15 12:00 BC"}, "0051-01-01 00:00:00 BC"},
    {"date_trunc timestamp", {"century", "0044-03-15 12:00 BC"}, "0100-01-01 00:00:00 BC"},
    {"date_trunc timestamp", {"millennium", "4714-11-24 00:00 BC"}, "22008 timestamp out of range"},
    {"date_trunc timestamp", {"foo", "infinity"}, "infinity"},
    {"date_trunc timestamp",
     {"Epoch", "2000-01-01 00:00"},
     "22023 unit \"epoch\" not recognized for type timestamp without time zone"},
    {"date_trunc timestamp",
     {"timezone", "2000-01-01 00:00"},
     "0A000 unit \"timezone\" not supported for type timestamp without time zone"},
    {"date_trunc timestamp", {"ms", "0281-11-23 23:39:14.310065 BC"}, "0281-11-23 23:39:14.31 BC"},
    {"date_trunc timestamp",
     {"doy", "4522-04-14 07:23:19.353418 BC"},
     "22023 unit \"doy\" not recognized for type timestamp without time zone"},
    {"date_trunc timestamp",
     {"jan", "211315-11-02 18:44:58.906414"},
     "22023 unit \"jan\" not recognized for type timestamp without time zone"},
    {"date_trunc timestamptz", {"day", "2021-11-07 12:00"}, "2021-11-07 00:00:00-04"},
    {"date_trunc timestamptz", {"hour", "2021-11-07 01:30"}, "2021-11-07 01:00:00-05"},
    {"date_trunc timestamptz", {"month", "2021-03-20 00:00"}, "2021-03-01 00:00:00-05"},
    {"date_trunc timestamptz", {"c", "2000-07-26 23:59:59.999999"}, "1901-01-01 00:00:00-05"},
    {"date_trunc timestamptz",
     {"now", "2022-03-22 00:30:13"},
     "22023 unit \"now\" not recognized for type timestamp with time zone"},
    {"date_trunc timestamptz",
     {"foo", "2021-04-11 03:30:28"},
     "22023 unit \"foo\" not recognized for type timestamp with time zone"},
    {"date_trunc timestamptz in zone", {"day", "2021-11-07 12:00", "Asia/Tokyo"}, "2021-11-07 10:00:00-05"},
    {"date_trunc timestamptz in zone", {"day", "2021-11-07 12:00", "pst"}, "2021-11-07 03:00:00-05"},
    {"date_trunc timestamptz in zone", {"day", "2021-11-07 12:00", "foo"}, "22023 time zone \"foo\" not recognized"},
    {"date_trunc timestamptz in zone", {"day", "infinity", "foo"}, "infinity"},
    {"date_trunc timestamptz in zone", {"d", "107261-07-14 12:00", "Pacific/Apia"}, "107261-07-14 07:00:00-04"},
    {"date_trunc timestamptz in zone",
     {"today", "95446-05-17 20:45:13.281670", "Asia/Kolkata"},
     "22023 unit \"today\" not recognized for type timestamp with time zone"},
    {"date_trunc timestamptz in zone",
     {"today", "2021-10-03 01:49:15", "ARST"},
     "22023 unit \"today\" not recognized for type timestamp with time zone"},
    {"date_trunc interval", {"decade", "250 mons 3 days"}, "20 years"},
    {"date_trunc interval", {"quarter", "-4 mons"}, "-3 mons"},
    {"date_trunc interval", {"hour", "-1:30"}, "-01:00:00"},
    {"date_trunc interval", {"week", "1 day"}, "0A000 unit \"week\" not supported for type interval"},
    {"date_trunc interval", {"dow", "1 day"}, "22023 unit \"dow\" not recognized for type interval"},
    {"date_trunc interval", {"month", "1 mon"}, "1 mon"},
    {"date_trunc interval", {"infinity", "-630 days"}, "22023 unit \"infinity\" not recognized for type interval"},
    {"date_trunc interval", {"infinity", "-238 mons"}, "22023 unit \"infinity\" not recognized for type interval"},
    {"extract date", {"epoch", "2000-01-01"}, "946684800"},
    {"extract date", {"julian", "2000-01-01"}, "2451545"},
    {"extract date", {"hour", "2000-01-01"}, "0A000 unit \"hour\" not supported for type date"},
    {"extract date", {"hour", "infinity"}, "0A000 unit \"hour\" not supported for type date"},
    {"extract date", {"week", "2005-01-01"}, "53"},
    {"extract date", {"isoyear", "2005-01-01"}, "2004"},
    {"extract date", {"year", "infinity"}, "Infinity"},
    {"extract date", {"mon", "206556-04-16"}, "4"},
    {"extract date", {"second", "2472-04-10"}, "0A000 unit \"second\" not supported for type date"},
    {"extract date", {"us", "71307-12-18"}, "0A000 unit \"us\" not supported for type date"},
    {"extract time", {"milliseconds", "10:00:01.5"}, "1500.000"},
    {"extract time", {"epoch", "10:00"}, "36000.000000"},
    {"extract time", {"day", "10:00"}, "0A000 unit \"day\" not supported for type time without time zone"},
    {"extract time", {"now", "10:00"}, "22023 unit \"now\" not recognized for type time without time zone"},
    {"extract time", {"doy", "12:09:56.214754"}, "0A000 unit \"doy\" not supported for type time without time zone"},
    {"extract time",
     {"julian", "04:24:33.908036"},
     "0A000 unit \"julian\" not supported for type time without time zone"},
    {"extract time", {"now", "11:39:13.147119"}, "22023 unit \"now\" not recognized for type time without time zone"},
    {"extract timetz", {"timezone_minute", "10:00-03:30"}, "-30"},
    {"extract timetz", {"epoch", "10:00+03"}, "25200.000000"},
    {"extract timetz", {"second", "15:36:00.848054+03"}, "0.848054"},
    {"extract timetz",
     {"allballs", "06:35:44.370538-15:59"},
     "22023 unit \"allballs\" not recognized for type time with time zone"},
    {"extract timetz",
     {"month", "07:50:40.272192+00"},
     "0A000 unit \"month\" not supported for type time with time zone"},
    {"extract timestamp", {"microseconds", "2001-02-16 20:38:40.12"}, "40120000"},
    {"extract timestamp", {"milliseconds", "2001-02-16 20:38:40.12"}, "40120.000"},
    {"extract timestamp", {"second", "2001-02-16 20:38:40.12"}, "40.120000"},
    {"extract timestamp", {"minute", "2001-02-16 20:38:40.12"}, "38"},
    {"extract timestamp", {"hour", "2001-02-16 20:38:40.12"}, "20"},
    {"extract timestamp", {"day", "2001-02-16 20:38:40.12"}, "16"},
    {"extract timestamp", {"week", "2001-02-16 20:38:40.12"}, "7"},
    {"extract timestamp", {"month", "2001-02-16 20:38:40.12"}, "2"},
    {"extract timestamp", {"quarter", "2001-02-16 20:38:40.12"}, "1"},
    {"extract timestamp", {"year", "2001-02-16 20:38:40.12"}, "2001"},
    {"extract timestamp", {"decade", "2001-02-16 20:38:40.12"}, "200"},
    {"extract timestamp", {"century", "2001-02-16 20:38:40.12"}, "21"},
    {"extract timestamp", {"millennium", "2001-02-16 20:38:40.12"}, "3"},
    {"extract timestamp", {"isoyear", "2001-02-16 20:38:40.12"}, "2001"},
    {"extract timestamp", {"dow", "2001-02-16 20:38:40.12"}, "5"},
    {"extract timestamp", {"isodow", "2001-02-16 20:38:40.12"}, "5"},
    {"extract timestamp", {"doy", "2001-02-16 20:38:40.12"}, "47"},
    {"extract timestamp", {"epoch", "2001-02-16 20:38:40.12"}, "982355920.120000"},
    {"extract timestamp",
     {"timezone", "2001-02-16 20:38:40.12"},
     "0A000 unit \"timezone\" not supported for type timestamp without time zone"},
    {"extract timestamp",
     {"foo", "2001-02-16 20:38:40.12"},
     "22023 unit \"foo\" not recognized for type timestamp without time zone"},
    {"extract timestamp",
     {"now", "2001-02-16 20:38:40.12"},
     "0A000 unit \"now\" not supported for type timestamp without time zone"},
    {"extract timestamp", {"year", "0001-01-01 00:00 BC"}, "-1"},
    {"extract timestamp", {"decade", "0001-01-01 00:00 BC"}, "0"},
    {"extract timestamp", {"century", "0001-01-01 00:00 BC"}, "-1"},
    {"extract timestamp", {"millennium", "0001-01-01 00:00 BC"}, "-1"},
    {"extract timestamp", {"isoyear", "0001-01-01 00:00 BC"}, "-2"},
    {"extract timestamp", {"week", "0001-01-01 00:00 BC"}, "52"},
    {"extract timestamp", {"epoch", "0001-01-01 00:00 BC"}, "-62167219200.000000"},
    {"extract timestamp", {"year", "-infinity"}, "-Infinity"},
    {"extract timestamp", {"day", "infinity"}, "NULL"},
    {"extract timestamp", {"timezone", "infinity"}, "NULL"},
    {"extract timestamp", {"ms", "3215-08-02 10:18:31.737501 BC"}, "31737.501"},
    {"extract timestamp",
     {"timezone_minute", "134745-09-10 00:57:25.126186"},
     "0A000 unit \"timezone_minute\" not supported for type timestamp without time zone"},
    {"extract timestamptz", {"timezone", "2021-07-01 00:00"}, "-14400"},
    {"extract timestamptz", {"timezone_hour", "2021-01-01 00:00"}, "-5"},
    {"extract timestamptz", {"epoch", "2000-01-01 00:00+00"}, "946684800.000000"},
    {"extract timestamptz",
     {"today", "1913-10-10 10:56:16.075782"},
     "0A000 unit \"today\" not supported for type timestamp with time zone"},
    {"extract timestamptz", {"milliseconds", "2021-10-03 02:36:19"}, "19000.000"},
    {"extract timestamptz", {"doy", "1998-01-19 06:49:04.657813"}, "19"},
    {"extract interval", {"epoch", "100000000 years"}, "3155760000000000.000000"},
    {"extract interval", {"epoch", "-1 mon -1 day -1.5 s"}, "-2678401.500000"},
    {"extract interval", {"quarter", "-4 mons"}, "0"},
    {"extract interval", {"century", "-101 years"}, "-1"},
    {"extract interval", {"second", "-1.5 s"}, "-1.500000"},
    {"extract interval", {"week", "1 day"}, "0A000 unit \"week\" not supported for type interval"},
    {"extract interval", {"minute", "-117479057 mons 58320074 days 956469407723550765 us"}, "35"},
    {"extract interval", {"min", "-18 days"}, "0"},
};

std::string digits_of(__int128 number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number != 0);
  return digits;
}

std::string field_text(const Result<ExtractedField>& result) {
  if (!result) return std::string(result.error().state().str()) + " " + result.error().message();
  switch (result->kind) {
    case ExtractedField::Kind::kNull: return "NULL";
    case ExtractedField::Kind::kInfinity: return "Infinity";
    case ExtractedField::Kind::kMinusInfinity: return "-Infinity";
    case ExtractedField::Kind::kJulianDayAndTime: return digits_of(result->unscaled) + " and a time";
    case ExtractedField::Kind::kDecimal: break;
  }
  const bool negative = result->unscaled < 0;
  std::string digits = digits_of(negative ? -result->unscaled : result->unscaled);
  const auto scale = static_cast<size_t>(result->scale);
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, ".");
  }
  return negative ? "-" + digits : digits;
}

template <class T, class... Zone>
Function field_of(const Zone&... zone) {
  return [&zone...](const std::vector<std::string>& texts) {
    return field_text(extract(texts[0], read<T>(texts[1]), zone...));
  };
}

TEST(DateTimeExtractTest, AnswersOfPostgres) {
  const TimeZone& zone = session_zone();
  const std::map<std::string, Function> functions = {
      {"date_trunc timestamp",
       reading<std::string, Timestamp>([](const std::string& unit, Timestamp value) { return truncate(unit, value); })},
      {"date_trunc timestamptz", reading<std::string, TimestampTz>([&](const std::string& unit, TimestampTz value) {
         return truncate(unit, value, zone);
       })},
      {"date_trunc timestamptz in zone",
       reading<std::string, TimestampTz, std::string>(
           [](const std::string& unit, TimestampTz value, const std::string& name) -> Result<TimestampTz> {
             if (!value.is_finite()) return value;
             TRY(const ZoneArgument argument, ZoneArgument::find(name));
             TRY(const TimeZone* named, argument.zone());
             return truncate(unit, value, *named);
           })},
      {"date_trunc interval",
       reading<std::string, Interval>([](const std::string& unit, Interval value) { return truncate(unit, value); })},
      {"extract date", field_of<Date>()},
      {"extract time", field_of<Time>()},
      {"extract timetz", field_of<TimeTz>()},
      {"extract timestamp", field_of<Timestamp>()},
      {"extract timestamptz", field_of<TimestampTz>(zone)},
      {"extract interval", field_of<Interval>()},
  };
  expect_answers(kFieldCases, functions);
}

TEST(DateTimeExtractTest, JulianDayKeepsItsTimeApart) {
  const auto noon = extract("julian", read<Timestamp>("2000-01-01 12:00"));
  ASSERT_TRUE(noon);
  EXPECT_EQ(noon->kind, ExtractedField::Kind::kJulianDayAndTime);
  EXPECT_EQ(static_cast<int64_t>(noon->unscaled), kJulianDayOf2000);
  EXPECT_EQ(noon->day_micros, kMicrosPerDay / 2);
  EXPECT_EQ(noon->to_double(), 2451545.5);
}

}  // namespace
}  // namespace millrace
