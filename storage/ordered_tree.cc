#include "storage/ordered_tree.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace millrace::storage {
namespace {

constexpr size_t kLeafEntries = 128;
constexpr size_t kLeafBytes = size_t{32} << 10;  // a leaf of one entry may be larger
constexpr size_t kFanout = 64;
// Neighbours are united when one of them is less than a quarter full and both together leave room.
constexpr size_t kSmallShare = 4;

size_t pieces_of(size_t amount, size_t most) { return (amount + most - 1) / most; }

// The shortest bytes that are greater than `left` and not greater than `right`.
std::string separator(std::string_view left, std::string_view right) {
  const auto differ = std::ranges::mismatch(left, right);
  const auto common = static_cast<size_t>(differ.in2 - right.begin());
  return std::string(right.substr(0, common + 1));
}

}  // namespace

OrderedTree::OrderedTree() = default;
OrderedTree::~OrderedTree() = default;

size_t OrderedTree::Child::fill() const { return inner ? inner->children.size() : sums.entries; }

WeightSums OrderedTree::Inner::sums() const {
  WeightSums sums;
  for (const Child& child : children) sums.append(child.sums);
  return sums;
}

// The last child that may hold entries up to `bound`: those before it are all less.
size_t OrderedTree::Inner::find(std::string_view bound) const {
  const auto after = std::upper_bound(children.begin() + 1, children.end(), bound,
                                      [](std::string_view value, const Child& child) { return value < child.least; });
  return static_cast<size_t>(after - children.begin()) - 1;
}

unsigned OrderedTree::depth() const {
  unsigned depth = root_.inner || root_.leaf ? 1 : 0;
  for (const Inner* inner = root_.inner.get(); inner != nullptr; inner = inner->children.front().inner.get()) ++depth;
  return depth;
}

// --- changes

void OrderedTree::apply(std::span<const OrderedEntry> changes) {
  if (changes.empty()) return;
  if (!root_.inner && !root_.leaf) {
    root_.leaf = std::make_shared<OrderedLeaf>(next_number_++);
    memory_ += root_.leaf->memory();
  }
  std::vector<Child> split_off;
  apply(root_, changes, split_off);
  grow_root(std::move(split_off));
  while (root_.inner && root_.inner->children.size() == 1) {
    Child only = std::move(root_.inner->children.front());
    only.least.clear();
    root_ = std::move(only);
  }
  if (root_.fill() == 0) {
    drop(root_);
    root_ = {};
  }
}

void OrderedTree::apply(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off) {
  if (child.inner) {
    apply_to_inner(child, changes, split_off);
  } else {
    apply_to_leaf(child, changes, split_off);
  }
}

void OrderedTree::apply_to_leaf(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off) {
  OrderedLeaf& leaf = writable(child);
  memory_ -= leaf.memory();
  leaf.merge(changes);
  const size_t pieces = std::max(pieces_of(leaf.size(), kLeafEntries), pieces_of(leaf.live_bytes(), kLeafBytes));
  if (pieces > 1 && leaf.size() > 1) {
    const size_t most_entries = pieces_of(leaf.size(), pieces);
    const size_t most_bytes = pieces_of(leaf.live_bytes(), pieces);
    size_t first_cut = leaf.size();
    OrderedLeaf* target = &leaf;
    size_t entries = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < leaf.size(); ++i) {
      const OrderedEntry entry = leaf.entry(i);
      if (entries > 0 && (entries >= most_entries || bytes >= most_bytes)) {
        if (target == &leaf) first_cut = i;
        split_off.push_back({.least = separator(leaf.bytes(i - 1), entry.bytes),
                             .sums = {},
                             .inner = nullptr,
                             .leaf = std::make_shared<OrderedLeaf>(next_number_++)});
        target = split_off.back().leaf.get();
        entries = bytes = 0;
      }
      if (target != &leaf) target->append(entry);
      ++entries;
      bytes += entry.bytes.size();
    }
    leaf.truncate(first_cut);
    for (Child& piece : split_off) {
      piece.sums = piece.leaf->sums();
      memory_ += piece.leaf->memory();
      changes_[piece.leaf->number()] = piece.leaf;
    }
  }
  child.sums = leaf.sums();
  memory_ += leaf.memory();
  if (split_off.empty()) {
    update_summaries(child, changes);
  } else {
    summarize(child);
    for (Child& piece : split_off) summarize(piece);
  }
}

void OrderedTree::apply_to_inner(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off) {
  std::vector<Child>& children = child.inner->children;
  size_t begin = children.size();
  size_t at = 0;
  for (std::span<const OrderedEntry> rest = changes; !rest.empty();) {
    at = std::max(at, child.inner->find(rest.front().bytes));
    begin = std::min(begin, at);
    size_t count = rest.size();
    if (at + 1 < children.size()) {
      const std::string_view bound = children[at + 1].least;
      const auto last = std::ranges::partition_point(rest, [&](const OrderedEntry& e) { return e.bytes < bound; });
      count = static_cast<size_t>(last - rest.begin());
    }
    std::vector<Child> more;
    apply(children[at], rest.first(count), more);
    rest = rest.subspan(count);
    if (children[at].fill() == 0) {
      drop(children[at]);
      children.erase(children.begin() + static_cast<ptrdiff_t>(at));
      if (children.empty()) break;
      continue;
    }
    children.insert(children.begin() + static_cast<ptrdiff_t>(at) + 1, std::move_iterator(more.begin()),
                    std::move_iterator(more.end()));
    at += more.size();
  }
  unite_small(*child.inner, begin, at + 1);
  split_inner(child, split_off);
  if (split_off.empty()) update_summaries(child, changes);
}

// Among the children that changed and their neighbours.
void OrderedTree::unite_small(Inner& inner, size_t begin, size_t end) {
  std::vector<Child>& children = inner.children;
  size_t left = begin > 0 ? begin - 1 : 0;
  while (left < end && left + 1 < children.size()) {
    if (unite(children[left], children[left + 1])) {
      children.erase(children.begin() + static_cast<ptrdiff_t>(left) + 1);
      --end;
    } else {
      ++left;
    }
  }
}

bool OrderedTree::unite(Child& left, Child& right) {
  const size_t most = left.inner ? kFanout : kLeafEntries;
  if (left.fill() >= most / kSmallShare && right.fill() >= most / kSmallShare) return false;
  if (left.fill() + right.fill() > most - most / kSmallShare) return false;
  if (left.leaf && left.leaf->live_bytes() + right.leaf->live_bytes() > kLeafBytes / 2) return false;
  for (size_t i = 0; i < left.summaries.size(); ++i) left.summaries[i].merge(right.summaries[i]);
  if (left.inner) {
    right.inner->children.front().least = std::move(right.least);
    std::ranges::move(right.inner->children, std::back_inserter(left.inner->children));
    left.sums.append(right.sums);
    return true;
  }
  OrderedLeaf& leaf = writable(left);
  memory_ -= leaf.memory();
  for (size_t i = 0; i < right.leaf->size(); ++i) leaf.append(right.leaf->entry(i));
  memory_ += leaf.memory();
  left.sums.append(right.sums);
  drop(right);
  return true;
}

OrderedLeaf& OrderedTree::writable(Child& child) {
  if (child.leaf->frozen) {
    memory_ -= child.leaf->memory();
    child.leaf->current = false;
    child.leaf = child.leaf->thaw();
    memory_ += child.leaf->memory();
  }
  if (!child.leaf->noted) changes_[child.leaf->number()] = child.leaf;
  child.leaf->noted = true;
  return *child.leaf;
}

void OrderedTree::drop(Child& child) {
  if (!child.leaf) return;
  memory_ -= child.leaf->memory();
  child.leaf->current = false;
  if (child.leaf->stored) {
    changes_[child.leaf->number()] = nullptr;
  } else {
    changes_.erase(child.leaf->number());
  }
}

void OrderedTree::split_inner(Child& child, std::vector<Child>& split_off) const {
  std::vector<Child>& children = child.inner->children;
  const size_t pieces = pieces_of(children.size(), kFanout);
  if (pieces > 1) {
    const size_t most = pieces_of(children.size(), pieces);
    for (size_t begin = most; begin < children.size(); begin += most) {
      const size_t end = std::min(begin + most, children.size());
      auto inner = std::make_unique<Inner>();
      std::string least = std::move(children[begin].least);
      std::move(children.begin() + static_cast<ptrdiff_t>(begin), children.begin() + static_cast<ptrdiff_t>(end),
                std::back_inserter(inner->children));
      const WeightSums sums = inner->sums();
      split_off.push_back({.least = std::move(least), .sums = sums, .inner = std::move(inner), .leaf = nullptr});
      summarize(split_off.back());
    }
    children.resize(most);
    summarize(child);
  }
  child.sums = child.inner->sums();
}

void OrderedTree::grow_root(std::vector<Child> split_off) {
  while (!split_off.empty()) {
    auto inner = std::make_unique<Inner>();
    inner->children.push_back(std::move(root_));
    std::ranges::move(split_off, std::back_inserter(inner->children));
    split_off.clear();
    root_ = {.least = {}, .sums = {}, .inner = std::move(inner), .leaf = nullptr};
    split_inner(root_, split_off);
    if (split_off.empty()) summarize(root_);
  }
}

// --- checkpoints

OrderedTree::Changes OrderedTree::take_changes() {
  for (const auto& [number, leaf] : changes_) {
    if (leaf) leaf->frozen = leaf->stored = true;
  }
  return std::exchange(changes_, {});
}

void OrderedTree::give_back(const Changes& changes) {
  for (const auto& [number, leaf] : changes) {
    // A leaf that changed since then has been noted again, or was taken by a later call.
    if (!leaf || leaf->current) changes_.try_emplace(number, leaf);
  }
}

void OrderedTree::restore(std::vector<LeafPtr> leaves) {
  MILLRACE_CHECK(root_.fill() == 0, "restoring into a tree with entries");
  std::vector<Child> level;
  for (LeafPtr& leaf : leaves) {
    std::string least;
    if (!level.empty()) {
      const OrderedLeaf& before = *level.back().leaf;
      least = separator(before.bytes(before.size() - 1), leaf->bytes(0));
    }
    leaf->stored = true;
    next_number_ = std::max(next_number_, leaf->number() + 1);
    memory_ += leaf->memory();
    const WeightSums sums = leaf->sums();
    level.push_back({.least = std::move(least), .sums = sums, .inner = nullptr, .leaf = std::move(leaf)});
    summarize(level.back());
  }
  if (level.empty()) return;
  root_ = std::move(level.front());
  level.erase(level.begin());
  grow_root(std::move(level));
}

}  // namespace millrace::storage
