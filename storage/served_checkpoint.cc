// The checkpoint of a served index: rows as of one tick, under the names the segments had at that tick.
// The writer may have split or rewritten them since: what is written is found by ranges of hashes.
#include <algorithm>

#include "base/check.h"
#include "storage/segment_image.h"
#include "storage/served_index.h"
#include "storage/served_state.h"
#include "storage/served_writer.h"

namespace millrace::storage {
namespace {

// Does the hash lie in the segment?
bool covers(uint64_t number, uint64_t hash) { return segment_number(hash, segment_depth(number)) == number; }

// f(segment) for the segments that hold the range of hashes called `number`.
template <class F>
void for_each_segment_in(const ServedRoot& root, uint64_t number, F&& f) {
  const uint64_t end = next_segment_hash(number);
  uint64_t first = segment_first_hash(number);
  do {
    const ServedSegment* segment = root.find(first);
    f(*segment);
    first = next_segment_hash(segment->number);
  } while (first != 0 && (end == 0 || first < end));
}

void add_visible(const RowRecords& records, const char* record, uint64_t tick, RowImageWriter& image) {
  if (!Version::visible(record, tick)) return;
  image.add(records.row(Version::content(record)), RowRecords::weight(Version::content(record)));
}

std::string image_of(const ServedState& state, const SegmentId& id, uint64_t tick) {
  RowImageWriter image;
  ServedRoot root = state.main();
  if (id.hot) {
    HotRows* hot = find_hot_rows(root, id.key_hash);
    // Gone, or made anew later: at this tick it was empty.
    if (hot == nullptr || hot->created > tick) return image.take();
    root = {&hot->root, hot};
  }
  for_each_segment_in(root, id.number, [&](const ServedSegment& segment) {
    segment.for_each([&](uint8_t row_tag, const char* record) {
      if (row_tag != kHotTag) return add_visible(state.records, record, tick, image);
      HotRows* hot = Version::hot(record);
      if (hot->created <= tick || !covers(id.number, hot->key_hash)) return;
      // At this tick its rows still lay among the others.
      for_each_segment_in({&hot->root, hot}, 1, [&](const ServedSegment& inner) {
        inner.for_each([&](uint8_t, const char* row) { add_visible(state.records, row, tick, image); });
      });
    });
  });
  return image.take();
}

}  // namespace

DirtySegments ServedIndex::take_dirty() {
  ServedState& state = *state_;
  ++state.dirty_epoch;
  std::vector<SegmentId> touched = std::move(state.touched);
  state.touched.clear();
  std::ranges::sort(touched);
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  DirtySegments dirty;
  for (const SegmentId& id : touched) {
    ServedRoot root = state.main();
    HotRows* hot = id.hot ? find_hot_rows(root, id.key_hash) : nullptr;
    if (hot != nullptr) root = {&hot->root, hot};
    ServedSegment* segment = id.hot && hot == nullptr ? nullptr : root.find(segment_first_hash(id.number));
    if (segment != nullptr && segment->number == id.number) {
      segment->stored = true;
      dirty.put.push_back(id);
    } else {
      dirty.erase.push_back(id);
    }
  }
  return dirty;
}

void ServedIndex::restore_dirty(DirtySegments dirty) {
  state_->touched.insert(state_->touched.end(), dirty.put.begin(), dirty.put.end());
  state_->touched.insert(state_->touched.end(), dirty.erase.begin(), dirty.erase.end());
}

Status ServedIndex::write_segments(TickId tick, const DirtySegments& dirty, CheckpointWriter& writer) const {
  for (const SegmentId& segment : dirty.erase) TRY(writer.erase_segment(id(), segment));
  for (const SegmentId& segment : dirty.put) {
    TRY(writer.put_segment(id(), segment, image_of(*state_, segment, tick.value())));
  }
  return {};
}

Status ServedIndex::checkpoint_dirty(TickId tick, CheckpointWriter& writer) {
  DirtySegments dirty = take_dirty();
  const Status written = write_segments(tick, dirty, writer);
  if (!written) restore_dirty(std::move(dirty));
  return written;
}

Status ServedIndex::restore(TickId tick, CheckpointReader& reader) {
  ServedState& state = *state_;
  MILLRACE_CHECK(version_count() == 0, "restoring into an index with rows");
  TRY(std::vector<SegmentId> ids, reader.segments(id()));
  std::ranges::sort(ids);
  ServedWriter writer(state, tick.value());
  for (const SegmentId& segment : ids) {
    ServedRoot root = state.main();
    if (segment.hot) {
      HotRows* hot = writer.make_hot(segment.key_hash);
      root = {&hot->root, hot};
    }
    if (writer.cut_out(root, segment.number) == nullptr) {
      return corrupted_segment(id(), segment, "it overlaps another segment");
    }
  }
  state.touched.clear();
  writer.mark_stored(state.main());
  for (const SegmentId& segment : ids) {
    if (!segment.hot) continue;
    HotRows* hot = writer.make_hot(segment.key_hash);
    writer.mark_stored({&hot->root, hot});
  }
  for (const SegmentId& segment : ids) {
    TRY(const std::string image, reader.segment(id(), segment));
    TRY(read_rows(image, layout(), id(), segment, [&](PackedRow row, int64_t weight) {
      writer.add(state.records.key().hash(row), row, hash_bytes(row), weight);
    }));
    writer.free_retired();
  }
  ++state.dirty_epoch;
  return {};
}

}  // namespace millrace::storage
