#include "dataflow/operators/window/partition.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::dataflow::window {

using storage::OrderedTree;

namespace {

int64_t weight_before(const OrderedTree& tree, std::string_view bytes) {
  size_t nodes = 0;
  return tree.weight_before(bytes, nodes);
}

// Of everything that begins with `prefix`, and less.
int64_t weight_through(const OrderedTree& tree, std::string_view prefix) {
  const std::string end = OrderedTree::end_of(prefix);
  return end.empty() ? tree.sums().weight : weight_before(tree, end);
}

}  // namespace

Partition::Partition(const Trees& trees, std::string prefix, const expr::EvalContext& context)
    : trees_(trees), prefix_(std::move(prefix)), context_(context) {
  base_ = weight_before(trees.rows, prefix_);
  size_ = weight_through(trees.rows, prefix_) - base_;
  if (trees.groups == nullptr) return;
  group_base_ = weight_before(*trees.groups, prefix_);
  group_count_ = weight_through(*trees.groups, prefix_) - group_base_;
}

int64_t Partition::before(std::string_view bytes) const { return weight_before(trees_.rows, bytes) - base_; }
int64_t Partition::through(std::string_view key) const { return weight_through(trees_.rows, key) - base_; }

int64_t Partition::groups_before(std::string_view key) const {
  return weight_before(*trees_.groups, key) - group_base_;
}

std::string Partition::group_key(int64_t index) const {
  storage::OrderedCursor cursor(*trees_.groups);
  cursor.seek(group_base_ + index);
  MILLRACE_CHECK(cursor.valid(), "a window's groups are not those of its rows");
  return std::string(cursor.entry().bytes);
}

std::vector<Stretch> Stretches::take() {
  std::ranges::sort(list_, {}, &Stretch::begin);
  std::vector<Stretch> apart;
  for (Stretch& next : list_) {
    if (!next.open && next.begin >= next.end) continue;
    if (apart.empty() || (!apart.back().open && apart.back().end < next.begin)) {
      apart.push_back(std::move(next));
      continue;
    }
    Stretch& last = apart.back();
    if (next.open) last.open = true;
    if (!last.open && last.end < next.end) last.end = std::move(next.end);
  }
  list_.clear();
  return apart;
}

void add_behind(const Partition& partition, const storage::OrderedEntry& row, int64_t places, Stretches& out) {
  if (places <= 0) return;
  // The row's own copies, where it is there, come first.
  const int64_t end = partition.before(Stretches::after(row.bytes));
  const int64_t last = saturating_add(end, places - 1);
  if (last >= partition.size()) return out.add_from(row.bytes);
  storage::OrderedCursor cursor(partition.trees().rows);
  cursor.seek(partition.base() + last);
  if (cursor.valid()) out.add(row.bytes, Stretches::after(cursor.entry().bytes));
}

void add_ahead(const Partition& partition, const storage::OrderedEntry& row, int64_t places, Stretches& out) {
  if (places <= 0) return;
  const int64_t begin = partition.before(row.bytes);
  if (begin == 0) return;
  const int64_t first = std::max<int64_t>(begin - places, 0);
  storage::OrderedCursor cursor(partition.trees().rows);
  cursor.seek(partition.base() + first);
  if (cursor.valid()) out.add(cursor.entry().bytes, row.bytes);
}

Changes::Changes(std::span<const storage::OrderedEntry> changed) : rows(changed) {
  for (const storage::OrderedEntry& row : rows) {
    if (keys.empty() || keys.back().key != row.key()) keys.push_back({row.key(), 0});
    keys.back().weight += row.weight;
    weight += row.weight;
  }
}

void Changes::add_moved(Stretches& out) const {
  int64_t moved = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    moved += rows[i].weight;
    if (moved == 0) continue;
    if (i + 1 < rows.size()) {
      out.add(rows[i].bytes, rows[i + 1].bytes);
    } else {
      out.add_from(rows[i].bytes);
    }
  }
}

void Changes::add_shifted_keys(std::span<const int64_t> shifts, bool with_own, Stretches& out) const {
  int64_t before = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    const int64_t through = before + shifts[i];
    const std::string own_end = OrderedTree::end_of(keys[i].key);
    const bool last = i + 1 == keys.size();
    if (with_own ? through != 0 : before != 0) {
      if (own_end.empty()) {
        out.add_from(keys[i].key);
      } else {
        out.add(keys[i].key, own_end);
      }
    }
    if (through != 0 && !own_end.empty()) {
      if (last) {
        out.add_from(own_end);
      } else {
        out.add(own_end, keys[i + 1].key);
      }
    }
    before = through;
  }
}

}  // namespace millrace::dataflow::window
