// What a session is told about itself, and what catalog queries ask.
#include <gtest/gtest.h>

#include "expr/call_text.h"
#include "expr/catalog_lookup.h"

namespace millrace::expr {
namespace {

// A session whose search path is all that is known of its catalog.
class OnlyAPath final : public NameResolver, public CatalogLookup {
 public:
  Result<uint32_t> oid_of(uint32_t, std::string_view) const override { return 0u; }
  std::string name_of(uint32_t, uint32_t) const override { return ""; }
  std::vector<std::string> search_path() const override { return {"public", "sales"}; }
  std::optional<bool> relation_is_visible(uint32_t) const override { return std::nullopt; }
  std::optional<std::string> view_query(uint32_t) const override { return std::nullopt; }
  std::optional<std::string> index_definition(uint32_t, int32_t) const override { return std::nullopt; }
  std::optional<std::string> constraint_definition(uint32_t) const override { return std::nullopt; }
  std::optional<std::string> comment(uint32_t, int32_t) const override { return std::nullopt; }
  Result<std::optional<std::string>> sequence_of_column(uint32_t, std::string_view) const override {
    return std::optional<std::string>();
  }
};

TEST(SessionFunctions, AnswerFromTheContext) {
  const OnlyAPath names;
  EvalContext context;
  context.text.names = &names;
  context.current_user = "ann";
  context.session_user = "bob";
  context.database = "shop";
  EXPECT_EQ(call_function("current_user", {}, context), "ann");
  EXPECT_EQ(call_function("session_user", {}, context), "bob");
  EXPECT_EQ(call_function("current_database", {}, context), "shop");
  EXPECT_EQ(call_function("current_schema", {}, context), "public");
  EXPECT_EQ(call_function("current_schemas", {"bool t"}, context), "{pg_catalog,public,sales}");
  EXPECT_EQ(call_function("current_schemas", {"bool f"}, context), "{public,sales}");
  EXPECT_EQ(call_function("current_schema", {}), "NULL");
  EXPECT_EQ(call_function("current_setting", {"text search_path"}, context), "public, sales");
  EXPECT_EQ(call_function("current_setting", {"text TimeZone"}, context), "UTC");
  EXPECT_EQ(call_function("current_setting", {"text x.y"}), "42704: unrecognized configuration parameter \"x.y\"");
  EXPECT_EQ(call_function("current_setting", {"text x.y", "bool t"}), "NULL");
  EXPECT_EQ(call_function("set_config", {"text a", "text b", "bool t"}), "0A000: set_config() is not supported");
  EXPECT_EQ(call_function("pg_get_userbyid", {"oid 10"}, context), "bob");
  EXPECT_EQ(call_function("pg_get_userbyid", {"oid 11"}, context), "unknown (OID=11)");
}

TEST(SessionFunctions, TypesAreNamed) {
  EXPECT_EQ(call_function("format_type", {"oid 23", "int4 -1"}), "integer");
  EXPECT_EQ(call_function("format_type", {"oid 1043", "int4 14"}), "character varying(10)");
  EXPECT_EQ(call_function("format_type", {"oid 1114", "int4 3"}), "timestamp(3) without time zone");
  EXPECT_EQ(call_function("format_type", {"oid 1007", "int4 NULL"}), "integer[]");
  EXPECT_EQ(call_function("format_type", {"oid 0", "int4 NULL"}), "-");
  EXPECT_EQ(call_function("format_type", {"oid 4000000", "int4 NULL"}), "???");
  EXPECT_EQ(call_function("format_type", {"oid NULL", "int4 1"}), "NULL");
  EXPECT_EQ(call_function("pg_typeof", {"int8 NULL"}), "20");
}

TEST(SessionFunctions, SizesArePretty) {
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 0"}), "0 bytes");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 10239"}), "10239 bytes");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 10240"}), "10 kB");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 10485247"}), "10239 kB");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 10485248"}), "10 MB");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 -10240"}), "-10 kB");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 -10485248"}), "-10 MB");
  EXPECT_EQ(call_function("pg_size_pretty", {"int8 9223372036854775807"}), "8192 PB");
}

}  // namespace
}  // namespace millrace::expr
