#include "types/record.h"

#include <gtest/gtest.h>

#include "types/value.h"

namespace millrace {
namespace {

const SqlType kPair = record_of({{"a", type_of(oid::kInt4)}, {"b", type_of(oid::kText)}, {"c", type_of(oid::kText)}});

std::string round_trip(SqlType type, std::string_view text) {
  const Result<Value> value = Value::parse(type, text, {});
  return value ? value->to_string() : value.error().to_string();
}

TEST(RecordTest, TextFormsOfPostgresql) {
  EXPECT_EQ(round_trip(kPair, "(1,a b,)"), "(1,\"a b\",)");
  EXPECT_EQ(round_trip(kPair, " ( 1 ,\"\",x\"\"\"y\") "), "(1,\"\",\"x\"\"y\")");
  EXPECT_EQ(round_trip(kPair, "(1,2)"),
            "ERROR:  22P02: malformed record literal: \"(1,2)\"\nDETAIL:  Too few columns.");
  EXPECT_EQ(round_trip(kPair, "(1,2,3,4)"),
            "ERROR:  22P02: malformed record literal: \"(1,2,3,4)\"\nDETAIL:  Too many columns.");
  EXPECT_EQ(round_trip(kPair, "(1,2,3"),
            "ERROR:  22P02: malformed record literal: \"(1,2,3\"\nDETAIL:  Unexpected end of input.");
  EXPECT_EQ(round_trip(type_of(oid::kRecord), "(1)"),
            "ERROR:  0A000: input of anonymous composite types is not implemented");
}

TEST(RecordTest, TheSameFieldsAreTheSameType) {
  EXPECT_EQ(record_of({{"a", type_of(oid::kInt4)}}), record_of({{"a", type_of(oid::kInt4)}}));
  EXPECT_NE(record_of({{"a", type_of(oid::kInt4)}}), record_of({{"b", type_of(oid::kInt4)}}));
  EXPECT_NE(record_of({{"a", type_of(oid::kVarchar)}}), record_of({{"a", type_of(oid::kVarchar, 9)}}));
  EXPECT_EQ(kPair.oid(), oid::kRecord);
  EXPECT_EQ(array_of(kPair.info()).oid(), oid::kRecordArray);
  EXPECT_EQ(round_trip(array_of(kPair.info()), R"x({"(1,a,)",NULL})x"), R"x({"(1,a,)",NULL})x");
}

TEST(RecordTest, BinaryFormComesBack) {
  Arena arena;
  const Slot value = kPair.info().parse("(-7,,zzzzzzzzzzzzzzzzzzzz)", kPair, {}, arena).value();
  std::string bytes;
  kPair.info().send(value, kPair, bytes);
  const Slot again = kPair.info().receive(bytes, kPair, arena).value();
  EXPECT_EQ(value.bytes, again.bytes);
  EXPECT_EQ(kPair.info().compare(value, again, kPair), 0);
  bytes[3] = 2;
  EXPECT_EQ(kPair.info().receive(bytes, kPair, arena).error().message(), "wrong number of columns: 2, expected 3");
}

// NULL sorts last, the first difference decides.
TEST(RecordTest, Order) {
  const char* ascending[] = {"(1,a,)", "(1,b,a)", "(1,b,)", "(1,,a)", "(2,a,a)", "(,a,a)"};
  Arena arena;
  std::string before;
  for (const char* text : ascending) {
    std::string key;
    kPair.info().append_key(kPair.info().parse(text, kPair, {}, arena).value(), kPair, key);
    EXPECT_LT(before, key) << text;
    before = key;
  }
  for (size_t i = 0; i + 1 < std::size(ascending); ++i) {
    const Slot a = kPair.info().parse(ascending[i], kPair, {}, arena).value();
    const Slot b = kPair.info().parse(ascending[i + 1], kPair, {}, arena).value();
    EXPECT_LT(kPair.info().compare(a, b, kPair), 0) << i;
    EXPECT_GT(kPair.info().compare(b, a, kPair), 0) << i;
  }
}

// A type the catalog made: the registry fills in the functions and makes its array type.
TEST(RecordTest, CatalogTypes) {
  TypeInfo info;
  info.oid = 90001;
  info.array_oid = 90002;
  info.name = "point3";
  info.kind = TypeKind::kComposite;
  info.fields = {{"x", type_of(oid::kInt4)}, {"tags", array_of(type_of(oid::kText).info())}};
  const TypeInfo& made = intern_type(std::move(info));
  EXPECT_EQ(find_type(90001u), &made);
  EXPECT_EQ(find_type(90002u)->element, &made);
  const char* text = R"x({"(1,\"{a,\"\"b c\"\"}\")"})x";
  EXPECT_EQ(round_trip(array_of(made), text), text);
}

}  // namespace
}  // namespace millrace
