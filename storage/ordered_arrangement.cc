#include "storage/ordered_arrangement.h"

#include <algorithm>

#include "base/check.h"
#include "storage/order_key.h"
#include "storage/ordered_tree.h"
#include "storage/row_packer.h"
#include "storage/segment_image.h"

namespace millrace::storage {
namespace {

SegmentId segment_of(uint64_t leaf_number) { return {.hot = false, .key_hash = 0, .number = leaf_number}; }

}  // namespace

class OrderedArrangement::Tree {
 public:
  Tree(ArrangementId own_id, RowLayout rows, KeyColumns group_columns, std::vector<OrderColumn> order_columns)
      : id(own_id),
        layout(std::move(rows)),
        group(std::move(group_columns)),
        order(std::move(order_columns)),
        packer(layout) {}

  std::string group_key(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key) const {
    std::string key;
    append_order_key(probe, row, probe_key, key);
    return key;
  }

  const ArrangementId id;
  const RowLayout layout;
  const KeyColumns group;
  const std::vector<OrderColumn> order;
  RowPacker packer;  // points to layout
  OrderedTree rows;
};

struct OrderedArrangement::Snapshot {
  ArrangementId id;
  OrderedTree::Changes changes;
};

OrderedArrangement::OrderedArrangement(ArrangementId id, RowLayout layout, KeyColumns group,
                                       std::vector<OrderColumn> order)
    : tree_(std::make_unique<Tree>(id, std::move(layout), std::move(group), std::move(order))) {}
OrderedArrangement::OrderedArrangement(OrderedArrangement&&) noexcept = default;
OrderedArrangement& OrderedArrangement::operator=(OrderedArrangement&&) noexcept = default;
OrderedArrangement::~OrderedArrangement() = default;

ArrangementId OrderedArrangement::id() const { return tree_->id; }
const RowLayout& OrderedArrangement::layout() const { return tree_->layout; }
const KeyColumns& OrderedArrangement::group() const { return tree_->group; }
size_t OrderedArrangement::row_count() const { return tree_->rows.sums().entries; }
size_t OrderedArrangement::bytes() const { return tree_->rows.memory(); }

const OrderedTree& OrderedArrangement::tree() const { return tree_->rows; }
void OrderedArrangement::summarize(std::vector<const TreeSummary*> summaries) {
  tree_->rows.summarize(std::move(summaries));
}

void OrderedArrangement::apply(const DeltaBatch& delta) {
  if (!delta.empty()) apply(sorted(delta));
}
void OrderedArrangement::apply(const OrderedChanges& changes) { tree_->rows.apply(changes.entries); }

OrderedChanges OrderedArrangement::sorted(const DeltaBatch& delta) {
  Tree& tree = *tree_;
  tree.packer.pack(delta, 0, delta.rows());
  const std::span<const PackedRow> rows = tree.packer.rows();
  OrderedChanges changes;
  std::string& heap = changes.heap;
  std::vector<OrderedEntry>& entries = changes.entries;
  entries.resize(delta.rows());
  std::vector<size_t> begins(delta.rows() + 1);
  for (size_t row = 0; row < delta.rows(); ++row) {
    begins[row] = heap.size();
    append_order_key(delta, row, tree.group, heap);
    append_order_key(delta, row, tree.order, heap);
    entries[row].key_bytes = static_cast<uint32_t>(heap.size() - begins[row]);
    entries[row].weight = delta.weight(row);
    heap += rows[row];
  }
  begins.back() = heap.size();
  if (heap.size() < sizeof(std::string)) heap.reserve(sizeof(std::string));  // moving it must not move the bytes
  for (size_t row = 0; row < delta.rows(); ++row) {
    entries[row].bytes = std::string_view(heap).substr(begins[row], begins[row + 1] - begins[row]);
  }
  std::ranges::sort(entries, {}, &OrderedEntry::bytes);
  size_t kept = 0;
  for (size_t i = 0; i < entries.size();) {
    OrderedEntry sum = entries[i];
    for (++i; i < entries.size() && entries[i].bytes == sum.bytes; ++i) {
      sum.weight = static_cast<int64_t>(static_cast<uint64_t>(sum.weight) + static_cast<uint64_t>(entries[i].weight));
    }
    if (sum.weight != 0) entries[kept++] = sum;
  }
  entries.resize(kept);
  return changes;
}

void OrderedArrangement::visit(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key,
                               uint64_t skip, const Visitor& visit) const {
  tree_->rows.visit(tree_->group_key(probe, row, probe_key), skip,
                    [&](const OrderedEntry& entry) { return visit({.row = entry.row(), .weight = entry.weight}); });
}

void OrderedArrangement::visit_backward(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key,
                                        uint64_t skip, const Visitor& visit) const {
  tree_->rows.visit_backward(tree_->group_key(probe, row, probe_key), skip, [&](const OrderedEntry& entry) {
    return visit({.row = entry.row(), .weight = entry.weight});
  });
}

int64_t OrderedArrangement::weight_before(const DeltaBatch& source, size_t row) const {
  const Tree& tree = *tree_;
  std::string key = tree.group_key(source, row, tree.group);
  size_t nodes = 0;
  const int64_t before_group = tree.rows.weight_before(key, nodes);
  append_order_key(source, row, tree.order, key);
  key += tree.layout.pack(source, row);
  return tree.rows.weight_before(key, nodes) - before_group;
}

int64_t OrderedArrangement::weight_before_peers(const DeltaBatch& source, size_t row) const {
  const Tree& tree = *tree_;
  std::string key = tree.group_key(source, row, tree.group);
  size_t nodes = 0;
  const int64_t before_group = tree.rows.weight_before(key, nodes);
  append_order_key(source, row, tree.order, key);
  return tree.rows.weight_before(key, nodes) - before_group;
}

int64_t OrderedArrangement::weight_through_peers(const DeltaBatch& source, size_t row) const {
  const Tree& tree = *tree_;
  std::string key = tree.group_key(source, row, tree.group);
  size_t nodes = 0;
  const int64_t before_group = tree.rows.weight_before(key, nodes);
  append_order_key(source, row, tree.order, key);
  const std::string end = OrderedTree::end_of(key);
  return (end.empty() ? tree.rows.sums().weight : tree.rows.weight_before(end, nodes)) - before_group;
}

int64_t OrderedArrangement::group_weight(const DeltaBatch& probe, size_t row,
                                         std::span<const ColumnIndex> probe_key) const {
  const std::string begin = tree_->group_key(probe, row, probe_key);
  const std::string end = OrderedTree::end_of(begin);
  const OrderedTree& rows = tree_->rows;
  size_t nodes = 0;
  return (end.empty() ? rows.sums().weight : rows.weight_before(end, nodes)) - rows.weight_before(begin, nodes);
}

void OrderedArrangement::scan(const RowVisitor& visit) const {
  tree_->rows.visit({}, 0, [&](const OrderedEntry& entry) {
    visit(entry.row(), entry.weight);
    return true;
  });
}

std::shared_ptr<OrderedArrangement::Snapshot> OrderedArrangement::pin_dirty() {
  return std::make_shared<Snapshot>(Snapshot{.id = tree_->id, .changes = tree_->rows.take_changes()});
}

Status OrderedArrangement::write(const Snapshot& snapshot, CheckpointWriter& writer) {
  for (const auto& [number, leaf] : snapshot.changes) {
    if (!leaf) {
      TRY(writer.erase_segment(snapshot.id, segment_of(number)));
      continue;
    }
    RowImageWriter image;
    for (size_t i = 0; i < leaf->size(); ++i) image.add(leaf->entry(i).row(), leaf->entry(i).weight);
    TRY(writer.put_segment(snapshot.id, segment_of(number), image.take()));
  }
  return {};
}

void OrderedArrangement::give_back(const Snapshot& snapshot) { tree_->rows.give_back(snapshot.changes); }

Status OrderedArrangement::restore(CheckpointReader& reader) {
  Tree& tree = *tree_;
  TRY(const std::vector<SegmentId> segments, reader.segments(tree.id));
  std::vector<LeafPtr> leaves;
  for (const SegmentId& segment : segments) {
    if (segment.hot || segment.number == 0 || segment.number == UINT64_MAX) {
      return corrupted_segment(tree.id, segment, "ordered state has no such segment");
    }
    TRY(const std::string image, reader.segment(tree.id, segment));
    auto leaf = std::make_shared<OrderedLeaf>(segment.number);
    bool ascending = true;
    std::string key;
    TRY(read_rows(image, tree.layout, tree.id, segment, [&](PackedRow row, int64_t weight) {
      key.clear();
      append_order_key(tree.layout, row, tree.group, key);
      append_order_key(tree.layout, row, tree.order, key);
      const auto key_bytes = static_cast<uint32_t>(key.size());
      key += row;
      ascending = ascending && (leaf->size() == 0 || leaf->bytes(leaf->size() - 1) < key);
      leaf->append({.bytes = key, .key_bytes = key_bytes, .weight = weight});
    }));
    if (leaf->size() == 0 || !ascending) {
      return corrupted_segment(tree.id, segment, leaf->size() == 0 ? "it is empty" : "its rows are out of order");
    }
    leaves.push_back(std::move(leaf));
  }
  std::ranges::sort(leaves, {}, [](const LeafPtr& leaf) { return leaf->bytes(0); });
  for (size_t i = 1; i < leaves.size(); ++i) {
    if (leaves[i - 1]->bytes(leaves[i - 1]->size() - 1) >= leaves[i]->bytes(0)) {
      return corrupted_segment(tree.id, segment_of(leaves[i]->number()), "it overlaps another segment");
    }
  }
  tree.rows.restore(std::move(leaves));
  return {};
}

}  // namespace millrace::storage
