#include "tests/sqllogictest/runner/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::slt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Record> parse(std::string_view text) {
  auto file = parse_test_file("x.slt", text);
  EXPECT_TRUE(file) << file.error().message();
  return file ? file->records : std::vector<Record>{};
}

std::string error_of(std::string_view text) {
  const auto file = parse_test_file("x.slt", text);
  return file ? "no error" : file.error().message();
}

template <class T>
T expect_of(const Record& record) {
  return std::get<T>(std::get<Statement>(record.body).expect);
}

TEST(ParserTest, Statements) {
  const auto records = parse(
      "# a comment\n"
      "statement ok\n"
      "CREATE TABLE t (\n"
      "  a int)\n"
      "\n"
      "statement count 3\n"
      "DELETE FROM t\n"
      "\n"
      "\n"
      "statement error (22012)\n"
      "SELECT 1/0\n"
      "\n"
      "statement error division .* zero\n"
      "SELECT 1/0\n"
      "\n"
      "statement error\n"
      "SELECT 1/0\n");
  ASSERT_THAT(records, SizeIs(5));
  EXPECT_EQ(records[0].line, 2u);
  EXPECT_EQ(records[0].sql_line, 3u);
  EXPECT_EQ(records[0].sql, "CREATE TABLE t (\n  a int)");
  EXPECT_EQ(expect_of<ExpectCount>(records[1]).rows, 3u);
  EXPECT_EQ(expect_of<ExpectError>(records[2]).sqlstate, "22012");
  EXPECT_EQ(expect_of<ExpectError>(records[3]).message_regex, "division .* zero");
  EXPECT_EQ(expect_of<ExpectError>(records[3]).sqlstate, "");
  EXPECT_EQ(expect_of<ExpectError>(records[4]).message_regex, "");
}

TEST(ParserTest, QueriesTakeTypesSortLabelAndConnection) {
  const auto records = parse(
      "query ITR rowsort label-1 second\n"
      "SELECT 1\n"
      "----\n"
      "1\n"
      "a b \n"
      "0.500\n"
      "\n"
      "query I\n"
      "SELECT 2 WHERE false\n"
      "----\n"
      "\n"
      "query I label-2\n"
      "SELECT 3\n"
      "----\n"
      "3\n");
  ASSERT_THAT(records, SizeIs(3));
  const auto& first = std::get<Query>(records[0].body);
  EXPECT_EQ(first.types, "ITR");
  EXPECT_EQ(first.sort, SortMode::kRowSort);
  EXPECT_EQ(first.label, "label-1");
  EXPECT_EQ(records[0].connection, "second");
  EXPECT_THAT(std::get<std::vector<std::string>>(first.expected), ElementsAre("1", "a b ", "0.500"));
  EXPECT_THAT(std::get<std::vector<std::string>>(std::get<Query>(records[1].body).expected), IsEmpty());
  EXPECT_EQ(std::get<Query>(records[2].body).label, "label-2");
  EXPECT_EQ(records[2].connection, "");
}

TEST(ParserTest, AValueOfBlanksDoesNotEndTheResults) {
  const auto records = parse("query T\nSELECT '  ', 'x'\n----\n  \nx\n");
  EXPECT_THAT(std::get<std::vector<std::string>>(std::get<Query>(records[0].body).expected), ElementsAre("  ", "x"));
}

TEST(ParserTest, HashesAndTheHashOfUnorderedRows) {
  const auto records = parse(
      "hash-threshold 8\n"
      "# unordered 9 0123456789abcdef0123456789abcdef\n"
      "query I nosort\n"
      "SELECT a FROM t ORDER BY a\n"
      "----\n"
      "9 values hashing to fedcba9876543210fedcba9876543210\n"
      "\n"
      "query I nosort\n"
      "SELECT 1\n"
      "----\n"
      "1\n");
  const auto& first = std::get<Query>(records[0].body);
  EXPECT_EQ(std::get<HashedValues>(first.expected), (HashedValues{9, "fedcba9876543210fedcba9876543210"}));
  EXPECT_EQ(first.unordered, (HashedValues{9, "0123456789abcdef0123456789abcdef"}));
  EXPECT_EQ(records[0].hash_threshold, 8u);
  EXPECT_FALSE(std::get<Query>(records[1].body).unordered.has_value());
}

TEST(ParserTest, ConditionsConnectionsAndDefaultsBelongToTheNextRecord) {
  const auto records = parse(
      "control sortmode valuesort\n"
      "skipif postgresql # for now\n"
      "onlyif incremental\n"
      "connection two\n"
      "query I\n"
      "SELECT 1\n"
      "----\n"
      "1\n"
      "\n"
      "statement ok three\n"
      "BEGIN\n"
      "\n"
      "onlyif millrace\n"
      "halt\n");
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(std::get<Query>(records[0].body).sort, SortMode::kValueSort);
  EXPECT_EQ(records[0].connection, "two");
  ASSERT_THAT(records[0].conditions, SizeIs(2));
  EXPECT_FALSE(records[0].conditions[0].only);
  EXPECT_EQ(records[0].conditions[0].name, "postgresql");
  EXPECT_TRUE(records[0].conditions[1].only);
  EXPECT_EQ(records[1].connection, "three");
  EXPECT_THAT(records[1].conditions, IsEmpty());
  EXPECT_TRUE(std::holds_alternative<Halt>(records[2].body));
  EXPECT_THAT(records[2].conditions, SizeIs(1));
}

TEST(ParserTest, LinesMayEndInCarriageReturns) {
  const auto records = parse("query I\r\nSELECT 1\r\n----\r\n1\r\n\r\n");
  EXPECT_EQ(records[0].sql, "SELECT 1");
  EXPECT_THAT(std::get<std::vector<std::string>>(std::get<Query>(records[0].body).expected), ElementsAre("1"));
}

TEST(ParserTest, WhatIsNotUnderstoodIsNamedByFileAndLine) {
  EXPECT_EQ(error_of("\nstatment ok\nSELECT 1\n"), "x.slt:2: unknown directive \"statment\"");
  EXPECT_THAT(error_of("query X\nSELECT 1\n"), HasSubstr("x.slt:1: expected: query TYPES"));
  EXPECT_THAT(error_of("query I rowsort a b c\nSELECT 1\n"), HasSubstr("too many words"));
  EXPECT_THAT(error_of("statement ok\n\nSELECT 1\n"), HasSubstr("x.slt:1: a record without SQL"));
  EXPECT_THAT(error_of("statement ok\nSELECT 1\n----\n1\n"), HasSubstr("a statement has no results"));
  EXPECT_THAT(error_of("statement error (\nSELECT 1\n"), HasSubstr("bad regular expression"));
  EXPECT_THAT(error_of("skipif millrace\n"), HasSubstr("a condition stands before no record"));
  EXPECT_THAT(error_of("# unordered many x\n"), HasSubstr("expected: # unordered COUNT MD5"));
}

TEST(ParserTest, AnEmptyFileHasNoRecords) { EXPECT_THAT(parse(""), IsEmpty()); }

}  // namespace
}  // namespace millrace::slt
