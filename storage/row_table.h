// Adding to and finding in a segment table of weighted rows: one row at a time, hot keys included.
//
// The rows of one key share a placement hash, so they stand in one sequence of slots. When kHotRows of
// them do, they move to a table of their own, placed by the row's hash, and a hot record takes their
// place; it stays until the last of them is gone.
#pragma once

#include "storage/row_records.h"
#include "storage/segment_table.h"

namespace millrace::storage {

class RowTable {
 public:
  RowTable(SegmentTable& table, const RowRecords& records) : table_(&table), records_(&records) {}

  // Adds `weight` to the row and returns the weight it had. REQUIRES: row_hash = hash_bytes(row), and
  // `row` does not lie in the table.
  int64_t add(uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight);

  // The hot record of this key hash, made when it is not there. Its table, by value: see set_hot_root().
  TableRoot make_hot(uint64_t key_hash);
  void set_hot_root(const TableRoot& root, int64_t rows_more);

 private:
  struct Place {
    Segment* segment = nullptr;
    uint32_t group = 0;
    uint32_t slot = 0;
    bool found = false;
    bool hot = false;       // at a hot record
    uint32_t same_tag = 0;  // slots passed with the tag
    const char* record() const { return segment->at(segment->group(group).offsets[slot]); }
  };

  Place locate(Segment* segment, uint64_t placement, uint8_t row_tag, PackedRow row, bool in_hot) const;
  Place locate_hot(uint64_t key_hash) const;
  int64_t change(TableRoot& root, uint64_t placement, Place place, PackedRow row, uint8_t row_tag, int64_t weight);
  void insert(TableRoot& root, uint64_t placement, PackedRow row, uint8_t row_tag, int64_t weight);
  int64_t add_to_hot(const Place& place, uint64_t key_hash, PackedRow row, uint64_t row_hash, int64_t weight);
  bool is_hot(const Segment& segment, uint64_t key_hash) const;
  void move_to_hot(uint64_t key_hash);

  SegmentTable* table_;
  const RowRecords* records_;
};

// The table of a hot key hash in a main table with this root; 0 when there is none.
TrieEntry find_hot_table(TrieEntry root, uint64_t key_hash);

// The rows (row, weight) below `root` that have this key hash: in their slots' sequence or in the hot
// key's table. A superset of the rows of any one key with that hash. f(const char* record).
template <class F>
void for_each_candidate(TrieEntry root, uint64_t key_hash, F&& f) {
  const Segment* segment = trie::find(root, key_hash);
  const uint8_t tag = Segment::tag(key_hash);
  for (uint32_t g = segment->first_group(key_hash);; g = segment->next_group(g)) {
    const SlotGroup& slots = segment->group(g);
    for (uint32_t matches = slots.match_tag(tag); matches != 0; matches &= matches - 1) {
      const auto slot = static_cast<uint32_t>(__builtin_ctz(matches));
      const char* record = segment->at(slots.offsets[slot]);
      if (slots.row_tags[slot] != kHotTag) [[likely]] {
        f(record);
      } else if (RowRecords::hot_key_hash(record) == key_hash) {
        trie::for_each_segment(RowRecords::hot_entry(record), [&](const Segment& hot) {
          hot.for_each([&](uint32_t, uint32_t, const char* row) { f(row); });
        });
      }
    }
    if (slots.match_empty() != 0) return;
  }
}

// Every row below `root`. f(const char* record).
template <class F>
void for_each_row(TrieEntry root, F&& f) {
  trie::for_each_segment(root, [&](const Segment& segment) {
    segment.for_each([&](uint32_t group, uint32_t slot, const char* record) {
      if (segment.group(group).row_tags[slot] != kHotTag) return f(record);
      for_each_row(RowRecords::hot_entry(record), f);
    });
  });
}

}  // namespace millrace::storage
