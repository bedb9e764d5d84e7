#include "storage/ordered_tree.h"

namespace millrace::storage {

// A walk over the entries from `prefix` up to `end`.
struct OrderedTree::Search {
  std::string_view prefix;
  std::string_view end;  // empty: nothing is greater
  const Visitor& visitor;
  bool skipping;
  int64_t left;  // to be exceeded by the sums to come before visiting begins
  size_t nodes = 0;

  bool passes_over(const WeightSums& sums, int64_t most) {
    if (!skipping || most > left) return false;
    left = static_cast<int64_t>(static_cast<uint64_t>(left) - static_cast<uint64_t>(sums.weight));
    return true;
  }
  bool take(const OrderedEntry& entry) {
    if (passes_over(WeightSums::of(entry.weight), entry.weight)) return true;
    skipping = false;
    return visitor(entry);
  }
};

std::string OrderedTree::end_of(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

size_t OrderedTree::visit(std::string_view prefix, uint64_t skip, const Visitor& visitor) const {
  const std::string end = end_of(prefix);
  if (skip > static_cast<uint64_t>(INT64_MAX)) return 0;  // no sum exceeds it
  Search search{
      .prefix = prefix, .end = end, .visitor = visitor, .skipping = skip > 0, .left = static_cast<int64_t>(skip)};
  visit(root_, search, prefix.empty(), end.empty());
  return search.nodes;
}

size_t OrderedTree::visit_backward(std::string_view prefix, uint64_t skip, const Visitor& visitor) const {
  const std::string end = end_of(prefix);
  if (skip > static_cast<uint64_t>(INT64_MAX)) return 0;
  Search search{
      .prefix = prefix, .end = end, .visitor = visitor, .skipping = skip > 0, .left = static_cast<int64_t>(skip)};
  visit_backward(root_, search, prefix.empty(), end.empty());
  return search.nodes;
}

// False: the walk is over. `starts_inside`, `ends_inside`: no entry below is less than the prefix, none
// is past the end.
bool OrderedTree::visit(const Child& child, Search& search, bool starts_inside, bool ends_inside) {
  if (starts_inside && ends_inside && search.passes_over(child.sums, child.sums.most_from_front)) return true;
  ++search.nodes;
  if (child.leaf) {
    const OrderedLeaf& leaf = *child.leaf;
    for (size_t i = starts_inside ? 0 : leaf.lower_bound(search.prefix); i < leaf.size(); ++i) {
      const OrderedEntry entry = leaf.entry(i);
      if (!ends_inside && !entry.bytes.starts_with(search.prefix)) return false;
      if (!search.take(entry)) return false;
    }
    return true;
  }
  if (!child.inner) return true;
  const std::vector<Child>& children = child.inner->children;
  const size_t first = starts_inside ? 0 : child.inner->find(search.prefix);
  for (size_t i = first; i < children.size(); ++i) {
    const bool is_last = i + 1 == children.size();
    const bool inside = is_last ? ends_inside : search.end.empty() || children[i + 1].least <= search.end;
    if (!visit(children[i], search, starts_inside || i > first, inside)) return false;
    if (!is_last && !search.end.empty() && children[i + 1].least >= search.end) return false;
  }
  return true;
}

bool OrderedTree::visit_backward(const Child& child, Search& search, bool starts_inside, bool ends_inside) {
  if (starts_inside && ends_inside && search.passes_over(child.sums, child.sums.most_from_back)) return true;
  ++search.nodes;
  if (child.leaf) {
    const OrderedLeaf& leaf = *child.leaf;
    for (size_t i = ends_inside ? leaf.size() : leaf.lower_bound(search.end); i-- > 0;) {
      const OrderedEntry entry = leaf.entry(i);
      if (!starts_inside && !entry.bytes.starts_with(search.prefix)) return false;
      if (!search.take(entry)) return false;
    }
    return true;
  }
  if (!child.inner) return true;
  const std::vector<Child>& children = child.inner->children;
  const size_t last = ends_inside ? children.size() - 1 : child.inner->find(search.end);
  for (size_t i = last + 1; i-- > 0;) {
    const bool inside = i == 0 ? starts_inside : children[i].least >= search.prefix;
    if (!visit_backward(children[i], search, inside, ends_inside || i < last)) return false;
    if (i > 0 && children[i].least <= search.prefix) return false;
  }
  return true;
}

int64_t OrderedTree::weight_before(std::string_view bound, size_t& nodes) const {
  uint64_t weight = 0;
  const Child* child = &root_;
  while (child->inner) {
    ++nodes;
    const std::vector<Child>& children = child->inner->children;
    const size_t last = child->inner->find(bound);
    for (size_t i = 0; i < last; ++i) weight += static_cast<uint64_t>(children[i].sums.weight);
    child = &children[last];
  }
  if (child->leaf) {
    ++nodes;
    const size_t count = child->leaf->lower_bound(bound);
    for (size_t i = 0; i < count; ++i) weight += static_cast<uint64_t>(child->leaf->entry(i).weight);
  }
  return static_cast<int64_t>(weight);
}

}  // namespace millrace::storage
