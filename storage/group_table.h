// One mutable payload a key: the states of aggregates, counters of distinct, positions of tops.
//
//     T : key -> payload,     NULL keys are keys like any other, keys match by SQL's equality
//
// The same segments, pins and checkpoints as HashArrangement. Payloads have a fixed size, or with
// kVariablePayload any size up to 1 GiB each. They are bytes: they survive memcpy, and go to the
// checkpoint as they are, so what is in them is part of the file format (no pointers).
//
// Cost      find_or_insert: one or two cache misses a row, prefetched over the batch. Keys made to have equal hashes
//           cost a few more (group_records.h).
// Threads   As HashArrangement: one writer; const members may run in parallel while nothing writes.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "storage/checkpoint.h"
#include "storage/dirty_segments.h"
#include "storage/key_hash.h"
#include "storage/snapshot_pin.h"

namespace millrace::storage {

class SegmentTable;
class GroupRecords;

inline constexpr size_t kVariablePayload = SIZE_MAX;

using GroupVisitor = std::function<void(PackedRow key, std::string_view payload)>;

class GroupTable {
 public:
  // `payload_bytes` or kVariablePayload. Groups of up to 1 KiB lie in segments, bigger ones beside them.
  GroupTable(ArrangementId id, std::vector<SqlType> key_types, size_t payload_bytes);
  GroupTable(GroupTable&&) noexcept;
  GroupTable& operator=(GroupTable&&) noexcept;
  ~GroupTable();

  ArrangementId id() const;
  const RowLayout& key_layout() const;
  size_t group_count() const;
  size_t bytes() const;

  // payloads[r] = the payload of row r's key, 8-byte aligned, writable, all zero when the key is new;
  // rows of one key get one pointer. `hashes` are hash_keys(batch, key). The pointers are valid until
  // the next call of a non-const member. `inserted`, when given, gets the first row of each new key.
  // REQUIRES: fixed payloads; payloads.size() == batch.rows().
  void find_or_insert(const DeltaBatch& batch, std::span<const ColumnIndex> key, std::span<const uint64_t> hashes,
                      std::span<char*> payloads, std::vector<uint32_t>* inserted = nullptr);
  // While this stays the same and nothing is put, erased or pinned, the pointers of earlier calls of find_or_insert()
  // are valid too.
  uint64_t moves() const;
  // payloads[r] = the payload, nullptr when the key is absent. Valid until the next write.
  void find(const DeltaBatch& batch, std::span<const ColumnIndex> key, std::span<const uint64_t> hashes,
            std::span<const char*> payloads) const;

  // One key at a time; both kinds of payload. The view is valid until the next write.
  // data() is nullptr when the key is absent.
  std::string_view get(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash) const;
  // Inserts or replaces. REQUIRES: of the fixed size, unless variable.
  void put(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash,
           std::string_view payload);

  // Removes the keys of these rows; absent ones are ignored.
  void erase(const DeltaBatch& batch, std::span<const uint32_t> rows, std::span<const ColumnIndex> key,
             std::span<const uint64_t> hashes);

  // Every group, in no order.
  void scan(const GroupVisitor& visit) const;

  // As in HashArrangement.
  SnapshotPin pin(std::string owner, int64_t now_ns);
  std::vector<PinInfo> pins() const;
  static void scan(const SnapshotPin& pin, const GroupVisitor& visit);
  DirtySegments take_dirty();
  void restore_dirty(DirtySegments dirty);
  static Status write_segments(const SnapshotPin& pin, const DirtySegments& dirty, CheckpointWriter& writer);
  Status checkpoint_dirty(CheckpointWriter& writer);
  Status restore(CheckpointReader& reader);

 private:
  const char* locate(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash) const;
  char* locate_writable(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash);
  char* insert(std::string_view packed_key, uint64_t hash, std::string_view payload);
  char* insert_at(uint64_t place, uint64_t hash, std::string_view packed_key, std::string_view payload);
  uint64_t place_for(std::string_view packed_key, uint64_t hash);
  void mark_continued(uint64_t place);
  bool restore_group(uint64_t segment, PackedRow key, std::string_view payload);
  void erase_one(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash);
  std::string pack_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key) const;

  std::shared_ptr<const GroupRecords> records_;
  std::unique_ptr<SegmentTable> table_;
};

}  // namespace millrace::storage
