#include <cstdio>

#include "tests/types_agreement/generators.h"

namespace millrace {
namespace {

constexpr const char* kMonths[] = {"Jan",  "feb", "MAR",  "April", "may", "Jun",
                                   "july", "Aug", "Sept", "Oct",   "Nov", "december"};
constexpr const char* kZones[] = {
    "Z",   "UTC", "+00",  "+05:30",        "-08",          "-0330", "+15:59:59",    "-16",       "America/New_York",
    "EST", "PDT", "CEST", "Europe/Berlin", "Asia/Kolkata", "+1",    "Nowhere/City", "+05:30:15", "allballs"};

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
  char text[128];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

int number(SplitMix64& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

int year(SplitMix64& random) {
  if (random.one_in(10)) return number(random, 1, 12000);
  if (random.one_in(30)) return number(random, 290000, 300000);
  return number(random, 1890, 2060);
}

std::string date(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"infinity",
                                           "-infinity",
                                           "epoch",
                                           "4714-11-24 BC",
                                           "4714-11-23 BC",
                                           "5874897-12-31",
                                           "5874898-01-01",
                                           "2000-02-29",
                                           "1900-02-29",
                                           "0001-01-01",
                                           "0000-01-01",
                                           "0001-01-01 BC",
                                           "J2451187",
                                           "J0",
                                           "1999-13-01",
                                           "1999-02-30",
                                           "",
                                           "1999-01",
                                           "99-01-08",
                                           "19990108",
                                           "990108",
                                           "1999.008",
                                           "January 8, 99 BC",
                                           "infinit",
                                           "2000-00-00"};
  if (random.one_in(8)) return pick(kEdges, random);
  const int y = year(random), m = number(random, 1, 12), d = number(random, 1, random.one_in(5) ? 31 : 28);
  std::string text;
  switch (random.below(10)) {
    case 0: text = print("%s %d, %d", pick(kMonths, random), d, y); break;
    case 1: text = print("%d/%d/%d", m, d, y); break;
    case 2: text = print("%04d%02d%02d", y, m, d); break;
    case 3: text = print("%d-%s-%d", d, pick(kMonths, random), y); break;
    case 4: text = print("%d.%d.%d", d, m, y); break;
    case 5: text = print("%d %s %d", d, pick(kMonths, random), y); break;
    default: text = print("%04d-%02d-%02d", y, m, d); break;
  }
  if (random.one_in(12)) text += " BC";
  return text;
}

std::string clock(SplitMix64& random) {
  static constexpr const char* kEdges[] = {
      "24:00:00", "24:00:01", "23:59:60", "23:59:59.9999999", "00:00",      "12 AM",
      "12:00 PM", "13:00 PM", "040506",   "04:05:06.789 PM",  "allballs",   "25:00",
      "1:2:3",    "12:60:00", "0405",     "T040506",          "04:05:60.5", "23:59:59.999999"};
  if (random.one_in(6)) return pick(kEdges, random);
  const int h = number(random, 0, 23), m = number(random, 0, 59), s = number(random, 0, 59);
  switch (random.below(5)) {
    case 0: return print("%02d:%02d", h, m);
    case 1: return print("%d:%02d:%02d %s", 1 + h % 12, m, s, random.one_in(2) ? "am" : "PM");
    case 2: return print("%02d:%02d:%02d.%0*d", h, m, s, number(random, 1, 8), number(random, 0, 9));
    case 3: return print("%02d:%02d:%02d.%06d", h, m, s, number(random, 0, 999999));
    default: return print("%02d:%02d:%02d", h, m, s);
  }
}

std::string time(SplitMix64& random) { return random.one_in(12) ? date(random) + " " + clock(random) : clock(random); }

std::string zoned_time(SplitMix64& random) {
  if (random.one_in(8)) return clock(random);
  const std::string date_in_front = random.one_in(6) ? date(random) + " " : "";
  return date_in_front + clock(random) + (random.one_in(2) ? "" : " ") + pick(kZones, random);
}

std::string timestamp(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"infinity",
                                           "-infinity",
                                           "epoch",
                                           "294276-12-31 23:59:59.999999",
                                           "294277-01-01",
                                           "4714-11-24 00:00:00 BC",
                                           "4714-11-23 23:59:59 BC",
                                           "",
                                           "1999-01-08",
                                           "19990108T040506",
                                           "Mon Feb 10 17:32:01 1997 PST",
                                           "2001-03-11 02:30:00 America/New_York",
                                           "1999-01-08 24:00:00"};
  if (random.one_in(8)) return pick(kEdges, random);
  std::string text = date(random);
  const bool bc = text.ends_with(" BC");
  if (bc) text.resize(text.size() - 3);
  text += random.one_in(8) ? "T" : " ";
  text += clock(random);
  if (random.one_in(4)) text += (random.one_in(2) ? "" : " ") + std::string(pick(kZones, random));
  return bc ? text + " BC" : text;
}

// Nothing within a second of the largest interval: PostgreSQL 15 wraps around when it rounds that.
std::string interval(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"",
                                           "0",
                                           "1",
                                           "1.5",
                                           "@ 1 minute",
                                           "@ 1 minute ago",
                                           "P1Y2M3DT4H5M6S",
                                           "PT-3H",
                                           "P0001-02-03T04:05:06",
                                           "1-2",
                                           "1-2 3 4:05:06",
                                           "-1-2 +3 -4:05:06",
                                           "178000000 years",
                                           "2147483647 days",
                                           "2147483648 days",
                                           "1 day -1 day",
                                           "1 century",
                                           "1.5 months",
                                           "1.5 years",
                                           "0.1 weeks",
                                           "P",
                                           "PT",
                                           "1 foo",
                                           "1 2",
                                           "4:05",
                                           "+4:05:06.7",
                                           "100:00:00",
                                           "1 mon -1 day",
                                           "30 days",
                                           "720:00:00",
                                           "24:00:00",
                                           "1 day",
                                           "P1W",
                                           "1 millennium",
                                           "1 ms",
                                           "1 us",
                                           "5 decades",
                                           "infinity",
                                           "9223372036853775807 us",
                                           "1e3 days",
                                           "-178956970 years -8 mons"};
  if (random.one_in(5)) return pick(kEdges, random);
  static constexpr const char* kUnits[] = {"year",   "years", "y",      "mon",     "mons",         "months",
                                           "day",    "days",  "d",      "hour",    "hours",        "h",
                                           "minute", "min",   "m",      "sec",     "seconds",      "s",
                                           "week",   "weeks", "decade", "century", "milliseconds", "microseconds",
                                           "quarter"};
  std::string text;
  for (uint64_t n = 1 + random.below(3); n > 0; --n) {
    if (!text.empty()) text += ' ';
    text += print("%d", number(random, -40, 40));
    if (random.one_in(5)) text += print(".%d", number(random, 0, 999));
    text += (random.one_in(6) ? "" : " ") + std::string(pick(kUnits, random));
  }
  if (random.one_in(3)) text += " " + clock(random);
  if (random.one_in(8)) text += " ago";
  return text;
}

const std::vector<std::vector<int32_t>> kPrecisions = {{0}, {1}, {2}, {3}, {6}};
constexpr int32_t kMonth = 1 << 1, kYear = 1 << 2, kDay = 1 << 3, kHour = 1 << 10, kMinute = 1 << 11, kSecond = 1 << 12;
constexpr int32_t kAllFields = 0x7fff;

}  // namespace

std::vector<TypeUnderTest> time_tests() {
  return {
      {"date", date, {}, true},
      {"time", time, kPrecisions, true},
      {"timetz", zoned_time, kPrecisions, true},
      {"timestamp", timestamp, kPrecisions, true},
      {"timestamptz", timestamp, kPrecisions, true},
      {"interval",
       interval,
       {{kAllFields, 0},
        {kAllFields, 3},
        {kYear},
        {kMonth},
        {kYear | kMonth},
        {kDay},
        {kHour},
        {kMinute},
        {kSecond},
        {kSecond, 2},
        {kDay | kHour},
        {kDay | kHour | kMinute},
        {kDay | kHour | kMinute | kSecond, 1},
        {kHour | kMinute},
        {kHour | kMinute | kSecond},
        {kMinute | kSecond}},
       true},
  };
}

}  // namespace millrace
