// A hash table of records in segments that nothing ever rehashes as a whole: the ground under
// HashArrangement and GroupTable.
//
//   root -> directory node (up to 256 entries, 8 bits of the hash) -> ... -> segment (segment.h)
//
// The directory is a trie over the hash's leading bits. A segment of depth d holds the records whose
// hash begins with its d bits. When it is full it is rebuilt without its dead bytes, bigger, or as two
// segments of depth d + 1; its node is doubled, or grows a child, when the node's bits do not tell the
// two apart. So the longest single step of a write is one segment of 16 KiB and one node of 2 KiB.
//
// Pins (snapshot_pin.h): an object born after the newest pin is the writer's own and is changed in
// place; any other is copied first, together with the nodes above it, and the original is retired with
// the span of generations in which pins can see it.
//
// Records are opaque here; from a record and its slot's row tag RecordTraits tells their size and hash, and what they
// own outside their segment: a blob (a record too big for a segment) or the root of a hot key's table.
//
// Threads   One writer; find() and for_each_segment() in parallel while nothing writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/dirty_segments.h"
#include "storage/segment.h"
#include "storage/snapshot_pin.h"

namespace millrace::storage {

struct alignas(8) Blob {
  uint64_t birth;
  uint64_t bytes;
  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
};

// A segment, or a directory node when bit 0 is set.
using TrieEntry = uintptr_t;

struct TableRoot {
  TrieEntry entry = 0;
  bool hot = false;
  uint64_t key_hash = 0;  // of the hot key
};

class RecordTraits {
 public:
  virtual ~RecordTraits() = default;
  // Of nearly every record, at least 2; 0 when they vary.
  virtual size_t common_bytes() const = 0;
  // In the segment, a multiple of the alignment that records want.
  virtual size_t bytes(const char* record, uint8_t row_tag) const = 0;
  // What places the record: the key's hash, or in a hot key's table the row's.
  virtual uint64_t placement_hash(const char* record, uint8_t row_tag, bool hot) const = 0;
  struct Owned {
    Blob* blob = nullptr;
    TrieEntry hot_table = 0;
  };
  virtual Owned owned(const char* record, uint8_t row_tag) const = 0;
};

struct TrieNode {
  uint64_t birth;
  uint32_t shift;        // bits of the hash used above
  uint32_t bits;         // 1..kNodeBits used here
  TrieEntry entries[1];  // 1 << bits of them

  static constexpr uint32_t kNodeBits = 8;
  size_t index(uint64_t hash) const { return (hash << shift) >> (64 - bits); }
  static size_t bytes(uint32_t bits) { return sizeof(TrieNode) + sizeof(TrieEntry) * ((size_t{1} << bits) - 1); }
};

namespace trie {
inline bool is_node(TrieEntry entry) { return (entry & 1) != 0; }
inline TrieNode* node(TrieEntry entry) { return reinterpret_cast<TrieNode*>(entry - 1); }
inline Segment* segment(TrieEntry entry) { return reinterpret_cast<Segment*>(entry); }

inline Segment* find(TrieEntry entry, uint64_t hash) {
  while (is_node(entry)) {
    const TrieNode* inner = node(entry);
    entry = inner->entries[inner->index(hash)];
  }
  return segment(entry);
}

// f(const Segment&), in the order of hashes.
template <class F>
void for_each_segment(TrieEntry entry, F&& f) {
  if (!is_node(entry)) return f(*segment(entry));
  const TrieNode* inner = node(entry);
  const size_t count = size_t{1} << inner->bits;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0 && inner->entries[i] == inner->entries[i - 1]) continue;  // one segment, several entries
    for_each_segment(inner->entries[i], f);
  }
}
}  // namespace trie

// What a table and its pins own together; the last of them frees it.
class SegmentCore {
 public:
  explicit SegmentCore(std::shared_ptr<const RecordTraits> traits) : traits_(std::move(traits)) {}
  SegmentCore(const SegmentCore&) = delete;
  SegmentCore& operator=(const SegmentCore&) = delete;
  ~SegmentCore();

  const RecordTraits& traits() const { return *traits_; }

 private:
  friend class SegmentTable;
  friend struct TableVersion;

  struct Retired {
    void* memory;
    size_t bytes;
    uint64_t birth;
    uint64_t death;  // pins of generations in [birth, death) see it
  };
  struct PinState {
    uint64_t generation;
    PinInfo info;
    std::atomic<bool> released{false};
  };

  void* allocate(size_t bytes);
  void release(void* memory, size_t bytes);
  void free_tree(TrieEntry entry);

  std::shared_ptr<const RecordTraits> traits_;
  TableRoot root_;
  size_t rows_ = 0;
  uint64_t generation_ = 1;
  uint64_t newest_pinned_ = 0;
  std::vector<Retired> retired_;
  std::vector<std::shared_ptr<PinState>> pins_;
  std::vector<void*> spare_segments_;  // of kSegmentBytesMax: fresh pages cost more than the copy itself
  std::atomic<size_t> bytes_{0};
};

struct TableVersion {
  std::shared_ptr<SegmentCore> core;
  std::shared_ptr<SegmentCore::PinState> state;
  TrieEntry root = 0;
  size_t rows = 0;

  TableVersion(std::shared_ptr<SegmentCore> core, PinInfo info);
  ~TableVersion();
  const PinInfo& info() const { return state->info; }
};

class SegmentTable {
 public:
  explicit SegmentTable(std::shared_ptr<const RecordTraits> traits);

  TableRoot& root() { return core_->root_; }
  const TableRoot& root() const { return core_->root_; }
  size_t& rows() { return core_->rows_; }
  size_t rows() const { return core_->rows_; }
  size_t bytes() const { return core_->bytes_.load(std::memory_order_relaxed); }

  Segment* find(uint64_t hash) const { return trie::find(core_->root_.entry, hash); }

  // Starts the memory reads that looking up these few hashes (16 to 32) will need.
  void prefetch(std::span<const uint64_t> hashes) const;

  // Before a series of writes: frees what released pins held.
  void begin_write() {
    if (!core_->pins_.empty()) reclaim();
  }
  // The segment of `hash`, the writer's own and marked dirty. Records keep their offsets.
  Segment* writable(TableRoot& root, uint64_t hash);
  // The same, where find() of `root` has just returned `segment`.
  Segment* writable(TableRoot& root, uint64_t hash, Segment* segment) {
    if (!owns(segment->birth)) return writable(root, hash);
    mark_dirty(*segment);
    return segment;
  }
  // The same, with room for one more record of `bytes`. Records move.
  Segment* reserve(TableRoot& root, uint64_t hash, size_t bytes);
  // Counts the times records have moved.
  uint64_t moves() const { return moves_; }
  // Gives back memory of a segment that has become mostly empty. Records move. REQUIRES: writable.
  void shrink(TableRoot& root, uint64_t hash);

  // A root for a hot key's table, with one empty segment.
  TableRoot make_hot_root(uint64_t key_hash);
  // Retires a hot key's table.
  void drop_hot_root(const TableRoot& root);

  Blob* make_blob(size_t bytes);
  void drop_blob(Blob* blob);
  // May the writer change what was born then?
  bool owns(uint64_t birth) const { return birth > core_->newest_pinned_; }

  SnapshotPin pin(std::string owner, int64_t now_ns);
  std::vector<PinInfo> pins() const;

  // Ids of segments touched since the last call, not yet sorted into "exist" and "gone".
  std::vector<SegmentId> take_touched();
  void restore_touched(const DirtySegments& dirty);

  // Restoring: cuts an empty table so that exactly this segment exists; nullptr when it cannot, because
  // the segment has been split further.
  Segment* cut_out(TableRoot& root, uint64_t number);
  // Between cutting out and filling: these segments are as the checkpoint has them.
  void assume_stored(const TableRoot& root);
  void end_restore() { ++dirty_epoch_; }

 private:
  void reclaim();
  void retire(void* memory, size_t bytes, uint64_t birth);
  void mark_dirty(Segment& segment) {
    if (segment.dirty_epoch == dirty_epoch_) return;
    segment.dirty_epoch = dirty_epoch_;
    touched_.push_back({segment.hot, segment.table_hash, segment.number});
  }
  Segment* make_segment(const TableRoot& root, uint64_t number, size_t bytes, uint32_t groups);
  TrieNode* make_node(uint32_t shift, uint32_t bits);
  // The entry that leads to the lowest node above `hash` (or to the segment, when there is no node), with
  // everything on the way the writer's own.
  TrieEntry* writable_path(TableRoot& root, uint64_t hash);
  void replace(TableRoot& root, Segment* old, Segment* with);
  void rebuild(TableRoot& root, Segment* segment, size_t bytes, uint32_t groups);
  void split(TableRoot& root, Segment* segment);
  void install_halves(TableRoot& root, Segment* parent, Segment* low, Segment* high);
  void move_records(const Segment& source, Segment& low, Segment& high);
  void forget_tree(TrieEntry entry);

  std::shared_ptr<SegmentCore> core_;
  std::vector<SegmentId> touched_;
  uint64_t dirty_epoch_ = 1;
  uint64_t moves_ = 0;
};

}  // namespace millrace::storage
