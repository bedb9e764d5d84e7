#include "tests/sqllogictest/runner/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sqllogictest/runner/result_format.h"

namespace millrace::slt {
namespace {

using Values = std::vector<std::string>;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CompareTest, EqualValuesHaveNoDifference) {
  EXPECT_EQ(diff_values(Values{"1", "2"}, {"1", "2"}, 2), std::nullopt);
  EXPECT_EQ(diff_values(hash_values({"1", "2"}), {"1", "2"}, 2), std::nullopt);
  EXPECT_EQ(diff_values(Values{}, {}, 1), std::nullopt);
}

TEST(CompareTest, TheDifferenceLeavesOutEqualEnds) {
  const auto difference = diff_values(Values{"1", "a", "2", "b", "3", "c"}, {"1", "a", "2", "x", "3", "c"}, 2);
  ASSERT_TRUE(difference.has_value());
  EXPECT_THAT(*difference, HasSubstr("- 2 | b\n"));
  EXPECT_THAT(*difference, HasSubstr("+ 2 | x\n"));
  EXPECT_THAT(*difference, Not(HasSubstr("3 | c")));
}

TEST(CompareTest, MissingAndSurplusRowsDiffer) {
  EXPECT_NE(diff_values(Values{"1", "1"}, {"1"}, 1), std::nullopt);
  EXPECT_NE(diff_values(Values{"1"}, {"1", "1"}, 1), std::nullopt);
  EXPECT_NE(diff_values(hash_values({"1", "1"}), {"1"}, 1), std::nullopt);
}

TEST(CompareTest, LongDifferencesAreCut) {
  const Values expected(1000, "x");
  EXPECT_LT(diff_values(expected, Values(1000, "y"), 1)->size(), 1000u);
}

TEST(CompareTest, OrderedRowsAsAMultiset) {
  const Query query{.types = "IT", .sort = SortMode::kNoSort, .expected = Values{"2", "b", "1", "a"}};
  EXPECT_EQ(diff_as_multiset(query, {"1", "a", "2", "b"}, std::nullopt), std::nullopt);
  EXPECT_NE(diff_as_multiset(query, {"1", "b", "2", "a"}, std::nullopt), std::nullopt);
  EXPECT_NE(diff_as_multiset(query, {"1", "a", "2", "b", "2", "b"}, std::nullopt), std::nullopt);
}

TEST(CompareTest, HashedOrderedRowsAsAMultiset) {
  Query query{.types = "I", .sort = SortMode::kNoSort, .expected = hash_values({"3", "1", "2"})};
  // Without a hash of the sorted rows an answer in order stands in.
  EXPECT_EQ(diff_as_multiset(query, {"2", "1", "3"}, Values{"3", "1", "2"}), std::nullopt);
  EXPECT_NE(diff_as_multiset(query, {"2", "1", "4"}, Values{"3", "1", "2"}), std::nullopt);
  query.unordered = hash_values({"1", "2", "3"});
  EXPECT_EQ(diff_as_multiset(query, {"2", "1", "3"}, std::nullopt), std::nullopt);
  EXPECT_NE(diff_as_multiset(query, {"2", "1", "4"}, std::nullopt), std::nullopt);
}

TEST(CompareTest, SortedModesKeepTheirOrder) {
  const Query rows{.types = "IT", .sort = SortMode::kRowSort, .expected = Values{"1", "a", "2", "b"}};
  EXPECT_EQ(diff_as_multiset(rows, {"2", "b", "1", "a"}, std::nullopt), std::nullopt);
  const Query values{.types = "IT", .sort = SortMode::kValueSort, .expected = Values{"1", "2", "a", "b"}};
  EXPECT_EQ(diff_as_multiset(values, {"2", "b", "1", "a"}, std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace millrace::slt
