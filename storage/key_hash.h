// The one hash of a key: every folder that places rows by key uses it, so that a delta is hashed once.
//
//   h0 = kHashSeed;  h(i+1) = hash_combine(h(i), column i is NULL ? kHashOfNull : TypeInfo::hash(column i))
//
// Keys equal under SQL's equality have equal hashes; NULL equals NULL here, and who joins leaves NULL
// keys out before. Stable: part of the file format, since it places rows in segments.
//
// Cost      about 1-2 ns a row and column for int2/4/8, 5 ns for short text, one indirect call otherwise.
// Threads   pure functions.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/ids.h"
#include "types/row_layout.h"

namespace millrace::storage {

using KeyColumns = std::vector<ColumnIndex>;

// The columns 0, 1, ... count - 1.
KeyColumns first_columns(size_t count);

// out[r] = hash of row r's key. REQUIRES: out.size() == batch.rows().
void hash_keys(const DeltaBatch& batch, std::span<const ColumnIndex> key, std::span<uint64_t> out);
std::vector<uint64_t> hash_keys(const DeltaBatch& batch, std::span<const ColumnIndex> key);

uint64_t hash_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key);
uint64_t hash_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> key);

// Another hash of the same key, which tells keys apart that were made to have the same hash_key(). Columns whose
// equality is not that of their bytes have no part in it.
uint64_t second_hash_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key);
uint64_t second_hash_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> key);

// Does any of the key's columns hold NULL: in any row, in this one?
bool any_key_has_null(const DeltaBatch& batch, std::span<const ColumnIndex> key);
bool key_has_null(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key);

// SQL equality of a key in flight and a key at rest, NULL equal to NULL. The columns pair up in order
// and have the same base types.
bool keys_equal(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> batch_key, const RowLayout& layout,
                PackedRow packed, std::span<const ColumnIndex> packed_key);
bool keys_equal(const RowLayout& a_layout, PackedRow a, std::span<const ColumnIndex> a_key, const RowLayout& b_layout,
                PackedRow b, std::span<const ColumnIndex> b_key);

// The key columns of packed rows of one layout, with what can be worked out once: where each column lies
// and how it compares. The hot path of every structure here.
class PackedKey {
 public:
  // `layout` outlives this.
  PackedKey(const RowLayout& layout, KeyColumns columns);

  const KeyColumns& columns() const { return columns_; }
  uint64_t hash(PackedRow row) const;
  // keys_equal() with the key at rest.
  bool equal(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> batch_key, PackedRow packed) const {
    if (is_word_) {  // most keys
      const Column& column = batch.column(batch_key[0].value());
      if (!column.has_nulls() && !layout_->is_null(packed, places_[0].column)) {
        return std::memcmp(&column.value<int64_t>(row), packed.data() + places_[0].offset, sizeof(int64_t)) == 0;
      }
    }
    return equal_columns(batch, row, batch_key, packed);
  }
  // The same where both lie packed, under two layouts with the same key types.
  bool equal(const PackedKey& other, PackedRow other_row, PackedRow row) const;

 private:
  enum class Comparison : uint8_t { kBytes1, kBytes2, kBytes4, kBytes8, kBytes16, kString, kByType };
  struct Place {
    SqlType type;
    Comparison comparison;
    uint32_t column;
    uint32_t offset;  // of a fixed column
  };
  bool equal_columns(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> batch_key,
                     PackedRow packed) const;
  Slot slot(const Place& place, PackedRow row) const;
  static bool same(const Place& place, Slot a, Slot b);

  const RowLayout* layout_;
  KeyColumns columns_;
  std::vector<Place> places_;
  bool is_word_;  // one column of eight bytes, which are equal where the values are
};

}  // namespace millrace::storage
