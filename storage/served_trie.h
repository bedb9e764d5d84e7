// The directory of a served index: a trie like SegmentTable's whose entries are atomic, replaced one by
// one while readers walk it, and a list of what has been unlinked and waits for the last reader.
//
// A reader that meets an entry during its replacement finds the old segment or the new one; both hold
// every version visible at its tick, for the old one is complete up to the moment of its replacement.
//
// Threads   find(): any, entered in the registry. The rest: the writer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "storage/dirty_segments.h"
#include "storage/read_registry.h"
#include "storage/served_segment.h"

namespace millrace::storage {

struct ServedNode {
  uint32_t shift;
  uint32_t bits;
  std::atomic<TrieEntry> entries[1];  // 1 << bits of them

  size_t index(uint64_t hash) const { return (hash << shift) >> (64 - bits); }
  static size_t bytes(uint32_t bits) {
    return sizeof(ServedNode) + sizeof(std::atomic<TrieEntry>) * ((size_t{1} << bits) - 1);
  }
  static ServedNode* of(TrieEntry entry) { return reinterpret_cast<ServedNode*>(entry - 1); }
};

// A table's place: the main one's, or a hot key's.
struct ServedRoot {
  std::atomic<TrieEntry>* entry;
  HotRows* hot_rows = nullptr;  // of the hot key's table

  bool hot() const { return hot_rows != nullptr; }
  uint64_t table_hash() const { return hot() ? hot_rows->key_hash : 0; }
  ServedSegment* find(uint64_t placement) const {
    TrieEntry at = entry->load(std::memory_order_acquire);
    while (trie::is_node(at)) {
      const ServedNode* node = ServedNode::of(at);
      at = node->entries[node->index(placement)].load(std::memory_order_acquire);
    }
    return reinterpret_cast<ServedSegment*>(at);
  }
};

class ServedTrie {
 public:
  explicit ServedTrie(const ReadRegistry& registry) : registry_(registry) {}
  ServedTrie(const ServedTrie&) = delete;
  ServedTrie& operator=(const ServedTrie&) = delete;
  ~ServedTrie();

  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  ServedSegment* make_segment(const ServedRoot& root, uint64_t number, SegmentShape shape);
  // Puts a segment that covers the same hashes in the place of another, which is retired.
  void replace(const ServedRoot& root, ServedSegment* old, ServedSegment* with);
  void replace(const ServedRoot& root, ServedSegment* old, ServedSegment* low, ServedSegment* high);

  Blob* make_blob(size_t bytes);
  void retire_blob(Blob* blob) { retire(blob, sizeof(Blob) + blob->bytes); }
  HotRows* make_hot_rows(uint64_t key_hash, uint64_t tick);
  // The whole table with it; its rows' blobs have been retired.
  void retire_hot_rows(HotRows* hot);

  bool has_retired() const { return !retired_.empty(); }
  // Frees what no reader can touch any more.
  void free_retired(const ReadHorizon& horizon);

  // At the end, when there are no readers.
  void free_now(void* memory, size_t bytes);
  void free_nodes(TrieEntry entry, const std::function<void(ServedSegment*)>& segment);

 private:
  struct Retired {
    void* memory;
    size_t bytes;
    uint64_t tick;  // readers at this tick or later never saw it
  };
  void* allocate(size_t bytes);
  void retire(void* memory, size_t bytes);
  ServedNode* make_node(uint32_t shift, uint32_t bits);
  // The entry that leads to the lowest node above `hash`, or to the segment when there is none.
  static std::atomic<TrieEntry>* lowest(const ServedRoot& root, uint64_t hash);

  const ReadRegistry& registry_;
  std::deque<Retired> retired_;
  std::vector<void*> spare_segments_;
  std::atomic<size_t> bytes_{0};
};

}  // namespace millrace::storage
