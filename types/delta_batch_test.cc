#include "types/delta_batch.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "types/row_layout.h"
#include "types/value.h"

namespace millrace {
namespace {

const std::vector<SqlType> kTypes = {type_of(oid::kInt4), type_of(oid::kText), type_of(oid::kInt8),
                                     type_of(oid::kBool), type_of(oid::kUuid), type_of(oid::kInt2)};

// The same value in every row of a constant column, now and then NULL.
DeltaBatch random_batch(SplitMix64& random, size_t rows, bool constant) {
  DeltaBuilder builder(kTypes);
  for (size_t row = 0; row < (constant ? 1 : rows); ++row) {
    for (size_t i = 0; i < kTypes.size(); ++i) {
      ColumnBuilder& column = builder.column(i);
      if (random.one_in(4)) {
        column.append_null();
      } else if (kTypes[i].physical() == Physical::kBytes) {
        column.append_bytes(std::string(random.below(40), static_cast<char>('a' + random.below(26))));
      } else if (kTypes[i].physical() == Physical::kFixed16) {
        column.append_slot(
            Value::parse(kTypes[i], "00000000-0000-0000-0000-00000000000" + std::to_string(random.below(9)), {})
                ->slot());
      } else {
        column.append_slot(Slot::of_i64(random.between(0, 1)));
      }
    }
    builder.end_row(random.between(-2, 2));
  }
  const DeltaBatch batch = builder.finish();
  if (!constant) return random.one_in(3) ? DeltaBatch(batch.rows(), batch.columns()) : batch;
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : batch.columns()) {
    const Slot slot = column->is_null(0) ? Slot() : column->slot(0);
    columns.push_back(Column::constant(column->type(), rows, column->is_null(0) ? nullptr : &slot));
  }
  return {rows, std::move(columns)};
}

std::vector<std::string> text_of(const DeltaBatch& batch) {
  std::vector<std::string> rows;
  for (size_t row = 0; row < batch.rows(); ++row) {
    std::string text = std::to_string(batch.weight(row)) + ":";
    for (const ColumnPtr& column : batch.columns()) {
      text += column->is_null(row) ? "NULL" : Value(column->type(), column->slot(row)).to_string();
      text += ',';
    }
    rows.push_back(std::move(text));
  }
  return rows;
}

TEST(DeltaBatchTest, ConcatenatedBatchesHaveTheRowsOfAll) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    Delta delta;
    std::vector<std::string> expected;
    const size_t parts = 1 + random.below(5);
    for (size_t i = 0; i < parts; ++i) {
      // Long strings outlive the batch they came in.
      const DeltaBatch batch = random_batch(random, 1 + random.below(150), random.one_in(4));
      for (std::string& row : text_of(batch)) expected.push_back(std::move(row));
      delta.push_back(batch);
    }
    const DeltaBatch all = concatenate(delta);
    delta.clear();
    EXPECT_EQ(text_of(all), expected);
  }
}

TEST(DeltaBatchTest, GatheringTakesTheRowsNamed) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const DeltaBatch batch = random_batch(random, 1 + random.below(200), random.one_in(4));
    const std::vector<std::string> all = text_of(batch);
    std::vector<uint32_t> rows;
    std::vector<std::string> expected;
    const size_t count = random.below(300);
    for (size_t i = 0; i < count; ++i) {
      rows.push_back(static_cast<uint32_t>(random.below(batch.rows())));
      expected.push_back(all[rows.back()]);
    }
    EXPECT_EQ(text_of(batch.gather(rows)), expected);
    // In two parts, into one builder.
    const std::span<const uint32_t> both = rows;
    const size_t half = rows.size() / 2;
    std::vector<ColumnPtr> columns;
    auto weights = std::make_shared<std::vector<int64_t>>();
    for (const uint32_t row : rows) weights->push_back(batch.weight(row));
    for (const ColumnPtr& column : batch.columns()) {
      ColumnBuilder builder(column->type());
      builder.append_rows(column, both.first(half));
      builder.append_rows(column, both.subspan(half));
      columns.push_back(builder.finish());
    }
    EXPECT_EQ(text_of(DeltaBatch(rows.size(), std::move(columns), weights)), expected);
  }
}

TEST(DeltaBatchTest, PackedRowsUnpackColumnByColumn) {
  const RowLayout layout(kTypes);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const DeltaBatch batch = random_batch(random, 1 + random.below(150), false);
    std::vector<std::string> bytes;
    for (size_t row = 0; row < batch.rows(); ++row) bytes.push_back(layout.pack(batch, row));
    const std::vector<PackedRow> packed(bytes.begin(), bytes.end());
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < kTypes.size(); ++c) {
      ColumnBuilder builder(kTypes[c]);
      layout.unpack_column(std::span(packed).first(packed.size() / 2), c, builder);
      layout.unpack_column(std::span(packed).subspan(packed.size() / 2), c, builder);
      columns.push_back(builder.finish());
    }
    EXPECT_EQ(text_of(DeltaBatch(batch.rows(), std::move(columns), batch.weights())), text_of(batch));
  }
}

}  // namespace
}  // namespace millrace
