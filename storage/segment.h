// One segment: up to 16 KiB of records found by hash, the unit of growth, of copy-on-write, of dirty
// tracking and of the checkpoint.
//
//   offset            size          meaning
//   0                 64            the header below
//   64                64 * groups   groups of 16 slots, one cache line each: tags, row tags, offsets
//   then              ...           the heap: records, in order of arrival
//
// A slot's tag is 0 when empty, 1 when its record was erased while its group was full, and otherwise
// 0x80 | 7 bits of the placement hash. A search starts at the group the hash names and goes on to the
// next until a group has an empty slot. So a search costs one line for the header (shared by 400 rows),
// one for the group, one for the record.
//
// Erased records of the common size are chained through their first two bytes and used again; others
// stay as dead bytes until the segment is rebuilt, which happens when it is full.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::storage {

inline constexpr size_t kSegmentBytesMax = 16 * 1024;
inline constexpr size_t kSegmentBytesMin = 1024;
inline constexpr uint32_t kGroupSlots = 16;
inline constexpr uint32_t kGroupSlotsUsed = 14;  // on average at most: 7/8

// How a segment's block is shared out between slots and heap.
struct SegmentShape {
  size_t bytes;
  uint32_t groups;
};
// The smallest block, from kSegmentBytesMin up to block_max, in which records of so many bytes together
// leave a quarter free, so that making it pays for itself; nothing when there is none.
std::optional<SegmentShape> segment_shape(size_t records, size_t bytes, size_t block_max);
// A shape of this size that holds the records even without room to spare, as close to the former as can
// be; `groups_before` groups are known to be enough.
SegmentShape crammed_segment_shape(size_t records, size_t bytes, size_t block_bytes, uint32_t groups_before);

struct alignas(64) SlotGroup {
  uint8_t tags[kGroupSlots];
  uint8_t row_tags[kGroupSlots];
  uint16_t offsets[kGroupSlots];

  static constexpr uint8_t kEmpty = 0;
  static constexpr uint8_t kErased = 1;

  // Bit i is set when tags[i] == tag.
  static uint32_t match(const uint8_t* tags, uint8_t tag) {
#if defined(__SSE2__)
    const __m128i lane = _mm_load_si128(reinterpret_cast<const __m128i*>(tags));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(lane, _mm_set1_epi8(static_cast<char>(tag)))));
#else
    uint32_t mask = 0;
    for (uint32_t i = 0; i < kGroupSlots; ++i) mask |= static_cast<uint32_t>(tags[i] == tag) << i;
    return mask;
#endif
  }
  uint32_t match_tag(uint8_t tag) const { return match(tags, tag); }
  uint32_t match_row_tag(uint8_t tag) const { return match(row_tags, tag); }
  uint32_t match_empty() const { return match(tags, kEmpty); }
};
static_assert(sizeof(SlotGroup) == 64);

struct alignas(64) Segment {
  uint64_t birth;        // generation it was made in (snapshot_pin.h)
  uint64_t number;       // dirty_segments.h
  uint64_t table_hash;   // of the hot key it belongs to, if `hot`
  uint64_t dirty_epoch;  // the writer's alone
  uint32_t block_bytes;
  uint32_t heap_end;    // where the next record goes, from the start of the block
  uint32_t dead_bytes;  // of erased records, chained ones included
  uint16_t groups;
  uint16_t live;          // records
  uint16_t taken_slots;   // neither empty now nor ever since the last rebuild
  uint16_t owning;        // records that own a blob or a hot table
  uint16_t common_bytes;  // the size whose erased records are chained; 0: none
  uint16_t free_record;   // first of the chain, from the start of the block; 0: none
  uint8_t depth;
  bool hot;
  bool stored;  // the last checkpoint has it; the writer's alone

  static uint8_t tag(uint64_t hash) { return static_cast<uint8_t>(0x80 | (hash & 0x7f)); }
  uint32_t first_group(uint64_t hash) const { return static_cast<uint32_t>(((hash >> 7 & 0xffffffff) * groups) >> 32); }
  uint32_t next_group(uint32_t group) const { return group + 1 == groups ? 0 : group + 1; }
  SlotGroup& group(uint32_t index) { return reinterpret_cast<SlotGroup*>(this + 1)[index]; }
  const SlotGroup& group(uint32_t index) const { return reinterpret_cast<const SlotGroup*>(this + 1)[index]; }
  char* at(uint32_t offset) { return reinterpret_cast<char*>(this) + offset; }
  const char* at(uint32_t offset) const { return reinterpret_cast<const char*>(this) + offset; }
  uint32_t heap_begin() const { return static_cast<uint32_t>(sizeof(Segment) + sizeof(SlotGroup) * groups); }
  uint32_t live_bytes() const { return heap_end - heap_begin() - dead_bytes; }
  // Is there room for one more record of `bytes` (already aligned)?
  bool has_room(size_t bytes) const {
    return taken_slots < groups * kGroupSlotsUsed &&
           (heap_end + bytes <= block_bytes || (free_record != 0 && bytes == common_bytes));
  }

  // Makes an empty segment of a block.
  void format(uint32_t bytes, uint32_t group_count);
  // Appends a record of `bytes` in the first free slot of the hash's sequence and returns its place.
  // REQUIRES: has_room(bytes).
  char* add(uint64_t hash, uint8_t row_tag, size_t bytes);
  // Frees a slot whose record had `bytes`.
  void erase(uint32_t group_index, uint32_t slot, size_t bytes);

  template <class F>  // f(group index, slot, record)
  void for_each(F&& f) const {
    for (uint32_t g = 0; g < groups; ++g) {
      const SlotGroup& slots = group(g);
      for (uint32_t s = 0; s < kGroupSlots; ++s) {
        if (slots.tags[s] >= 0x80) f(g, s, at(slots.offsets[s]));
      }
    }
  }
};
static_assert(sizeof(Segment) == 64, "the groups begin on a cache line");

}  // namespace millrace::storage
