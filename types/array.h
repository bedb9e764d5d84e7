// Arrays of any element type: up to six dimensions, each with its own lower bound, elements row by row.
//
// The bytes of an array value:
//
//   offset    size        meaning
//   0         1           dimensions d, 0 for the empty array, which is these four bytes
//   1         1           flags: 1 some element is NULL, 2 lower bounds are written (not all are 1)
//   2         2           zero
//   4         4 * d       length of each dimension
//   then      4 * d       lower bound of each dimension, with flag 2
//   then      ceil(n/8)   NULL bits, with flag 1; bit i of byte i/8 is set when element i is NULL
//   then      n * width   the elements, of fixed size; absent bytes zero when NULL
//      or     4 * n       for each element of variable size, where its bytes end in the heap
//             ...         the heap
//
// Integers are little-endian and unaligned. The form is canonical: when equal elements have equal bytes,
// equal arrays have too. It is part of the file format. An element is found in O(1).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "types/type_info.h"

namespace millrace {

inline constexpr int kMaxArrayDimensions = 6;

struct ArrayDimension {
  int32_t length = 0;
  int32_t lower_bound = 1;
  bool operator==(const ArrayDimension&) const = default;
};

// Reads one array. Borrows: the bytes, or the Slot itself when they lie inside it, outlive the view.
class ArrayView {
 public:
  ArrayView(const Slot& array, SqlType array_type) : ArrayView(array.view(), array_type) {}
  ArrayView(Slot&&, SqlType) = delete;
  ArrayView(std::string_view bytes, SqlType array_type);

  SqlType element_type() const { return element_type_; }
  // 0 for the empty array.
  int dimension_count() const { return dimension_count_; }
  // REQUIRES: index < dimension_count().
  ArrayDimension dimension(int index) const;
  std::vector<ArrayDimension> dimensions() const;
  // Elements in all.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  bool has_nulls() const { return nulls_ != nullptr; }
  bool is_null(size_t index) const {
    return nulls_ != nullptr && (static_cast<uint8_t>(nulls_[index / 8]) >> (index % 8) & 1) != 0;
  }
  // REQUIRES: not NULL. Borrows as the view does.
  Slot element(size_t index) const;

  // Number of the element at these subscripts; none when there is no such element, or when there are
  // more or fewer subscripts than dimensions.
  std::optional<size_t> index_of(std::span<const int32_t> subscripts) const;

 private:
  SqlType element_type_;
  int dimension_count_ = 0;
  size_t width_ = 0;  // 0: variable
  size_t size_ = 0;
  const char* lengths_ = nullptr;
  const char* lower_bounds_ = nullptr;  // null: all are 1
  const char* nulls_ = nullptr;
  const char* elements_ = nullptr;  // values, or ends
  const char* heap_ = nullptr;
};

// Builds one array after another of the same element type; memory is kept between them. Threads: one.
class ArrayBuilder {
 public:
  explicit ArrayBuilder(SqlType element_type);

  SqlType element_type() const { return element_type_; }
  size_t size() const { return null_.size(); }
  // Of the elements so far, what they take in the array.
  size_t bytes() const { return values_.size() + ends_.size() * sizeof(uint32_t); }
  void clear();

  // Copies the bytes.
  void append(Slot element);
  void append_null();
  // Copies element `index` of a view with the same element type, NULL included.
  void append_from(const ArrayView& source, size_t index);

  // The elements so far as one dimension from 1, and a fresh start. The result lies in `arena`.
  Slot finish(Arena& arena);
  // The same with dimensions. REQUIRES: at most six, their lengths' product is size(); when that is zero
  // the result is the empty array.
  Slot finish(std::span<const ArrayDimension> dimensions, Arena& arena);

 private:
  SqlType element_type_;
  size_t width_;
  bool has_nulls_ = false;
  std::vector<uint8_t> null_;  // one an element
  std::string values_;         // fixed size: the values; variable: the heap
  std::vector<uint32_t> ends_;
};

// How many elements an array of these dimensions has. 54000 when they are too many, or a subscript
// would not fit.
Result<size_t> array_size(std::span<const ArrayDimension> dimensions);

// array[lower:upper, ...]: bounds beyond the array's are cut to it, dimensions without bounds are taken
// whole; the result's lower bounds are 1. Empty when nothing is left or there are more bounds than dimensions.
struct SliceBounds {
  std::optional<int32_t> lower, upper;
};
Slot array_slice(const ArrayView& array, std::span<const SliceBounds> bounds, Arena& arena);

// The row of the type table for arrays of `element`, which outlives it.
TypeInfo make_array_type(const TypeInfo& element);

}  // namespace millrace
