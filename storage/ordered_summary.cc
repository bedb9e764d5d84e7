// The summaries of an ordered tree's subtrees (storage/tree_summary.h).
#include "storage/ordered_tree.h"
#include "storage/tree_summary.h"

namespace millrace::storage {

void OrderedTree::summarize(std::vector<const TreeSummary*> summaries) { summaries_ = std::move(summaries); }

void OrderedTree::construct_summaries(Child& child) const {
  child.summaries.clear();
  for (const TreeSummary* summary : summaries_) child.summaries.emplace_back(*summary);
}

void OrderedTree::summarize(Child& child) const {
  if (summaries_.empty()) return;
  construct_summaries(child);
  if (child.inner) {
    for (const Child& below : child.inner->children) {
      for (size_t i = 0; i < summaries_.size(); ++i) child.summaries[i].merge(below.summaries[i]);
    }
    return;
  }
  const std::vector<OrderedEntry> entries = entries_of(*child.leaf, 0, child.leaf->size());
  for (SummaryState& state : child.summaries) state.update(entries);
}

void OrderedTree::update_summaries(Child& child, std::span<const OrderedEntry> changes) const {
  if (summaries_.empty()) return;
  if (child.summaries.empty()) return summarize(child);
  std::vector<OrderedEntry> entries;
  for (size_t i = 0; i < summaries_.size(); ++i) {
    SummaryState& state = child.summaries[i];
    if (state.update(changes)) continue;
    state.clear();
    if (child.inner) {
      for (const Child& below : child.inner->children) state.merge(below.summaries[i]);
    } else {
      if (entries.empty()) entries = entries_of(*child.leaf, 0, child.leaf->size());
      state.update(entries);
    }
  }
}

std::vector<OrderedEntry> OrderedTree::entries_of(const OrderedLeaf& leaf, size_t begin, size_t end) {
  std::vector<OrderedEntry> entries;
  entries.reserve(end - begin);
  for (size_t i = begin; i < end; ++i) {
    if (leaf.entry(i).weight > 0) entries.push_back(leaf.entry(i));
  }
  return entries;
}

void OrderedTree::fold(size_t summary, int64_t begin, int64_t end, std::byte* into) const {
  begin = std::max<int64_t>(begin, 0);
  end = std::min(end, root_.sums.weight);
  if (begin < end) fold(root_, summary, begin, end, into);
}

// `begin` and `end` are positions within the child, and not the same.
void OrderedTree::fold(const Child& child, size_t summary, int64_t begin, int64_t end, std::byte* into) const {
  if (begin <= 0 && end >= child.sums.weight) {
    summaries_[summary]->merge(into, child.summaries[summary].bytes());
    return;
  }
  int64_t before = 0;
  if (child.inner) {
    for (const Child& below : child.inner->children) {
      const int64_t after = before + below.sums.weight;
      if (begin < after && before < end) fold(below, summary, begin - before, end - before, into);
      if (after >= end) return;
      before = after;
    }
    return;
  }
  std::vector<OrderedEntry> entries;
  for (size_t i = 0; i < child.leaf->size() && before < end; ++i) {
    OrderedEntry entry = child.leaf->entry(i);
    const int64_t after = before + entry.weight;
    entry.weight = std::min(after, end) - std::max(before, begin);
    if (entry.weight > 0) entries.push_back(entry);
    before = after;
  }
  summaries_[summary]->update(into, entries);
}

}  // namespace millrace::storage
