// The writing half of a served index: installs one tick's changes, rewrites segments, keeps the
// bookkeeping of garbage and of dirty segments. One lives for the length of one call of the index.
// Threads: the writer's.
#pragma once

#include <optional>

#include "storage/served_state.h"

namespace millrace::storage {

class ServedWriter {
 public:
  ServedWriter(ServedState& state, uint64_t tick) : state_(state), tick_(tick) {}

  // Adds `weight` to the row from tick_ on. `row` does not lie in the index.
  void add(uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight);
  // Rewrites up to `segments` segments that have garbage.
  void reclaim(size_t segments);

  // Restoring, as SegmentTable::cut_out().
  ServedSegment* cut_out(const ServedRoot& root, uint64_t number);
  HotRows* make_hot(uint64_t key_hash);
  void mark_stored(const ServedRoot& root);

  // Frees what has been unlinked so far.
  void free_retired();

 private:
  // Where a row's history stands while a tick changes it.
  struct History {
    char* before = nullptr;  // version that began earlier: current, or ended at tick_
    char* now = nullptr;     // version that began at tick_ and is current
    uint32_t same_tag = 0;
    HotRows* hot = nullptr;
  };
  struct Kept {
    const char* record;
    uint64_t placement;
    uint32_t bytes;
    uint8_t row_tag;
  };

  const ReadHorizon& horizon();
  History look_up(const ServedSegment& segment, uint64_t placement, uint8_t row_tag, PackedRow row, bool hot) const;
  void change(const ServedRoot& root, uint64_t placement, History history, PackedRow row, uint8_t row_tag,
              int64_t weight);
  void set_end(ServedSegment& segment, char* record, uint64_t end);
  void append(const ServedRoot& root, uint64_t placement, uint8_t row_tag, PackedRow row, int64_t weight);
  void append_content(const ServedRoot& root, const Kept& kept);
  // Room for one more record, by rewriting or splitting.
  ServedSegment* reserve(const ServedRoot& root, uint64_t placement, size_t bytes);
  // The versions somebody can still see; the blobs and hot tables of the others are retired.
  std::vector<Kept> keep_visible(const ServedSegment& segment);
  void rewrite(const ServedRoot& root, ServedSegment* segment, const std::vector<Kept>& kept, SegmentShape shape);
  void split(const ServedRoot& root, ServedSegment* segment, const std::vector<Kept>& kept, SegmentShape shape);
  void fill(ServedSegment& target, const Kept& kept);
  // Rewrites the segment of a crowded key, or gives the key a table of its own.
  void relieve(uint64_t key_hash);
  void mark_dirty(ServedSegment& segment);
  void note_garbage(ServedSegment& segment);
  void queue(ServedSegment& segment);
  void sweep(const ServedRoot& root, ServedSegment* segment);

  ServedState& state_;
  const uint64_t tick_;
  std::optional<ReadHorizon> horizon_;
};

}  // namespace millrace::storage
