// Regular expressions: what becomes of a pattern, which match is taken, and what is refused. The answers are
// PostgreSQL 15's (tests/functions_agreement asks it about many more).
#include <gtest/gtest.h>

#include "expr/functions/regex/regex_matcher.h"
#include "expr/functions/regex/regex_pieces.h"
#include "expr/functions/regex/regex_syntax.h"

namespace millrace::expr {
namespace {

// "{whole,group,...}" of the first match, "-" when there is none, a SQLSTATE when it is no pattern.
std::string match(std::string_view text, std::string_view pattern, std::string_view flags = "") {
  const auto regex = RegexMatcher::compile(pattern, flags, false);
  if (!regex) return std::string(regex.error().state().str());
  const RegexMatch found = (*regex)->find(text, 0);
  if (found.empty()) return "-";
  std::string result;
  for (const auto& part : found) {
    result += (result.empty() ? "{" : ",") + (part ? std::string(*part) : std::string("NULL"));
  }
  return result + "}";
}

TEST(Regex, TakesTheLongestMatchUnlessAskedForTheShortest) {
  EXPECT_EQ(match("foobar", "foo|foobar"), "{foobar}");
  EXPECT_EQ(match("XY1234Z", "Y*([0-9]{1,3})"), "{Y123,123}");
  EXPECT_EQ(match("XY1234Z", "Y*?([0-9]{1,3})"), "{Y1,1}");
  EXPECT_EQ(match("abc01234xyz", "(.*)(\\d+)(.*)"), "{abc01234xyz,abc0123,4,xyz}");
  EXPECT_EQ(match("aaa", "a+?"), "{a}");
  EXPECT_EQ(match("aaa", "a{2}"), "{aa}");
}

TEST(Regex, TheShortestMatchIsTheShortestWhateverComesFirst) {
  EXPECT_EQ(match("xab", "x*?(?:ab|a)"), "{xa}");
  EXPECT_EQ(match("xaab", "x?\?(aab|aa|a)"), "{xa,a}");
  EXPECT_EQ(match("abb", "a?\?(?:ab)?\?b"), "{ab}");  // without the pair, though the a came in
  EXPECT_EQ(match("äöü", "ä*?(?:öü|ö)"), "{äö}");
  EXPECT_EQ(match("xab", "x*?(?:ab|a)$"), "{xab}");  // the text's end is not the match's
}

TEST(Regex, NumbersBeyondTheGroupsAreOctal) {
  EXPECT_EQ(match("\b", "(a)?\\10"), "{\b,NULL}");
  EXPECT_EQ(match("A", "\\101"), "{A}");
}

TEST(Regex, GroupsThatTookNoPartAreNull) {
  EXPECT_EQ(match("b", "(a)|(b)"), "{b,NULL,b}");
  EXPECT_EQ(match("b", "(x)?b"), "{b,NULL}");
}

TEST(Regex, ClassesAreUnicodes) {
  EXPECT_EQ(match("äb", "^\\w+$"), "{äb}");
  EXPECT_EQ(match("ä", "[[:alpha:]]"), "{ä}");
  EXPECT_EQ(match("a\tb", "\\s"), "{\t}");
  EXPECT_EQ(match("é", "[^[:ascii:]]"), "{é}");
}

TEST(Regex, FlagsAndDirectors) {
  EXPECT_EQ(match("ABC", "b"), "-");
  EXPECT_EQ(match("ABC", "b", "i"), "{B}");
  EXPECT_EQ(match("ABC", "(?i)b"), "{B}");
  EXPECT_EQ(match("a.c", "***=a.c"), "{a.c}");
  EXPECT_EQ(match("abc", "***=a.c"), "-");
  EXPECT_EQ(match("abc", "a b # c", "x"), "{ab}");
  EXPECT_EQ(match("a\nb", "^b$"), "-");
  EXPECT_EQ(match("a\nb", "^b$", "n"), "{b}");
  EXPECT_EQ(match("a\nb", "a.b"), "{a\nb}");
  EXPECT_EQ(match("a\nb", "a.b", "n"), "-");
  EXPECT_EQ(match("a", "a", "z"), "22023");
}

TEST(Regex, WhatIsNoPatternIsRefused) {
  for (const char* pattern : {"(", ")", "[", "*a", "a**", "[b-a]", "a{2,1}", "[[:nope:]]", "a{300}", "\\", "\\q"}) {
    EXPECT_EQ(match("a", pattern), "2201B") << pattern;
  }
}

TEST(Regex, WhatTakesMoreThanLinearTimeIsRefused) {
  for (const char* pattern : {"(a)\\1", "a(?=b)", "a(?!b)", "(?<=a)b", "\\ma", "a\\M", "[[:<:]]a", "\\ya", "a\\Y",
                              "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10"}) {
    EXPECT_EQ(match("ab", pattern), "0A000") << pattern;
  }
}

TEST(Regex, SimilarToIsTranslated) {
  EXPECT_EQ(*similar_to_regex("a%_(b|c)", "\\"), "^(?:a.*.(?:b|c))$");
  EXPECT_EQ(*similar_to_regex("a#%.", "#"), "^(?:a\\%\\.)$");
  EXPECT_EQ(*similar_to_regex("[.]", "\\"), "^(?:[.])$");
  EXPECT_EQ(*similar_to_regex("a#\"b#\"c", "#"), "^(?:a){1,1}?(b){1,1}(?:c)$");
  EXPECT_EQ(similar_to_regex("a", "xy").error().state().str(), "22025");
  EXPECT_EQ(similar_to_regex("#\"#\"#\"", "#").error().state().str(), "2200C");
}

TEST(Regex, FindsMatchesOneAfterAnother) {
  const auto regex = *RegexMatcher::compile("a*", "", false);
  const auto count = [&](std::string_view text, int most) {
    int found = 0;
    regex->for_each_match(text, 0, [&](const RegexMatch&) { return ++found < most; });
    return found;
  };
  EXPECT_EQ(count("baab", 100), 4);  // before b, aa, before b, at the end
  EXPECT_EQ(count("äa", 2), 2);
  EXPECT_EQ(*pieces_between(*regex, "baab"), (std::vector<std::string_view>{"b", "b"}));
}

}  // namespace
}  // namespace millrace::expr
