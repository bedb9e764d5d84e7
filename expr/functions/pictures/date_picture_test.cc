// Pictures of dates against what PostgreSQL 15 answers (tests/functions_agreement asks it about many more).
#include "expr/functions/pictures/date_picture.h"

#include <gtest/gtest.h>

namespace millrace::expr {
namespace {

PictureTime april_2002() {
  PictureTime time;
  time.hour = 17;
  time.minute = 31;
  time.second = 12;
  time.micros = 660'000;
  time.day = 20;
  time.month = 4;
  time.year = 2002;
  time.weekday = 6;
  time.day_of_year = 110;
  time.seconds_east = -12'600;
  time.zone = "NST";
  return time;
}

std::string written(std::string_view picture, const PictureTime& time) {
  const Result<std::string> text = write_date_picture(parse_date_picture(picture), time);
  return text ? *text : std::string(text.error().state().str());
}

std::string read(std::string_view picture, std::string_view text) {
  const Result<ReadTime> time = read_date_picture(parse_date_picture(picture), text);
  if (!time) return std::string(time.error().state().str());
  const CivilTime& civil = time->civil;
  char result[96];
  std::snprintf(result, sizeof result, "%d-%d-%d %d:%d:%d.%06d", civil.date.year, civil.date.month, civil.date.day,
                civil.hour, civil.minute, civil.second, civil.micros);
  return result;
}

TEST(DatePicture, WritesFieldsByTheirRules) {
  const PictureTime time = april_2002();
  EXPECT_EQ(written("YYYY-MM-DD HH24:MI:SS.US", time), "2002-04-20 17:31:12.660000");
  EXPECT_EQ(written("FMDay, FMDDth FMMonth", time), "Saturday, 20th April");
  EXPECT_EQ(written("Day|Month|RM|", time), "Saturday |April    |IV  |");
  EXPECT_EQ(written("DAY day Dy dy MON mon", time), "SATURDAY  saturday  Sat sat APR apr");
  EXPECT_EQ(written("HH12 p.m. Y,YYY CC BC", time), "05 p.m. 2,002 21 AD");
  EXPECT_EQ(written("IYYY-IW-ID IDDD DDD J Q W WW", time), "2002-16-6 111 110 2452385 2 3 16");
  EXPECT_EQ(written("TZ tz TZH:TZM OF", time), "NST nst -03:30 -03:30");
  EXPECT_EQ(written(R"("HH24" \"YY\" [x])", time), R"(HH24 "02" [x])");
  EXPECT_EQ(written("", time), "");
}

TEST(DatePicture, CountsBackwardsBeforeChrist) {
  PictureTime time = april_2002();
  time.year = -43;
  EXPECT_EQ(written("YYYY BC CC", time), "0044 BC -01");
}

TEST(DatePicture, IntervalsHaveNoCalendar) {
  PictureTime time;
  time.is_interval = true;
  time.hour = -4;
  time.minute = -5;
  time.second = -6;
  time.micros = -789'000;
  time.day = 3;
  time.month = -2;
  time.year = -1;
  EXPECT_EQ(written("YYYY MM DD HH24 MI SS MS", time), "-0001 -02 03 -04 -05 -06 -789");
  for (const char* picture : {"Day", "BC", "TZ", "D", "Mon", "OF"})
    EXPECT_EQ(written(picture, time), "22007") << picture;
}

TEST(DatePicture, ReadsWhatItIsGiven) {
  EXPECT_EQ(read("DD Mon YYYY", "05 Dec 2000"), "2000-12-5 0:0:0.000000");
  EXPECT_EQ(read("YYYY-MM-DD", "  2000  -  1 - 2  "), "2000-1-2 0:0:0.000000");
  EXPECT_EQ(read("YYYYMMDD", "20000102"), "2000-1-2 0:0:0.000000");
  EXPECT_EQ(read("IYYY-IW-ID", "2006-42-4"), "2006-10-19 0:0:0.000000");
  EXPECT_EQ(read("YYYY DDD", "2001 060"), "2001-3-1 0:0:0.000000");
  EXPECT_EQ(read("YY", "97"), "1997-1-1 0:0:0.000000");
  EXPECT_EQ(read("YYYY BC", "44 BC"), "-43-1-1 0:0:0.000000");
  EXPECT_EQ(read("HH12:MI p.m.", "12:30 a.m."), "0-1-1 0:30:0.000000");
  EXPECT_EQ(read("SS.MS", "1.25"), "0-1-1 0:0:1.250000");
  EXPECT_EQ(read("", "anything"), "0-1-1 0:0:0.000000");
}

TEST(DatePicture, RefusesWhatIsNoDate) {
  EXPECT_EQ(read("YYYY-MM-DD", "2001-02-29"), "22008");
  EXPECT_EQ(read("YYYY-MM-DD", "2001-13-01"), "22008");
  EXPECT_EQ(read("HH24", "25"), "22008");
  EXPECT_EQ(read("HH12", "13"), "22007");
  EXPECT_EQ(read("YYYY", "abc"), "22007");
  EXPECT_EQ(read("Mon", "Foo"), "22007");
  EXPECT_EQ(read("MM MM", "12 11"), "22007");
  EXPECT_EQ(read("YYYY IW", "2001 1"), "22007");
  EXPECT_EQ(read("DDD", "060"), "22007");
  EXPECT_EQ(read("TZ", "UTC"), "0A000");
  EXPECT_EQ(read("TZH", "+16"), "22009");
  EXPECT_EQ(read("YYYY", "99999999999"), "22008");
}

}  // namespace
}  // namespace millrace::expr
