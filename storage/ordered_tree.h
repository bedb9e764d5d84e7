// The B+tree of an OrderedArrangement: weighted entries in the order of their bytes.
//
//   entry:  bytes = order key, packed row;  weight != 0
//
// Every subtree knows the sum of its weights, and the greatest sum that a beginning or an end of it has:
// so the entry at which a running sum passes a number is found in one descent, also among negative
// weights, and whatever the shape of the tree. What else subtrees add up is the user's choice
// (storage/tree_summary.h).
//
// Leaves carry numbers that are theirs for good, the names of their segments in a checkpoint. A leaf
// that a checkpoint is writing is frozen: the next change replaces it by a copy.
//
// Cost      O(log n) nodes a change or a search. An entry: its bytes and 24 more, over a mean fill of 0.7.
// Threads   As OrderedArrangement.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/ordered_entry.h"
#include "storage/tree_summary.h"

namespace millrace::storage {

// What a run of entries adds up to.
struct WeightSums {
  uint64_t entries = 0;
  int64_t weight = 0;
  int64_t most_from_front = INT64_MIN;  // the greatest sum of its first 1, 2, ... entries
  int64_t most_from_back = INT64_MIN;   // the same of its last ones

  // This run, then `next`.
  void append(const WeightSums& next);
  static WeightSums of(int64_t weight) { return {1, weight, weight, weight}; }
};

// Entries in ascending order: offsets into one heap, so that moving an entry moves no bytes.
//
// All entries begin with the same `shared_` bytes, those of the group as a rule. The next four stand beside the
// offsets, as a number: nearly every comparison of a search ends there and reads no heap.
class OrderedLeaf {
 public:
  explicit OrderedLeaf(uint64_t number) : number_(number) {}
  // A copy that may be changed.
  std::unique_ptr<OrderedLeaf> thaw() const;

  uint64_t number() const { return number_; }
  size_t size() const { return places_.size(); }
  OrderedEntry entry(size_t index) const;
  std::string_view bytes(size_t index) const;
  // The first entry whose bytes are not less than `bound`.
  size_t lower_bound(std::string_view bound) const;
  size_t live_bytes() const { return live_bytes_; }
  size_t memory() const { return heap_.capacity() + places_.capacity() * sizeof(Place) + sizeof *this; }
  WeightSums sums() const;

  // Adds sorted entries of distinct bytes; those whose weights come to 0 go.
  void merge(std::span<const OrderedEntry> changes);
  void append(const OrderedEntry& entry);
  // Keeps the first `count` entries.
  void truncate(size_t count);

  // Written by the tree's thread alone.
  bool frozen = false;  // a checkpoint may be reading it
  bool current = true;  // the tree holds it
  bool stored = false;  // a checkpoint may hold a segment of its number
  bool noted = false;   // it is among the tree's changes since the last checkpoint

 private:
  struct Place {
    uint32_t offset;
    uint32_t key_bytes;
    uint32_t bytes;
    uint32_t head;  // the bytes behind the shared ones, the first the most significant; 0 for those that are not there
    int64_t weight;
  };
  Place place(const OrderedEntry& entry);
  void merge_one(const OrderedEntry& change);
  uint32_t head_of(std::string_view bytes) const;
  // To be called when entries came or went.
  void set_shared();
  void compact();

  uint64_t number_;
  std::string heap_;
  std::vector<Place> places_;
  size_t shared_ = 0;  // what the first and the last entry have in common
  size_t live_bytes_ = 0;
};

using LeafPtr = std::shared_ptr<OrderedLeaf>;

class OrderedTree {
 public:
  OrderedTree();
  ~OrderedTree();

  const WeightSums& sums() const { return root_.sums; }
  size_t memory() const { return memory_; }
  unsigned depth() const;

  // Adds sorted entries of distinct bytes.
  void apply(std::span<const OrderedEntry> changes);

  // Keeps these summaries of every subtree from now on; they outlive the tree. REQUIRES: no entries yet.
  void summarize(std::vector<const TreeSummary*> summaries);
  // Merges the state of the entries at positions [begin, end) into `into`, of summary number `summary`: an
  // entry of weight w holds w positions, of which any may lie inside. REQUIRES: no weight below zero.
  void fold(size_t summary, int64_t begin, int64_t end, std::byte* into) const;

  // Visits the entries that begin with `prefix` until `visit` returns false: all of them when `skip` is
  // 0, otherwise from the first one at which the sum of the weights up to it and with it exceeds `skip`.
  // Returns how many nodes it read.
  using Visitor = std::function<bool(const OrderedEntry&)>;
  size_t visit(std::string_view prefix, uint64_t skip, const Visitor& visit) const;
  // The same from the last of them back.
  size_t visit_backward(std::string_view prefix, uint64_t skip, const Visitor& visit) const;
  // The sum of the weights of all entries less than `bound`. Adds the nodes it read to `nodes`.
  int64_t weight_before(std::string_view bound, size_t& nodes) const;
  // The least bytes greater than all that begin with `prefix`; empty: nothing is greater.
  static std::string end_of(std::string_view prefix);

  // The leaves that changed since the last call by number; null: it is gone. Freezes them.
  using Changes = std::map<uint64_t, LeafPtr>;
  Changes take_changes();
  // Puts back what take_changes() took, when it was not written.
  void give_back(const Changes& changes);
  // Fills an empty tree. REQUIRES: leaves with entries, all in ascending order; a checkpoint has them.
  void restore(std::vector<LeafPtr> leaves);

 private:
  friend class OrderedCursor;
  struct Inner;
  struct Child {
    std::string least;  // no entry below is less; shortened, so none need be equal
    WeightSums sums;
    std::unique_ptr<Inner> inner;
    LeafPtr leaf;
    std::vector<SummaryState> summaries = {};  // one each of the tree's
    size_t fill() const;
  };
  struct Inner {
    std::vector<Child> children;
    WeightSums sums() const;
    size_t find(std::string_view bound) const;
  };
  struct Search;

  void apply(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off);
  void apply_to_leaf(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off);
  void apply_to_inner(Child& child, std::span<const OrderedEntry> changes, std::vector<Child>& split_off);
  void unite_small(Inner& inner, size_t begin, size_t end);
  bool unite(Child& left, Child& right);
  OrderedLeaf& writable(Child& child);
  void drop(Child& child);
  void split_inner(Child& child, std::vector<Child>& split_off) const;
  void grow_root(std::vector<Child> split_off);

  void construct_summaries(Child& child) const;
  // Makes the child's summaries from what lies below it.
  void summarize(Child& child) const;
  // Brings them up to date where `changes` were applied below.
  void update_summaries(Child& child, std::span<const OrderedEntry> changes) const;
  void fold(const Child& child, size_t summary, int64_t begin, int64_t end, std::byte* into) const;
  static std::vector<OrderedEntry> entries_of(const OrderedLeaf& leaf, size_t begin, size_t end);

  static bool visit(const Child& child, Search& search, bool starts_inside, bool ends_inside);
  static bool visit_backward(const Child& child, Search& search, bool starts_inside, bool ends_inside);

  Child root_;
  std::vector<const TreeSummary*> summaries_;
  Changes changes_;
  uint64_t next_number_ = 1;
  size_t memory_ = 0;
};

}  // namespace millrace::storage
