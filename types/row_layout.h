// Rows at rest: one row, packed.
//
//   offset            size             meaning
//   0                 ceil(n / 8)      NULL bits, bit c of byte c/8 is set when column c is NULL
//   then              sum of widths    fixed-size columns in column order, absent bytes zero when NULL
//   then              4 * v            for each variable column, where its bytes end in the heap
//   then              ...              the heap: the variable columns' bytes, in column order
//
// Integers are little-endian and unaligned. Packing is canonical: two rows of one layout are the same
// row if and only if their bytes are the same. (SQL equality is wider: see TypeInfo::bytewise_equality.)
// A packed row is part of the file format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/delta_batch.h"

namespace millrace {

// The bytes of one row; borrowed from wherever the row rests.
using PackedRow = std::string_view;

class RowLayout {
 public:
  explicit RowLayout(std::vector<SqlType> types);

  size_t column_count() const { return columns_.size(); }
  SqlType type(size_t column) const { return columns_[column].type; }
  const std::vector<SqlType>& types() const { return types_; }
  bool has_variable_columns() const { return variable_count_ > 0; }
  // Size of every row when there are no variable columns, of the part before the heap otherwise.
  size_t fixed_bytes() const { return heap_offset_; }

  size_t packed_bytes(const DeltaBatch& batch, size_t row) const;
  // Writes packed_bytes() bytes.
  void pack(const DeltaBatch& batch, size_t row, char* target) const;
  std::string pack(const DeltaBatch& batch, size_t row) const;
  // The same from single values, one a column, null pointers for NULL.
  size_t packed_bytes(std::span<const Slot* const> values) const;
  void pack(std::span<const Slot* const> values, char* target) const;

  bool is_null(PackedRow row, size_t column) const {
    return (static_cast<uint8_t>(row[column / 8]) >> (column % 8) & 1) != 0;
  }
  // REQUIRES: not NULL. Borrows from `row`.
  Slot slot(PackedRow row, size_t column) const;
  // Appends the row's values to one builder a column.
  void unpack(PackedRow row, DeltaBuilder& target) const;
  void unpack_column(PackedRow row, size_t column, ColumnBuilder& target) const;
  // The same of many rows.
  void unpack_column(std::span<const PackedRow> rows, size_t column, ColumnBuilder& target) const;

 private:
  // Packs what `value_at(column)` points to.
  template <class ValueAt>
  void pack_values(const ValueAt& value_at, char* target) const;

  struct ColumnPlace {
    SqlType type;
    uint32_t offset;    // of the value, or of the heap end of a variable column
    uint32_t width;     // 0: variable
    uint32_t variable;  // its number among the variable columns
  };

  std::vector<SqlType> types_;
  std::vector<ColumnPlace> columns_;
  size_t null_bytes_ = 0;
  size_t variable_count_ = 0;
  size_t heap_offset_ = 0;
};

}  // namespace millrace
