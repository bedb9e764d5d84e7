#include "types/jsonpath.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace millrace {
namespace {

std::string text_of(std::string_view path) {
  const Result<Jsonpath> parsed = parse_jsonpath(path);
  return parsed ? jsonpath_text(*parsed) : std::string(parsed.error().state().str()) + ": " + parsed.error().message();
}

// PostgreSQL 15's answers.
TEST(JsonpathTest, HasOneSpelling) {
  EXPECT_EQ(text_of("$.a[*]?(@.b>1).c"), R"($."a"[*]?(@."b" > 1)."c")");
  EXPECT_EQ(text_of("strict $[0,1 to last].**{2 to last}"), "strict $[0,1 to last].**{2 to last}");
  EXPECT_EQ(text_of("1 + 2 * 3 == -4"), "(1 + 2 * 3 == -4)");
  EXPECT_EQ(text_of("(1 + 2) * 3"), "((1 + 2) * 3)");
  EXPECT_EQ(text_of("($.a > 1).type()"), R"(($."a" > 1).type())");
  EXPECT_EQ(text_of(R"($ ? (!(@ like_regex "a" flag "si") && exists(@.x)))"),
            R"($?(!(@ like_regex "a" flag "is") && exists (@."x")))");
}

TEST(JsonpathTest, RefusesWhatIsNoPath) {
  EXPECT_EQ(text_of(" "), "22P02: invalid input syntax for type jsonpath: \" \"");
  EXPECT_EQ(text_of("lax"), "42601: syntax error at end of jsonpath input");
  EXPECT_EQ(text_of("$ ? (@.a"), "42601: syntax error at end of jsonpath input");
  EXPECT_EQ(text_of("@"), "42601: @ is not allowed in root expressions");
  EXPECT_EQ(text_of("$ + last"), "42601: LAST is allowed only in array subscripts");
  EXPECT_EQ(text_of("1a"), "42601: trailing junk after numeric literal at or near \"1a\" of jsonpath input");
}

TEST(JsonpathTest, IsBounded) {
  const auto repeated = [](std::string_view piece) {
    std::string text = "$";
    for (int i = 0; i < 100000; ++i) text += piece;
    return text_of(text);
  };
  const std::string too_deep = "54001: stack depth limit exceeded";
  EXPECT_EQ(text_of(std::string(100000, '(')), too_deep);
  EXPECT_EQ(text_of(std::string(100000, '-')), too_deep);
  EXPECT_EQ(repeated(".a"), too_deep);
  EXPECT_EQ(repeated("+1"), too_deep);
  EXPECT_EQ(repeated(" == 1 && 1"), too_deep);
  EXPECT_EQ(repeated("?(@"), too_deep);
}

// What is printed is read as the same path; and no text, however odd, does worse than an error.
TEST(JsonpathTest, PrintsWhatItReads) {
  const std::string_view pieces[] = {"$",     "@",    ".a",     "[*]",         ".*",      ".**", "[0 to last]",
                                     "?(",    ")",    "(",      "+",           "-",       "*",   "/",
                                     "==",    "<",    "&&",     "||",          "!",       "1",   "1.",
                                     "\"x\"", "null", "exists", " is unknown", ".type()", "$v",  "like_regex \"a\""};
  size_t valid = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    SplitMix64 random(seed);
    std::string text;
    for (uint64_t i = random.below(8) + 1; i > 0; --i)
      text += std::string(pieces[random.below(std::size(pieces))]) + " ";
    const Result<Jsonpath> parsed = parse_jsonpath(text);
    if (!parsed) continue;
    ++valid;
    const std::string printed = jsonpath_text(*parsed);
    EXPECT_EQ(text_of(printed), printed) << text;
  }
  EXPECT_GT(valid, 100U);
}

}  // namespace
}  // namespace millrace
