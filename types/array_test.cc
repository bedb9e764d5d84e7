#include "types/array.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "types/value.h"

namespace millrace {
namespace {

const SqlType kInts = array_of(type_of(oid::kInt4).info());
const SqlType kTexts = array_of(type_of(oid::kText).info());

std::string round_trip(SqlType type, std::string_view text) {
  const Result<Value> value = Value::parse(type, text, {});
  return value ? value->to_string() : value.error().to_string();
}

TEST(ArrayTest, TextFormsOfPostgresql) {
  EXPECT_EQ(round_trip(kInts, "{}"), "{}");
  EXPECT_EQ(round_trip(kInts, " { 1 ,NULL, 3 } "), "{1,NULL,3}");
  EXPECT_EQ(round_trip(kInts, "{{1,2},{3,4},{5,6}}"), "{{1,2},{3,4},{5,6}}");
  EXPECT_EQ(round_trip(kInts, "[0:1][-1:0]={{1,2},{3,4}}"), "[0:1][-1:0]={{1,2},{3,4}}");
  EXPECT_EQ(round_trip(kTexts, R"({"a b",nUll,"NULL","q\"\\",x\,y,""})"), R"({"a b",NULL,"NULL","q\"\\","x,y",""})");
  EXPECT_EQ(round_trip(kInts, "{1,2"),
            "ERROR:  22P02: malformed array literal: \"{1,2\"\nDETAIL:  Unexpected end of input.");
  EXPECT_EQ(round_trip(kInts, "{{1},{2,3}}"),
            "ERROR:  22P02: malformed array literal: \"{{1},{2,3}}\"\nDETAIL:  "
            "Multidimensional arrays must have sub-arrays with matching dimensions.");
  EXPECT_EQ(round_trip(kInts, "[2:1]={}"), "ERROR:  2202E: upper bound cannot be less than lower bound");
}

TEST(ArrayTest, ModifiersApplyToElements) {
  const SqlType two = array_of(type_of(oid::kVarchar).info()).with_typmod(2 + 4);
  EXPECT_EQ(two.to_string(), "character varying(2)[]");
  EXPECT_EQ(round_trip(two, "{abc}"), "ERROR:  22001: value too long for type character varying(2)");
  Arena arena;
  const SqlType any = two.without_typmod();
  const Slot value = any.info().parse("[3:4]={abc,NULL}", any, {}, arena).value();
  EXPECT_EQ(Value(two, apply_typmod(value, two, true, arena).value()).to_string(), "[3:4]={ab,NULL}");
}

// A plain model: a vector of optional values.
TEST(ArrayTest, ViewsGiveBackWhatBuildersTook) {
  SplitMix64 random(11);
  ArrayBuilder ints(type_of(oid::kInt4)), texts(type_of(oid::kText));
  for (int round = 0; round < 300; ++round) {
    Arena arena;
    std::vector<std::optional<int32_t>> numbers;
    std::vector<std::optional<std::string>> strings;
    for (uint64_t n = random.below(12); n > 0; --n) {
      numbers.emplace_back();
      strings.emplace_back();
      if (random.one_in(4)) {
        ints.append_null();
        texts.append_null();
      } else {
        numbers.back() = static_cast<int32_t>(random.next());
        strings.back() = std::string(random.below(20), 'x');
        ints.append(Slot::of_i32(*numbers.back()));
        texts.append(Slot::of_bytes(*strings.back()));
      }
    }
    const Slot number_slot = ints.finish(arena);
    const Slot string_slot = texts.finish(arena);
    const ArrayView number_view(number_slot, kInts), string_view(string_slot, kTexts);
    ASSERT_EQ(number_view.size(), numbers.size());
    ASSERT_EQ(number_view.dimension_count(), numbers.empty() ? 0 : 1);
    for (size_t i = 0; i < numbers.size(); ++i) {
      ASSERT_EQ(number_view.is_null(i), !numbers[i]);
      if (!numbers[i]) continue;
      ASSERT_EQ(number_view.element(i).i32, *numbers[i]);
      ASSERT_EQ(string_view.element(i).bytes.view(), *strings[i]);
    }
  }
}

TEST(ArrayTest, SubscriptsAndSlices) {
  Arena arena;
  const Slot slot = kInts.info().parse("[2:3][0:2]={{1,2,3},{4,5,6}}", kInts, {}, arena).value();
  const ArrayView array(slot, kInts);
  const int32_t place[] = {3, 1}, outside[] = {1, 1};
  EXPECT_EQ(array.element(array.index_of(place).value()).i32, 5);
  EXPECT_FALSE(array.index_of(outside));
  EXPECT_FALSE(array.index_of(std::span(place).first(1)));
  const auto slice = [&](std::vector<SliceBounds> bounds) {
    return Value(kInts, array_slice(array, bounds, arena)).to_string();
  };
  EXPECT_EQ(slice({{3, 9}}), "{{4,5,6}}");
  EXPECT_EQ(slice({{{}, {}}, {1, {}}}), "{{2,3},{5,6}}");
  EXPECT_EQ(slice({{4, 9}}), "{}");
  EXPECT_EQ(slice({{2, 2}, {0, 0}, {1, 1}}), "{}");
}

TEST(ArrayTest, KeysAndHashesFollowTheOrder) {
  Arena arena;
  SplitMix64 random(5);
  std::vector<Slot> values;
  ArrayBuilder builder(type_of(oid::kText));
  for (int i = 0; i < 150; ++i) {
    for (uint64_t n = random.below(4); n > 0; --n) {
      if (random.one_in(5)) {
        builder.append_null();
      } else {
        builder.append(Slot::of_bytes(std::string(random.below(3), static_cast<char>(random.below(3)))));
      }
    }
    const ArrayDimension dimension = {.length = static_cast<int32_t>(builder.size()),
                                      .lower_bound = static_cast<int32_t>(random.below(2))};
    values.push_back(builder.finish({&dimension, 1}, arena));
  }
  for (const Slot& a : values) {
    for (const Slot& b : values) {
      std::string left, right;
      kTexts.info().append_key(a, kTexts, left);
      kTexts.info().append_key(b, kTexts, right);
      const int order = kTexts.info().compare(a, b, kTexts);
      ASSERT_EQ(order < 0, left < right);
      ASSERT_EQ(order == 0, left == right);
      ASSERT_EQ(order == 0, a.bytes == b.bytes);
      if (order == 0) {
        ASSERT_EQ(kTexts.info().hash(a, kTexts), kTexts.info().hash(b, kTexts));
      }
    }
  }
}

}  // namespace
}  // namespace millrace
