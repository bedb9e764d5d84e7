#include "types/date_time_conversion.h"

#include "types/date_time_answers.h"
#include "types/date_time_make.h"

namespace millrace {
namespace {

using namespace date_time_answers;

const Case kConversionCases[] = {
    {"date::timestamp", {"5874897-12-31"}, "22008 date out of range for timestamp"},
    {"date::timestamp", {"-infinity"}, "-infinity"},
    {"date::timestamp", {"2075-01-03"}, "2075-01-03 00:00:00"},
    {"date::timestamp", {"42840-05-16"}, "42840-05-16 00:00:00"},
    {"date::timestamp", {"5374-06-22"}, "5374-06-22 00:00:00"},
    {"date::timestamptz", {"2021-03-14"}, "2021-03-14 00:00:00-05"},
    {"date::timestamptz", {"1993-12-15"}, "1993-12-15 00:00:00-05"},
    {"date::timestamptz", {"2075-09-26"}, "2075-09-26 00:00:00-04"},
    {"date::timestamptz", {"1981-12-17"}, "1981-12-17 00:00:00-05"},
    {"timestamp::timestamptz", {"2021-03-14 02:30"}, "2021-03-14 03:30:00-04"},
    {"timestamp::timestamptz", {"2021-11-07 01:30"}, "2021-11-07 01:30:00-05"},
    {"timestamp::timestamptz", {"294276-12-31 23:00"}, "22008 timestamp out of range"},
    {"timestamp::timestamptz", {"1800-01-01 00:00"}, "1800-01-01 00:00:00-04:56:02"},
    {"timestamp::timestamptz", {"1381-06-22 12:50:12.774721"}, "1381-06-22 12:50:12.774721-04:56:02"},
    {"timestamp::timestamptz", {"6034-10-19 02:48:29.923688"}, "6034-10-19 02:48:29.923688-04"},
    {"timestamp::timestamptz", {"0365-09-06 00:41:53.843389"}, "0365-09-06 00:41:53.843389-04:56:02"},
    {"timestamptz::timestamp", {"2021-11-07 01:30-04"}, "2021-11-07 01:30:00"},
    {"timestamptz::timestamp", {"2021-11-07 01:30-05"}, "2021-11-07 01:30:00"},
    {"timestamptz::timestamp", {"8960-06-03 03:57:20.088814"}, "8960-06-03 03:57:20.088814"},
    {"timestamptz::timestamp", {"2021-03-28 00:47:52"}, "2021-03-28 00:47:52"},
    {"timestamptz::timestamp", {"2025-08-13 10:43:08.517642"}, "2025-08-13 10:43:08.517642"},
    {"timestamp::date", {"2000-01-01 23:59:59.999999"}, "2000-01-01"},
    {"timestamp::date", {"4714-11-24 12:00 BC"}, "4714-11-24 BC"},
    {"timestamp::date", {"infinity"}, "infinity"},
    {"timestamp::date", {"37995-10-02 21:22:54.004056"}, "37995-10-02"},
    {"timestamp::date", {"243616-11-01 22:00:51.115266"}, "243616-11-01"},
    {"timestamp::date", {"128829-03-21 05:20:13.408238"}, "128829-03-21"},
    {"timestamptz::date", {"1915-12-04 04:49:58.188148"}, "1915-12-04"},
    {"timestamptz::date", {"7517-06-04 11:13:37.246844"}, "7517-06-04"},
    {"timestamptz::date", {"2030-03-09 09:40:35.987754"}, "2030-03-09"},
    {"timestamp::time", {"infinity"}, "NULL"},
    {"timestamp::time", {"1999-12-31 23:00"}, "23:00:00"},
    {"timestamp::time", {"1966-06-22 02:30:55.231740"}, "02:30:55.23174"},
    {"timestamp::time", {"1955-09-26 08:50:03.689494"}, "08:50:03.689494"},
    {"timestamp::time", {"2020-04-23 05:26:10.809429"}, "05:26:10.809429"},
    {"timestamptz::time", {"139728-09-02 05:00:13.861319"}, "05:00:13.861319"},
    {"timestamptz::time", {"1921-10-23 15:44:29.086883"}, "15:44:29.086883"},
    {"timestamptz::time", {"8904-04-14 21:05:50.866465"}, "21:05:50.866465"},
    {"timestamptz::timetz", {"2000-02-29 15:10:53.326535"}, "15:10:53.326535-05"},
    {"timestamptz::timetz", {"2042-11-23 00:00"}, "00:00:00-05"},
    {"timestamptz::timetz", {"3230-11-15 03:41:28.012948 BC"}, "03:41:28.012948-04:56:02"},
    {"interval::time", {"-1:00"}, "23:00:00"},
    {"interval::time", {"1 mon 25:00"}, "01:00:00"},
    {"interval::time", {"657 days"}, "00:00:00"},
    {"interval::time", {"-314 days"}, "00:00:00"},
    {"interval::time", {"77 mons"}, "00:00:00"},
    {"timestamp at time zone", {"2000-01-01 00:00", "msk"}, "1999-12-31 16:00:00-05"},
    {"timestamp at time zone", {"2021-07-01 00:00", "Europe/London"}, "2021-06-30 19:00:00-04"},
    {"timestamp at time zone", {"2021-07-01 00:00", "gmt"}, "2021-06-30 20:00:00-04"},
    {"timestamp at time zone", {"2000-01-01 00:00", "FOO+3"}, "1999-12-31 22:00:00-05"},
    {"timestamp at time zone", {"2000-01-01 00:00", "foo"}, "22023 time zone \"foo\" not recognized"},
    {"timestamp at time zone",
     {"3753-01-28 23:13:57.645992 BC", "Australia/Lord_Howe"},
     "3753-01-28 07:41:35.645992-04:56:02 BC"},
    {"timestamp at time zone", {"2038-07-18 08:12:12.394841", "ARST"}, "2038-07-18 07:12:12.394841-04"},
    {"timestamp at time zone", {"2699-05-09 23:40:21.468563 BC", "PDT"}, "2699-05-10 01:44:19.468563-04:56:02 BC"},
    {"timestamptz at time zone", {"2020-01-01 00:00+00", "MSK"}, "2020-01-01 03:00:00"},
    {"timestamptz at time zone", {"2012-01-01 00:00+00", "MSK"}, "2012-01-01 04:00:00"},
    {"timestamptz at time zone", {"2021-07-01 00:00+00", "Asia/Kolkata"}, "2021-07-01 05:30:00"},
    {"timestamptz at time zone", {"2021-07-01 00:00+00", "PDT"}, "2021-06-30 17:00:00"},
    {"timestamptz at time zone", {"2021-03-28 02:06:08", "<x>-3"}, "2021-03-28 09:06:08"},
    {"timestamptz at time zone", {"2948-08-19 03:14:02.164716", "Asia/Kolkata"}, "2948-08-19 12:44:02.164716"},
    {"timestamptz at time zone", {"223878-03-21 04:52:44.404693", "+5"}, "223878-03-21 03:52:44.404693"},
    {"timestamp at interval", {"2000-01-01 00:00", "-3:30:15.5"}, "1999-12-31 22:30:15-05"},
    {"timestamp at interval",
     {"2000-01-01 00:00", "1 mon"},
     "22023 interval time zone \"1 mon\" must not include months or days"},
    {"timestamp at interval", {"8088-07-20 07:42:38.555632", "0"}, "8088-07-20 03:42:38.555632-04"},
    {"timestamp at interval",
     {"160841-08-04 06:32:21.826859", "344 mons"},
     "22023 interval time zone \"28 years 8 mons\" must not include months or days"},
    {"timestamp at interval",
     {"1298-05-25 09:35:14.369686 BC", "102616079 mons 616494100 days 814910935843665052 us"},
     "22023 interval time zone \"8551339 years 11 mons 616494100 days 226364148:50:43.665052\" must not include months "
     "or days"},
    {"timestamptz at interval", {"9296-03-08 13:44:21.345175", "5:30"}, "9296-03-09 00:14:21.345175"},
    {"timestamptz at interval", {"2018-12-05 18:34:34.587965", "5:30"}, "2018-12-06 05:04:34.587965"},
    {"timestamptz at interval", {"175482-03-04 00:18:43.940581", "15:59"}, "175482-03-04 21:17:43.940581"},
    {"timetz at interval", {"01:00+12", "-3:30"}, "09:30:00-03:30"},
    {"timetz at interval", {"05:11:38.574469+03", "5:30"}, "07:41:38.574469+05:30"},
    {"timetz at interval",
     {"21:08:19.792833-15:59", "1 day"},
     "22023 interval time zone \"1 day\" must not include months or days"},
    {"timetz at interval", {"00:10:12.432019-12:34:56", "5:30"}, "18:15:08.432019+05:30"},
    {"date <=> timestamp", {"5874897-12-31", "294276-12-31 23:59"}, "1"},
    {"date <=> timestamp", {"5874897-12-31", "infinity"}, "-1"},
    {"date <=> timestamp", {"2000-01-01", "2000-01-01 00:00"}, "0"},
    {"date <=> timestamp", {"62011-07-06", "8516-10-11 00:00"}, "1"},
    {"date <=> timestamp", {"260861-02-16", "2059-08-15 22:26:52.455036"}, "1"},
    {"date <=> timestamp", {"4637-02-17 BC", "2033-01-11 09:46:39.943862"}, "-1"},
    {"date <=> timestamptz", {"2052-10-03", "2021-04-11 02:32:55"}, "1"},
    {"date <=> timestamptz", {"55246-04-18", "193343-07-19 07:41:47.442049"}, "-1"},
    {"date <=> timestamptz", {"51676-03-04", "7425-12-10 00:00"}, "1"},
    {"timestamp <=> timestamptz", {"2021-07-01 00:00", "2021-07-01 04:00+00"}, "0"},
    {"timestamp <=> timestamptz", {"3611-08-27 04:22:44.613950 BC", "2021-04-04 00:29:57"}, "-1"},
    {"timestamp <=> timestamptz", {"5044-08-07 22:57:03.205001", "90118-12-18 20:15:12.995581"}, "-1"},
    {"timestamp <=> timestamptz", {"-infinity", "2007-12-25 02:10:14.903384"}, "-1"},
    {"to_timestamp", {"0.1234565"}, "1969-12-31 19:00:00.123456-05"},
    {"to_timestamp", {"-210866803200"}, "4714-11-23 19:03:58-04:56:02 BC"},
    {"to_timestamp", {"-210866803200.5"}, "22008 timestamp out of range: \"-2.10867e+11\""},
    {"to_timestamp", {"1e20"}, "22008 timestamp out of range: \"1e+20\""},
    {"to_timestamp", {"nan"}, "22008 timestamp cannot be NaN"},
    {"to_timestamp", {"-inf"}, "-infinity"},
    {"to_timestamp", {"-1"}, "1969-12-31 18:59:59-05"},
    {"to_timestamp", {"179800.83101857803"}, "1970-01-02 20:56:40.831019-05"},
    {"to_timestamp", {"-8.474903786131218"}, "1969-12-31 18:59:51.525096-05"},
    {"make_date", {"-44", "3", "15"}, "0044-03-15 BC"},
    {"make_date", {"0", "1", "1"}, "22008 date field value out of range: 0-01-01"},
    {"make_date", {"2000", "2", "30"}, "22008 date field value out of range: 2000-02-30"},
    {"make_date", {"2147483647", "1", "1"}, "22008 date out of range: 2147483647-01-01"},
    {"make_date", {"-4743", "1", "24"}, "22008 date out of range: -4742-01-24"},
    {"make_date", {"-473818", "2", "11"}, "22008 date out of range: -473817-02-11"},
    {"make_date", {"539702", "8", "29"}, "539702-08-29"},
    {"make_date", {"8", "7", "23"}, "0008-07-23"},
    {"make_time", {"23", "59", "60"}, "24:00:00"},
    {"make_time", {"24", "0", "0.1"}, "22008 time field value out of range: 24:00:0.1"},
    {"make_time", {"1", "2", "nan"}, "22008 time field value out of range: 1:02:NaN"},
    {"make_time", {"8", "15", "23.5"}, "08:15:23.5"},
    {"make_time", {"9", "41", "60"}, "09:42:00"},
    {"make_time", {"18", "48", "60"}, "18:49:00"},
    {"make_time", {"20", "27", "60"}, "20:28:00"},
    {"make_timestamp", {"-1", "1", "1", "5", "0", "12.3456789"}, "0001-01-01 05:00:12.345679 BC"},
    {"make_timestamp", {"2000", "13", "1", "5", "0", "0"}, "22008 date field value out of range: 2000-13-01"},
    {"make_timestamp", {"300000", "1", "1", "5", "0", "0"}, "22008 timestamp out of range: 300000-01-01 5:00:00"},
    {"make_timestamp", {"2000", "1", "1", "25", "0", "0"}, "22008 time field value out of range: 25:00:00"},
    {"make_timestamp", {"4884", "1", "7", "19", "45", "60"}, "4884-01-07 19:46:00"},
    {"make_timestamp", {"1945", "11", "18", "18", "50", "0"}, "1945-11-18 18:50:00"},
    {"make_timestamp", {"2059", "9", "25", "8", "48", "35.32168574557228"}, "2059-09-25 08:48:35.321686"},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "EST"}, "2000-01-01 05:00:00-05"},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "+3"}, "1999-12-31 21:00:00-05"},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "+16"}, "22023 numeric time zone \"+16\" out of range"},
    {"make_timestamptz",
     {"2000", "1", "1", "5", "0", "0", "5"},
     "22023 invalid input syntax for type numeric time zone: \"5\" HINT Numeric time zones must have \"-\" or \"+\" as "
     "first character."},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "foo"}, "22023 time zone \"foo\" not recognized"},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "-03:30"}, "2000-01-01 03:30:00-05"},
    {"make_timestamptz", {"2000", "1", "1", "5", "0", "0", "Asia/Tokyo"}, "1999-12-31 15:00:00-05"},
    {"make_timestamptz", {"2066", "9", "6", "12", "16", "14.888392013226639", "+5"}, "2066-09-06 03:16:14.888392-04"},
    {"make_timestamptz",
     {"2076", "11", "27", "19", "50", "27.272112098846765", "Asia/Tehran"},
     "2076-11-27 11:20:27.272112-05"},
    {"make_timestamptz",
     {"2005", "8", "12", "22", "13", "42.225877927483374", ""},
     "22023 time zone \"\" not recognized"},
    {"make_interval", {"1", "2", "3", "4", "5", "6", "7.8"}, "1 year 2 mons 25 days 05:06:07.8"},
    {"make_interval",
     {"-90", "-68", "25", "93", "94", "53", "972.3725785991662"},
     "-95 years -8 mons +268 days 95:09:12.372579"},
    {"make_interval",
     {"-63", "90", "16", "33", "90", "-90", "-993.3094197419365"},
     "-55 years -6 mons +145 days 88:13:26.69058"},
    {"make_interval",
     {"4", "34", "-64", "-77", "0", "42", "-403.8649131075615"},
     "6 years 10 mons -525 days +00:35:16.135087"},
};

Result<TimestampTz> make_at_zone(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute, double seconds,
                                 const std::string& zone) {
  TRY(const Timestamp local, make_timestamp(year, month, day, hour, minute, seconds));
  return at_written_zone(local, zone);
}

TEST(DateTimeConversionTest, AnswersOfPostgres) {
  const TimeZone& zone = session_zone();
  const std::map<std::string, Function> functions = {
      {"date::timestamp", reading<Date>([](Date a) { return to_timestamp(a); })},
      {"date::timestamptz", reading<Date>([&](Date a) { return to_timestamp_tz(a, zone); })},
      {"timestamp::timestamptz", reading<Timestamp>([&](Timestamp a) { return to_timestamp_tz(a, zone); })},
      {"timestamptz::timestamp", reading<TimestampTz>([&](TimestampTz a) { return to_timestamp(a, zone); })},
      {"timestamp::date", reading<Timestamp>([](Timestamp a) { return to_date(a); })},
      {"timestamptz::date", reading<TimestampTz>([&](TimestampTz a) { return to_date(a, zone); })},
      {"timestamp::time", reading<Timestamp>([](Timestamp a) { return to_time(a); })},
      {"timestamptz::time", reading<TimestampTz>([&](TimestampTz a) { return to_time(a, zone); })},
      {"timestamptz::timetz", reading<TimestampTz>([&](TimestampTz a) { return to_time_tz(a, zone); })},
      {"interval::time", reading<Interval>([](Interval a) { return to_time(a); })},
      {"timestamp at time zone",
       reading<Timestamp, std::string>([](Timestamp a, const std::string& name) -> Result<TimestampTz> {
         TRY(const ZoneArgument argument, ZoneArgument::find(name));
         return at_zone(a, argument);
       })},
      {"timestamptz at time zone",
       reading<TimestampTz, std::string>([](TimestampTz a, const std::string& name) -> Result<Timestamp> {
         TRY(const ZoneArgument argument, ZoneArgument::find(name));
         return at_zone(a, argument);
       })},
      {"timestamp at interval", reading<Timestamp, Interval>([](Timestamp a, Interval b) { return at_zone(a, b); })},
      {"timestamptz at interval",
       reading<TimestampTz, Interval>([](TimestampTz a, Interval b) { return at_zone(a, b); })},
      {"timetz at interval", reading<TimeTz, Interval>([](TimeTz a, Interval b) { return at_zone(a, b); })},
      {"date <=> timestamp", reading<Date, Timestamp>([](Date a, Timestamp b) { return compare(a, b); })},
      {"date <=> timestamptz", reading<Date, TimestampTz>([&](Date a, TimestampTz b) { return compare(a, b, zone); })},
      {"timestamp <=> timestamptz",
       reading<Timestamp, TimestampTz>([&](Timestamp a, TimestampTz b) { return compare(a, b, zone); })},
      {"to_timestamp", reading<double>(from_unix_seconds)},
      {"make_date", reading<int32_t, int32_t, int32_t>(make_date)},
      {"make_time", reading<int32_t, int32_t, double>(make_time)},
      {"make_timestamp", reading<int32_t, int32_t, int32_t, int32_t, int32_t, double>(make_timestamp)},
      {"make_timestamptz", reading<int32_t, int32_t, int32_t, int32_t, int32_t, double, std::string>(make_at_zone)},
      {"make_interval", reading<int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, double>(make_interval)},
  };
  expect_answers(kConversionCases, functions);
}

TEST(DateTimeConversionTest, MakeIntervalNeverWrapsRound) {
  EXPECT_EQ(shown(make_interval(std::numeric_limits<int32_t>::max(), 0, 0, 0, 0, 0, 0)), "22008 interval out of range");
  EXPECT_EQ(shown(make_interval(0, 0, std::numeric_limits<int32_t>::max(), 0, 0, 0, 0)), "22008 interval out of range");
  EXPECT_EQ(shown(make_interval(0, 0, 0, 0, 0, 0, 1e20)), "22008 interval out of range");
}

TEST(DateTimeConversionTest, TimesTakeTodaysOffset) {
  const ZoneArgument tokyo = *ZoneArgument::find("Asia/Tokyo");
  const TimestampTz summer = read<TimestampTz>("2021-07-01 12:00+00");
  const TimestampTz winter = read<TimestampTz>("2021-01-01 12:00+00");
  EXPECT_EQ(shown(to_time_tz(Time{10 * kMicrosPerHour}, session_zone(), summer)), "10:00:00-04");
  EXPECT_EQ(shown(to_time_tz(Time{10 * kMicrosPerHour}, session_zone(), winter)), "10:00:00-05");
  EXPECT_EQ(shown(at_zone(read<TimeTz>("10:00+01"), tokyo, summer)), "18:00:00+09");
}

}  // namespace
}  // namespace millrace
