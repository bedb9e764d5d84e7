// What a served index consists of; inside storage/ alone. The reading half is here, the writing half in
// served_writer.h, the checkpoint in served_checkpoint.cc.
#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "storage/row_packer.h"
#include "storage/served_index.h"
#include "storage/served_trie.h"

namespace millrace::storage {

struct ServedState {
  ServedState(ArrangementId id, RowLayout layout, KeyColumns key, bool unique, ReadRegistry& registry);
  ~ServedState();

  ServedRoot main() { return {&root}; }
  ServedRoot main() const { return {const_cast<std::atomic<TrieEntry>*>(&root)}; }

  // --- Fixed.
  RowRecords records;  // layout, key, id
  RowLayout key_layout;
  PackedKey packed_key;  // of key_layout
  bool unique;
  ReadRegistry& registry;

  // --- Read by everyone.
  std::atomic<TrieEntry> root{0};
  std::atomic<size_t> rows{0};
  std::atomic<size_t> versions{0};
  ServedTrie trie;

  // --- The writer's.
  RowPacker packer;
  std::vector<SegmentId> touched;
  uint64_t dirty_epoch = 1;
  std::deque<SegmentId> garbage;  // segments of whose versions many have ended: note_garbage()
};

// The hot rows of this key hash below `root`, or nullptr. Any reader.
HotRows* find_hot_rows(const ServedRoot& root, uint64_t key_hash);

// f(const char* record) for the versions, visible or not, of the rows with this key hash, until f is false.
template <class F>
void for_each_served_candidate(const ServedRoot& main, uint64_t key_hash, F&& f) {
  main.find(key_hash)->search(key_hash, [&](uint8_t row_tag, const char* record) {
    if (row_tag != kHotTag) [[likely]]
      return static_cast<bool>(f(record));
    HotRows* hot = Version::hot(record);
    if (hot->key_hash != key_hash) return true;
    bool go_on = true;
    const ServedRoot root{&hot->root, hot};
    uint64_t first = 0;
    do {
      const ServedSegment* segment = root.find(first);
      segment->for_each([&](uint8_t, const char* row) { go_on = go_on && f(row); });
      first = next_segment_hash(segment->number);
    } while (go_on && first != 0);
    return go_on;
  });
}

}  // namespace millrace::storage
