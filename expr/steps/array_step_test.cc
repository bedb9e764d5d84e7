// Array and row expressions, with PostgreSQL 15's answers.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "expr/example_reader_test.h"
#include "types/record.h"

namespace millrace::expr {
namespace {

TEST(ArrayStepTest, Constructors) {
  EXPECT_EQ(answer("ARRAY[1, NULL, 3]"), "{1,NULL,3}");
  EXPECT_EQ(answer("ARRAY['a string of many bytes', 'b']"), "{\"a string of many bytes\",b}");
  EXPECT_EQ(answer("ARRAY[1, 2.5]"), "{1,2.5}");
  EXPECT_EQ(answer("ARRAY[ARRAY[1, 2], ARRAY[3, 4]]"), "{{1,2},{3,4}}");
  EXPECT_EQ(answer("ARRAY[ARRAY[1, 2], ARRAY[3]]"),
            "ERROR:  2202E: multidimensional arrays must have array expressions with matching dimensions");
  EXPECT_EQ(answer("ARRAY[NULL::integer[], ARRAY[3]]"),
            "ERROR:  2202E: multidimensional arrays must have array expressions with matching dimensions");
  EXPECT_EQ(answer("ARRAY[NULL::integer[], '{}'::integer[]]"), "{}");
}

TEST(ArrayStepTest, Subscripts) {
  EXPECT_EQ(answer("(ARRAY[10, 20])[2]"), "20");
  EXPECT_EQ(answer("(ARRAY[10, 20])[3]"), "NULL");
  EXPECT_EQ(answer("(ARRAY[10, 20])[NULL::integer]"), "NULL");
  EXPECT_EQ(answer("('{{1,2},{3,4}}'::integer[])[2][1]"), "3");
  EXPECT_EQ(answer("('{{1,2},{3,4}}'::integer[])[2]"), "NULL");
  EXPECT_EQ(answer("('[5:6]={a,a string beyond twelve bytes}'::text[])[6]"), "a string beyond twelve bytes");
  EXPECT_EQ(answer("(NULL::integer[])[1]"), "NULL");
}

TEST(ArrayStepTest, AnyAndAll) {
  EXPECT_EQ(answer("2 = ANY (ARRAY[1, 2])"), "t");
  EXPECT_EQ(answer("2 = ANY ('{1,3}')"), "f");
  EXPECT_EQ(answer("2 = ANY (ARRAY[1, NULL])"), "NULL");
  EXPECT_EQ(answer("2 = ANY (ARRAY[2, NULL])"), "t");
  EXPECT_EQ(answer("2 < ALL (ARRAY[3, 4])"), "t");
  EXPECT_EQ(answer("2 < ALL (ARRAY[3, NULL])"), "NULL");
  EXPECT_EQ(answer("2 < ALL (ARRAY[1, NULL])"), "f");
  EXPECT_EQ(answer("NULL::integer = ANY ('{}'::integer[])"), "f");
  EXPECT_EQ(answer("NULL::integer = ALL ('{}'::integer[])"), "t");
  EXPECT_EQ(answer("2 = ANY (NULL::integer[])"), "NULL");
  EXPECT_EQ(answer("'b' = ANY (ARRAY['a', 'b'])"), "t");
}

// Over many rows at once: against the definition.
TEST(ArrayStepTest, AnyOverColumnsIsAnOrOverElements) {
  const SqlType kInt = type_of(oid::kInt4);
  const SqlType kInts = array_of(kInt.info());
  const auto resolved = resolve_operator("=", {kInt, kInt});
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    DeltaBuilder builder({kInt, kInts});
    std::vector<std::string> expected;
    ArrayBuilder array(kInt);
    Arena arena;
    const size_t rows = 1 + random.below(50);
    for (size_t row = 0; row < rows; ++row) {
      const bool left_null = random.one_in(5);
      const auto left = static_cast<int32_t>(random.below(4));
      bool found = false, unknown = false;
      const size_t size = random.below(4);
      for (size_t i = 0; i < size; ++i) {
        if (random.one_in(5)) {
          array.append_null();
          unknown = true;
        } else {
          const auto element = static_cast<int32_t>(random.below(4));
          array.append(Slot::of_i32(element));
          found |= !left_null && element == left;
          unknown |= left_null;
        }
      }
      left_null ? builder.column(0).append_null() : builder.column(0).append(left);
      const Slot slot = array.finish(arena);
      if (random.one_in(6)) {
        builder.column(1).append_null();
        expected.push_back("NULL");
      } else {
        builder.column(1).append_slot(slot);
        expected.push_back(found ? "t" : unknown ? "NULL" : "f");
      }
      builder.end_row(1);
    }
    auto program =
        ExprProgram::compile({make_any(*resolved->candidate.scalar, make_column(0, kInt), make_column(1, kInts))});
    std::vector<ColumnPtr> results;
    ErrorSink errors;
    program->evaluate(builder.finish(), {}, results, errors);
    for (size_t row = 0; row < rows; ++row) {
      const Column& column = *results[0];
      EXPECT_EQ(column.is_null(row) ? "NULL" : column.value<int8_t>(row) != 0 ? "t" : "f", expected[row]);
    }
  }
}

TEST(RecordStepTest, RowsAndFields) {
  const SqlType kInt = type_of(oid::kInt4), kText = type_of(oid::kText);
  const SqlType kPair = record_of({{"f1", kInt}, {"f2", kText}});
  const auto make = [&](ExprPtr a, ExprPtr b) { return make_row({std::move(a), std::move(b)}, kPair); };
  const ExprPtr one = make_constant(Value(kInt, Slot::of_i32(1)));
  const ExprPtr text = make_constant(Value(kText, Slot::of_bytes("a string beyond twelve bytes")));
  const ExprPtr row = make(one, text);
  const auto value = [](const ExprPtr& expr) { return evaluate_one(expr, {})->to_string(); };
  EXPECT_EQ(value(row), "(1,\"a string beyond twelve bytes\")");
  EXPECT_EQ(value(make_field_select(row, 1)), "a string beyond twelve bytes");
  EXPECT_EQ(value(make_field_select(make_null(kPair), 1)), "NULL");
  EXPECT_EQ(value(make_is_null(row)), "f");
  EXPECT_EQ(value(make_is_null(make(make_null(kInt), make_null(kText)))), "t");
  EXPECT_EQ(value(make_is_null(make(make_null(kInt), text))), "f");
}

}  // namespace
}  // namespace millrace::expr
