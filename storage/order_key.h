// Bytes that compare like rows do: what ordered state is kept by.
//
//   key(row) = for each column: 1 byte NULL or not, then TypeInfo::append_key(value), flipped if DESC
//
// memcmp of two keys is SQL's order of the columns with their directions, equal keys are SQL-equal
// columns, and no key begins another of the same columns: the keys of some leading columns are a prefix
// of the keys of all. Types without an order (json) stand in the order of their bytes.
//
// Memory only: on disk lie rows, and keys are made again from them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/ordered_arrangement.h"
#include "types/row_layout.h"

namespace millrace::storage {

// A group's column: ascending, NULLs last.
void append_order_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> columns, std::string& key);
void append_order_key(const DeltaBatch& batch, size_t row, std::span<const OrderColumn> columns, std::string& key);
void append_order_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> columns, std::string& key);
void append_order_key(const RowLayout& layout, PackedRow row, std::span<const OrderColumn> columns, std::string& key);
// Of one column with this value, not NULL.
void append_order_key(Slot value, SqlType type, bool descending, std::string& key);
// Where the values of a column begin, behind the NULLs that are first, and where they end: its key's first byte.
inline constexpr char kOrderKeyValues = '\1';
inline constexpr char kOrderKeyValuesEnd = '\2';

}  // namespace millrace::storage
