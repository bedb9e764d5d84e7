#include "expr/expr_codec.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "expr/example_reader_test.h"
#include "expr/expr_text.h"

namespace millrace::expr {
namespace {

// Every scalar example of the function tables, and each kind of node.
std::vector<ExprPtr> expressions() {
  std::vector<ExprPtr> result;
  for (const auto list : {FunctionRegistry::instance().all_functions(), FunctionRegistry::instance().all_operators()}) {
    for (const Candidate& candidate : list) {
      auto expr = ExampleReader(candidate.signature->example).read();
      if (expr) result.push_back(*expr);
    }
  }
  const SqlType kInt = type_of(oid::kInt4);
  const ExprPtr column = make_column(3, kInt);
  const ExprPtr one = make_constant(Value(kInt, Slot::of_i32(1)));
  result.push_back(make_case({{make_is_null(column), one}}, make_parameter(2, kInt)));
  result.push_back(make_in_list(column, {Value(kInt, Slot::of_i32(1)), Value::null(kInt)}));
  result.push_back(make_greatest({column, make_coalesce({column, one})}));
  result.push_back(make_not(make_or({make_bool(true), make_is_distinct(column, one)})));
  const SqlType pair = record_of({{"a", kInt}, {"b", type_of(oid::kVarchar, 14)}});
  result.push_back(make_field_select(make_row({one, make_null(type_of(oid::kVarchar, 14))}, pair), 1));
  result.push_back(make_null(array_of(pair.info())));
  for (const char* text :
       {"2 = ANY (ARRAY[1, 2])", "ARRAY[ARRAY[1], ARRAY[2]]", "(ARRAY['a'])[1]", "'1'::varchar(3)"}) {
    result.push_back(*ExampleReader(text).read());
  }
  return result;
}

TEST(ExprCodecTest, ThereAndBack) {
  for (const ExprPtr& expr : expressions()) {
    SCOPED_TRACE(to_string(*expr));
    std::string bytes;
    serialize(*expr, bytes);
    bytes += "rest";
    std::string_view rest = bytes;
    const auto back = deserialize(rest);
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(rest, "rest");
    EXPECT_TRUE(structurally_equal(*expr, **back));
  }
}

TEST(ExprCodecTest, DeepTreesDoNotRecurse) {
  ExprPtr deep = make_bool(true);
  for (int i = 0; i < 100000; ++i) deep = make_not(deep);
  std::string bytes;
  serialize(*deep, bytes);
  std::string_view rest = bytes;
  const auto back = deserialize(rest);
  ASSERT_TRUE(back);
  EXPECT_TRUE(structurally_equal(*deep, **back));
}

TEST(ExprCodecTest, DamagedBytesAreRefusedOrMakeSomethingWhole) {
  SplitMix64 random(1);
  for (const ExprPtr& expr : expressions()) {
    std::string bytes;
    serialize(*expr, bytes);
    for (size_t size = 0; size < bytes.size(); ++size) {
      std::string_view rest = std::string_view(bytes).substr(0, size);
      ASSERT_FALSE(deserialize(rest));
    }
    for (int i = 0; i < 20; ++i) {
      std::string damaged = bytes;
      damaged[random.below(damaged.size())] ^= static_cast<char>(1 << random.below(8));
      std::string_view rest = damaged;
      const auto back = deserialize(rest);
      if (back) {
        to_string(**back);
      } else {
        EXPECT_EQ(back.error().state(), sqlstate::kDataCorrupted);
      }
    }
  }
}

}  // namespace
}  // namespace millrace::expr
