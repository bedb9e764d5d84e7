// A typed vector of nullable values: one column of a batch in flight.
//
// Immutable once built, shared by pointer between batches, operators and threads. Two encodings:
// flat (one value a row) and constant (one value stands for every row). Kernels loop over values<T>()
// and the validity words; slot() is for the rest.
//
// Strings point into the column's own arena or into columns it keeps alive, so a ColumnPtr is all
// that is needed to read it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "types/sql_type.h"

namespace millrace {

class Column;
class ColumnBuilder;
using ColumnPtr = std::shared_ptr<const Column>;

class Column {
 public:
  explicit Column(SqlType type) : type_(type) {}
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;

  SqlType type() const { return type_; }
  size_t size() const { return size_; }
  bool is_constant() const { return is_constant_; }
  bool has_nulls() const { return null_count_ > 0; }
  bool is_null(size_t row) const {
    if (null_count_ == 0) return false;
    const size_t i = is_constant_ ? 0 : row;
    return (validity_[i / 64] >> (i % 64) & 1) == 0;
  }

  // The stored values; those of NULL rows are unspecified but initialised.
  // REQUIRES: flat, and T is the type's physical form.
  template <class T>
  std::span<const T> values() const {
    MILLRACE_CHECK(!is_constant_ || size_ <= 1, "values() of a constant column");
    return {reinterpret_cast<const T*>(data_.get()), size_};
  }
  // Works for both encodings. The reference lives as long as the column.
  template <class T>
  const T& value(size_t row) const {
    return reinterpret_cast<const T*>(data_.get())[is_constant_ ? 0 : row];
  }
  // REQUIRES: not NULL. Borrows from the column.
  Slot slot(size_t row) const;

  // Bit r of word r/64 is set when row r is not NULL. Null when no row is. REQUIRES: flat.
  const uint64_t* validity() const { return null_count_ > 0 ? validity_.data() : nullptr; }

  // `rows` times the same value (null when `slot` is).
  static ColumnPtr constant(SqlType type, size_t rows, const Slot* slot);
  // The same values without encoding; this column itself when it is flat already.
  static ColumnPtr flatten(const ColumnPtr& column);
  // The same values under another type of the same physical form, as varchar for text.
  static ColumnPtr relabel(const ColumnPtr& column, SqlType type);
  // values[rows[i]] for each i. Long strings are shared, not copied.
  static ColumnPtr gather(const ColumnPtr& column, std::span<const uint32_t> rows);

 private:
  friend class ColumnBuilder;

  SqlType type_;
  size_t size_ = 0;
  size_t null_count_ = 0;
  bool is_constant_ = false;
  size_t capacity_bytes_ = 0;
  std::unique_ptr<char[]> data_;
  std::vector<uint64_t> validity_;  // filled up to size_ only when there are NULLs
  Arena arena_;
  std::vector<ColumnPtr> kept_alive_;
};

// Builds one column after another of the same type. A finished column that nobody else holds any
// more is recycled by the next start(), memory and all, so a steady state allocates nothing.
// Threads: one.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(SqlType type);

  SqlType type() const { return type_; }
  size_t size() const { return column_->size_; }

  void reserve(size_t rows);
  // Room for `rows` more values, not NULL, uninitialised for the caller to fill at once.
  template <class T>
  T* append_uninitialized(size_t rows) {
    return reinterpret_cast<T*>(grow(rows));
  }
  template <class T>
  void append(T value) {
    *append_uninitialized<T>(1) = value;
  }
  void append_null();
  // Copies the bytes of a long string into the column.
  void append_slot(Slot slot);
  void append_bytes(std::string_view bytes) { append_slot(Slot::of_bytes(bytes)); }
  // Copies one value, NULL included.
  void append_from(const Column& source, size_t row);
  // Copies all values of a column of the same physical form; long strings are shared.
  void append_all(const ColumnPtr& source);
  // The same of its rows rows[0], rows[1], ...
  void append_rows(const ColumnPtr& source, std::span<const uint32_t> rows);
  // Makes row `row` NULL. REQUIRES: row < size().
  void set_null(size_t row);
  // Makes every row NULL whose bit is clear (see Column::validity). REQUIRES: a bit for each row so far.
  void set_null_where(const uint64_t* validity);
  // Where long results may be written before their StringRef is appended.
  Arena& arena() { return column_->arena_; }
  // StringRefs into `column` may be appended as they are.
  void keep_alive(ColumnPtr column) { column_->kept_alive_.push_back(std::move(column)); }

  // The column so far; the builder starts an empty one.
  ColumnPtr finish();

 private:
  char* grow(size_t rows);
  void start();

  SqlType type_;
  size_t width_;
  std::shared_ptr<Column> column_;    // being filled
  std::shared_ptr<Column> finished_;  // recycled when its last other holder is gone
};

}  // namespace millrace
