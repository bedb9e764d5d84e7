#include "types/identifier.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Identifier, IsQuotedWhereItMustBe) {
  EXPECT_EQ(quote_identifier("a_1"), "a_1");
  EXPECT_EQ(quote_identifier("_x"), "_x");
  EXPECT_EQ(quote_identifier("name"), "name");  // a keyword that any name may be
  EXPECT_EQ(quote_identifier("select"), "\"select\"");
  EXPECT_EQ(quote_identifier("all"), "\"all\"");
  EXPECT_EQ(quote_identifier("xmltable"), "\"xmltable\"");
  EXPECT_EQ(quote_identifier("A"), "\"A\"");
  EXPECT_EQ(quote_identifier("1a"), "\"1a\"");
  EXPECT_EQ(quote_identifier("ä"), "\"ä\"");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_identifier(""), "\"\"");
}

using Names = std::vector<std::string>;

TEST(Identifier, IsTakenApart) {
  EXPECT_EQ(*parse_identifiers("a.B.\"C d\"", true), (Names{"a", "b", "C d"}));
  EXPECT_EQ(*parse_identifiers(" a . ä$1 ", true), (Names{"a", "ä$1"}));
  EXPECT_EQ(*parse_identifiers("\"a\"\"b\"", true), (Names{"a\"b"}));
  EXPECT_EQ(*parse_identifiers("f(x)", false), (Names{"f"}));
}

TEST(Identifier, SaysWhatIsWrong) {
  const auto detail = [](std::string_view text) {
    const auto names = parse_identifiers(text, true);
    return names ? "none" : std::string(names.error().state().str()) + " " + names.error().detail();
  };
  EXPECT_EQ(detail("f(x)"), "22023 ");
  EXPECT_EQ(detail(""), "22023 ");
  EXPECT_EQ(detail("\"a"), "22023 String has unclosed double quotes.");
  EXPECT_EQ(detail("\"\""), "22023 Quoted identifier must not be empty.");
  EXPECT_EQ(detail(".a"), "22023 No valid identifier before \".\".");
  EXPECT_EQ(detail("a."), "22023 No valid identifier after \".\".");
}

}  // namespace
}  // namespace millrace
