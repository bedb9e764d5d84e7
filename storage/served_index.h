// The rows of a table or view, by key, in versions: what network threads read without locks while the
// tick thread installs the next tick.
//
//   version = (row, weight, [begin, end))       visible at T  <=>  begin <= T < end
//
// A tick's change ends the versions it replaces at T and begins new ones at T; nobody reads T before
// ReadRegistry::publish(T). A row's count (weight) is part of the version, so a multiset is served too.
//
// Structure. A trie over the key's hash leads to append-only segments: the writer adds versions and
// sets ends in place, both seen atomically. A full segment is rewritten without the versions nobody can
// see, or split; the new one replaces the old with one pointer store, and the old is freed when every
// reader has moved on (read_registry.h). So reclamation is part of writing, 16 KiB at a time. What
// idles with garbage is swept by reclaim(). Keys with many rows have a table of their own, as in
// HashArrangement.
//
// Keys match by SQL's equality with NULL equal to NULL (a read of `key = NULL` is the planner's to
// answer: no rows).
//
// Cost      find: one or two cache misses. apply: the same and an append.
// Threads   One writer (apply, reclaim, checkpoint, restore). Readers: any number, each with its own
//           entered Reader of the registry.
// Later     A secondary served index keeps the same structure with references for rows: records have a
//           kind byte for it (served_segment.h).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "storage/arrangement.h"
#include "storage/checkpoint.h"
#include "storage/dirty_segments.h"
#include "storage/key_hash.h"
#include "storage/read_registry.h"

namespace millrace::storage {

struct ServedState;

struct ServedRow {
  PackedRow row;   // of layout(); valid until the reader's next quiescent() or leave()
  int64_t weight;  // > 0
};

class ServedIndex {
 public:
  // `registry` outlives the index. `unique`: the caller promises at most one row a key at any tick.
  ServedIndex(ArrangementId id, RowLayout layout, KeyColumns key, bool unique, ReadRegistry& registry);
  ServedIndex(const ServedIndex&) = delete;
  ServedIndex& operator=(const ServedIndex&) = delete;
  // REQUIRES: no reader is in it: unlinked from the catalog snapshot readers use, and every online
  // reader quiescent since (drop it one published tick later: ReadHorizon::memory tells).
  ~ServedIndex();

  ArrangementId id() const;
  const RowLayout& layout() const;
  const KeyColumns& key() const;
  bool unique() const;

  // --- Readers. `tick` is the reader's or a pin's.

  // The rows of one key, given as row `row` of `probe`; `probe_key` pairs up with key().
  // Returns false at once when `visit` does.
  using Visitor = std::function<bool(const ServedRow&)>;
  void find(TickId tick, const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key, uint64_t hash,
            const Visitor& visit) const;
  // The same for a packed key: the key's columns alone, in key order, under key_layout(). What a
  // ReadProgram uses: no DeltaBatch, no allocation.
  void find(TickId tick, PackedRow packed_key, uint64_t hash, const Visitor& visit) const;
  std::optional<ServedRow> find_one(TickId tick, PackedRow packed_key, uint64_t hash) const;
  const RowLayout& key_layout() const;
  uint64_t hash_of(PackedRow packed_key) const;

  // Every row at `tick`, batch by batch (full rows with weights). Between two calls of next() the reader
  // may be quiescent or left, provided a pin holds the tick. Cheap to make.
  class Scan {
   public:
    Scan(const ServedIndex& index, TickId tick);
    ~Scan();
    Scan(Scan&&) noexcept;
    // At least one row and about kBatchRows; empty when there are no more. REQUIRES: reader entered.
    DeltaBatch next();

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  // --- The writer.

  // Installs tick T's change. REQUIRES: ticks ascend (several batches of one tick may follow each
  // other), T > registry.published(), and no row's weight falls below 0 at the end of the tick.
  // A row whose weight in T's batches is added in several steps is versioned once.
  void apply(TickId tick, const DeltaBatch& delta);
  void apply(TickId tick, const DeltaBatch& delta, std::span<const uint64_t> key_hashes);
  // Installs changes as of `tick`, which may be published: in an index that nobody reads, nor checkpoints, until its
  // owner hands it out at a later tick. How a new view is filled beside the ticks, on any one thread. Weights may be
  // below 0 between two calls. REQUIRES: the same tick each time; apply() comes later, at later ticks.
  void load(TickId tick, const DeltaBatch& delta);
  // What the writer itself sees, its unpublished changes included: for primary keys and upserts. The
  // rows are valid until the next apply().
  void find_newest(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key, uint64_t hash,
                   const Visitor& visit) const;

  size_t row_count() const;      // distinct rows now, unpublished changes included
  size_t version_count() const;  // rows and versions not yet reclaimed
  size_t bytes() const;
  // Frees what nobody reads any more: up to `segments` segments are looked at. Once a tick.
  void reclaim(size_t segments);

  // As in HashArrangement; the pin is a ReadPin of the state's tick, the calling thread an entered Reader.
  DirtySegments take_dirty();
  void restore_dirty(DirtySegments dirty);
  Status write_segments(TickId tick, const DirtySegments& dirty, CheckpointWriter& writer) const;
  Status checkpoint_dirty(TickId tick, CheckpointWriter& writer);
  // Fills an empty index with versions that begin at `tick`.
  Status restore(TickId tick, CheckpointReader& reader);

 private:
  void install(TickId tick, const DeltaBatch& delta, std::span<const uint64_t> key_hashes);

  std::unique_ptr<ServedState> state_;
};

}  // namespace millrace::storage
