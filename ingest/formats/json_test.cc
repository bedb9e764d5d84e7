#include "ingest/formats/json.h"

#include <gtest/gtest.h>

#include "catalog/column_list.h"
#include "types/value.h"

namespace millrace::ingest {
namespace {

std::vector<SqlType> types_of(const std::vector<catalog::ColumnDefinition>& columns) {
  std::vector<SqlType> types;
  for (const catalog::ColumnDefinition& column : columns) types.push_back(column.type);
  return types;
}

// The row as text, or the SQLSTATE.
std::string decode(std::string_view columns_text, std::string_view record, bool whole = false) {
  const auto columns = catalog::parse_column_list(columns_text);
  JsonDecoder decoder(columns, whole);
  DeltaBuilder builder(types_of(columns));
  if (const Status decoded = decoder.decode(record, builder); !decoded) {
    EXPECT_EQ(builder.rows(), 0u);
    return std::string(decoded.error().state().str());
  }
  const DeltaBatch batch = builder.finish();
  std::string text;
  for (const ColumnPtr& column : batch.columns()) {
    text += column->is_null(0) ? "NULL|" : Value(column->type(), column->slot(0)).to_string() + "|";
  }
  return text;
}

TEST(JsonDecoderTest, FindsFieldsByName) {
  EXPECT_EQ(decode("id int8, name text, ok bool", R"({"name": "a", "extra": [1, {"id": 5}], "ok": true, "id": 7})"),
            "7|a|t|");
  EXPECT_EQ(decode("id int8, name text", R"({"id": 7})"), "7|NULL|");
  EXPECT_EQ(decode("id int8, name text", R"({"id": null, "name": "\u00e9\n"})"), "NULL|\u00e9\n|");
  EXPECT_EQ(decode("id int8", "{}"), "NULL|");
}

TEST(JsonDecoderTest, NumbersAreReadAsWritten) {
  EXPECT_EQ(decode("n numeric", R"({"n": 123456789012345678901234567890.10})"), "123456789012345678901234567890.10|");
  EXPECT_EQ(decode("n int8", R"({"n": "42"})"), "42|");
  EXPECT_EQ(decode("n int4", R"({"n": 3000000000})"), "22003");
  EXPECT_EQ(decode("n int4", R"({"n": 1.5})"), "22P02");
  EXPECT_EQ(decode("t timestamp", R"({"t": "2026-01-02T03:04:05"})"), "2026-01-02 03:04:05|");
}

TEST(JsonDecoderTest, NestedValuesNeedAJsonColumn) {
  EXPECT_EQ(decode("j jsonb", R"({"j": {"b": [1, 2], "a": null}})"), R"({"a": null, "b": [1, 2]}|)");
  EXPECT_EQ(decode("j jsonb", R"({"j": null})"), "null|");
  EXPECT_EQ(decode("j jsonb", R"({"j": "text"})"), "\"text\"|");
  EXPECT_EQ(decode("j text", R"({"j": {"a": 1}})"), "22P02");
}

TEST(JsonDecoderTest, TheWholeRecordCanBeTheColumn) {
  EXPECT_EQ(decode("data jsonb", R"( {"a": 1} )", true), R"({"a": 1}|)");
  EXPECT_EQ(decode("data jsonb", R"({"a": )", true), "22P02");
}

TEST(JsonDecoderTest, RefusesWhatIsNoObject) {
  for (const char* record : {"", "[]", "17", "{\"id\": 1", "{\"id\": 1}}", "{\"id\": 1} x", "\xff", "{id: 1}"}) {
    EXPECT_EQ(decode("id int8", record), "22032") << record;
  }
}

TEST(JsonDecoderTest, NotNullColumnsMustBeThere) {
  auto columns = catalog::parse_column_list("id int8");
  columns[0].not_null = true;
  JsonDecoder decoder(columns, false);
  DeltaBuilder builder(types_of(columns));
  EXPECT_EQ(decoder.decode("{}", builder).error().state(), sqlstate::kNotNullViolation);
}

}  // namespace
}  // namespace millrace::ingest
