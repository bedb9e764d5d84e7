// Records of a HashArrangement: a row and its weight.
//
//   first byte w != 0   row with weight w (-128..127), the row follows
//   0, kind             long:  8 bytes weight, row
//                       wide:  8 bytes weight, 8 bytes Blob*         the row lies in the blob
//                       hot:   8 bytes key hash, 8 bytes TrieEntry, 8 bytes row count
//
// A hot record (row tag 0) stands for all rows whose keys have that hash: they lie in a table of their
// own, placed by the hash of the whole row. All others have row tag 1..255, from the row's hash.
#pragma once

#include <cstring>

#include "base/hash.h"
#include "base/ids.h"
#include "storage/arrangement.h"
#include "storage/key_hash.h"
#include "storage/segment_table.h"

namespace millrace::storage {

inline constexpr size_t kInlineRowBytesMax = 256;
// How many rows of one key lie among the others: few enough to be passed over by a search.
inline constexpr size_t kHotRows = 32;

enum class RecordKind : uint8_t { kLong = 1, kWide = 2, kHot = 3 };
inline constexpr uint8_t kHotTag = 0;

inline uint8_t row_tag_of(uint64_t row_hash) {
  const auto tag = static_cast<uint8_t>(row_hash >> 40);
  return tag == kHotTag ? 1 : tag;
}

// The size of a packed row that begins at `row`.
inline size_t packed_row_bytes(const RowLayout& layout, const char* row) {
  size_t bytes = layout.fixed_bytes();
  if (!layout.has_variable_columns()) return bytes;
  uint32_t heap_bytes;
  std::memcpy(&heap_bytes, row + bytes - sizeof heap_bytes, sizeof heap_bytes);
  return bytes + heap_bytes;
}

class RowRecords final : public RecordTraits {
 public:
  RowRecords(ArrangementId id, RowLayout layout, KeyColumns key, NullKeys null_keys)
      : id_(id), layout_(std::move(layout)), key_(layout_, std::move(key)), null_keys_(null_keys) {}

  ArrangementId id() const { return id_; }
  const RowLayout& layout() const { return layout_; }
  const PackedKey& key() const { return key_; }
  NullKeys null_keys() const { return null_keys_; }

  static RecordKind kind(const char* record) { return static_cast<RecordKind>(record[1]); }
  static bool is_short(const char* record) { return record[0] != 0; }
  template <class T>
  static T load(const char* record, size_t offset) {
    T value;
    std::memcpy(&value, record + offset, sizeof value);
    return value;
  }
  template <class T>
  static void store(char* record, size_t offset, T value) {
    std::memcpy(record + offset, &value, sizeof value);
  }

  // Of any record but a hot one.
  static int64_t weight(const char* record) {
    return is_short(record) ? static_cast<int8_t>(record[0]) : load<int64_t>(record, 2);
  }
  PackedRow row(const char* record) const {
    if (is_short(record)) return {record + 1, packed_row_bytes(layout_, record + 1)};
    if (kind(record) == RecordKind::kLong) return {record + 10, packed_row_bytes(layout_, record + 10)};
    const Blob* blob = load<Blob*>(record, 10);
    return {blob->data(), blob->bytes};
  }

  static bool fits_short(int64_t weight) { return weight >= INT8_MIN && weight <= INT8_MAX; }
  static size_t bytes_for(size_t row_bytes, int64_t weight) {
    if (row_bytes > kInlineRowBytesMax) return 18;
    return fits_short(weight) ? std::max<size_t>(2, 1 + row_bytes) : 10 + row_bytes;
  }
  static constexpr size_t kHotBytes = 26;
  static uint64_t hot_key_hash(const char* record) { return load<uint64_t>(record, 2); }
  static TrieEntry hot_entry(const char* record) { return load<TrieEntry>(record, 10); }
  static uint64_t hot_rows(const char* record) { return load<uint64_t>(record, 18); }

  size_t common_bytes() const override {
    const bool varies = layout_.has_variable_columns() || layout_.fixed_bytes() > kInlineRowBytesMax;
    return varies ? 0 : bytes_for(layout_.fixed_bytes(), 1);
  }
  size_t bytes(const char* record, uint8_t) const override {
    if (is_short(record)) return bytes_for(packed_row_bytes(layout_, record + 1), 1);
    switch (kind(record)) {
      case RecordKind::kLong: return 10 + packed_row_bytes(layout_, record + 10);
      case RecordKind::kWide: return 18;
      case RecordKind::kHot: return kHotBytes;
    }
    MILLRACE_UNREACHABLE("record kind");
  }
  uint64_t placement_hash(const char* record, uint8_t row_tag, bool hot) const override {
    if (row_tag == kHotTag) return hot_key_hash(record);
    return hot ? hash_bytes(row(record)) : key_.hash(row(record));
  }
  Owned owned(const char* record, uint8_t row_tag) const override {
    if (row_tag == kHotTag) return {.hot_table = hot_entry(record)};
    if (!is_short(record) && kind(record) == RecordKind::kWide) return {.blob = load<Blob*>(record, 10)};
    return {};
  }

 private:
  ArrangementId id_;
  RowLayout layout_;
  PackedKey key_;  // points to layout_: not movable
  NullKeys null_keys_;
};

}  // namespace millrace::storage
