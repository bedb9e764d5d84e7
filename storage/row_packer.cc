#include "storage/row_packer.h"

#include <cstring>

namespace millrace::storage {
namespace {

template <class T>
void scatter(const Column& column, size_t begin, size_t end, char* target, size_t stride) {
  if (!column.is_constant() && !column.has_nulls()) {
    for (const T& value : column.values<T>().subspan(begin, end - begin)) {
      std::memcpy(target, &value, sizeof value);
      target += stride;
    }
    return;
  }
  for (size_t row = begin; row < end; ++row, target += stride) {
    T value = column.value<T>(row);
    if (column.has_nulls() && column.is_null(row)) value = T{};
    std::memcpy(target, &value, sizeof value);
  }
}

}  // namespace

void RowPacker::pack_fixed(const DeltaBatch& batch, size_t begin, size_t end) {
  const size_t stride = layout_->fixed_bytes();
  const size_t count = end - begin;
  if (buffer_.size() < count * stride + 1) buffer_.resize(count * stride + 1);  // never without an address
  char* const base = buffer_.data();
  const size_t null_bytes = (layout_->column_count() + 7) / 8;
  if (null_bytes == 1) {
    for (size_t i = 0; i < count; ++i) base[i * stride] = 0;
  } else {
    for (size_t i = 0; i < count; ++i) std::memset(base + i * stride, 0, null_bytes);
  }
  size_t offset = null_bytes;
  for (size_t c = 0; c < layout_->column_count(); ++c) {
    const Column& column = batch.column(c);
    char* const target = base + offset;
    const size_t width = physical_bytes(layout_->type(c).physical());
    switch (width) {
      case 1: scatter<uint8_t>(column, begin, end, target, stride); break;
      case 2: scatter<uint16_t>(column, begin, end, target, stride); break;
      case 4: scatter<uint32_t>(column, begin, end, target, stride); break;
      case 8: scatter<uint64_t>(column, begin, end, target, stride); break;
      default: scatter<Fixed16>(column, begin, end, target, stride); break;
    }
    if (column.has_nulls()) {
      for (size_t i = 0; i < count; ++i) {
        if (!column.is_null(begin + i)) continue;
        char& bits = base[i * stride + c / 8];
        bits = static_cast<char>(bits | 1 << (c % 8));
      }
    }
    offset += width;
  }
  for (size_t i = 0; i < count; ++i) rows_[i] = PackedRow(base + i * stride, stride);
}

void RowPacker::pack(const DeltaBatch& batch, size_t begin, size_t end) {
  rows_.resize(end - begin);
  if (!layout_->has_variable_columns()) return pack_fixed(batch, begin, end);
  size_t bytes = 0;
  for (size_t row = begin; row < end; ++row) bytes += layout_->packed_bytes(batch, row);
  if (buffer_.size() < bytes) buffer_.resize(bytes);
  char* target = buffer_.data();
  for (size_t row = begin; row < end; ++row) {
    const size_t size = layout_->packed_bytes(batch, row);
    layout_->pack(batch, row, target);
    rows_[row - begin] = PackedRow(target, size);
    target += size;
  }
}

}  // namespace millrace::storage
