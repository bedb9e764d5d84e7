// Records of a GroupTable: a key and its payload, 8-byte aligned.
//
//   fixed payloads      payload (rounded up to 8), packed key, padding to 8
//   variable payloads   8 bytes payload length, payload (rounded up to 8), packed key, padding to 8
//
// A group of more than kInlineGroupBytesMax lies in a blob, in the same form, and its record is the
// 8-byte Blob*. The slot's row tag tells which.
//
// Keys can be made so that their hashes are equal: two integers are enough. At the place that a hash names there are at
// most kGroupsPerPlace groups; a mark there says that more follow at the next place of the chain
//
//     place 0 = hash(key);  place n = hash_int(hash ^ hash_int(second_hash(key) + n * K))
//
// which tells such keys apart again where their columns have a second hash. Where they have none (equality is not that
// of the bytes) all of them walk the same chain: slow for who made them, and no more than that. A group that does not
// lie at its first place has its place before it in the record.
#pragma once

#include "storage/group_table.h"
#include "storage/row_records.h"
#include "storage/segment_table.h"

namespace millrace::storage {

inline constexpr size_t kInlineGroupBytesMax = 1024;
inline constexpr uint8_t kInlineGroupTag = 1;
inline constexpr uint8_t kBlobGroupTag = 2;
inline constexpr uint8_t kMovedBit = 4;      // not at its first place
inline constexpr uint8_t kChainMarkTag = 8;  // no group: the record is the place that is continued elsewhere
// A segment that cannot be split has room for so many of the widest, twice.
inline constexpr size_t kGroupsPerPlace = 24;

class GroupRecords final : public RecordTraits {
 public:
  GroupRecords(ArrangementId id, std::vector<SqlType> key_types, size_t payload_bytes)
      : id_(id),
        key_layout_(std::move(key_types)),
        key_(key_layout_, first_columns(key_layout_.column_count())),
        payload_bytes_(payload_bytes) {}

  ArrangementId id() const { return id_; }
  const RowLayout& key_layout() const { return key_layout_; }
  const PackedKey& key() const { return key_; }
  bool variable() const { return payload_bytes_ == kVariablePayload; }
  size_t payload_bytes() const { return payload_bytes_; }

  static constexpr size_t round_up(size_t bytes) { return (bytes + 7) & ~size_t{7}; }
  // Where a group's bytes are: the record itself or the blob's.
  static const char* group(const char* record, uint8_t row_tag) {
    const char* stored = record + place_bytes(row_tag);
    return is_blob(row_tag) ? RowRecords::load<Blob*>(stored, 0)->data() : stored;
  }
  static bool is_group(uint8_t row_tag) { return row_tag != kChainMarkTag; }
  static bool is_blob(uint8_t row_tag) { return (row_tag & ~kMovedBit) == kBlobGroupTag; }
  static size_t place_bytes(uint8_t row_tag) { return (row_tag & kMovedBit) != 0 ? sizeof(uint64_t) : 0; }
  size_t payload_offset() const { return variable() ? 8 : 0; }
  std::string_view payload(const char* group) const {
    return {group + payload_offset(), variable() ? RowRecords::load<uint64_t>(group, 0) : payload_bytes_};
  }
  PackedRow key_of(const char* group) const {
    const char* key = group + payload_offset() + round_up(payload(group).size());
    return {key, packed_row_bytes(key_layout_, key)};
  }
  size_t group_bytes(size_t payload_bytes, size_t key_bytes) const {
    return payload_offset() + round_up(payload_bytes) + round_up(std::max<size_t>(key_bytes, 1));
  }

  size_t common_bytes() const override {
    if (variable() || key_layout_.has_variable_columns()) return 0;
    const size_t bytes = group_bytes(payload_bytes_, key_layout_.fixed_bytes());
    return bytes > kInlineGroupBytesMax ? sizeof(Blob*) : bytes;
  }
  size_t bytes(const char* record, uint8_t row_tag) const override {
    if (!is_group(row_tag)) return sizeof(uint64_t);
    if (is_blob(row_tag)) return place_bytes(row_tag) + sizeof(Blob*);
    const char* group = record + place_bytes(row_tag);
    return place_bytes(row_tag) + group_bytes(payload(group).size(), key_of(group).size());
  }
  uint64_t placement_hash(const char* record, uint8_t row_tag, bool) const override {
    if (!is_group(row_tag) || place_bytes(row_tag) > 0) return RowRecords::load<uint64_t>(record, 0);
    return key_.hash(key_of(group(record, row_tag)));
  }
  Owned owned(const char* record, uint8_t row_tag) const override {
    if (!is_group(row_tag) || !is_blob(row_tag)) return {};
    return {.blob = RowRecords::load<Blob*>(record + place_bytes(row_tag), 0)};
  }

 private:
  ArrangementId id_;
  RowLayout key_layout_;
  PackedKey key_;  // points to key_layout_: not movable
  size_t payload_bytes_;
};

}  // namespace millrace::storage
