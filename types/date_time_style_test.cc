// How values are written in each style and cut by each modifier: PostgreSQL 15's answers. The zone is
// America/New_York.
#include "types/date_time_answers.h"
#include "types/time_precision.h"

namespace millrace {
namespace {

using namespace date_time_answers;

struct StyleCase {
  DateStyle style;
  DateOrder order;
  uint32_t type_oid;
  const char* input;
  const char* output;
};

struct IntervalCase {
  const char* input;
  const char* outputs[4];  // postgres, postgres_verbose, sql_standard, iso_8601
};

const StyleCase kDateStyleCases[] = {
    {DateStyle::kIso, DateOrder::kMdy, oid::kDate, "0044-03-15 BC", "0044-03-15 BC"},
    {DateStyle::kIso, DateOrder::kMdy, oid::kTimestamp, "2001-02-03 04:05:06.78", "2001-02-03 04:05:06.78"},
    {DateStyle::kIso, DateOrder::kMdy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "2001-07-03 04:05:06-04"},
    {DateStyle::kIso, DateOrder::kMdy, oid::kTimestampTz, "1850-07-03 04:05:06", "1850-07-03 04:05:06-04:56:02"},
    {DateStyle::kIso, DateOrder::kMdy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC",
     "0044-03-14 19:03:58-04:56:02 BC"},
    {DateStyle::kIso, DateOrder::kMdy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kDate, "0044-03-15 BC", "0044-03-15 BC"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kTimestamp, "2001-02-03 04:05:06.78", "2001-02-03 04:05:06.78"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "2001-07-03 04:05:06-04"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kTimestampTz, "1850-07-03 04:05:06", "1850-07-03 04:05:06-04:56:02"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC",
     "0044-03-14 19:03:58-04:56:02 BC"},
    {DateStyle::kIso, DateOrder::kDmy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kDate, "0044-03-15 BC", "03-15-0044 BC"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kTimestamp, "2001-02-03 04:05:06.78", "Sat Feb 03 04:05:06.78 2001"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kTimestampTz, "2001-07-03 04:05:06-04",
     "Tue Jul 03 04:05:06 2001 EDT"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kTimestampTz, "1850-07-03 04:05:06", "Wed Jul 03 04:05:06 1850 LMT"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC",
     "Thu Mar 14 19:03:58 0044 LMT BC"},
    {DateStyle::kPostgres, DateOrder::kMdy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kDate, "0044-03-15 BC", "15-03-0044 BC"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kTimestamp, "2001-02-03 04:05:06.78", "Sat 03 Feb 04:05:06.78 2001"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kTimestampTz, "2001-07-03 04:05:06-04",
     "Tue 03 Jul 04:05:06 2001 EDT"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kTimestampTz, "1850-07-03 04:05:06", "Wed 03 Jul 04:05:06 1850 LMT"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC",
     "Thu 14 Mar 19:03:58 0044 LMT BC"},
    {DateStyle::kPostgres, DateOrder::kDmy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kDate, "0044-03-15 BC", "03/15/0044 BC"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kTimestamp, "2001-02-03 04:05:06.78", "02/03/2001 04:05:06.78"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "07/03/2001 04:05:06 EDT"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kTimestampTz, "1850-07-03 04:05:06", "07/03/1850 04:05:06 LMT"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC", "03/14/0044 19:03:58 LMT BC"},
    {DateStyle::kSql, DateOrder::kMdy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kDate, "0044-03-15 BC", "15/03/0044 BC"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kTimestamp, "2001-02-03 04:05:06.78", "03/02/2001 04:05:06.78"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "03/07/2001 04:05:06 EDT"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kTimestampTz, "1850-07-03 04:05:06", "03/07/1850 04:05:06 LMT"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC", "14/03/0044 19:03:58 LMT BC"},
    {DateStyle::kSql, DateOrder::kDmy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kDate, "0044-03-15 BC", "15.03.0044 BC"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kTimestamp, "2001-02-03 04:05:06.78", "03.02.2001 04:05:06.78"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "03.07.2001 04:05:06 EDT"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kTimestampTz, "1850-07-03 04:05:06", "03.07.1850 04:05:06 LMT"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC", "14.03.0044 19:03:58 LMT BC"},
    {DateStyle::kGerman, DateOrder::kMdy, oid::kDate, "infinity", "infinity"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kDate, "0044-03-15 BC", "15.03.0044 BC"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kTimestamp, "2001-02-03 04:05:06.78", "03.02.2001 04:05:06.78"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kTimestampTz, "2001-07-03 04:05:06-04", "03.07.2001 04:05:06 EDT"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kTimestampTz, "1850-07-03 04:05:06", "03.07.1850 04:05:06 LMT"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kTimestampTz, "0044-03-15 00:00:00+00 BC", "14.03.0044 19:03:58 LMT BC"},
    {DateStyle::kGerman, DateOrder::kDmy, oid::kDate, "infinity", "infinity"},
};

const IntervalCase kIntervalStyleCases[] = {
    {"0", {"00:00:00", "@ 0", "0", "PT0S"}},
    {"1 year 2 mons", {"1 year 2 mons", "@ 1 year 2 mons", "1-2", "P1Y2M"}},
    {"-1 year -2 mons", {"-1 years -2 mons", "@ 1 year 2 mons ago", "-1-2", "P-1Y-2M"}},
    {"3 days 04:05:06.7", {"3 days 04:05:06.7", "@ 3 days 4 hours 5 mins 6.7 secs", "3 4:05:06.7", "P3DT4H5M6.7S"}},
    {"-3 days -04:05:06.7",
     {"-3 days -04:05:06.7", "@ 3 days 4 hours 5 mins 6.7 secs ago", "-3 4:05:06.7", "P-3DT-4H-5M-6.7S"}},
    {"1 year 2 mons -3 days 4:05:06",
     {"1 year 2 mons -3 days +04:05:06", "@ 1 year 2 mons -3 days 4 hours 5 mins 6 secs", "+1-2 -3 +4:05:06",
      "P1Y2M-3DT4H5M6S"}},
    {"-1 mon 1 day -0.5 s",
     {"-1 mons +1 day -00:00:00.5", "@ 1 mon -1 days 0.5 secs ago", "-0-1 +1 -0:00:00.5", "P-1M1DT-0.5S"}},
    {"1 sec", {"00:00:01", "@ 1 sec", "0:00:01", "PT1S"}},
    {"-1 sec", {"-00:00:01", "@ 1 sec ago", "-0:00:01", "PT-1S"}},
    {"0.1 sec", {"00:00:00.1", "@ 0.1 secs", "0:00:00.1", "PT0.1S"}},
    {"-0.1 sec", {"-00:00:00.1", "@ 0.1 secs ago", "-0:00:00.1", "PT-0.1S"}},
    {"1 day", {"1 day", "@ 1 day", "1 0:00:00", "P1D"}},
    {"100:00", {"100:00:00", "@ 100 hours", "100:00:00", "PT100H"}},
    {"-1 day 1 sec", {"-1 days +00:00:01", "@ 1 day -1 sec ago", "+0-0 -1 +0:00:01", "P-1DT1S"}},
    {"1 mon -1 sec", {"1 mon -00:00:01", "@ 1 mon -1 sec", "+0-1 +0 -0:00:01", "P1MT-1S"}},
    {"2147483647 mons 2147483647 days 9223372036854775807 us",
     {"178956970 years 7 mons 2147483647 days 2562047788:00:54.775807",
      "@ 178956970 years 7 mons 2147483647 days 2562047788 hours 54.775807 secs",
      "+178956970-7 +2147483647 +2562047788:00:54.775807", "P178956970Y7M2147483647DT2562047788H54.775807S"}},
    {"-2147483648 mons -2147483648 days -9223372036854775808 us",
     {"-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808",
      "@ 178956970 years 8 mons 2147483648 days 2562047788 hours 54.775808 secs ago",
      "-178956970-8 -2147483648 -2562047788:00:54.775808", "P-178956970Y-8M-2147483648DT-2562047788H-54.775808S"}},
    {"-2147483648 days", {"-2147483648 days", "@ 2147483648 days ago", "-2147483648 0:00:00", "P-2147483648D"}},
};

struct ModifierCase {
  uint32_t type_oid;
  std::vector<int32_t> arguments;
  const char* name;
  const char* input;
  const char* output;
};

// The masks are those PostgreSQL's grammar gives: month 2, year 4, day 8, hour 1024, minute 2048, second 4096.
const ModifierCase kModifierCases[] = {
    {oid::kInterval, {7176, 1}, "interval day to second(1)", "1-2 3 4:05:06.789", "1 year 2 mons 3 days 04:05:06.8"},
    {oid::kInterval, {2}, "interval month", "1-2 3 4:05:06.789", "1 year 2 mons"},
    {oid::kInterval, {3072}, "interval hour to minute", "1-2 3 4:05:06.789", "1 year 2 mons 3 days 04:05:00"},
    {oid::kInterval, {4}, "interval year", "14", "14 years"},
    {oid::kInterval, {6144}, "interval minute to second", "1:02", "00:01:02"},
    {oid::kInterval, {32767, 0}, "interval(0)", "-0.5 s", "-00:00:01"},
    {oid::kTime, {3}, "time(3) without time zone", "23:59:59.9999", "24:00:00"},
    {oid::kTimeTz, {2}, "time(2) with time zone", "10:00:00.125+01", "10:00:00.13+01"},
    {oid::kTimestamp, {2}, "timestamp(2) without time zone", "2000-01-01 23:59:59.9999", "2000-01-02 00:00:00"},
    {oid::kTimestamp, {0}, "timestamp(0) without time zone", "1999-12-31 23:59:59.5", "1999-12-31 23:59:59"},
    {oid::kTimestampTz, {9}, "timestamp(6) with time zone", "infinity", "infinity"},
};

std::string parse_and_format(SqlType type, const char* input, const TextContext& reading, const TextContext& writing) {
  Arena arena;
  const Result<Slot> slot = type.info().parse(input, type, reading, arena);
  EXPECT_TRUE(slot) << input;
  std::string text;
  if (slot) type.info().format(*slot, type, writing, text);
  return text;
}

TEST(DateTimeStyleTest, DateStyles) {
  for (const StyleCase& c : kDateStyleCases) {
    TextContext writing = session();
    writing.date_style = c.style;
    writing.date_order = c.order;
    EXPECT_EQ(parse_and_format(type_of(c.type_oid), c.input, session(), writing), c.output);
    // Read back by a session of that style. German is always written day first; "LMT" is no zone.
    const bool is_ambiguous = c.style == DateStyle::kGerman && c.order != DateOrder::kDmy;
    if (!is_ambiguous && std::string_view(c.output).find("LMT") == std::string_view::npos) {
      EXPECT_EQ(parse_and_format(type_of(c.type_oid), c.output, writing, writing), c.output);
    }
  }
}

TEST(DateTimeStyleTest, IntervalStyles) {
  const IntervalStyle styles[] = {IntervalStyle::kPostgres, IntervalStyle::kPostgresVerbose,
                                  IntervalStyle::kSqlStandard, IntervalStyle::kIso8601};
  for (const IntervalCase& c : kIntervalStyleCases) {
    for (size_t i = 0; i < std::size(styles); ++i) {
      TextContext writing;
      writing.interval_style = styles[i];
      EXPECT_EQ(parse_and_format(type_of(oid::kInterval), c.input, {}, writing), c.outputs[i]);
    }
  }
}

TEST(DateTimeStyleTest, Modifiers) {
  for (const ModifierCase& c : kModifierCases) {
    const TypeInfo& info = *find_type(c.type_oid);
    const Result<int32_t> typmod = info.typmod_from_arguments(c.arguments);
    ASSERT_TRUE(typmod) << c.name;
    const SqlType type(info, *typmod);
    EXPECT_EQ(type.to_string(), c.name);
    EXPECT_EQ(parse_and_format(type, c.input, session(), session()), c.output);
    Arena arena;
    if (c.arguments[0] >= 1024 || c.arguments[0] <= 6) {
      const Result<Slot> plain = info.parse(c.output, SqlType(info), session(), arena);
      const Result<Slot> again = info.apply_typmod(*plain, *typmod, false, arena);
      EXPECT_EQ(info.compare(*plain, *again, type), 0) << "applying a modifier twice is applying it once";
    }
  }
  const auto refuse = [](uint32_t type_oid, std::vector<int32_t> arguments) {
    const auto typmod = find_type(type_oid)->typmod_from_arguments(arguments);
    return typmod ? "accepted" : typmod.error().to_string();
  };
  EXPECT_EQ(refuse(oid::kTimestampTz, {-1}),
            "ERROR:  22023: TIMESTAMP(-1) WITH TIME ZONE precision must not be negative");
  EXPECT_EQ(refuse(oid::kTime, {1, 2}), "ERROR:  22023: invalid type modifier");
  EXPECT_EQ(refuse(oid::kInterval, {5}), "ERROR:  22023: invalid INTERVAL type modifier");
  EXPECT_EQ(refuse(oid::kInterval, {32767, -2}), "ERROR:  22023: INTERVAL(-2) precision must not be negative");
}

TEST(DateTimeStyleTest, RoundingStaysWithin64Bits) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(round_to_precision(kMax, 0), kMax / 1'000'000 * 1'000'000);
  EXPECT_EQ(round_to_precision(kMin, 0), kMin / 1'000'000 * 1'000'000);
  EXPECT_EQ(round_to_precision(kMin, 6), kMin);
  EXPECT_EQ(round_to_precision(1'500'000, 0), 2'000'000);
  EXPECT_EQ(round_to_precision(-1'500'000, 0), -2'000'000);
  EXPECT_EQ(round_to_precision(-1'499'999, 0), -1'000'000);
}

// 'now' and its kin come from the transaction's start, on the session's clocks.
TEST(DateTimeStyleTest, WordsForNow) {
  TextContext context = session();
  context.now = {1'625'105'096'789'000};  // 2021-07-01 02:04:56.789 UTC, still June in New York
  const auto value = [&](uint32_t type_oid, const char* text) {
    return parse_and_format(type_of(type_oid), text, context, context);
  };
  EXPECT_EQ(value(oid::kTimestampTz, "now"), "2021-06-30 22:04:56.789-04");
  EXPECT_EQ(value(oid::kTimestamp, "now"), "2021-06-30 22:04:56.789");
  EXPECT_EQ(value(oid::kTime, "now"), "22:04:56.789");
  EXPECT_EQ(value(oid::kTimeTz, "now"), "22:04:56.789-04");
  EXPECT_EQ(value(oid::kDate, "now"), "2021-06-30");
  EXPECT_EQ(value(oid::kDate, "today"), "2021-06-30");
  EXPECT_EQ(value(oid::kDate, "yesterday"), "2021-06-29");
  EXPECT_EQ(value(oid::kTimestampTz, "tomorrow 10:00"), "2021-07-01 10:00:00-04");
  EXPECT_EQ(value(oid::kTimeTz, "10:00"), "10:00:00-04");
}

// The extremes of each type, beside each other and beside random values.
TEST(DateTimeStyleTest, OrderHashAndKeysAgree) {
  const std::map<uint32_t, std::vector<const char*>> values = {
      {oid::kDate,
       {"-infinity", "4714-11-24 BC", "0001-12-31 BC", "1999-12-31", "2000-01-01", "5874897-12-31", "infinity"}},
      {oid::kTime, {"00:00", "00:00:00.000001", "12:00", "23:59:59.999999", "24:00"}},
      // The same moment is later the further west the clock.
      {oid::kTimeTz,
       {"00:00+15:59:59", "10:00+02", "09:00+01", "08:00+00", "07:00-01", "08:00:00.000001+00", "24:00-15:59:59"}},
      {oid::kTimestamp,
       {"-infinity", "4714-11-24 00:00 BC", "1999-12-31 23:59:59.999999", "2000-01-01", "294276-12-31 23:59:59.999999",
        "infinity"}},
      {oid::kTimestampTz,
       {"-infinity", "4714-11-24 00:00+00 BC", "2000-01-01 00:00+01", "2000-01-01 00:00+00", "infinity"}},
      {oid::kInterval,
       {"-2147483648 mons -2147483648 days -9223372036854775808 us", "-1 mon", "-29 days -23:59", "0", "1 us",
        "29 days 23:59:59.999999", "1 mon", "31 days", "2147483647 mons",
        "2147483647 mons 2147483647 days 9223372036854775807 us"}},
  };
  for (const auto& [type_oid, texts] : values) {
    const SqlType type = type_of(type_oid);
    const TypeInfo& info = type.info();
    Arena arena;
    for (size_t i = 0; i < texts.size(); ++i) {
      for (size_t k = 0; k < texts.size(); ++k) {
        const Slot a = *info.parse(texts[i], type, session(), arena);
        const Slot b = *info.parse(texts[k], type, session(), arena);
        std::string key_a, key_b;
        info.append_key(a, type, key_a);
        info.append_key(b, type, key_b);
        const int expected = i < k ? -1 : i > k;
        EXPECT_EQ(info.compare(a, b, type), expected) << texts[i] << " and " << texts[k];
        EXPECT_EQ(key_a < key_b ? -1 : key_a > key_b, expected) << texts[i] << " and " << texts[k];
        EXPECT_EQ(info.hash(a, type) == info.hash(b, type), expected == 0) << texts[i] << " and " << texts[k];
      }
    }
  }
}

TEST(DateTimeStyleTest, IntervalsOfOneLengthAreEqual) {
  const SqlType type = type_of(oid::kInterval);
  const Slot month = NativeType<Interval>::store(read<Interval>("1 mon"));
  const Slot days = NativeType<Interval>::store(read<Interval>("29 days 24:00"));
  std::string key_of_month, key_of_days;
  type.info().append_key(month, type, key_of_month);
  type.info().append_key(days, type, key_of_days);
  EXPECT_EQ(type.info().compare(month, days, type), 0);
  EXPECT_EQ(type.info().hash(month, type), type.info().hash(days, type));
  EXPECT_EQ(key_of_month, key_of_days);
  EXPECT_FALSE(type.info().bytewise_equality);
}

}  // namespace
}  // namespace millrace
