#include "storage/row_table.h"

#include <algorithm>
#include <string>

namespace millrace::storage {

TrieEntry find_hot_table(TrieEntry root, uint64_t key_hash) {
  const Segment* segment = trie::find(root, key_hash);
  for (uint32_t g = segment->first_group(key_hash);; g = segment->next_group(g)) {
    const SlotGroup& slots = segment->group(g);
    uint32_t matches = slots.match_tag(Segment::tag(key_hash)) & slots.match_row_tag(kHotTag);
    for (; matches != 0; matches &= matches - 1) {
      const char* record = segment->at(slots.offsets[__builtin_ctz(matches)]);
      if (RowRecords::hot_key_hash(record) == key_hash) return RowRecords::hot_entry(record);
    }
    if (slots.match_empty() != 0) return 0;
  }
}

RowTable::Place RowTable::locate(Segment* segment, uint64_t placement, uint8_t row_tag, PackedRow row,
                                 bool in_hot) const {
  Place place{.segment = segment};
  const uint8_t tag = Segment::tag(placement);
  for (uint32_t g = segment->first_group(placement);; g = segment->next_group(g)) {
    const SlotGroup& slots = segment->group(g);
    const uint32_t same = slots.match_tag(tag);
    uint32_t matches = same & slots.match_row_tag(row_tag);
    if (!in_hot) matches |= same & slots.match_row_tag(kHotTag);
    place.same_tag += (same & (same - 1)) == 0 ? same != 0 : static_cast<uint32_t>(__builtin_popcount(same));
    for (; matches != 0; matches &= matches - 1) {
      place.group = g;
      place.slot = static_cast<uint32_t>(__builtin_ctz(matches));
      const char* record = segment->at(slots.offsets[place.slot]);
      if (slots.row_tags[place.slot] == kHotTag) {
        place.hot = RowRecords::hot_key_hash(record) == placement;
        if (place.hot) return place;
      } else if (records_->row(record) == row) {
        place.found = true;
        return place;
      }
    }
    if (slots.match_empty() != 0) return place;
  }
}

RowTable::Place RowTable::locate_hot(uint64_t key_hash) const {
  Place place{.segment = table_->find(key_hash)};
  for (uint32_t g = place.segment->first_group(key_hash);; g = place.segment->next_group(g)) {
    const SlotGroup& slots = place.segment->group(g);
    uint32_t matches = slots.match_tag(Segment::tag(key_hash)) & slots.match_row_tag(kHotTag);
    for (; matches != 0; matches &= matches - 1) {
      place.group = g;
      place.slot = static_cast<uint32_t>(__builtin_ctz(matches));
      place.hot = RowRecords::hot_key_hash(place.record()) == key_hash;
      if (place.hot) return place;
    }
    if (slots.match_empty() != 0) return place;
  }
}

void RowTable::insert(TableRoot& root, uint64_t placement, PackedRow row, uint8_t row_tag, int64_t weight) {
  const size_t bytes = RowRecords::bytes_for(row.size(), weight);
  Segment* segment = table_->reserve(root, placement, bytes);
  char* record = segment->add(placement, row_tag, bytes);
  ++table_->rows();
  if (row.size() > kInlineRowBytesMax) {
    Blob* blob = table_->make_blob(row.size());
    std::memcpy(blob->data(), row.data(), row.size());
    record[0] = 0;
    record[1] = static_cast<char>(RecordKind::kWide);
    RowRecords::store(record, 2, weight);
    RowRecords::store(record, 10, blob);
    ++segment->owning;
  } else if (RowRecords::fits_short(weight)) {
    record[0] = static_cast<char>(weight);
    if (!row.empty()) std::memcpy(record + 1, row.data(), row.size());
  } else {
    record[0] = 0;
    record[1] = static_cast<char>(RecordKind::kLong);
    RowRecords::store(record, 2, weight);
    if (!row.empty()) std::memcpy(record + 10, row.data(), row.size());
  }
}

int64_t RowTable::change(TableRoot& root, uint64_t placement, Place place, PackedRow row, uint8_t row_tag,
                         int64_t weight) {
  // A copy keeps its records where they are.
  place.segment = table_->writable(root, placement, place.segment);
  Segment& segment = *place.segment;
  char* record = segment.at(segment.group(place.group).offsets[place.slot]);
  const int64_t before = RowRecords::weight(record);
  // Wraps: a Z-set's group is the integers modulo 2^64, and only damaged input comes near.
  const auto after = static_cast<int64_t>(static_cast<uint64_t>(before) + static_cast<uint64_t>(weight));
  const bool is_short = RowRecords::is_short(record);
  if (after != 0 && !is_short) {
    RowRecords::store(record, 2, after);
    return before;
  }
  if (after != 0 && RowRecords::fits_short(after)) {
    record[0] = static_cast<char>(after);
    return before;
  }
  const size_t bytes = records_->bytes(record, row_tag);
  if (!is_short && RowRecords::kind(record) == RecordKind::kWide) {
    table_->drop_blob(RowRecords::load<Blob*>(record, 10));
    --segment.owning;
  }
  segment.erase(place.group, place.slot, bytes);
  --table_->rows();
  if (after != 0) {
    insert(root, placement, row, row_tag, after);
  } else if (segment.dead_bytes * 2 > segment.block_bytes) {
    table_->shrink(root, placement);
  }
  return before;
}

int64_t RowTable::add(uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight) {
  const uint8_t row_tag = row_tag_of(row_hash);
  const Place place = locate(table_->find(key_hash), key_hash, row_tag, row, false);
  if (place.hot) return add_to_hot(place, key_hash, row, row_hash, weight);
  if (weight == 0) return place.found ? RowRecords::weight(place.record()) : 0;
  if (place.found) return change(table_->root(), key_hash, place, row, row_tag, weight);
  if (place.same_tag >= kHotRows && is_hot(*place.segment, key_hash)) {
    move_to_hot(key_hash);
    return add(key_hash, row, row_hash, weight);
  }
  insert(table_->root(), key_hash, row, row_tag, weight);
  return 0;
}

int64_t RowTable::add_to_hot(const Place& place, uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight) {
  TableRoot root{.entry = RowRecords::hot_entry(place.record()), .hot = true, .key_hash = key_hash};
  const uint8_t row_tag = row_tag_of(row_hash);
  const Place inner = locate(trie::find(root.entry, row_hash), row_hash, row_tag, row, true);
  if (weight == 0) return inner.found ? RowRecords::weight(inner.record()) : 0;
  const size_t rows_before = table_->rows();
  int64_t before = 0;
  if (inner.found) {
    before = change(root, row_hash, inner, row, row_tag, weight);
  } else {
    insert(root, row_hash, row, row_tag, weight);
  }
  set_hot_root(root, static_cast<int64_t>(table_->rows()) - static_cast<int64_t>(rows_before));
  return before;
}

void RowTable::set_hot_root(const TableRoot& root, int64_t rows_more) {
  const uint64_t key_hash = root.key_hash;
  Place place = locate_hot(key_hash);
  // Most changes of a hot key happen deep in its table and leave the main table's segment alone.
  if (rows_more == 0 && RowRecords::hot_entry(place.record()) == root.entry) return;
  place.segment = table_->writable(table_->root(), key_hash);
  Segment& segment = *place.segment;
  char* record = segment.at(segment.group(place.group).offsets[place.slot]);
  const uint64_t rows = RowRecords::hot_rows(record) + static_cast<uint64_t>(rows_more);
  if (rows == 0 && rows_more < 0) {
    table_->drop_hot_root(root);
    segment.erase(place.group, place.slot, RowRecords::kHotBytes);
    --segment.owning;
    return;
  }
  RowRecords::store(record, 10, root.entry);
  RowRecords::store(record, 18, rows);
}

bool RowTable::is_hot(const Segment& segment, uint64_t key_hash) const {
  size_t rows = 0;
  for (uint32_t g = segment.first_group(key_hash);; g = segment.next_group(g)) {
    const SlotGroup& slots = segment.group(g);
    for (uint32_t matches = slots.match_tag(Segment::tag(key_hash)); matches != 0; matches &= matches - 1) {
      const uint32_t slot = static_cast<uint32_t>(__builtin_ctz(matches));
      rows += records_->placement_hash(segment.at(slots.offsets[slot]), slots.row_tags[slot], false) == key_hash;
    }
    if (slots.match_empty() != 0) return rows >= kHotRows;
  }
}

TableRoot RowTable::make_hot(uint64_t key_hash) {
  const Place place = locate_hot(key_hash);
  if (place.hot) return {.entry = RowRecords::hot_entry(place.record()), .hot = true, .key_hash = key_hash};
  const TableRoot root = table_->make_hot_root(key_hash);
  Segment* segment = table_->reserve(table_->root(), key_hash, RowRecords::kHotBytes);
  char* record = segment->add(key_hash, kHotTag, RowRecords::kHotBytes);
  record[0] = 0;
  record[1] = static_cast<char>(RecordKind::kHot);
  RowRecords::store(record, 2, key_hash);
  RowRecords::store(record, 10, root.entry);
  RowRecords::store(record, 18, uint64_t{0});
  ++segment->owning;
  return root;
}

void RowTable::move_to_hot(uint64_t key_hash) {
  struct Moved {
    std::string row;
    int64_t weight;
  };
  std::vector<Moved> moved;
  Segment& segment = *table_->writable(table_->root(), key_hash);
  // Tags are looked at before the erasures in their group, and no erasure makes a later group unreachable:
  // the walk ends where it would have ended before.
  uint32_t g = segment.first_group(key_hash);
  for (bool last = false; !last; g = segment.next_group(g)) {
    const SlotGroup& slots = segment.group(g);
    last = slots.match_empty() != 0;
    for (uint32_t matches = slots.match_tag(Segment::tag(key_hash)); matches != 0; matches &= matches - 1) {
      const auto slot = static_cast<uint32_t>(__builtin_ctz(matches));
      char* record = segment.at(slots.offsets[slot]);
      const uint8_t row_tag = slots.row_tags[slot];
      if (records_->placement_hash(record, row_tag, false) != key_hash) continue;
      moved.push_back({std::string(records_->row(record)), RowRecords::weight(record)});
      const size_t bytes = records_->bytes(record, row_tag);
      if (Blob* blob = records_->owned(record, row_tag).blob) {
        table_->drop_blob(blob);
        --segment.owning;
      }
      segment.erase(g, slot, bytes);
      --table_->rows();
    }
  }
  TableRoot root = make_hot(key_hash);
  for (const Moved& row : moved) {
    const uint64_t row_hash = hash_bytes(row.row);
    insert(root, row_hash, row.row, row_tag_of(row_hash), row.weight);
  }
  set_hot_root(root, static_cast<int64_t>(moved.size()));
}

}  // namespace millrace::storage
