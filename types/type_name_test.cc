#include "types/type_name.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string read(std::string_view text) {
  const Result<SqlType> type = parse_type_name(text);
  return type ? type->to_string() : type.error().to_string();
}

TEST(TypeNameTest, Spellings) {
  EXPECT_EQ(read("int"), "integer");
  EXPECT_EQ(read(" BIGINT "), "bigint");
  EXPECT_EQ(read("pg_catalog.int2"), "smallint");
  EXPECT_EQ(read("character  varying ( 10 )"), "character varying(10)");
  EXPECT_EQ(read("char"), "character(1)");
  EXPECT_EQ(read("bpchar"), "character");
  EXPECT_EQ(read("\"char\""), "\"char\"");
  EXPECT_EQ(read("varchar(3)[]"), "character varying(3)[]");
  EXPECT_EQ(read("int[3][]"), "integer[]");
  EXPECT_EQ(read("text array[4]"), "text[]");
  EXPECT_EQ(read("_text"), "text[]");
}

TEST(TypeNameTest, Refusals) {
  EXPECT_EQ(read("nothing"), "ERROR:  42704: type \"nothing\" does not exist");
  EXPECT_EQ(read("int(3)"), "ERROR:  42601: type modifier is not allowed for type \"int4\"");
  EXPECT_EQ(read("varchar(0)"), "ERROR:  22023: length for type varchar must be at least 1");
  EXPECT_EQ(read("varchar(10485761)"), "ERROR:  22023: length for type varchar cannot exceed 10485760");
  EXPECT_EQ(read("varchar(1,2)"), "ERROR:  22023: invalid type modifier");
  EXPECT_EQ(read("float(54)"), "ERROR:  22023: precision for type float must be less than 54 bits");
  EXPECT_EQ(parse_type_name("bit(3)").error().state(), sqlstate::kFeatureNotSupported);
  for (const char* wrong : {"", "int]", "int[", "int(", "varchar(x)", "double", "int[] int", "(3)"}) {
    EXPECT_FALSE(parse_type_name(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace millrace
