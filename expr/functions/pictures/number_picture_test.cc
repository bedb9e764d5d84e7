// Pictures of numbers against what PostgreSQL 15 answers (tests/functions_agreement asks it about many more).
#include "expr/functions/pictures/number_picture.h"

#include <gtest/gtest.h>

namespace millrace::expr {
namespace {

// As to_char() of a number with these digits, whose places fit the picture.
std::string written(std::string_view text, std::string digits, char sign = '+') {
  const Result<NumberPicture> picture = parse_number_picture(text);
  if (!picture) return std::string(picture.error().state().str());
  const auto before = static_cast<int32_t>(std::min(digits.find('.'), digits.size()));
  return write_number_picture(*picture, {std::move(digits), sign, picture->before - before});
}

std::string read(std::string_view text, std::string_view number) {
  const Result<NumberPicture> picture = parse_number_picture(text);
  if (!picture) return std::string(picture.error().state().str());
  const Result<NumberText> result = read_number_picture(*picture, number);
  return result ? result->digits : std::string(result.error().state().str());
}

TEST(NumberPicture, WritesDigitsInTheirPlaces) {
  EXPECT_EQ(written("999", "12"), "  12");
  EXPECT_EQ(written("0999.9", "12.5"), " 0012.5");
  EXPECT_EQ(written("FM990.99", "12.50"), "12.5");
  EXPECT_EQ(written("9,999", "1485"), " 1,485");
  EXPECT_EQ(written("9,999", "48"), "    48");
  EXPECT_EQ(written("9.9", "0.1"), "  .1");
  EXPECT_EQ(written("999th", "482"), " 482nd");
}

TEST(NumberPicture, WritesSignsWhereTheyStand) {
  EXPECT_EQ(written("999", "12", '-'), " -12");
  EXPECT_EQ(written("S999", "12", '-'), " -12");
  EXPECT_EQ(written("999S", "12", '-'), " 12-");
  EXPECT_EQ(written("999MI", "12", '-'), " 12-");
  EXPECT_EQ(written("FM999MI", "12"), "12");
  EXPECT_EQ(written("999PR", "485", '-'), "<485>");
  EXPECT_EQ(written("9SG99", "485", '-'), "4-85");
  EXPECT_EQ(written("PL999", "485"), "+ 485");
}

TEST(NumberPicture, RefusesWhatCannotStandTogether) {
  for (const char* picture : {"9.9.9", "S9S", "S9MI", "MI9S", "9PR9", "9EEEE9", "FM9EEEE", "9V9.9", "9.9V9"}) {
    EXPECT_EQ(written(picture, "1"), "42601") << picture;
  }
}

TEST(NumberPicture, ReadsNumbers) {
  EXPECT_EQ(read("99G999D9S", "12,454.8-"), "-12454.8");
  EXPECT_EQ(read("999999.999999PR", "<564646.654564>"), "-564646.654564");
  EXPECT_EQ(read("9 9 9", "1 2 3"), " 123");
  EXPECT_EQ(read("L9,999.99", "$1234.56"), " 1234.56");
  EXPECT_EQ(read("99th", "42nd"), " 42");
  EXPECT_EQ(read("999", "abc"), " ");
  EXPECT_EQ(read("RN", "XII"), "0A000");
}

}  // namespace
}  // namespace millrace::expr
