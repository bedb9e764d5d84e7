#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"
#include "types/jsonb.h"
#include "types/value.h"

namespace millrace {
namespace {

const SqlType kJsonbType = type_of(oid::kJsonb);

std::string read(SqlType type, std::string_view text) {
  const Result<Value> value = Value::parse(type, text, {});
  return value ? value->to_string() : value.error().to_string();
}

TEST(JsonTest, KeepsTheTextAndComplainsLikePostgresql) {
  const SqlType json = type_of(oid::kJson);
  EXPECT_EQ(read(json, " {\"b\" :1,\"a\":[ ]} "), " {\"b\" :1,\"a\":[ ]} ");
  EXPECT_EQ(read(json, ""),
            "ERROR:  22P02: invalid input syntax for type json\nDETAIL:  The input string ended unexpectedly.");
  EXPECT_EQ(read(json, "{\"a\":tru}"),
            "ERROR:  22P02: invalid input syntax for type json\nDETAIL:  Token \"tru\" is invalid.");
  EXPECT_EQ(read(json, "[1 2]"),
            "ERROR:  22P02: invalid input syntax for type json\nDETAIL:  Expected \",\" or \"]\", but found \"2\".");
}

TEST(JsonTest, NestingHasALimit) {
  for (const SqlType type : {type_of(oid::kJson), kJsonbType}) {
    EXPECT_TRUE(Value::parse(type, std::string(3000, '[') + std::string(3000, ']'), {}));
    EXPECT_EQ(Value::parse(type, std::string(3001, '['), {}).error().state(), sqlstate::kStatementTooComplex);
    EXPECT_FALSE(Value::parse(type, std::string(1000000, '['), {}));
  }
}

TEST(JsonTest, JsonbIsCanonical) {
  EXPECT_EQ(read(kJsonbType, R"({"bb":1.50,"a":[1e2,{}],"c":"x\u0041\n","a":null})"),
            R"({"a": null, "c": "xA\n", "bb": 1.50})");
  EXPECT_EQ(read(kJsonbType, "\"\\u0000\""),
            "ERROR:  22P05: unsupported Unicode escape sequence\nDETAIL:  \\u0000 cannot be converted to text.");
}

// A std::map is the oracle of key lookup; keys of several lengths meet keys that are absent.
TEST(JsonTest, FindsEveryKey) {
  SplitMix64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::map<std::string, int64_t> model;
    JsonbBuilder builder;
    ASSERT_TRUE(builder.begin_object());
    for (uint64_t n = random.below(40); n > 0; --n) {
      const std::string key(random.below(4), static_cast<char>('a' + random.below(4)));
      const auto value = static_cast<int64_t>(random.below(1000));
      model[key] = value;
      ASSERT_TRUE(builder.key(key));
      ASSERT_TRUE(builder.number(std::to_string(value)));
    }
    ASSERT_TRUE(builder.end_object());
    Arena arena;
    const Slot slot = builder.finish(arena);
    const JsonbView object(slot.view());
    ASSERT_EQ(object.size(), model.size());
    for (char c = 'a'; c < 'f'; ++c) {
      for (size_t length = 0; length < 5; ++length) {
        const std::string key(length, c);
        const std::optional<JsonbView> found = object.find(key);
        ASSERT_EQ(found.has_value(), model.contains(key));
        if (!found) continue;
        std::string text;
        append_jsonb_text(*found, text);
        ASSERT_EQ(text, std::to_string(model[key]));
      }
    }
  }
}

TEST(JsonTest, BuildersTakeFinishedValues) {
  Arena arena;
  const Slot inner = kJsonbType.info().parse(R"({"k": [1, "two"]})", kJsonbType, {}, arena).value();
  JsonbBuilder builder;
  ASSERT_TRUE(builder.begin_array());
  ASSERT_TRUE(builder.append(JsonbView(inner.view())));
  ASSERT_TRUE(builder.append(*JsonbView(inner.view()).find("k")));
  ASSERT_TRUE(builder.null());
  ASSERT_TRUE(builder.end_array());
  EXPECT_EQ(Value(kJsonbType, builder.finish(arena)).to_string(), R"([{"k": [1, "two"]}, [1, "two"], null])");
}

// PostgreSQL's order, its old slip about the empty array at the top included.
TEST(JsonTest, Order) {
  const char* ascending[] = {"[]",
                             "null",
                             "\"a\"",
                             "\"b\"",
                             "1",
                             "2.0",
                             "false",
                             "true",
                             "[null]",
                             "[1]",
                             "[true]",
                             "[[]]",
                             "[{}]",
                             "[0, 0]",
                             "{}",
                             "{\"a\": 1}",
                             "{\"a\": []}",
                             "{\"b\": 0}",
                             "{\"aa\": 0, \"b\": 0}"};
  std::string before;
  Arena arena;
  for (size_t i = 0; i < std::size(ascending); ++i) {
    const Slot slot = kJsonbType.info().parse(ascending[i], kJsonbType, {}, arena).value();
    std::string key;
    kJsonbType.info().append_key(slot, kJsonbType, key);
    if (i > 0) {
      const Slot last = kJsonbType.info().parse(ascending[i - 1], kJsonbType, {}, arena).value();
      EXPECT_LT(compare_jsonb(JsonbView(last.view()), JsonbView(slot.view())), 0) << ascending[i];
      EXPECT_LT(before, key) << ascending[i];
    }
    before = key;
  }
}

}  // namespace
}  // namespace millrace
