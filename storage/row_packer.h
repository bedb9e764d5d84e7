// Packs many rows of a batch at once, column by column where all columns have fixed sizes: a few times
// faster than row by row, with the same bytes as RowLayout::pack().
//
// Threads: one at a time (it keeps its buffer).
#pragma once

#include <span>
#include <vector>

#include "types/row_layout.h"

namespace millrace::storage {

class RowPacker {
 public:
  // `layout` outlives this.
  explicit RowPacker(const RowLayout& layout) : layout_(&layout) {}

  // rows()[i] is row begin + i of `batch`, until the next call.
  void pack(const DeltaBatch& batch, size_t begin, size_t end);
  std::span<const PackedRow> rows() const { return rows_; }

 private:
  void pack_fixed(const DeltaBatch& batch, size_t begin, size_t end);

  const RowLayout* layout_;
  std::vector<char> buffer_;
  std::vector<PackedRow> rows_;
};

}  // namespace millrace::storage
