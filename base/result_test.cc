#include "base/result.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

Result<int> half(int x) {
  if (x % 2 != 0) return SqlError(sqlstate::kNumericValueOutOfRange, "odd");
  return x / 2;
}

Status must_be_small(int x) {
  if (x > 10) return SqlError(sqlstate::kNumericValueOutOfRange, "big").with_hint("Use a smaller one.");
  return {};
}

Result<std::string> quarter(int x) {
  TRY(const int once, half(x));
  TRY(const int twice, half(once));
  TRY(must_be_small(twice));
  return std::to_string(twice);
}

TEST(ResultTest, TryPassesValuesDownAndErrorsUp) {
  EXPECT_EQ(*quarter(12), "3");
  EXPECT_EQ(quarter(6).error().message(), "odd");
  EXPECT_EQ(quarter(400).error().hint(), "Use a smaller one.");
}

TEST(SqlErrorTest, TheInnermostLocationStays) {
  const SqlError error = SqlError(sqlstate::kSyntaxError, "syntax error").at(7).at(1);
  EXPECT_EQ(error.location(), 7);
  EXPECT_EQ(error.state().str(), "42601");
}

TEST(SqlErrorTest, ComparesByValue) {
  const SqlError error = SqlError(sqlstate::kDivisionByZero, "division by zero").with_detail("d");
  const SqlError copy = error;
  EXPECT_EQ(error, copy);
  EXPECT_FALSE(error == SqlError(sqlstate::kDivisionByZero, "division by zero"));
}

}  // namespace
}  // namespace millrace
