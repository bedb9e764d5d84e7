// A change of a collection: rows with integer weights (a Z-set), column by column.
//
// Weight +1 inserts a row, -1 deletes one, +n / -n do it n times. A batch is a value: copying it
// shares its columns. It means the sum of its rows; the same row may stand in it several times, also
// with weights that cancel, unless `consolidated` says otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "types/column.h"

namespace millrace {

// How many rows a producer puts in one batch at most: it then stays in the L2 cache.
inline constexpr size_t kBatchRows = 2048;

using WeightsPtr = std::shared_ptr<const std::vector<int64_t>>;

class DeltaBatch {
 public:
  DeltaBatch() = default;
  // Without weights every row has weight +1. REQUIRES: all of the same length; `rows` is needed for
  // batches without columns.
  DeltaBatch(size_t rows, std::vector<ColumnPtr> columns, WeightsPtr weights = nullptr)
      : rows_(rows), columns_(std::move(columns)), weights_(std::move(weights)) {}

  size_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  size_t column_count() const { return columns_.size(); }
  const Column& column(size_t index) const { return *columns_[index]; }
  const ColumnPtr& column_ptr(size_t index) const { return columns_[index]; }
  const std::vector<ColumnPtr>& columns() const { return columns_; }

  int64_t weight(size_t row) const { return weights_ ? (*weights_)[row] : 1; }
  const WeightsPtr& weights() const { return weights_; }
  bool insert_only() const { return weights_ == nullptr; }

  // Rows rows[0], rows[1], ... of this batch.
  DeltaBatch gather(std::span<const uint32_t> rows) const;
  // The same rows with opposite weights.
  DeltaBatch negate() const;
  DeltaBatch with_columns(std::vector<ColumnPtr> columns) const { return {rows_, std::move(columns), weights_}; }

 private:
  size_t rows_ = 0;
  std::vector<ColumnPtr> columns_;
  WeightsPtr weights_;
};

// What one operator hands the next within a tick: the sum of its batches.
using Delta = std::vector<DeltaBatch>;

// All of a delta's rows in one batch; the batch itself when there is only one. REQUIRES: not empty.
DeltaBatch concatenate(const Delta& delta);

// Builds batches row by row. Recycles like ColumnBuilder. Threads: one.
class DeltaBuilder {
 public:
  explicit DeltaBuilder(const std::vector<SqlType>& types);

  size_t rows() const { return weights_.size(); }
  ColumnBuilder& column(size_t index) { return columns_[index]; }
  size_t column_count() const { return columns_.size(); }
  // Ends a row whose columns have been appended.
  void end_row(int64_t weight) {
    weights_.push_back(weight);
    all_ones_ &= weight == 1;
  }
  // Copies a row of another batch that has the same columns.
  void append_row(const DeltaBatch& source, size_t row, int64_t weight);

  DeltaBatch finish();

 private:
  std::vector<ColumnBuilder> columns_;
  std::vector<int64_t> weights_;
  bool all_ones_ = true;
};

}  // namespace millrace
