#include "types/column.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {

Slot Column::slot(size_t row) const {
  switch (type_.physical()) {
    case Physical::kInt8: return Slot::of_i8(value<int8_t>(row));
    case Physical::kInt16: return Slot::of_i16(value<int16_t>(row));
    case Physical::kInt32: return Slot::of_i32(value<int32_t>(row));
    case Physical::kInt64: return Slot::of_i64(value<int64_t>(row));
    case Physical::kFloat32: return Slot::of_f32(value<float>(row));
    case Physical::kFloat64: return Slot::of_f64(value<double>(row));
    case Physical::kFixed16: return Slot::of_fixed(value<Fixed16>(row));
    case Physical::kBytes: return Slot(value<StringRef>(row));
  }
  MILLRACE_UNREACHABLE("physical form");
}

ColumnPtr Column::constant(SqlType type, size_t rows, const Slot* slot) {
  ColumnBuilder builder(type);
  if (slot == nullptr) {
    builder.append_null();
  } else {
    builder.append_slot(*slot);
  }
  auto column = std::const_pointer_cast<Column>(builder.finish());
  column->is_constant_ = true;
  column->size_ = rows;
  return column;
}

ColumnPtr Column::flatten(const ColumnPtr& column) {
  if (!column->is_constant_) return column;
  ColumnBuilder builder(column->type_);
  builder.reserve(column->size_);
  for (size_t row = 0; row < column->size_; ++row) builder.append_from(*column, row);
  return builder.finish();
}

ColumnPtr Column::relabel(const ColumnPtr& column, SqlType type) {
  MILLRACE_CHECK(column->type_.physical() == type.physical(), "relabel between physical forms");
  if (column->type_ == type) return column;
  auto copy = std::make_shared<Column>(type);
  const size_t stored = column->is_constant_ ? 1 : column->size_;
  const size_t bytes = stored * physical_bytes(type.physical());
  copy->size_ = column->size_;
  copy->null_count_ = column->null_count_;
  copy->is_constant_ = column->is_constant_;
  copy->capacity_bytes_ = bytes;
  copy->data_ = std::make_unique_for_overwrite<char[]>(bytes);
  if (bytes > 0) std::memcpy(copy->data_.get(), column->data_.get(), bytes);
  copy->validity_ = column->validity_;
  copy->kept_alive_.push_back(column);
  return copy;
}

ColumnPtr Column::gather(const ColumnPtr& column, std::span<const uint32_t> rows) {
  if (column->is_constant_ && column->size_ > 0) {
    if (column->null_count_ > 0) return constant(column->type_, rows.size(), nullptr);
    const Slot slot = column->slot(0);
    return constant(column->type_, rows.size(), &slot);
  }
  ColumnBuilder builder(column->type_);
  builder.append_rows(column, rows);
  return builder.finish();
}

ColumnBuilder::ColumnBuilder(SqlType type) : type_(type), width_(physical_bytes(type.physical())) { start(); }

void ColumnBuilder::start() {
  if (finished_ != nullptr && finished_.use_count() == 1) {
    column_ = std::move(finished_);
    column_->size_ = column_->null_count_ = 0;
    column_->is_constant_ = false;
    column_->arena_.reset();
    column_->kept_alive_.clear();
  } else {
    column_ = std::make_shared<Column>(type_);
  }
}

void ColumnBuilder::reserve(size_t rows) {
  const size_t bytes = (column_->size_ + rows) * width_;
  if (bytes <= column_->capacity_bytes_) return;
  const size_t capacity = std::max({bytes, column_->capacity_bytes_ * 2, size_t{64}});
  auto data = std::make_unique_for_overwrite<char[]>(capacity);
  if (column_->size_ > 0) std::memcpy(data.get(), column_->data_.get(), column_->size_ * width_);
  column_->data_ = std::move(data);
  column_->capacity_bytes_ = capacity;
}

char* ColumnBuilder::grow(size_t rows) {
  reserve(rows);
  const size_t before = column_->size_;
  column_->size_ += rows;
  if (column_->null_count_ > 0) {
    column_->validity_.resize((column_->size_ + 63) / 64, 0);
    for (size_t row = before; row < column_->size_; ++row) {
      column_->validity_[row / 64] |= uint64_t{1} << (row % 64);
    }
  }
  return column_->data_.get() + before * width_;
}

void ColumnBuilder::set_null(size_t row) {
  if (column_->null_count_ == 0) column_->validity_.assign((column_->size_ + 63) / 64, ~uint64_t{0});
  uint64_t& word = column_->validity_[row / 64];
  const uint64_t bit = uint64_t{1} << (row % 64);
  if ((word & bit) == 0) return;
  word &= ~bit;
  ++column_->null_count_;
}

void ColumnBuilder::set_null_where(const uint64_t* validity) {
  const size_t words = (column_->size_ + 63) / 64;
  if (column_->null_count_ == 0) column_->validity_.assign(words, ~uint64_t{0});
  for (size_t i = 0; i < words; ++i) {
    const size_t rows = std::min<size_t>(64, column_->size_ - i * 64);
    const uint64_t mask = rows == 64 ? ~uint64_t{0} : (uint64_t{1} << rows) - 1;
    uint64_t& word = column_->validity_[i];
    column_->null_count_ += std::popcount(word & ~validity[i] & mask);
    word &= validity[i] | ~mask;
  }
}

void ColumnBuilder::append_null() {
  std::memset(grow(1), 0, width_);
  set_null(column_->size_ - 1);
}

void ColumnBuilder::append_slot(Slot slot) {
  if (type_.physical() == Physical::kBytes) slot = Slot::copy_bytes(slot.view(), column_->arena_);
  std::memcpy(grow(1), &slot, width_);
}

void ColumnBuilder::append_from(const Column& source, size_t row) {
  if (source.is_null(row)) {
    append_null();
  } else {
    append_slot(source.slot(row));
  }
}

void ColumnBuilder::append_all(const ColumnPtr& source) {
  const size_t first = size();
  const size_t rows = source->size();
  if (rows == 0) return;
  char* target = grow(rows);
  if (source->is_constant_) {
    for (size_t row = 0; row < rows; ++row) std::memcpy(target + row * width_, source->data_.get(), width_);
  } else {
    std::memcpy(target, source->data_.get(), rows * width_);
  }
  if (type_.physical() == Physical::kBytes) keep_alive(source);
  if (!source->has_nulls()) return;
  for (size_t row = 0; row < rows; ++row) {
    if (source->is_null(row)) set_null(first + row);
  }
}

void ColumnBuilder::append_rows(const ColumnPtr& source, std::span<const uint32_t> rows) {
  const size_t first = size();
  char* target = grow(rows.size());
  const auto copy = [&]<class T>(T) {
    const T* values = reinterpret_cast<const T*>(source->data_.get());
    T* to = reinterpret_cast<T*>(target);
    if (source->is_constant_) {
      std::fill_n(to, rows.size(), *values);
    } else {
      for (size_t i = 0; i < rows.size(); ++i) to[i] = values[rows[i]];
    }
  };
  switch (width_) {
    case 1: copy(uint8_t{}); break;
    case 2: copy(uint16_t{}); break;
    case 4: copy(uint32_t{}); break;
    case 8: copy(uint64_t{}); break;
    default: copy(Fixed16{}); break;
  }
  if (type_.physical() == Physical::kBytes) keep_alive(source);
  if (!source->has_nulls()) return;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (source->is_null(rows[i])) set_null(first + i);
  }
}

ColumnPtr ColumnBuilder::finish() {
  std::shared_ptr<Column> done = std::move(column_);
  start();
  finished_ = done;
  return done;
}

}  // namespace millrace
