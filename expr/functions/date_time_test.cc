// Dates and times through the function tables. The answers are PostgreSQL 15's.
#include <gtest/gtest.h>

#include "expr/call_text.h"
#include "types/time_zone.h"

namespace millrace::expr {
namespace {

struct Case {
  std::string name;
  std::vector<std::string> arguments;
  std::string answer;
};

EvalContext in_zone(std::string_view zone) {
  EvalContext context;
  context.text.time_zone = find_time_zone(zone);
  context.text.now = {1'000'000'000'123'456};  // 2001-09-09 01:46:40.123456 UTC
  context.statement_start = {1'000'000'001'000'000};
  context.clock = {1'000'000'002'000'000};
  return context;
}

void check_operators(const std::vector<Case>& cases, const EvalContext& context) {
  for (const Case& c : cases) {
    EXPECT_EQ(call_operator(c.name, c.arguments, context), c.answer)
        << c.name << " " << ::testing::PrintToString(c.arguments);
  }
}
void check_functions(const std::vector<Case>& cases, const EvalContext& context) {
  for (const Case& c : cases) {
    EXPECT_EQ(call_function(c.name, c.arguments, context), c.answer)
        << c.name << " " << ::testing::PrintToString(c.arguments);
  }
}

TEST(DateTimeFunctions, Arithmetic) {
  check_operators(
      {
          {"+", {"date 2001-09-28", "int4 7"}, "2001-10-05"},
          {"+", {"int4 7", "date 2001-09-28"}, "2001-10-05"},
          {"-", {"date 2001-10-01", "date 2001-09-28"}, "3"},
          {"-", {"date infinity", "date 2001-09-28"}, "22008: cannot subtract infinite dates"},
          {"+", {"date NULL", "int4 7"}, "NULL"},
          {"+", {"date 2001-01-31", "interval 1 month"}, "2001-02-28 00:00:00"},
          {"+", {"time 03:00", "date 2001-09-28"}, "2001-09-28 03:00:00"},
          {"-", {"time 01:00", "interval 2 hours"}, "23:00:00"},
          {"-", {"time 01:00", "time 03:00"}, "-02:00:00"},
          {"+", {"timestamptz 2001-03-31 12:00+00", "interval 1 mon"}, "2001-04-30 13:00:00+01"},
          {"+", {"timestamptz 2001-03-24 12:00+00", "interval 1 day"}, "2001-03-25 12:00:00+01"},
          {"-", {"timestamptz 2001-03-25 12:00+01", "interval 1 day"}, "2001-03-24 12:00:00+00"},
          {"-", {"timestamp 2001-09-29 03:00", "timestamp 2001-07-27 12:00"}, "63 days 15:00:00"},
          {"*", {"interval 1 mon 1 day", "float8 1.5"}, "1 mon 16 days 12:00:00"},
          {"*", {"int4 3", "interval 15 minutes"}, "00:45:00"},
          {"/", {"interval 1 hour", "float8 0"}, "22012: division by zero"},
          {"-", {"interval 1 day -1 hour"}, "-1 days +01:00:00"},
          {"+", {"timestamp 294276-12-31", "interval 1 year"}, "22008: timestamp out of range"},
      },
      in_zone("Europe/London"));
}

TEST(DateTimeFunctions, ComparisonOfUnlikeTypes) {
  const EvalContext context = in_zone("America/New_York");
  check_operators(
      {
          {"<", {"date 2001-01-01", "timestamp 2001-01-01 00:00:01"}, "t"},
          {"=", {"timestamp 2001-01-01", "date 2001-01-01"}, "t"},
          {">", {"timestamp 2001-01-01 00:00:01", "date 2001-01-01"}, "t"},
          {"<=", {"timestamp 2001-01-01 00:00:01", "date 2001-01-01"}, "f"},
          {"=", {"date 2001-01-01", "timestamptz 2001-01-01 05:00+00"}, "t"},
          {">=", {"timestamptz 2001-01-01 04:59+00", "date 2001-01-01"}, "f"},
          {"<>", {"timestamp 2001-01-01", "timestamptz 2001-01-01 05:00+00"}, "f"},
          {">", {"date 5874897-12-31", "timestamp 294276-12-31"}, "t"},
          {"=", {"date NULL", "timestamp 2001-01-01"}, "NULL"},
      },
      context);
}

TEST(DateTimeFunctions, Fields) {
  check_functions(
      {
          {"extract", {"text second", "timestamp 2001-02-16 20:38:40.12"}, "40.120000"},
          {"extract", {"text epoch", "timestamptz 2001-02-16 20:38:40.12-08"}, "982384720.120000"},
          {"extract", {"text julian", "timestamp 2001-02-16 12:00"}, "2451957.50000000000000000000"},
          {"extract", {"text hour", "timestamptz 2001-02-16 20:38+00"}, "15"},
          {"extract", {"text hour", "date 2001-02-16"}, "0A000: unit \"hour\" not supported for type date"},
          {"extract", {"text year", "timestamp infinity"}, "Infinity"},
          {"extract", {"text hour", "timestamp infinity"}, "NULL"},
          {"date_part", {"text dow", "date 2001-02-16"}, "5"},
          {"date_part", {"unknown epoch", "interval 5 days 03:00"}, "442800"},
          {"date_trunc", {"unknown hour", "timestamp 2001-02-16 20:38:40"}, "2001-02-16 20:00:00"},
          {"date_trunc", {"unknown day", "timestamptz 2001-02-16 03:00+00"}, "2001-02-15 00:00:00-05"},
          {"date_trunc",
           {"unknown day", "timestamptz 2001-02-16 20:38:40+00", "unknown Australia/Sydney"},
           "2001-02-16 08:00:00-05"},
          {"date_trunc",
           {"unknown sec2", "timestamp 2001-02-16"},
           "22023: unit \"sec2\" not recognized for type timestamp without time zone"},
          {"isfinite", {"timestamp -infinity"}, "f"},
          {"isfinite", {"date 2001-01-01"}, "t"},
      },
      in_zone("America/New_York"));
}

TEST(DateTimeFunctions, Makers) {
  check_functions(
      {
          {"now", {}, "2001-09-09 03:46:40.123456+02"},
          {"statement_timestamp", {}, "2001-09-09 03:46:41+02"},
          {"clock_timestamp", {}, "2001-09-09 03:46:42+02"},
          {"make_date", {"int4 2013", "int4 2", "int4 29"}, "22008: date field value out of range: 2013-02-29"},
          {"make_date", {"int4 -44", "int4 3", "int4 15"}, "0044-03-15 BC"},
          {"make_time", {"int4 8", "int4 15", "float8 23.5"}, "08:15:23.5"},
          {"make_timestamptz",
           {"int4 2013", "int4 7", "int4 15", "int4 8", "int4 15", "float8 23.5", "text America/New_York"},
           "2013-07-15 14:15:23.5+02"},
          {"make_interval", {"int4 1", "int4 2", "int4 3"}, "1 year 2 mons 21 days"},
          {"make_interval", {}, "00:00:00"},
          {"to_timestamp", {"float8 1284352323.5"}, "2010-09-13 06:32:03.5+02"},
          {"age", {"timestamp 2001-04-10", "timestamp 1957-06-13"}, "43 years 9 mons 27 days"},
          {"age", {"timestamp 1957-06-13"}, "44 years 2 mons 26 days"},
          {"age", {"timestamptz 2001-09-08 00:00+02"}, "1 day"},
          {"date_bin",
           {"interval 15 minutes", "timestamp 2020-02-11 15:44:17", "timestamp 2001-01-01 00:02:30"},
           "2020-02-11 15:32:30"},
          {"justify_interval", {"interval 1 mon -1 hour"}, "29 days 23:00:00"},
          {"timezone", {"unknown America/Denver", "timestamp 2001-02-16 20:38:40"}, "2001-02-17 04:38:40+01"},
          {"timezone", {"text America/Denver", "timestamptz 2001-02-16 20:38:40-05"}, "2001-02-16 18:38:40"},
          {"timezone", {"text nowhere", "timestamp 2001-02-16"}, "22023: time zone \"nowhere\" not recognized"},
          {"timezone", {"interval -05:00", "timestamp 2001-02-16 20:00"}, "2001-02-17 02:00:00+01"},
      },
      in_zone("Europe/Berlin"));
}

TEST(DateTimeFunctions, Overlaps) {
  check_functions(
      {
          {"overlaps", {"date 2001-02-16", "date 2001-12-21", "date 2001-10-30", "date 2002-10-30"}, "t"},
          {"overlaps", {"date 2001-02-16", "interval 100 days", "date 2001-10-30", "date 2002-10-30"}, "f"},
          {"overlaps", {"time 01:00", "time 03:00", "time 03:00", "interval 1 hour"}, "f"},
          {"overlaps",
           {"timestamp 2001-01-01", "timestamp NULL", "timestamp 2001-01-01", "timestamp 2002-01-01"},
           "NULL"},
          {"overlaps", {"timestamp 2001-01-01", "timestamp NULL", "timestamp 2000-01-01", "timestamp 2002-01-01"}, "t"},
          {"overlaps", {"timetz 01:00+00", "timetz 03:00+00", "timetz 04:00+02", "timetz 05:00+02"}, "t"},
      },
      in_zone("UTC"));
}

TEST(DateTimeFunctions, Casts) {
  const EvalContext context = in_zone("Europe/Berlin");
  const struct {
    std::string from, to, answer;
  } cases[] = {
      {"date 2001-07-16", "timestamp", "2001-07-16 00:00:00"},
      {"date 2001-07-16", "timestamptz", "2001-07-16 00:00:00+02"},
      {"date 5874897-12-31", "timestamp", "22008: date out of range for timestamp"},
      {"timestamp 2001-07-16 12:34:56.5", "date", "2001-07-16"},
      {"timestamp infinity", "time", "NULL"},
      {"timestamptz 2001-07-16 23:00+00", "date", "2001-07-17"},
      {"timestamptz 2001-07-16 23:00+00", "timestamp", "2001-07-17 01:00:00"},
      {"timestamptz 2001-07-16 23:00+00", "timetz", "01:00:00+02"},
      {"time 05:00", "timetz", "05:00:00+02"},
      {"interval 3 days -1 hour", "time", "23:00:00"},
      {"timetz 05:00+07", "time", "05:00:00"},
      {"time 05:00", "interval", "05:00:00"},
      {"date 2001-07-16", "text", "2001-07-16"},
      {"text 2001-07-16 1:00", "timestamp", "2001-07-16 01:00:00"},
      {"date 2001-07-16", "time", "42846: cannot cast type date to time without time zone"},
  };
  for (const auto& c : cases) EXPECT_EQ(cast_text(c.from, c.to, context), c.answer) << c.from << " -> " << c.to;
}

}  // namespace
}  // namespace millrace::expr
