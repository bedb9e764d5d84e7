#include "types/time_zone.h"

#include <gtest/gtest.h>

#include <ctime>

namespace millrace {
namespace {

int64_t unix_time(CivilTime civil) {
  return (to_julian_day(civil.date) - kJulianDayOf2000 - kUnixEpochDays) * kSecondsPerDay + civil.hour * 3600 +
         civil.minute * 60 + civil.second;
}

TEST(TimeZoneTest, NamesInAnyCase) {
  ASSERT_NE(find_time_zone("america/NEW_york"), nullptr);
  EXPECT_EQ(find_time_zone("america/NEW_york"), find_time_zone("America/New_York"));
  EXPECT_EQ(find_time_zone("america/NEW_york")->name(), "America/New_York");
  for (const char* name : {"", "America", "America/", "met/", "america//new_york", "/etc/passwd", "../zoneinfo/UTC",
                           "zone.tab", "Mars/Olympus", "foo"}) {
    EXPECT_EQ(find_time_zone(name), nullptr) << name;
  }
  EXPECT_EQ(find_time_zone(std::string(300, 'x') + "5"), nullptr);
}

// The C library reads the same database with code of its own.
TEST(TimeZoneTest, AgreesWithTheCLibrary) {
  const char* const names[] = {"America/New_York", "Europe/London",     "Europe/Dublin", "Australia/Lord_Howe",
                               "Asia/Kolkata",     "Africa/Casablanca", "Pacific/Apia",  "America/St_Johns",
                               "Antarctica/Troll", "Asia/Tehran",       "UTC",           "EST5EDT,M3.2.0,M11.1.0"};
  const char* const before = getenv("TZ");
  const std::string saved = before != nullptr ? before : "";
  for (const char* name : names) {
    const TimeZone* zone = find_time_zone(name);
    ASSERT_NE(zone, nullptr) << name;
    setenv("TZ", name, 1);
    tzset();
    // Every 11 days and a bit from 1900 to 2200, after the table's end too. What the C library makes of a
    // rule alone before 1970 is wrong.
    const bool is_rule = std::string_view(name).find(',') != std::string_view::npos;
    for (int64_t moment = is_rule ? 0 : -2'208'988'800; moment < 7'258'118'400; moment += 987'654) {
      const time_t time = moment;
      tm local{};
      localtime_r(&time, &local);
      const LocalTimeType& type = zone->at(moment);
      ASSERT_EQ(type.seconds_east, local.tm_gmtoff) << name << " at " << moment;
      ASSERT_EQ(type.abbreviation, local.tm_zone) << name << " at " << moment;
      ASSERT_EQ(type.is_dst, local.tm_isdst > 0) << name << " at " << moment;
      // Away from changes, local time leads back.
      const int32_t east = zone->seconds_east_of_local(moment + type.seconds_east);
      const bool near_change = zone->at(moment - kSecondsPerDay).seconds_east != type.seconds_east ||
                               zone->at(moment + kSecondsPerDay).seconds_east != type.seconds_east;
      if (!near_change) {
        ASSERT_EQ(east, type.seconds_east) << name << " at " << moment;
      }
    }
  }
  if (before != nullptr) {
    setenv("TZ", saved.c_str(), 1);
  } else {
    unsetenv("TZ");
  }
  tzset();
}

// A skipped time is taken by the offset before, a doubled one by the offset after.
TEST(TimeZoneTest, GapsAndOverlaps) {
  const TimeZone& zone = *find_time_zone("America/New_York");
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 3, 14}, 1, 59, 59}), -5 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 3, 14}, 2, 0, 0}), -5 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 3, 14}, 2, 59, 59}), -5 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 3, 14}, 3, 0, 0}), -4 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 11, 7}, 0, 59, 59}), -4 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 11, 7}, 1, 0, 0}), -5 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2021, 11, 7}, 2, 0, 0}), -5 * 3600);
  // By the rule alone, far beyond the table.
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2500, 7, 1}}), -4 * 3600);
  EXPECT_EQ(zone.seconds_east_of_local(CivilTime{{2500, 12, 1}}), -5 * 3600);
  // Samoa left out a whole day.
  const TimeZone& apia = *find_time_zone("Pacific/Apia");
  EXPECT_EQ(apia.seconds_east_of_local(CivilTime{{2011, 12, 30}, 12}), -10 * 3600);
  EXPECT_EQ(apia.seconds_east_of_local(CivilTime{{2011, 12, 31}}), 14 * 3600);
}

TEST(TimeZoneTest, PosixStrings) {
  EXPECT_EQ(find_time_zone("foo+3:30")->fixed_seconds_east(), -(3 * 3600 + 30 * 60));
  EXPECT_EQ(find_time_zone("<+05>-5")->at(0).abbreviation, "+05");
  EXPECT_EQ(find_time_zone("+5")->fixed_seconds_east(), -5 * 3600);
  const TimeZone& south = *find_time_zone("AAA-10BBB,J300/2,J60/3");
  EXPECT_EQ(south.fixed_seconds_east(), std::nullopt);
  EXPECT_EQ(south.at(unix_time({{2021, 1, 15}})).abbreviation, "BBB");
  EXPECT_EQ(south.at(unix_time({{2021, 6, 15}})).abbreviation, "AAA");
  // March 1st is day 60 of a leap year too.
  EXPECT_EQ(south.at(unix_time({{2020, 2, 29}, 15})).abbreviation, "BBB");
  EXPECT_EQ(south.at(unix_time({{2020, 3, 1}, 15})).abbreviation, "AAA");
  for (const char* text :
       {"foo", "foo+", "foo+200", "foo+3:99", "foo+3bar,M13.1.0,M1.1.0", "<foo+3", "foo+3bar,M3.2.0"}) {
    EXPECT_EQ(find_time_zone(text), nullptr) << text;
  }
}

TEST(TimeZoneTest, FixedOffsets) {
  EXPECT_EQ(fixed_time_zone(19'800).name(), "<+05:30>-05:30");
  EXPECT_EQ(fixed_time_zone(19'800).fixed_seconds_east(), 19'800);
  EXPECT_EQ(fixed_time_zone(-3600).name(), "<-01>+01");
  EXPECT_EQ(fixed_time_zone(0).fixed_seconds_east(), 0);
  EXPECT_EQ(utc_time_zone().at(0).abbreviation, "UTC");
}

}  // namespace
}  // namespace millrace
