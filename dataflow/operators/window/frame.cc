#include "dataflow/operators/window/frame.h"

#include <algorithm>

#include "storage/order_key.h"
#include "types/date_time.h"

namespace millrace::dataflow::window {

using storage::OrderedCursor;
using storage::OrderedEntry;
using storage::OrderedTree;

namespace {

bool has_offset(const FrameBound& bound) {
  return bound.edge == FrameEdge::kPreceding || bound.edge == FrameEdge::kFollowing;
}

// Whether a greater value's bound is never the lesser one: not where a distance depends on the day, as that of a
// month does, and of a day where the clock is put back. Noon of March 30 less a month is later than 6 o'clock of
// March 31 less a month.
bool is_monotone(const FrameBound& bound, SqlType type) {
  if (!has_offset(bound) || bound.offset.type() != type_of(oid::kInterval)) return true;
  if (type == type_of(oid::kInterval)) return true;  // a month is 30 days
  const Interval offset = NativeType<Interval>::load(bound.offset.slot());
  return offset.months == 0 && (offset.days == 0 || type != type_of(oid::kTimestampTz));
}

// Of ROWS and GROUPS: how far before the row (behind it) the bound lies.
int64_t distance(const FrameBound& bound) { return bound.offset.slot().i64; }

}  // namespace

int64_t Runs::place(int64_t index) const {
  for (size_t i = 0; i + 1 < count_; ++i) {
    const int64_t size = runs_[i].end - runs_[i].begin;
    if (index < size) return runs_[i].begin + index;
    index -= size;
  }
  return runs_[count_ - 1].begin + index;
}

Frames::Frames(const WindowFrame& frame, const WindowNode& node, const RowLayout& layout)
    : frame_(frame), layout_(layout) {
  if (frame.mode == FrameMode::kRange && (has_offset(frame.start) || has_offset(frame.end))) {
    order_ = &node.order.front();
    const SqlType type = layout.type(order_->column);
    monotone_ = is_monotone(frame.start, type) && is_monotone(frame.end, type);
  }
}

bool Frames::needs_groups(const WindowFrame& frame) {
  return frame.mode == FrameMode::kGroups && (has_offset(frame.start) || has_offset(frame.end));
}

std::string Frames::range_key(const Partition& partition, const OrderedEntry& row, const FrameBound& bound,
                              bool is_start) const {
  const PackedRow packed = row.row();
  if (layout_.is_null(packed, order_->column)) {
    return is_start ? std::string(row.key()) : OrderedTree::end_of(row.key());
  }
  std::string key = partition.prefix();
  const bool preceding = bound.edge == FrameEdge::kPreceding;
  // In a descending order what comes before is larger, and a frame begins with its largest value.
  const expr::RangeBound range{.type = layout_.type(order_->column),
                               .offset = bound.offset,
                               .subtract = preceding != order_->descending,
                               .less = is_start == order_->descending};
  Arena arena(256);
  const auto value = expr::range_bound(range, layout_.slot(packed, order_->column),
                                       zone_or_utc(partition.context().text.time_zone), arena);
  if (!value) return key += preceding ? storage::kOrderKeyValues : storage::kOrderKeyValuesEnd;
  storage::append_order_key(*value, range.type, order_->descending, key);
  return is_start ? key : OrderedTree::end_of(key);
}

// A bound on the far side of the row still reaches its peers where its distance is 0, and where RANGE has no
// distance at all: rows without a value have frames of their peers.
void Frames::reach_peers_across(const FrameBound& bound, const Changes& changes, Stretches& out) const {
  if (order_ != nullptr || (frame_.mode == FrameMode::kGroups && distance(bound) == 0)) reach_peers(changes, out);
}

int64_t Frames::begin_of(const Partition& partition, const Place& place) const {
  const FrameBound& bound = frame_.start;
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding: return 0;
    case FrameEdge::kUnboundedFollowing: return partition.size();
    case FrameEdge::kCurrentRow: return frame_.mode == FrameMode::kRows ? place.position : place.peers_begin;
    case FrameEdge::kPreceding:
    case FrameEdge::kFollowing: break;
  }
  const bool preceding = bound.edge == FrameEdge::kPreceding;
  if (frame_.mode == FrameMode::kRange) return partition.before(range_key(partition, place.row, bound, true));
  const int64_t shift = preceding ? -distance(bound) : distance(bound);
  if (frame_.mode == FrameMode::kRows) return saturating_add(place.position, shift);
  const int64_t group = saturating_add(partition.groups_before(place.row.key()), shift);
  if (group <= 0) return 0;
  return group >= partition.group_count() ? partition.size() : partition.before(partition.group_key(group));
}

int64_t Frames::end_of(const Partition& partition, const Place& place) const {
  const FrameBound& bound = frame_.end;
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding: return 0;
    case FrameEdge::kUnboundedFollowing: return partition.size();
    case FrameEdge::kCurrentRow: return frame_.mode == FrameMode::kRows ? place.position + 1 : place.peers_end;
    case FrameEdge::kPreceding:
    case FrameEdge::kFollowing: break;
  }
  const bool preceding = bound.edge == FrameEdge::kPreceding;
  if (frame_.mode == FrameMode::kRange) return partition.before(range_key(partition, place.row, bound, false));
  const int64_t shift = preceding ? -distance(bound) : distance(bound);
  if (frame_.mode == FrameMode::kRows) return saturating_add(saturating_add(place.position, shift), 1);
  const int64_t group = saturating_add(partition.groups_before(place.row.key()), shift);
  if (group < 0) return 0;
  if (group + 1 >= partition.group_count()) return partition.size();
  return partition.before(partition.group_key(group + 1));
}

Runs Frames::at(const Partition& partition, const Place& place) const {
  const int64_t begin = std::clamp<int64_t>(begin_of(partition, place), 0, partition.size());
  const int64_t end = std::clamp<int64_t>(end_of(partition, place), 0, partition.size());
  Runs runs;
  const auto add_without = [&](int64_t hole_begin, int64_t hole_end) {
    runs.add(begin, std::min(end, hole_begin));
    if (frame_.exclude == FrameExclusion::kTies && begin <= place.position && place.position < end) {
      runs.add(place.position, place.position + 1);
    }
    runs.add(std::max(begin, hole_end), end);
  };
  switch (frame_.exclude) {
    case FrameExclusion::kNone: runs.add(begin, end); break;
    case FrameExclusion::kCurrentRow: add_without(place.position, place.position + 1); break;
    case FrameExclusion::kGroup:
    case FrameExclusion::kTies: add_without(place.peers_begin, place.peers_end); break;
  }
  return runs;
}

void Frames::reach_peers(const Changes& changes, Stretches& out) {
  for (const Changes::Key& key : changes.keys) {
    const std::string end = OrderedTree::end_of(key.key);
    if (end.empty()) {
      out.add_from(key.key);
    } else {
      out.add(key.key, end);
    }
  }
}

void Frames::reach(const Partition& before, const Changes& changes, Stretches& out) const {
  reach_behind(before, changes, out);
  reach_ahead(before, changes, out);
  if (frame_.exclude == FrameExclusion::kGroup || frame_.exclude == FrameExclusion::kTies) reach_peers(changes, out);
}

void Frames::reach_behind(const Partition& before, const Changes& changes, Stretches& out) const {
  switch (frame_.start.edge) {
    case FrameEdge::kUnboundedPreceding: return out.add_from(changes.rows.front().bytes);
    case FrameEdge::kFollowing: return reach_peers_across(frame_.start, changes, out);
    case FrameEdge::kUnboundedFollowing: return;
    case FrameEdge::kCurrentRow:
      if (frame_.mode != FrameMode::kRows) reach_peers(changes, out);
      return;
    case FrameEdge::kPreceding: break;
  }
  if (frame_.mode == FrameMode::kRows) {
    for (const OrderedEntry& row : changes.rows) add_behind(before, row, distance(frame_.start), out);
    return;
  }
  if (frame_.mode == FrameMode::kGroups) {
    for (const Changes::Key& key : changes.keys) {
      const int64_t own = before.groups_before(key.key);
      const int64_t next = before.through(key.key) > before.before(key.key) ? own + 1 : own;
      const int64_t last = saturating_add(next, distance(frame_.start) - 1);
      if (last >= before.group_count()) {
        out.add_from(key.key);
      } else {
        out.add(key.key, OrderedTree::end_of(last < next ? key.key : before.group_key(last)));
      }
    }
    return;
  }
  if (!monotone_) return out.add_from(changes.rows.front().bytes);
  // Frames begin in the order of their rows, so one walk serves all changes.
  OrderedCursor cursor(before.trees().rows);
  for (const OrderedEntry& row : changes.rows) {
    if (!cursor.valid() || cursor.entry().bytes < row.bytes) cursor.seek(row.bytes);
    while (cursor.valid() && cursor.entry().bytes.starts_with(before.prefix()) &&
           range_key(before, cursor.entry(), frame_.start, true) <= row.key()) {
      cursor.next();
    }
    if (!cursor.valid()) return out.add_from(row.bytes);
    out.add(row.bytes, cursor.entry().bytes);
  }
}

void Frames::reach_ahead(const Partition& before, const Changes& changes, Stretches& out) const {
  switch (frame_.end.edge) {
    case FrameEdge::kUnboundedFollowing: return out.add(before.prefix(), Stretches::after(changes.rows.back().bytes));
    case FrameEdge::kPreceding: return reach_peers_across(frame_.end, changes, out);
    case FrameEdge::kUnboundedPreceding: return;
    case FrameEdge::kCurrentRow:
      if (frame_.mode != FrameMode::kRows) reach_peers(changes, out);
      return;
    case FrameEdge::kFollowing: break;
  }
  if (frame_.mode == FrameMode::kRows) {
    for (const OrderedEntry& row : changes.rows) add_ahead(before, row, distance(frame_.end), out);
    return;
  }
  if (frame_.mode == FrameMode::kGroups) {
    for (const Changes::Key& key : changes.keys) {
      const int64_t first = before.groups_before(key.key) - distance(frame_.end);
      const std::string begin = first <= 0                      ? before.prefix()
                                : first >= before.group_count() ? std::string(key.key)
                                                                : before.group_key(first);
      const std::string end = OrderedTree::end_of(key.key);
      if (end.empty()) {
        out.add_from(begin);
      } else {
        out.add(begin, end);
      }
    }
    return;
  }
  if (!monotone_) return out.add(before.prefix(), Stretches::after(changes.rows.back().bytes));
  OrderedCursor cursor(before.trees().rows);
  for (size_t i = changes.rows.size(); i-- > 0;) {
    const OrderedEntry& row = changes.rows[i];
    // The last row before the changed one, or where the walk for those behind it has come to.
    if (!cursor.valid() || cursor.entry().bytes >= row.bytes) {
      const int64_t last = before.before(row.bytes) - 1;
      if (last < 0) return;
      cursor.seek(before.base() + last);
    }
    std::string begin(row.bytes);
    while (cursor.valid() && cursor.entry().bytes.starts_with(before.prefix()) &&
           range_key(before, cursor.entry(), frame_.end, false) > row.key()) {
      begin = cursor.entry().bytes;
      cursor.previous();
    }
    out.add(begin, row.bytes);
    // Nothing is left ahead: the next row is the partition's first one, or further.
    if (!cursor.valid() || !cursor.entry().bytes.starts_with(before.prefix())) {
      out.add(before.prefix(), row.bytes);
      return;
    }
  }
}

}  // namespace millrace::dataflow::window
