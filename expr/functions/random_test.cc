#include <gtest/gtest.h>

#include "expr/call_text.h"

namespace millrace::expr {
namespace {

TEST(RandomFunctions, ComeFromTheContextsGenerator) {
  SeededRng rng(42), same(42), other(43);
  EvalContext context;
  context.rng = &rng;
  const std::string uuid = call_function("gen_random_uuid", {}, context);
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  context.rng = &same;
  EXPECT_EQ(call_function("gen_random_uuid", {}, context), uuid);
  context.rng = &other;
  EXPECT_NE(call_function("gen_random_uuid", {}, context), uuid);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = std::stod(call_function("random", {}, context));
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
}

TEST(RandomFunctions, NeedAGenerator) {
  EXPECT_EQ(call_function("random", {}), "0A000: random() is not supported here");
  EXPECT_EQ(call_function("gen_random_uuid", {}), "0A000: gen_random_uuid() is not supported here");
}

}  // namespace
}  // namespace millrace::expr
