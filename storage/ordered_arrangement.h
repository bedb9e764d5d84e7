// A Z-set of rows kept in order within groups: state for everything that works by order (min and max with
// retractions, top-k, ranks, range reads).
//
//   order of rows:  (group key, sort columns with their directions, all bytes of the row)
//
// so that equal sort values still stand in one fixed order. A B+tree whose subtrees know how many rows,
// and what weight, they hold: positions and ranks cost O(log n), and nothing ever costs the size of a
// group.
//
// One entry a distinct row with its weight, which may be negative for a while; an entry is gone when its
// weight is 0. The "weight before" of a row is the sum of the weights of the rows before it in its group.
//
// Cost      apply: O(log n) a row (rows of one delta are applied in order, so neighbours share the walk).
// Threads   As HashArrangement: one writer; const members in parallel while nothing writes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "storage/arrangement.h"
#include "storage/checkpoint.h"
#include "storage/key_hash.h"
#include "storage/ordered_entry.h"
#include "types/row_layout.h"

namespace millrace::storage {

struct OrderColumn {
  ColumnIndex column;
  bool descending = false;
  bool nulls_first = false;
};

struct OrderedRow {
  PackedRow row;  // of layout(); valid until the next apply()
  int64_t weight;
};

class OrderedTree;
class TreeSummary;

// A delta as the tree takes it.
struct OrderedChanges {
  std::string heap;
  std::vector<OrderedEntry> entries;  // ascending, distinct, weights not 0; in `heap`
};

class OrderedArrangement {
 public:
  // Groups compare with SQL equality, NULLs alike; sort columns with SQL's order.
  OrderedArrangement(ArrangementId id, RowLayout layout, KeyColumns group, std::vector<OrderColumn> order);
  OrderedArrangement(OrderedArrangement&&) noexcept;
  OrderedArrangement& operator=(OrderedArrangement&&) noexcept;
  ~OrderedArrangement();

  ArrangementId id() const;
  const RowLayout& layout() const;
  const KeyColumns& group() const;
  size_t row_count() const;
  size_t bytes() const;

  void apply(const DeltaBatch& delta);

  // For operators that work by position (storage/ordered_cursor.h) and by sums over runs of rows
  // (storage/tree_summary.h): the tree itself, and apply() in two steps.
  const OrderedTree& tree() const;
  void summarize(std::vector<const TreeSummary*> summaries);
  OrderedChanges sorted(const DeltaBatch& delta);
  void apply(const OrderedChanges& changes);

  // Visits the rows of one group in order, from the row at which the weight before exceeds `skip`
  // (that row is visited with its whole weight), until `visit` returns false or the group ends.
  // The group is that of row `row` of `probe`, whose columns `probe_key` pair up with group().
  using Visitor = std::function<bool(const OrderedRow&)>;
  void visit(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key, uint64_t skip,
             const Visitor& visit) const;
  // The same from the end, in reverse order.
  void visit_backward(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key, uint64_t skip,
                      const Visitor& visit) const;
  // The weight before row `row` of `source` (which has the columns of layout()), present or not: its
  // row_number() - 1 there.
  int64_t weight_before(const DeltaBatch& source, size_t row) const;
  // The weight of the rows of its group before the first row, and up to the last row, that has the sort columns
  // of row `row` of `source`; whether there is any such row makes no difference.
  int64_t weight_before_peers(const DeltaBatch& source, size_t row) const;
  int64_t weight_through_peers(const DeltaBatch& source, size_t row) const;
  // Of a whole group; of all groups that begin with it when `probe_key` has fewer columns than group().
  int64_t group_weight(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key) const;

  // Every row in order.
  void scan(const RowVisitor& visit) const;

  // Pinned state that changed since the last call, to be written on any thread; see dataflow/circuit.h.
  struct Snapshot;
  std::shared_ptr<Snapshot> pin_dirty();
  static Status write(const Snapshot& snapshot, CheckpointWriter& writer);
  void give_back(const Snapshot& snapshot);
  Status restore(CheckpointReader& reader);

 private:
  class Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace millrace::storage
