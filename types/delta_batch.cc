#include "types/delta_batch.h"

namespace millrace {

DeltaBatch DeltaBatch::gather(std::span<const uint32_t> rows) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (const ColumnPtr& column : columns_) columns.push_back(Column::gather(column, rows));
  WeightsPtr weights;
  if (weights_ != nullptr) {
    auto picked = std::make_shared<std::vector<int64_t>>();
    picked->reserve(rows.size());
    for (const uint32_t row : rows) picked->push_back((*weights_)[row]);
    weights = std::move(picked);
  }
  return {rows.size(), std::move(columns), std::move(weights)};
}

DeltaBatch DeltaBatch::negate() const {
  auto weights = std::make_shared<std::vector<int64_t>>(rows_);
  for (size_t row = 0; row < rows_; ++row) (*weights)[row] = -weight(row);
  return {rows_, columns_, std::move(weights)};
}

DeltaBatch concatenate(const Delta& delta) {
  if (delta.size() == 1) return delta.front();
  size_t rows = 0;
  bool weighted = false;
  for (const DeltaBatch& batch : delta) {
    rows += batch.rows();
    weighted |= !batch.insert_only();
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(delta.front().column_count());
  for (size_t c = 0; c < delta.front().column_count(); ++c) {
    ColumnBuilder builder(delta.front().column(c).type());
    builder.reserve(rows);
    for (const DeltaBatch& batch : delta) builder.append_all(batch.column_ptr(c));
    columns.push_back(builder.finish());
  }
  WeightsPtr weights;
  if (weighted) {
    auto all = std::make_shared<std::vector<int64_t>>();
    all->reserve(rows);
    for (const DeltaBatch& batch : delta) {
      if (batch.insert_only()) {
        all->resize(all->size() + batch.rows(), 1);
      } else {
        all->insert(all->end(), batch.weights()->begin(), batch.weights()->end());
      }
    }
    weights = std::move(all);
  }
  return {rows, std::move(columns), std::move(weights)};
}

DeltaBuilder::DeltaBuilder(const std::vector<SqlType>& types) {
  columns_.reserve(types.size());
  for (const SqlType type : types) columns_.emplace_back(type);
}

void DeltaBuilder::append_row(const DeltaBatch& source, size_t row, int64_t weight) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i].append_from(source.column(i), row);
  end_row(weight);
}

DeltaBatch DeltaBuilder::finish() {
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (ColumnBuilder& column : columns_) columns.push_back(column.finish());
  const size_t rows = weights_.size();
  WeightsPtr weights;
  if (!all_ones_) weights = std::make_shared<const std::vector<int64_t>>(weights_);
  weights_.clear();
  all_ones_ = true;
  return {rows, std::move(columns), std::move(weights)};
}

}  // namespace millrace
