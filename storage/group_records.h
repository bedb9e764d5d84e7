// Records of a GroupTable: a key and its payload, 8-byte aligned.
//
//   fixed payloads      payload (rounded up to 8), packed key, padding to 8
//   variable payloads   8 bytes payload length, payload (rounded up to 8), packed key, padding to 8
//
// A group of more than kInlineGroupBytesMax lies in a blob, in the same form, and its record is the
// 8-byte Blob*. The slot's row tag tells which.
#pragma once

#include "storage/group_table.h"
#include "storage/row_records.h"
#include "storage/segment_table.h"

namespace millrace::storage {

inline constexpr size_t kInlineGroupBytesMax = 1024;
inline constexpr uint8_t kInlineGroupTag = 1;
inline constexpr uint8_t kBlobGroupTag = 2;

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
    return row_tag == kBlobGroupTag ? RowRecords::load<Blob*>(record, 0)->data() : record;
  }
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
    if (row_tag == kBlobGroupTag) return sizeof(Blob*);
    return group_bytes(payload(record).size(), key_of(record).size());
  }
  uint64_t placement_hash(const char* record, uint8_t row_tag, bool) const override {
    return key_.hash(key_of(group(record, row_tag)));
  }
  Owned owned(const char* record, uint8_t row_tag) const override {
    if (row_tag != kBlobGroupTag) return {};
    return {.blob = RowRecords::load<Blob*>(record, 0)};
  }

 private:
  ArrangementId id_;
  RowLayout key_layout_;
  PackedKey key_;  // points to key_layout_: not movable
  size_t payload_bytes_;
};

}  // namespace millrace::storage
