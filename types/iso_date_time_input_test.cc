#include "types/iso_date_time_input.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace millrace {
namespace {

// A space in front sends a text to the reader of all forms: both must say the same.
TEST(IsoDateTimeInputTest, AgreesWithTheReaderOfAllForms) {
  SplitMix64 random(42);
  const auto below = [&](size_t bound) { return static_cast<unsigned>(random.below(bound)); };
  TextContext context;
  context.time_zone = find_time_zone("America/New_York");
  Arena arena;
  int read_at_once = 0;
  for (int i = 0; i < 20'000; ++i) {
    char text[64];
    int length = std::snprintf(text, sizeof text, "%04u-%02u-%02u", below(3) == 0 ? below(10'000) : 1990 + below(50),
                               below(14), below(33));
    if (below(5) != 0) {
      length += std::snprintf(text + length, sizeof text - static_cast<size_t>(length), "%c%02u:%02u:%02u",
                              below(2) == 0 ? 'T' : ' ', below(25), below(61), below(61));
      if (below(2) == 0) {
        length += std::snprintf(text + length, sizeof text - static_cast<size_t>(length), ".%0*u",
                                static_cast<int>(below(8)), below(1'000'000));
      }
      const char* const zones[] = {"", "", "Z", "+05", "-03:30", "+16", "+05:60", "z", "+0530", " ", "+", "Zx"};
      length +=
          std::snprintf(text + length, sizeof text - static_cast<size_t>(length), "%s", zones[below(std::size(zones))]);
    }
    read_at_once += read_iso_date_time(text).has_value();
    for (const uint32_t type_oid : {oid::kDate, oid::kTimestamp, oid::kTimestampTz}) {
      const SqlType type = type_of(type_oid);
      const auto at_once = type.info().parse(text, type, context, arena);
      const auto slowly = type.info().parse(std::string(" ") + text, type, context, arena);
      ASSERT_EQ(at_once.has_value(), slowly.has_value()) << text;
      if (at_once) {
        ASSERT_EQ(type.info().compare(*at_once, *slowly, type), 0) << text;
      } else {
        ASSERT_EQ(at_once.error().state(), slowly.error().state()) << text;
      }
    }
  }
  EXPECT_GT(read_at_once, 5'000);
}

}  // namespace
}  // namespace millrace
