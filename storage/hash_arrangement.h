// A Z-set of rows indexed by key columns: state for everything that works by equality.
//
//     apply:  S := S + δ          find:  { (p, r, S[r])  |  p in probe, r in S, key(r) = key(p) }
//
// One entry a distinct row with its weight, which may be negative for a while; an entry is gone when
// its weight is 0. Rows lie packed in 16 KiB segments found by a prefix of the key's hash; a full
// segment splits alone, so there is no moment when everything is rehashed (segment_table.h).
//
// Cost      apply, find: one or two cache misses a row, prefetched over the batch, whatever the number
//           of rows of the key. A key with more than kHotRows rows gets a table of its own, hashed by
//           the whole row: updating one of its million rows costs what updating any row costs.
// Memory    row + about 6 bytes, over a mean fill of 0.7.
// Threads   One writer. Readers either run on the writer's thread, or in parallel while nothing writes
//           (the probe phase of a tick: all const members), or through a pin.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "storage/arrangement.h"
#include "storage/checkpoint.h"
#include "storage/dirty_segments.h"
#include "storage/key_hash.h"
#include "storage/row_packer.h"
#include "storage/snapshot_pin.h"

namespace millrace::storage {

class SegmentTable;
class RowRecords;

class HashArrangement {
 public:
  HashArrangement(ArrangementId id, RowLayout layout, KeyColumns key, NullKeys null_keys);
  HashArrangement(HashArrangement&&) noexcept;
  HashArrangement& operator=(HashArrangement&&) noexcept;
  ~HashArrangement();

  ArrangementId id() const;
  const RowLayout& layout() const;
  const KeyColumns& key() const;
  NullKeys null_keys() const;
  size_t row_count() const;  // distinct rows
  size_t bytes() const;      // memory held, copies under pins included

  // S += delta. `key_hashes` are hash_keys(delta, key()), when the caller has them already.
  void apply(const DeltaBatch& delta);
  void apply(const DeltaBatch& delta, std::span<const uint64_t> key_hashes);
  // The same, and appends how the weight of each distinct row moved (rows whose changes cancel within
  // the delta are left out, as are those that NullKeys::kSkip does not store).
  void apply(const DeltaBatch& delta, std::span<const uint64_t> key_hashes, std::vector<WeightChange>& changes);

  // Matches of every row of `probe`, whose key columns `probe_key` pair up with key() and have the same
  // base types. `hashes` are hash_keys(probe, probe_key).
  void find(const DeltaBatch& probe, std::span<const ColumnIndex> probe_key, std::span<const uint64_t> hashes,
            MatchSink& sink) const;
  // Matches of one row.
  void find_one(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key, uint64_t hash,
                MatchSink& sink) const;
  // The weight of exactly this row; 0 when absent. `source` has the columns of layout().
  int64_t weight_of(const DeltaBatch& source, size_t row) const;

  // Every row, in no order.
  void scan(const RowVisitor& visit) const;

  // See snapshot_pin.h.
  SnapshotPin pin(std::string owner, int64_t now_ns);
  std::vector<PinInfo> pins() const;
  // Of a pin of this arrangement; any thread.
  static void scan(const SnapshotPin& pin, const RowVisitor& visit);

  // Which segments changed since the last call (all of them at the first), for write_segments().
  // Together with pin() and on the same thread between ticks, so that both speak of one state.
  DirtySegments take_dirty();
  // Puts back what take_dirty() took, when the checkpoint was not committed.
  void restore_dirty(DirtySegments dirty);
  // Writes the pinned contents of the dirty segments. Any thread.
  static Status write_segments(const SnapshotPin& pin, const DirtySegments& dirty, CheckpointWriter& writer);
  // take_dirty() and write_segments() in one, on the writer's thread.
  Status checkpoint_dirty(CheckpointWriter& writer);
  // Fills an empty arrangement. XX001 names the arrangement and the segment.
  Status restore(CheckpointReader& reader);

 private:
  void apply_chunk(const DeltaBatch& delta, std::span<const uint64_t> key_hashes, size_t begin, size_t end);

  std::shared_ptr<const RowRecords> records_;
  std::unique_ptr<SegmentTable> table_;
  RowPacker packer_;
};

// Reads a pin in batches: full rows with weights. Threads: one at a time; the pin outlives it.
class SnapshotScan {
 public:
  explicit SnapshotScan(const SnapshotPin& pin);
  ~SnapshotScan();
  // The next kBatchRows rows, fewer at the end; an empty batch when there are no more.
  DeltaBatch next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::storage
