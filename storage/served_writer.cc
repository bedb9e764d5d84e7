#include "storage/served_writer.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::storage {
namespace {

// As in segment_table.cc: colliding hashes are not told apart by halving.
constexpr unsigned kDepthMax = 48;
constexpr size_t kCrowdedBytesMax = 64 * 1024 - 64;

template <class Kept>
size_t bytes_of(const std::vector<Kept>& kept) {
  size_t bytes = 0;
  for (const Kept& one : kept) bytes += one.bytes;
  return bytes;
}

SegmentId id_of(const ServedSegment& segment) { return {segment.hot, segment.table_hash, segment.number}; }

}  // namespace

const ReadHorizon& ServedWriter::horizon() {
  if (!horizon_) horizon_ = state_.registry.horizon();
  return *horizon_;
}

void ServedWriter::free_retired() { state_.trie.free_retired(state_.registry.horizon()); }

void ServedWriter::mark_dirty(ServedSegment& segment) {
  if (segment.dirty_epoch == state_.dirty_epoch) return;
  segment.dirty_epoch = state_.dirty_epoch;
  state_.touched.push_back(id_of(segment));
}

void ServedWriter::queue(ServedSegment& segment) {
  if (segment.queued) return;
  segment.queued = true;
  state_.garbage.push_back(id_of(segment));
}

void ServedWriter::note_garbage(ServedSegment& segment) {
  // Fewer than a quarter wait for the segment's next rewrite.
  if (segment.ended * 4 >= segment.versions && segment.ended > 0) queue(segment);
}

ServedWriter::History ServedWriter::look_up(const ServedSegment& segment, uint64_t placement, uint8_t row_tag,
                                            PackedRow row, bool hot) const {
  History history;
  segment.search(placement, [&](uint8_t tag, const char* record) {
    ++history.same_tag;
    if (tag == kHotTag && !hot) {
      HotRows* rows = Version::hot(record);
      if (rows->key_hash == placement) history.hot = rows;
      return history.hot == nullptr;
    }
    if (tag != row_tag || state_.records.row(Version::content(record)) != row) return true;
    const uint64_t begin = Version::begin(record);
    const uint64_t end = Version::end(record);
    auto* found = const_cast<char*>(record);
    if (begin < tick_ && (end == kNoEnd || end == tick_)) history.before = found;
    if (begin == tick_ && end == kNoEnd) history.now = found;
    return true;
  });
  return history;
}

void ServedWriter::add(uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight) {
  if (weight == 0) return;
  const uint8_t row_tag = row_tag_of(row_hash);
  const ServedRoot main = state_.main();
  History history = look_up(*main.find(key_hash), key_hash, row_tag, row, false);
  if (history.hot == nullptr && history.same_tag >= kHotRows) {
    relieve(key_hash);
    history = look_up(*main.find(key_hash), key_hash, row_tag, row, false);
  }
  if (history.hot == nullptr) return change(main, key_hash, history, row, row_tag, weight);
  HotRows* hot = history.hot;
  hot->last_change = tick_;
  const ServedRoot root{&hot->root, hot};
  history = look_up(*root.find(row_hash), row_hash, row_tag, row, true);
  const size_t rows_before = state_.rows.load(std::memory_order_relaxed);
  change(root, row_hash, history, row, row_tag, weight);
  hot->rows += state_.rows.load(std::memory_order_relaxed) - rows_before;
  if (hot->rows == 0) queue(*main.find(key_hash));  // to be dropped when nobody sees its rows any more
}

void ServedWriter::set_end(ServedSegment& segment, char* record, uint64_t end) {
  std::atomic_ref<uint64_t> stored = Version::end_of(record);
  if (stored.load(std::memory_order_relaxed) == end) return;
  stored.store(end, std::memory_order_release);
  segment.ended = static_cast<uint16_t>(segment.ended + (end == kNoEnd ? -1 : 1));
  note_garbage(segment);
  mark_dirty(segment);
}

void ServedWriter::change(const ServedRoot& root, uint64_t placement, History history, PackedRow row, uint8_t row_tag,
                          int64_t weight) {
  ServedSegment& segment = *root.find(placement);
  const int64_t earlier = history.before == nullptr ? 0 : RowRecords::weight(Version::content(history.before));
  int64_t before = 0;
  if (history.now != nullptr) {
    before = RowRecords::weight(Version::content(history.now));
  } else if (history.before != nullptr && Version::current(history.before)) {
    before = earlier;
  }
  const int64_t after = before + weight;
  const auto rows_more = static_cast<size_t>(int{after != 0} - int{before != 0});
  state_.rows.fetch_add(rows_more, std::memory_order_relaxed);
  // A version that begins at this tick is nobody's yet: ended where it began, it never was.
  if (history.now != nullptr) set_end(segment, history.now, tick_);
  if (history.before != nullptr && earlier == after) return set_end(segment, history.before, kNoEnd);
  if (history.before != nullptr) set_end(segment, history.before, tick_);
  if (after != 0) append(root, placement, row_tag, row, after);
}

void ServedWriter::append(const ServedRoot& root, uint64_t placement, uint8_t row_tag, PackedRow row, int64_t weight) {
  const size_t bytes = Version::bytes(RowRecords::bytes_for(row.size(), weight));
  ServedSegment* segment = reserve(root, placement, bytes);
  char* record = segment->next_record();
  RowRecords::store(record, 0, tick_);
  Version::end_of(record).store(kNoEnd, std::memory_order_relaxed);
  char* content = Version::content(record);
  if (row.size() > kInlineRowBytesMax) {
    Blob* blob = state_.trie.make_blob(row.size());
    std::memcpy(blob->data(), row.data(), row.size());
    content[0] = 0;
    content[1] = static_cast<char>(RecordKind::kWide);
    RowRecords::store(content, 2, weight);
    RowRecords::store(content, 10, blob);
  } else if (RowRecords::fits_short(weight)) {
    content[0] = static_cast<char>(weight);
    if (!row.empty()) std::memcpy(content + 1, row.data(), row.size());
  } else {
    content[0] = 0;
    content[1] = static_cast<char>(RecordKind::kLong);
    RowRecords::store(content, 2, weight);
    if (!row.empty()) std::memcpy(content + 10, row.data(), row.size());
  }
  segment->publish(placement, row_tag, bytes);
  state_.versions.fetch_add(1, std::memory_order_relaxed);
  mark_dirty(*segment);
}

std::vector<ServedWriter::Kept> ServedWriter::keep_visible(const ServedSegment& segment) {
  std::vector<Kept> kept;
  kept.reserve(segment.versions);
  segment.for_each([&](uint8_t row_tag, const char* record) {
    const char* content = Version::content(record);
    if (row_tag == kHotTag) {
      HotRows* hot = Version::hot(record);
      if (hot->rows == 0 && hot->last_change <= horizon().oldest()) {
        // Nobody sees a row of it; what versions are left hold no blobs that others hold.
        const ServedRoot root{&hot->root, hot};
        uint64_t first = 0;
        do {
          const ServedSegment* inner = root.find(first);
          (void)keep_visible(*inner);
          if (inner->stored) state_.touched.push_back(id_of(*inner));
          first = next_segment_hash(inner->number);
        } while (first != 0);
        state_.trie.retire_hot_rows(hot);
        return;
      }
      kept.push_back({record, hot->key_hash, static_cast<uint32_t>(Version::bytes(RowRecords::kHotBytes)), row_tag});
      return;
    }
    if (!Version::current(record) && !horizon().can_see(Version::begin(record), Version::end(record))) {
      if (Blob* blob = state_.records.owned(content, row_tag).blob) state_.trie.retire_blob(blob);
      state_.versions.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    const size_t bytes = Version::bytes(state_.records.bytes(content, row_tag));
    kept.push_back(
        {record, state_.records.placement_hash(content, row_tag, segment.hot), static_cast<uint32_t>(bytes), row_tag});
  });
  return kept;
}

void ServedWriter::fill(ServedSegment& target, const Kept& kept) {
  std::memcpy(target.next_record(), kept.record, kept.bytes);
  target.publish(kept.placement, kept.row_tag, kept.bytes);
  if (kept.row_tag == kHotTag) {
    if (Version::hot(kept.record)->rows == 0) queue(target);
  } else if (!Version::current(kept.record)) {
    ++target.ended;
  }
}

void ServedWriter::rewrite(const ServedRoot& root, ServedSegment* segment, const std::vector<Kept>& kept,
                           SegmentShape shape) {
  ServedSegment* fresh = state_.trie.make_segment(root, segment->number, shape);
  fresh->stored = segment->stored;
  fresh->dirty_epoch = segment->dirty_epoch;
  for (const Kept& one : kept) fill(*fresh, one);
  state_.trie.replace(root, segment, fresh);
  note_garbage(*fresh);
}

void ServedWriter::split(const ServedRoot& root, ServedSegment* segment, const std::vector<Kept>& kept,
                         SegmentShape shape) {
  MILLRACE_CHECK(segment->depth < 63, "a served segment cannot be split further");
  ServedSegment* low = state_.trie.make_segment(root, segment->number * 2, shape);
  ServedSegment* high = state_.trie.make_segment(root, segment->number * 2 + 1, shape);
  const unsigned bit = 63 - segment->depth;
  for (const Kept& one : kept) fill((one.placement >> bit & 1) != 0 ? *high : *low, one);
  mark_dirty(*low);
  mark_dirty(*high);
  if (segment->stored) state_.touched.push_back(id_of(*segment));
  state_.trie.replace(root, segment, low, high);
  note_garbage(*low);
  note_garbage(*high);
}

ServedSegment* ServedWriter::reserve(const ServedRoot& root, uint64_t placement, size_t bytes) {
  while (true) {
    ServedSegment* segment = root.find(placement);
    if (segment->has_room(bytes)) return segment;
    const std::vector<Kept> kept = keep_visible(*segment);
    const size_t kept_bytes = bytes_of(kept);
    const size_t block_max = segment->depth >= kDepthMax ? kCrowdedBytesMax : kSegmentBytesMax;
    if (const auto shape = segment_shape(kept.size() + 1, kept_bytes + bytes, block_max)) {
      rewrite(root, segment, kept, *shape);
    } else {
      split(root, segment, kept, crammed_segment_shape(kept.size(), kept_bytes, segment->block_bytes, segment->groups));
    }
  }
}

void ServedWriter::relieve(uint64_t key_hash) {
  const ServedRoot main = state_.main();
  ServedSegment* segment = main.find(key_hash);
  std::vector<Kept> kept = keep_visible(*segment);
  const auto crowd = std::ranges::partition(
      kept, [&](const Kept& one) { return one.placement != key_hash || one.row_tag == kHotTag; });
  if (crowd.size() < kHotRows / 2) {
    const auto shape = segment_shape(kept.size() + 1, bytes_of(kept) + kInlineRowBytesMax, kSegmentBytesMax);
    const SegmentShape same{segment->block_bytes, segment->groups};
    return rewrite(main, segment, kept, shape.value_or(same));
  }
  // The key's table is filled before the segment that leads to it takes the old one's place.
  HotRows* hot = state_.trie.make_hot_rows(key_hash, tick_);
  hot->last_change = tick_;
  const ServedRoot root{&hot->root, hot};
  mark_dirty(*root.find(0));
  for (const Kept& one : crowd) {
    Kept row = one;
    row.placement = hash_bytes(state_.records.row(Version::content(one.record)));
    append_content(root, row);
    if (Version::current(one.record)) ++hot->rows;
  }
  kept.erase(crowd.begin(), kept.end());
  alignas(8) char record[kVersionBytes + RowRecords::kHotBytes + 8] = {};
  char* content = Version::content(record);
  content[1] = static_cast<char>(RecordKind::kHot);
  RowRecords::store(record, 8, kNoEnd);
  RowRecords::store(content, 2, key_hash);
  RowRecords::store(content, 10, hot);
  const size_t hot_bytes = Version::bytes(RowRecords::kHotBytes);
  kept.push_back({record, key_hash, static_cast<uint32_t>(hot_bytes), kHotTag});
  mark_dirty(*segment);
  const auto shape = segment_shape(kept.size(), bytes_of(kept), kSegmentBytesMax);
  rewrite(main, segment, kept, shape.value_or(SegmentShape{segment->block_bytes, segment->groups}));
}

void ServedWriter::append_content(const ServedRoot& root, const Kept& kept) {
  ServedSegment* segment = reserve(root, kept.placement, kept.bytes);
  fill(*segment, kept);
  mark_dirty(*segment);
  note_garbage(*segment);
}

HotRows* ServedWriter::make_hot(uint64_t key_hash) {
  const ServedRoot main = state_.main();
  if (HotRows* hot = find_hot_rows(main, key_hash)) return hot;
  HotRows* hot = state_.trie.make_hot_rows(key_hash, tick_);
  hot->last_change = tick_;
  const size_t bytes = Version::bytes(RowRecords::kHotBytes);
  ServedSegment* segment = reserve(main, key_hash, bytes);
  char* record = segment->next_record();
  std::memset(record, 0, bytes);
  char* content = Version::content(record);
  content[1] = static_cast<char>(RecordKind::kHot);
  RowRecords::store(record, 8, kNoEnd);
  RowRecords::store(content, 2, key_hash);
  RowRecords::store(content, 10, hot);
  segment->publish(key_hash, kHotTag, bytes);
  return hot;
}

void ServedWriter::reclaim(size_t segments) {
  horizon_.reset();
  for (size_t looks = std::min(segments, state_.garbage.size()); looks > 0; --looks) {
    const SegmentId id = state_.garbage.front();
    state_.garbage.pop_front();
    ServedRoot root = state_.main();
    if (id.hot) {
      HotRows* hot = find_hot_rows(root, id.key_hash);
      if (hot == nullptr) continue;
      root = {&hot->root, hot};
    }
    ServedSegment* segment = root.find(segment_first_hash(id.number));
    if (segment->number == id.number && segment->queued) sweep(root, segment);  // otherwise rewritten since
  }
  free_retired();
}

void ServedWriter::sweep(const ServedRoot& root, ServedSegment* segment) {
  segment->queued = false;
  size_t garbage = 0;
  bool empty_hot = false;
  bool dead_hot = false;
  segment->for_each([&](uint8_t row_tag, const char* record) {
    if (row_tag == kHotTag) {
      const HotRows* hot = Version::hot(record);
      empty_hot |= hot->rows == 0;
      dead_hot |= hot->rows == 0 && hot->last_change <= horizon().oldest();
    } else if (!Version::current(record) && !horizon().can_see(Version::begin(record), Version::end(record))) {
      ++garbage;
    }
  });
  if (garbage * 4 < segment->versions && !dead_hot) {
    note_garbage(*segment);
    if (empty_hot) queue(*segment);
    return;
  }
  const std::vector<Kept> kept = keep_visible(*segment);
  const auto shape = segment_shape(kept.size(), bytes_of(kept), segment->block_bytes);
  rewrite(root, segment, kept, shape.value_or(SegmentShape{segment->block_bytes, segment->groups}));
}

ServedSegment* ServedWriter::cut_out(const ServedRoot& root, uint64_t number) {
  const unsigned depth = segment_depth(number);
  while (true) {
    ServedSegment* segment = root.find(segment_first_hash(number));
    if (segment->number == number) return segment;
    std::vector<Kept> kept = keep_visible(*segment);
    const bool rows = std::ranges::any_of(kept, [](const Kept& one) { return one.row_tag != kHotTag; });
    if (segment->depth >= depth || rows) return nullptr;
    const SegmentShape shape =
        kept.empty() ? *segment_shape(0, 0, kSegmentBytesMax)
                     : crammed_segment_shape(kept.size(), bytes_of(kept), segment->block_bytes, segment->groups);
    split(root, segment, kept, shape);
  }
}

void ServedWriter::mark_stored(const ServedRoot& root) {
  uint64_t first = 0;
  do {
    ServedSegment* segment = root.find(first);
    segment->stored = true;
    segment->dirty_epoch = state_.dirty_epoch;
    first = next_segment_hash(segment->number);
  } while (first != 0);
}

}  // namespace millrace::storage
