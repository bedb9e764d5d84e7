#include "tests/sqllogictest/runner/expectation_writer.h"

#include <gtest/gtest.h>

#include "tests/sqllogictest/runner/parser.h"

namespace millrace::slt {
namespace {

TEST(ExpectationWriterTest, PutsAnswersWhereTheyBelongAndKeepsTheRest) {
  const std::string_view text =
      "# kept\n"
      "statement error\n"
      "SELECT 1/0\n"
      "\n"
      "query I\n"
      "SELECT 1\n"
      "----\n"
      "an old answer\n"
      "of two lines\n"
      "\n"
      "statement error too .* much\n"
      "SELECT 3\n"
      "\n"
      "query I rowsort\n"
      "SELECT 2";
  const auto file = parse_test_file("x.slt", text);
  ASSERT_TRUE(file);
  const std::string written = with_recorded_answers(text, {{&file->records[0], {}, "22012"},
                                                           {&file->records[1], {"1"}, {}},
                                                           {&file->records[2], {}, "54000"},
                                                           {&file->records[3], {"2", "NULL"}, {}}});
  EXPECT_EQ(written,
            "# kept\n"
            "statement error (22012)\n"
            "SELECT 1/0\n"
            "\n"
            "query I\n"
            "SELECT 1\n"
            "----\n"
            "1\n"
            "\n"
            "statement error too .* much\n"
            "SELECT 3\n"
            "\n"
            "query I rowsort\n"
            "SELECT 2\n"
            "----\n"
            "2\n"
            "NULL\n");
  const auto again = parse_test_file("x.slt", written);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->records.size(), 4u);
}

TEST(ExpectationWriterTest, ManyValuesAreHashed) {
  const std::string_view text = "hash-threshold 1\n\nquery I\nSELECT 1\n";
  const auto file = parse_test_file("x.slt", text);
  ASSERT_TRUE(file);
  EXPECT_EQ(with_recorded_answers(text, {{&file->records[0], {"1", "2"}, {}}}),
            "hash-threshold 1\n\nquery I\nSELECT 1\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n");
}

TEST(ExpectationWriterTest, WithoutAnswersNothingChanges) {
  const std::string_view text = "query I\nSELECT 1\n----\n1\n\nhalt\n";
  EXPECT_EQ(with_recorded_answers(text, {}), text);
}

}  // namespace
}  // namespace millrace::slt
