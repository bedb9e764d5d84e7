#include "storage/order_key.h"

#include "types/type_info.h"

namespace millrace::storage {
namespace {

// Ends where no other value's bytes go on: a zero byte is followed by 0xff, the end is two zeros.
void append_delimited(std::string_view bytes, std::string& key) {
  for (const char byte : bytes) {
    key += byte;
    if (byte == '\0') key += '\xff';
  }
  key.append(2, '\0');
}

void append_value(Slot value, SqlType type, std::string& key) {
  const TypeInfo& info = type.info();
  if (info.append_key != nullptr) return info.append_key(value, type, key);
  if (type.physical() == Physical::kBytes) return append_delimited(value.view(), key);
  key.append(reinterpret_cast<const char*>(&value), physical_bytes(type.physical()));
}

void append_null(bool first, std::string& key) { key += first ? '\0' : '\2'; }

void append_directed(Slot value, SqlType type, bool descending, std::string& key) {
  key += kOrderKeyValues;
  const size_t begin = key.size();
  append_value(value, type, key);
  if (!descending) return;
  for (size_t i = begin; i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
}

OrderColumn directed(ColumnIndex column) { return {.column = column}; }
const OrderColumn& directed(const OrderColumn& column) { return column; }

template <class Columns>
void append_columns(const DeltaBatch& batch, size_t row, const Columns& columns, std::string& key) {
  for (const auto& each : columns) {
    const OrderColumn place = directed(each);
    const Column& column = batch.column(place.column.value());
    if (column.is_null(row)) {
      append_null(place.nulls_first, key);
    } else {
      append_directed(column.slot(row), column.type(), place.descending, key);
    }
  }
}

template <class Columns>
void append_columns(const RowLayout& layout, PackedRow row, const Columns& columns, std::string& key) {
  for (const auto& each : columns) {
    const OrderColumn place = directed(each);
    const size_t column = place.column.value();
    if (layout.is_null(row, column)) {
      append_null(place.nulls_first, key);
    } else {
      append_directed(layout.slot(row, column), layout.type(column), place.descending, key);
    }
  }
}

}  // namespace

void append_order_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> columns, std::string& key) {
  append_columns(batch, row, columns, key);
}
void append_order_key(const DeltaBatch& batch, size_t row, std::span<const OrderColumn> columns, std::string& key) {
  append_columns(batch, row, columns, key);
}
void append_order_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> columns, std::string& key) {
  append_columns(layout, row, columns, key);
}
void append_order_key(const RowLayout& layout, PackedRow row, std::span<const OrderColumn> columns, std::string& key) {
  append_columns(layout, row, columns, key);
}

void append_order_key(Slot value, SqlType type, bool descending, std::string& key) {
  append_directed(value, type, descending, key);
}

}  // namespace millrace::storage
