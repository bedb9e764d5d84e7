// Walks over the entries of an ordered tree, both ways, by position.
//
// The position of an entry is the sum of the weights before it in the whole tree, so an entry of weight w
// holds the positions [position, position + w). Seeks assume weights above zero.
//
// Cost      A seek O(log n), or O(1) within the leaf that the cursor stands in; a step O(1).
// Lifetime  Until the tree changes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "storage/ordered_tree.h"

namespace millrace::storage {

class OrderedCursor {
 public:
  explicit OrderedCursor(const OrderedTree& tree) : tree_(&tree) {}

  bool valid() const { return leaf_ != nullptr; }
  // The entry that holds `position`; not valid afterwards when there is none.
  void seek(int64_t position);
  // The first entry that is not less than `bound`.
  void seek(std::string_view bound);
  void next();
  void previous();

  // REQUIRES: valid.
  OrderedEntry entry() const { return leaf_->entry(index_); }
  int64_t position() const { return position_; }

 private:
  struct Level {
    const OrderedTree::Inner* inner;
    size_t child;
  };
  void enter_leaf(const OrderedLeaf& leaf, size_t index, int64_t position);
  // The leftmost, the rightmost leaf below.
  void descend_left(const OrderedTree::Child* child);
  void descend_right(const OrderedTree::Child* child);
  void next_leaf();

  const OrderedTree* tree_;
  std::vector<Level> levels_;
  const OrderedLeaf* leaf_ = nullptr;
  size_t index_ = 0;
  int64_t position_ = 0;
};

}  // namespace millrace::storage
