#include "tests/sqllogictest/runner/result_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::slt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ResultFormatTest, Values) {
  EXPECT_EQ(format_value('T', std::nullopt), "NULL");
  EXPECT_EQ(format_value('I', ""), "(empty)");
  EXPECT_EQ(format_value('T', "a\tb\nc\x7f"), "a@b@c@");
  EXPECT_EQ(format_value('T', "\xc3\xa9"), "\xc3\xa9");  // é: not a control character
  EXPECT_EQ(format_value('T', "1.50"), "1.50");
  EXPECT_EQ(format_value('I', "-7"), "-7");
}

TEST(ResultFormatTest, FloatingPoint) {
  EXPECT_EQ(format_value('R', "1"), "1.000");
  EXPECT_EQ(format_value('R', "-0"), "-0.000");
  EXPECT_EQ(format_value('R', "2.0005e3"), "2000.500");
  EXPECT_EQ(format_value('R', "NaN"), "nan");
  EXPECT_EQ(format_value('R', "-Infinity"), "-inf");
  EXPECT_EQ(format_value('R', "1e300").size(), 305u);
  EXPECT_EQ(format_value('R', "abc"), "abc");
}

TEST(ResultFormatTest, SortModes) {
  const std::vector<Row> rows = {{"2", "a"}, {"10", "b"}, {"2", std::nullopt}};
  EXPECT_THAT(format_rows("IT", rows, SortMode::kNoSort), ElementsAre("2", "a", "10", "b", "2", "NULL"));
  EXPECT_THAT(format_rows("IT", rows, SortMode::kRowSort), ElementsAre("10", "b", "2", "NULL", "2", "a"));
  EXPECT_THAT(format_rows("IT", rows, SortMode::kValueSort), ElementsAre("10", "2", "2", "NULL", "a", "b"));
  EXPECT_THAT(format_rows("IT", {}, SortMode::kRowSort), IsEmpty());
}

TEST(ResultFormatTest, RowsAreSortedByColumnNotAsOneText) {
  // As one text "a b" < "a" + separator + ... could go either way; by column "a" comes first.
  EXPECT_THAT(format_rows("TT", {{"a b", "1"}, {"a", "z"}}, SortMode::kRowSort), ElementsAre("a", "z", "a b", "1"));
}

TEST(ResultFormatTest, HashIsMd5OfEachValueAndANewline) {
  // printf '1\n2\n' | md5sum
  EXPECT_EQ(hash_values({"1", "2"}), (HashedValues{2, "6ddb4095eb719e2a9f0a3f95677d24e0"}));
  EXPECT_EQ(hash_values({}), (HashedValues{0, "d41d8cd98f00b204e9800998ecf8427e"}));
}

}  // namespace
}  // namespace millrace::slt
