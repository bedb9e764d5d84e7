#include "types/row_layout.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "types/value.h"

namespace millrace {
namespace {

const std::vector<SqlType> kTypes = {type_of(oid::kInt4), type_of(oid::kText), type_of(oid::kInt8), type_of(oid::kText),
                                     type_of(oid::kBool)};

DeltaBatch random_batch(SplitMix64& random, size_t rows) {
  DeltaBuilder builder(kTypes);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < kTypes.size(); ++i) {
      if (random.one_in(4)) {
        builder.column(i).append_null();
      } else if (kTypes[i].physical() == Physical::kBytes) {
        builder.column(i).append_bytes(std::string(random.below(40), static_cast<char>('a' + random.below(26))));
      } else {
        builder.column(i).append_slot(Slot::of_i64(random.between(0, 1)));
      }
    }
    builder.end_row(random.between(-2, 2));
  }
  return builder.finish();
}

Value value_at(const DeltaBatch& batch, size_t column, size_t row) {
  const Column& source = batch.column(column);
  return source.is_null(row) ? Value::null(source.type()) : Value(source.type(), source.slot(row));
}

TEST(RowLayoutTest, UnpackingGivesBackWhatWasPacked) {
  const RowLayout layout(kTypes);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const DeltaBatch batch = random_batch(random, 100);
    DeltaBuilder copy(kTypes);
    for (size_t row = 0; row < batch.rows(); ++row) {
      layout.unpack(layout.pack(batch, row), copy);
      copy.end_row(batch.weight(row));
    }
    const DeltaBatch unpacked = copy.finish();
    for (size_t row = 0; row < batch.rows(); ++row) {
      ASSERT_EQ(unpacked.weight(row), batch.weight(row));
      for (size_t i = 0; i < kTypes.size(); ++i) ASSERT_EQ(value_at(unpacked, i, row), value_at(batch, i, row));
    }
  }
}

TEST(RowLayoutTest, RowsAreEqualWhenTheirBytesAre) {
  const RowLayout layout(kTypes);
  SplitMix64 random(7);
  const DeltaBatch batch = random_batch(random, 300);
  for (size_t a = 0; a < batch.rows(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      bool equal = true;
      for (size_t i = 0; i < kTypes.size(); ++i) equal = equal && value_at(batch, i, a) == value_at(batch, i, b);
      ASSERT_EQ(layout.pack(batch, a) == layout.pack(batch, b), equal);
    }
  }
}

TEST(DeltaBatchTest, GatherKeepsValuesAfterTheSourceIsRecycled) {
  SplitMix64 random(1);
  const DeltaBatch batch = random_batch(random, 64);
  std::vector<uint32_t> rows = {63, 0, 0, 17};
  const DeltaBatch picked = batch.gather(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(picked.weight(i), batch.weight(rows[i]));
    for (size_t c = 0; c < kTypes.size(); ++c) EXPECT_EQ(value_at(picked, c, i), value_at(batch, c, rows[i]));
  }
}

TEST(ColumnBuilderTest, RecyclesOnlyWhatNobodyHolds) {
  ColumnBuilder builder(type_of(oid::kText));
  builder.append_bytes("a string that is longer than twelve bytes");
  const ColumnPtr held = builder.finish();
  builder.append_bytes("another string that is longer than twelve");
  const Column* recycled = builder.finish().get();
  EXPECT_EQ(held->slot(0).view(), "a string that is longer than twelve bytes");
  builder.append_null();
  (void)builder.finish();
  EXPECT_NE(recycled, held.get());
}

TEST(ColumnTest, ConstantStandsForEveryRow) {
  const Slot slot = Slot::of_i32(7);
  const ColumnPtr column = Column::constant(type_of(oid::kInt4), 3, &slot);
  EXPECT_EQ(column->size(), 3u);
  EXPECT_EQ(column->slot(2).i32, 7);
  EXPECT_EQ(Column::flatten(column)->values<int32_t>()[2], 7);
  EXPECT_TRUE(Column::flatten(Column::constant(type_of(oid::kInt4), 2, nullptr))->is_null(1));
}

}  // namespace
}  // namespace millrace
