// Frames: which places of its partition a row's frame holds, and which rows' frames a change can touch.
//
// ROWS counts places, GROUPS groups of peers, RANGE searches for keys at a distance of the row's own. A row
// whose order column is NULL stands at no distance: RANGE offsets leave it with its peers.
//
// The rows that a change at e touches lie around e: behind it as far as frames begin before their row, ahead
// of it as far as they end behind it. Seen from e that is the frame turned round. For ROWS and GROUPS its ends
// are found by counting; for RANGE with an offset by walking outwards while frames still hold e, which costs
// as much as the rows that are touched. Where the ends are not in the rows' order (months), all rows on that side
// are reached.
#pragma once

#include <array>
#include <span>

#include "dataflow/circuit_plan.h"
#include "dataflow/operators/window/partition.h"
#include "expr/range_bound.h"

namespace millrace::dataflow::window {

// Places [begin, end).
struct Run {
  int64_t begin;
  int64_t end;
};

// Ascending, apart, not empty: an exclusion cuts a frame into up to three.
class Runs {
 public:
  void add(int64_t begin, int64_t end) {
    if (begin < end) runs_[count_++] = {begin, end};
  }
  size_t count() const { return count_; }
  const Run& operator[](size_t index) const { return runs_[index]; }
  int64_t size() const {
    int64_t size = 0;
    for (size_t i = 0; i < count_; ++i) size += runs_[i].end - runs_[i].begin;
    return size;
  }
  // The place of number `index` among them. REQUIRES: 0 <= index < size().
  int64_t place(int64_t index) const;

 private:
  std::array<Run, 4> runs_;
  size_t count_ = 0;
};

class Frames {
 public:
  Frames(const WindowFrame& frame, const WindowNode& node, const RowLayout& layout);

  const WindowFrame& frame() const { return frame_; }
  Runs at(const Partition& partition, const Place& place) const;

  // Rows whose frame may hold the changed rows, or whose frame's ends they move; of an unbounded start all
  // behind, of an unbounded end all ahead.
  void reach(const Partition& before, const Changes& changes, Stretches& out) const;
  // Its parts: behind the changed rows, because of where frames start; ahead of them, because of where they end.
  void reach_behind(const Partition& before, const Changes& changes, Stretches& out) const;
  void reach_ahead(const Partition& before, const Changes& changes, Stretches& out) const;
  // The peers of the changed rows.
  static void reach_peers(const Changes& changes, Stretches& out);

  static bool needs_groups(const WindowFrame& frame);

 private:
  int64_t begin_of(const Partition& partition, const Place& place) const;
  int64_t end_of(const Partition& partition, const Place& place) const;
  // A RANGE frame with an offset begins with the first row that is not less than this, for this row; it ends
  // before the first one that is not less.
  std::string range_key(const Partition& partition, const storage::OrderedEntry& row, const FrameBound& bound,
                        bool is_start) const;
  void reach_peers_across(const FrameBound& bound, const Changes& changes, Stretches& out) const;

  const WindowFrame& frame_;
  const RowLayout& layout_;
  const SortKey* order_ = nullptr;  // of RANGE with an offset
  bool monotone_ = true;            // its frames begin and end in the order of their rows
};

}  // namespace millrace::dataflow::window
