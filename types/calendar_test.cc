#include "types/calendar.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

// Walks every day from Julian day 0 to the year 3000, counting days, months and weekdays by hand.
TEST(CalendarTest, EveryDayInTurn) {
  CivilDate date{-4713, 11, 24};
  int32_t weekday = 1;  // Julian day 0 was a Monday
  for (int64_t day = 0; date.year < 3000; ++day) {
    ASSERT_EQ(to_julian_day(date), day);
    ASSERT_EQ(from_julian_day(day), date);
    ASSERT_EQ(day_of_week(day), weekday);
    weekday = (weekday + 1) % 7;
    if (++date.day > days_in_month(date.year, date.month)) {
      date.day = 1;
      if (++date.month > 12) {
        date.month = 1;
        ++date.year;
      }
    }
  }
}

TEST(CalendarTest, LastDays) {
  EXPECT_EQ(to_julian_day({5'874'897, 12, 31}) - kJulianDayOf2000, Date::kEndDays - 1);
  EXPECT_EQ((to_julian_day({294'277, 1, 1}) - kJulianDayOf2000) * kMicrosPerDay, Timestamp::kEndMicros);
  EXPECT_EQ((to_julian_day({-4713, 11, 24}) - kJulianDayOf2000) * kMicrosPerDay, Timestamp::kMinMicros);
  EXPECT_EQ(-kJulianDayOf2000, Date::kMinDays);
}

TEST(CalendarTest, IsoWeeks) {
  const auto week = [](CivilDate date) { return iso_week(to_julian_day(date)); };
  EXPECT_EQ(week({2005, 1, 1}).year, 2004);
  EXPECT_EQ(week({2005, 1, 1}).week, 53);
  EXPECT_EQ(week({2005, 1, 3}).week, 1);
  EXPECT_EQ(week({2012, 12, 31}).year, 2013);
  EXPECT_EQ(week({2012, 12, 31}).week, 1);
}

}  // namespace
}  // namespace millrace
