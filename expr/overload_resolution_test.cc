// Answers taken from PostgreSQL 15.
#include "expr/overload_resolution.h"

#include <gtest/gtest.h>

#include "expr/example_reader_test.h"

namespace millrace::expr {
namespace {

std::string message_of(const SqlError& error) { return std::string(error.state().str()) + " " + error.message(); }

std::string resolved_operator(const std::string& name, const std::vector<std::string>& types) {
  std::vector<SqlType> arguments;
  for (const std::string& type : types) {
    arguments.push_back(type.empty() ? SqlType() : SqlType(*find_type(std::string_view(type))));
  }
  const auto call = resolve_operator(name, arguments);
  return call ? call->candidate.signature->to_string() : message_of(call.error());
}

std::string resolved_function(const std::string& name, const std::vector<std::string>& types) {
  std::vector<SqlType> arguments;
  for (const std::string& type : types) {
    arguments.push_back(type.empty() ? SqlType() : SqlType(*find_type(std::string_view(type))));
  }
  const auto call = resolve_function(name, arguments);
  return call ? call->candidate.signature->to_string() : message_of(call.error());
}

TEST(OverloadResolutionTest, ExactMatchesWin) {
  EXPECT_EQ(resolved_operator("+", {"int2", "int8"}), "smallint + bigint");
  EXPECT_EQ(resolved_operator("=", {"text", "text"}), "text = text");
  EXPECT_EQ(resolved_function("abs", {"int2"}), "abs(smallint)");
}

TEST(OverloadResolutionTest, ImplicitCastsAreFound) {
  EXPECT_EQ(resolved_operator("+", {"int4", "numeric"}), "numeric + numeric");
  EXPECT_EQ(resolved_operator("+", {"int4", "float4"}), "double precision + real");
  EXPECT_EQ(resolved_operator("+", {"numeric", "float8"}), "double precision + double precision");
  EXPECT_EQ(resolved_operator("=", {"varchar", "text"}), "text = text");
  EXPECT_EQ(resolved_operator("=", {"varchar", "varchar"}), "text = text");
  EXPECT_EQ(resolved_function("sqrt", {"int4"}), "sqrt(double precision)");
  EXPECT_EQ(resolved_function("length", {"varchar"}), "length(text)");
  EXPECT_EQ(resolved_function("round", {"int4"}), "round(double precision)");
  EXPECT_EQ(resolved_function("round", {"int4", "int4"}), "round(numeric, integer)");
}

TEST(OverloadResolutionTest, UnknownLiteralsTakeTheOtherSideOrText) {
  EXPECT_EQ(resolved_operator("+", {"int4", ""}), "integer + integer");
  EXPECT_EQ(resolved_operator("||", {"", ""}), "text || text");
  EXPECT_EQ(resolved_operator("||", {"text", ""}), "text || text");
  EXPECT_EQ(resolved_function("length", {""}), "length(text)");
  EXPECT_EQ(resolved_function("abs", {""}), "abs(double precision)");
  EXPECT_EQ(resolved_operator("-", {""}), "42725 operator is not unique: - unknown");
}

TEST(OverloadResolutionTest, ErrorsArePostgresql) {
  EXPECT_EQ(resolved_operator("+", {"text", "int4"}), "42883 operator does not exist: text + integer");
  EXPECT_EQ(resolved_operator("-", {"text"}), "42883 operator does not exist: - text");
  EXPECT_EQ(resolved_function("foo", {"int4", ""}), "42883 function foo(integer, unknown) does not exist");
  EXPECT_EQ(resolved_function("length", {"int4"}), "42883 function length(integer) does not exist");
}

TEST(OverloadResolutionTest, CommonTypes) {
  const auto common = [](const std::vector<std::string>& names) {
    std::vector<SqlType> types;
    for (const std::string& name : names) {
      types.push_back(name.empty() ? SqlType() : SqlType(*find_type(std::string_view(name))));
    }
    const auto type = common_type("CASE", types);
    return type ? type->to_string() : message_of(type.error());
  };
  EXPECT_EQ(common({"int4", "int8"}), "bigint");
  EXPECT_EQ(common({"int4", "numeric", "int8"}), "numeric");
  EXPECT_EQ(common({"numeric", "float8"}), "double precision");
  EXPECT_EQ(common({"int4", ""}), "integer");
  EXPECT_EQ(common({"", ""}), "text");
  EXPECT_EQ(common({"varchar", "text"}), "character varying");
  EXPECT_EQ(common({"int4", "text"}), "42804 CASE types integer and text cannot be matched");
}

}  // namespace
}  // namespace millrace::expr
