#include "tests/sqllogictest/runner/options.h"

#include <gtest/gtest.h>

namespace millrace::slt {
namespace {

TEST(OptionsTest, ValuesFollowOrAreJoined) {
  const auto options = parse_options({"--engine=postgresql", "--jobs", "4", "--incremental", "a.slt", "b"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->engine, EngineKind::kPostgres);
  EXPECT_EQ(options->fresh_by(), FreshBy::kDatabase);
  EXPECT_EQ(options->jobs, 4u);
  EXPECT_TRUE(options->incremental);
  EXPECT_EQ(options->paths, (std::vector<std::string>{"a.slt", "b"}));
}

TEST(OptionsTest, MillraceIsTheDefault) {
  const auto options = parse_options({"a.slt"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->engine, EngineKind::kMillrace);
  EXPECT_EQ(options->fresh_by(), FreshBy::kDrops);
}

TEST(OptionsTest, WhatIsNotUnderstoodIsRefused) {
  EXPECT_FALSE(parse_options({}));
  EXPECT_FALSE(parse_options({"--jobs", "x", "a.slt"}));
  EXPECT_FALSE(parse_options({"--jobs", "2", "a.slt"}));  // files would meet in one database
  EXPECT_FALSE(parse_options({"--engine", "oracle", "a.slt"}));
  EXPECT_FALSE(parse_options({"--incrementally", "a.slt"}));
  EXPECT_FALSE(parse_options({"a.slt", "--url"}));
  EXPECT_FALSE(parse_options({"--record", "--incremental", "a.slt"}));
  EXPECT_TRUE(parse_options({"--help"}));
}

}  // namespace
}  // namespace millrace::slt
