#include "types/row_layout.h"

#include <cstring>

namespace millrace {

RowLayout::RowLayout(std::vector<SqlType> types) : types_(std::move(types)) {
  null_bytes_ = (types_.size() + 7) / 8;
  size_t offset = null_bytes_;
  for (const SqlType type : types_) {
    ColumnPlace place{.type = type, .offset = 0, .width = 0, .variable = 0};
    if (type.physical() == Physical::kBytes) {
      place.variable = static_cast<uint32_t>(variable_count_++);
    } else {
      place.width = static_cast<uint32_t>(physical_bytes(type.physical()));
      place.offset = static_cast<uint32_t>(offset);
      offset += place.width;
    }
    columns_.push_back(place);
  }
  for (ColumnPlace& place : columns_) {
    if (place.width == 0) place.offset = static_cast<uint32_t>(offset + 4 * place.variable);
  }
  heap_offset_ = offset + 4 * variable_count_;
}

size_t RowLayout::packed_bytes(const DeltaBatch& batch, size_t row) const {
  size_t bytes = heap_offset_;
  if (variable_count_ == 0) return bytes;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = batch.column(i);
    if (columns_[i].width == 0 && !column.is_null(row)) bytes += column.value<StringRef>(row).size();
  }
  return bytes;
}

size_t RowLayout::packed_bytes(std::span<const Slot* const> values) const {
  size_t bytes = heap_offset_;
  if (variable_count_ == 0) return bytes;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].width == 0 && values[i] != nullptr) bytes += values[i]->bytes.size();
  }
  return bytes;
}

template <class ValueAt>
void RowLayout::pack_values(const ValueAt& value_at, char* target) const {
  std::memset(target, 0, null_bytes_);
  uint32_t heap_end = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const ColumnPlace& place = columns_[i];
    Slot storage;
    const Slot* const value = value_at(i, storage);
    if (value == nullptr) target[i / 8] = static_cast<char>(target[i / 8] | (1 << (i % 8)));
    if (place.width > 0) {
      if (value == nullptr) {
        std::memset(target + place.offset, 0, place.width);
      } else {
        std::memcpy(target + place.offset, value, place.width);
      }
      continue;
    }
    if (value != nullptr) {
      const std::string_view bytes = value->view();
      if (!bytes.empty()) std::memcpy(target + heap_offset_ + heap_end, bytes.data(), bytes.size());
      heap_end += static_cast<uint32_t>(bytes.size());
    }
    std::memcpy(target + place.offset, &heap_end, sizeof heap_end);
  }
}

void RowLayout::pack(const DeltaBatch& batch, size_t row, char* target) const {
  pack_values(
      [&](size_t i, Slot& storage) -> const Slot* {
        const Column& column = batch.column(i);
        if (column.is_null(row)) return nullptr;
        storage = column.slot(row);
        return &storage;
      },
      target);
}

void RowLayout::pack(std::span<const Slot* const> values, char* target) const {
  pack_values([&](size_t i, Slot&) { return values[i]; }, target);
}

std::string RowLayout::pack(const DeltaBatch& batch, size_t row) const {
  std::string bytes(packed_bytes(batch, row), '\0');
  pack(batch, row, bytes.data());
  return bytes;
}

Slot RowLayout::slot(PackedRow row, size_t column) const {
  const ColumnPlace& place = columns_[column];
  if (place.width > 0) {
    Slot slot;
    std::memcpy(&slot, row.data() + place.offset, place.width);
    return slot;
  }
  uint32_t begin = 0;
  uint32_t end;
  if (place.variable > 0) std::memcpy(&begin, row.data() + place.offset - 4, sizeof begin);
  std::memcpy(&end, row.data() + place.offset, sizeof end);
  return Slot::of_bytes(row.substr(heap_offset_ + begin, end - begin));
}

void RowLayout::unpack_column(PackedRow row, size_t column, ColumnBuilder& target) const {
  if (is_null(row, column)) {
    target.append_null();
  } else {
    target.append_slot(slot(row, column));
  }
}

void RowLayout::unpack_column(std::span<const PackedRow> rows, size_t column, ColumnBuilder& target) const {
  const ColumnPlace& place = columns_[column];
  if (place.width == 0) {
    for (const PackedRow row : rows) unpack_column(row, column, target);
    return;
  }
  const size_t first = target.size();
  const auto copy = [&]<class T>(T) {
    T* to = target.append_uninitialized<T>(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) std::memcpy(&to[i], rows[i].data() + place.offset, sizeof(T));
  };
  switch (place.width) {
    case 1: copy(uint8_t{}); break;
    case 2: copy(uint16_t{}); break;
    case 4: copy(uint32_t{}); break;
    case 8: copy(uint64_t{}); break;
    default: copy(Fixed16{}); break;
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (is_null(rows[i], column)) target.set_null(first + i);
  }
}

void RowLayout::unpack(PackedRow row, DeltaBuilder& target) const {
  for (size_t i = 0; i < columns_.size(); ++i) unpack_column(row, i, target.column(i));
}

}  // namespace millrace
