#include "storage/ordered_cursor.h"

namespace millrace::storage {

void OrderedCursor::enter_leaf(const OrderedLeaf& leaf, size_t index, int64_t position) {
  leaf_ = &leaf;
  index_ = index;
  position_ = position;
}

void OrderedCursor::seek(int64_t position) {
  // Mostly not far from where it stands.
  if (leaf_ != nullptr) {
    while (position < position_ && index_ > 0) {
      --index_;
      position_ -= leaf_->entry(index_).weight;
    }
    while (position >= position_) {
      const int64_t weight = leaf_->entry(index_).weight;
      if (position < position_ + weight) return;
      if (index_ + 1 == leaf_->size()) break;
      position_ += weight;
      ++index_;
    }
  }
  levels_.clear();
  leaf_ = nullptr;
  if (position < 0 || position >= tree_->sums().weight) return;
  const OrderedTree::Child* child = &tree_->root_;
  int64_t before = 0;
  while (child->inner) {
    const auto& children = child->inner->children;
    size_t at = 0;
    while (at + 1 < children.size() && position >= before + children[at].sums.weight) {
      before += children[at].sums.weight;
      ++at;
    }
    levels_.push_back({child->inner.get(), at});
    child = &children[at];
  }
  const OrderedLeaf& leaf = *child->leaf;
  size_t index = 0;
  while (index + 1 < leaf.size() && position >= before + leaf.entry(index).weight) {
    before += leaf.entry(index).weight;
    ++index;
  }
  enter_leaf(leaf, index, before);
}

void OrderedCursor::seek(std::string_view bound) {
  levels_.clear();
  leaf_ = nullptr;
  const OrderedTree::Child* child = &tree_->root_;
  int64_t before = 0;
  while (child->inner) {
    const auto& children = child->inner->children;
    const size_t at = child->inner->find(bound);
    for (size_t i = 0; i < at; ++i) before += children[i].sums.weight;
    levels_.push_back({child->inner.get(), at});
    child = &children[at];
  }
  if (!child->leaf) return;
  const OrderedLeaf& leaf = *child->leaf;
  const size_t index = leaf.lower_bound(bound);
  for (size_t i = 0; i < index; ++i) before += leaf.entry(i).weight;
  enter_leaf(leaf, index, before);
  if (index == leaf.size()) next_leaf();
}

void OrderedCursor::next() {
  position_ += leaf_->entry(index_).weight;
  if (++index_ == leaf_->size()) next_leaf();
}

void OrderedCursor::next_leaf() {
  leaf_ = nullptr;
  while (!levels_.empty() && levels_.back().child + 1 == levels_.back().inner->children.size()) levels_.pop_back();
  if (levels_.empty()) return;
  Level& level = levels_.back();
  ++level.child;
  descend_left(&level.inner->children[level.child]);
}

void OrderedCursor::descend_left(const OrderedTree::Child* child) {
  while (child->inner) {
    levels_.push_back({child->inner.get(), 0});
    child = &child->inner->children.front();
  }
  enter_leaf(*child->leaf, 0, position_);
}

void OrderedCursor::descend_right(const OrderedTree::Child* child) {
  while (child->inner) {
    levels_.push_back({child->inner.get(), child->inner->children.size() - 1});
    child = &child->inner->children.back();
  }
  const size_t last = child->leaf->size() - 1;
  enter_leaf(*child->leaf, last, position_ - child->leaf->entry(last).weight);
}

void OrderedCursor::previous() {
  if (index_ > 0) {
    --index_;
    position_ -= leaf_->entry(index_).weight;
    return;
  }
  leaf_ = nullptr;
  while (!levels_.empty() && levels_.back().child == 0) levels_.pop_back();
  if (levels_.empty()) return;
  Level& level = levels_.back();
  --level.child;
  descend_right(&level.inner->children[level.child]);
}

}  // namespace millrace::storage
