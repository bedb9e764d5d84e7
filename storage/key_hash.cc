#include "storage/key_hash.h"

#include <algorithm>

#include "base/hash.h"
#include "types/byte_string.h"

namespace millrace::storage {
namespace {

// Types without an equality of their own (json) are keyed by their bytes.
uint64_t hash_slot(Slot slot, SqlType type) {
  const TypeInfo& info = type.info();
  if (info.hash != nullptr) return info.hash(slot, type);
  if (type.physical() == Physical::kBytes) return hash_bytes(slot.view());
  return hash_bytes({reinterpret_cast<const char*>(&slot), physical_bytes(type.physical())});
}

// FNV-1a, each byte's influence spread by hash_int at the end: nothing in common with hash_bytes.
uint64_t second_hash_slot(Slot slot, SqlType type) {
  if (!type.info().bytewise_equality) return 0;
  const std::string_view bytes =
      type.physical() == Physical::kBytes
          ? slot.view()
          : std::string_view(reinterpret_cast<const char*>(&slot), physical_bytes(type.physical()));
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3ULL;
  return hash_int(hash);
}

// The sum of the columns, each turned its own way: unlike hash_combine, no column can undo another's by itself.
uint64_t add_second(uint64_t sum, size_t column, uint64_t hash) {
  return sum + hash_int(hash + 0xd6e8feb86659fd93ULL * (column + 1));
}

bool slots_equal(Slot a, Slot b, SqlType type) {
  const TypeInfo& info = type.info();
  if (!info.bytewise_equality && info.compare != nullptr) return info.compare(a, b, type) == 0;
  if (type.physical() == Physical::kBytes) return a.bytes == b.bytes;
  return std::memcmp(&a, &b, physical_bytes(type.physical())) == 0;
}

template <class T>
void combine_integers(const Column& column, std::span<uint64_t> out) {
  const std::span<const T> values = column.values<T>();
  if (!column.has_nulls()) {
    for (size_t row = 0; row < out.size(); ++row) {
      out[row] = hash_combine(out[row], hash_int(static_cast<uint64_t>(int64_t{values[row]})));
    }
    return;
  }
  for (size_t row = 0; row < out.size(); ++row) {
    const uint64_t hash = column.is_null(row) ? kHashOfNull : hash_int(static_cast<uint64_t>(int64_t{values[row]}));
    out[row] = hash_combine(out[row], hash);
  }
}

void combine_column(const Column& column, std::span<uint64_t> out) {
  const SqlType type = column.type();
  if (column.is_constant() && !out.empty()) {
    const uint64_t hash = column.is_null(0) ? kHashOfNull : hash_slot(column.slot(0), type);
    for (uint64_t& seed : out) seed = hash_combine(seed, hash);
    return;
  }
  if (type.oid() == oid::kInt8) return combine_integers<int64_t>(column, out);
  if (type.oid() == oid::kInt4) return combine_integers<int32_t>(column, out);
  if (type.oid() == oid::kInt2) return combine_integers<int16_t>(column, out);
  if (type.info().hash == hash_slot_bytes && !column.has_nulls()) {
    const std::span<const StringRef> values = column.values<StringRef>();
    for (size_t row = 0; row < out.size(); ++row) out[row] = hash_combine(out[row], hash_bytes(values[row].view()));
    return;
  }
  for (size_t row = 0; row < out.size(); ++row) {
    out[row] = hash_combine(out[row], column.is_null(row) ? kHashOfNull : hash_slot(column.slot(row), type));
  }
}

}  // namespace

KeyColumns first_columns(size_t count) {
  KeyColumns columns;
  for (size_t i = 0; i < count; ++i) columns.emplace_back(static_cast<uint32_t>(i));
  return columns;
}

void hash_keys(const DeltaBatch& batch, std::span<const ColumnIndex> key, std::span<uint64_t> out) {
  std::ranges::fill(out, kHashSeed);
  for (const ColumnIndex column : key) combine_column(batch.column(column.value()), out);
}

std::vector<uint64_t> hash_keys(const DeltaBatch& batch, std::span<const ColumnIndex> key) {
  std::vector<uint64_t> out(batch.rows());
  hash_keys(batch, key, out);
  return out;
}

uint64_t hash_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key) {
  uint64_t hash = kHashSeed;
  for (const ColumnIndex index : key) {
    const Column& column = batch.column(index.value());
    hash = hash_combine(hash, column.is_null(row) ? kHashOfNull : hash_slot(column.slot(row), column.type()));
  }
  return hash;
}

uint64_t hash_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> key) {
  uint64_t hash = kHashSeed;
  for (const ColumnIndex column : key) {
    const size_t i = column.value();
    hash = hash_combine(hash, layout.is_null(row, i) ? kHashOfNull : hash_slot(layout.slot(row, i), layout.type(i)));
  }
  return hash;
}

uint64_t second_hash_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key) {
  uint64_t sum = 0;
  for (size_t i = 0; i < key.size(); ++i) {
    const Column& column = batch.column(key[i].value());
    sum = add_second(sum, i, column.is_null(row) ? kHashOfNull : second_hash_slot(column.slot(row), column.type()));
  }
  return sum;
}

uint64_t second_hash_key(const RowLayout& layout, PackedRow row, std::span<const ColumnIndex> key) {
  uint64_t sum = 0;
  for (size_t i = 0; i < key.size(); ++i) {
    const size_t column = key[i].value();
    const SqlType type = layout.type(column);
    sum = add_second(sum, i,
                     layout.is_null(row, column) ? kHashOfNull : second_hash_slot(layout.slot(row, column), type));
  }
  return sum;
}

bool any_key_has_null(const DeltaBatch& batch, std::span<const ColumnIndex> key) {
  return std::ranges::any_of(key, [&](ColumnIndex column) { return batch.column(column.value()).has_nulls(); });
}

bool key_has_null(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key) {
  return std::ranges::any_of(key, [&](ColumnIndex column) { return batch.column(column.value()).is_null(row); });
}

bool keys_equal(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> batch_key, const RowLayout& layout,
                PackedRow packed, std::span<const ColumnIndex> packed_key) {
  for (size_t i = 0; i < batch_key.size(); ++i) {
    const Column& column = batch.column(batch_key[i].value());
    const size_t place = packed_key[i].value();
    const bool null = layout.is_null(packed, place);
    if (column.is_null(row) != null) return false;
    if (!null && !slots_equal(column.slot(row), layout.slot(packed, place), layout.type(place))) return false;
  }
  return true;
}

bool keys_equal(const RowLayout& a_layout, PackedRow a, std::span<const ColumnIndex> a_key, const RowLayout& b_layout,
                PackedRow b, std::span<const ColumnIndex> b_key) {
  for (size_t i = 0; i < a_key.size(); ++i) {
    const size_t place = a_key[i].value();
    const size_t other = b_key[i].value();
    const bool null = a_layout.is_null(a, place);
    if (b_layout.is_null(b, other) != null) return false;
    if (!null && !slots_equal(a_layout.slot(a, place), b_layout.slot(b, other), a_layout.type(place))) return false;
  }
  return true;
}

PackedKey::PackedKey(const RowLayout& layout, KeyColumns columns) : layout_(&layout), columns_(std::move(columns)) {
  for (const ColumnIndex index : columns_) {
    Place place{.type = layout.type(index.value()),
                .comparison = Comparison::kByType,
                .column = index.value(),
                .offset = static_cast<uint32_t>((layout.column_count() + 7) / 8)};
    const bool bytewise = place.type.info().bytewise_equality || place.type.info().compare == nullptr;
    if (place.type.physical() == Physical::kBytes) {
      if (bytewise) place.comparison = Comparison::kString;
    } else {
      // The fixed columns before it (types/row_layout.h).
      for (uint32_t before = 0; before < place.column; ++before) {
        const Physical physical = layout.type(before).physical();
        if (physical != Physical::kBytes) place.offset += static_cast<uint32_t>(physical_bytes(physical));
      }
      if (bytewise) {
        switch (physical_bytes(place.type.physical())) {
          case 1: place.comparison = Comparison::kBytes1; break;
          case 2: place.comparison = Comparison::kBytes2; break;
          case 4: place.comparison = Comparison::kBytes4; break;
          case 8: place.comparison = Comparison::kBytes8; break;
          default: place.comparison = Comparison::kBytes16; break;
        }
      }
    }
    places_.push_back(place);
  }
  is_word_ = places_.size() == 1 && places_[0].comparison == Comparison::kBytes8;
}

Slot PackedKey::slot(const Place& place, PackedRow row) const {
  Slot slot;
  switch (place.comparison) {  // a copy of known width is one instruction
    case Comparison::kBytes1: std::memcpy(static_cast<void*>(&slot), row.data() + place.offset, 1); return slot;
    case Comparison::kBytes2: std::memcpy(static_cast<void*>(&slot), row.data() + place.offset, 2); return slot;
    case Comparison::kBytes4: std::memcpy(static_cast<void*>(&slot), row.data() + place.offset, 4); return slot;
    case Comparison::kBytes8: std::memcpy(static_cast<void*>(&slot), row.data() + place.offset, 8); return slot;
    case Comparison::kBytes16: std::memcpy(static_cast<void*>(&slot), row.data() + place.offset, 16); return slot;
    case Comparison::kString:
    case Comparison::kByType: break;
  }
  return layout_->slot(row, place.column);
}

bool PackedKey::same(const Place& place, Slot a, Slot b) {
  switch (place.comparison) {
    case Comparison::kBytes1: return std::memcmp(&a, &b, 1) == 0;
    case Comparison::kBytes2: return std::memcmp(&a, &b, 2) == 0;
    case Comparison::kBytes4: return std::memcmp(&a, &b, 4) == 0;
    case Comparison::kBytes8: return std::memcmp(&a, &b, 8) == 0;
    case Comparison::kBytes16: return std::memcmp(&a, &b, 16) == 0;
    case Comparison::kString: return a.bytes == b.bytes;
    case Comparison::kByType: break;
  }
  return slots_equal(a, b, place.type);
}

uint64_t PackedKey::hash(PackedRow row) const {
  uint64_t hash = kHashSeed;
  for (const Place& place : places_) {
    if (layout_->is_null(row, place.column)) {
      hash = hash_combine(hash, kHashOfNull);
      continue;
    }
    const Slot value = slot(place, row);
    const uint64_t own =
        place.type.oid() == oid::kInt8 ? hash_int(static_cast<uint64_t>(value.i64)) : hash_slot(value, place.type);
    hash = hash_combine(hash, own);
  }
  return hash;
}

bool PackedKey::equal_columns(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> batch_key,
                              PackedRow packed) const {
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    const Column& column = batch.column(batch_key[i].value());
    const bool null = layout_->is_null(packed, place.column);
    if (column.is_null(row) != null) return false;
    if (null) continue;
    if (!same(place, column.slot(row), slot(place, packed))) {
      return false;
    }
  }
  return true;
}

bool PackedKey::equal(const PackedKey& other, PackedRow other_row, PackedRow row) const {
  for (size_t i = 0; i < places_.size(); ++i) {
    const bool null = layout_->is_null(row, places_[i].column);
    if (other.layout_->is_null(other_row, other.places_[i].column) != null) return false;
    if (null) continue;
    if (!same(places_[i], other.slot(other.places_[i], other_row), slot(places_[i], row))) return false;
  }
  return true;
}

}  // namespace millrace::storage
