// One segment of a served index: versions of rows, appended and never moved, read by any thread.
//
//   0    64            header: what places it, fixed; counts, the writer's alone
//   64   64 * groups   slots as in segment.h, tags read and written as two atomic words
//   ...  ...           the heap: version records
//
// The writer fills a record and its slot's offset, then stores the tag with release; a reader that loads
// the tag with acquire sees both. Slots are never used twice and a full group stays full, so a search
// that ends at a group with an empty slot has passed every version that was there when it began.
// In a record only `end` ever changes. A segment that has been replaced changes no more.
//
// Version record, 8-byte aligned:
//
//   offset  size  meaning
//   0       8     begin tick
//   8       8     end tick, kNoEnd while it is current (atomic)
//   16      ...   row and weight, as in row_records.h; a hot record has its HotRows* for the entry.
//                 Free kind bytes (4 and up) are for references to rows of a primary index.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "base/ids.h"
#include "storage/row_records.h"
#include "storage/segment.h"

namespace millrace::storage {

inline constexpr uint64_t kNoEnd = UINT64_MAX;
inline constexpr size_t kVersionBytes = 16;

// The table of a hot key hash in a served index.
struct HotRows {
  std::atomic<TrieEntry> root{0};
  const uint64_t key_hash;
  const uint64_t created;    // tick
  uint64_t last_change = 0;  // tick; the writer's alone
  size_t rows = 0;           // current ones; the writer's alone
  HotRows(uint64_t hash, uint64_t tick) : key_hash(hash), created(tick) {}
};

struct Version {
  static uint64_t begin(const char* record) { return RowRecords::load<uint64_t>(record, 0); }
  static std::atomic_ref<uint64_t> end_of(char* record) {
    return std::atomic_ref<uint64_t>(*reinterpret_cast<uint64_t*>(record + 8));
  }
  static uint64_t end(const char* record) { return end_of(const_cast<char*>(record)).load(std::memory_order_acquire); }
  static bool visible(const char* record, uint64_t tick) { return begin(record) <= tick && tick < end(record); }
  static bool current(const char* record) { return end(record) == kNoEnd; }
  // The RowRecords form.
  static const char* content(const char* record) { return record + kVersionBytes; }
  static char* content(char* record) { return record + kVersionBytes; }
  static size_t bytes(size_t content_bytes) { return (kVersionBytes + content_bytes + 7) & ~size_t{7}; }
  static HotRows* hot(const char* record) { return RowRecords::load<HotRows*>(content(record), 10); }
};

struct alignas(64) ServedGroup {
  std::atomic<uint64_t> tags[2];
  uint8_t row_tags[kGroupSlots];
  uint16_t offsets[kGroupSlots];

  // Bit i: slot i has this tag; bit 16 + i: it is empty.
  uint32_t match(uint8_t tag) const {
    const uint64_t low = tags[0].load(std::memory_order_acquire);
    const uint64_t high = tags[1].load(std::memory_order_acquire);
#if defined(__SSE2__)
    const __m128i lane = _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
    const auto mask = [&](char value) {
      return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(lane, _mm_set1_epi8(value))));
    };
    return mask(static_cast<char>(tag)) | mask(0) << 16;
#else
    uint32_t result = 0;
    for (uint32_t i = 0; i < kGroupSlots; ++i) {
      const auto found = static_cast<uint8_t>((i < 8 ? low : high) >> (i % 8 * 8));
      result |= static_cast<uint32_t>(found == tag) << i | static_cast<uint32_t>(found == 0) << (16 + i);
    }
    return result;
#endif
  }
  // The writer's.
  void set_tag(uint32_t slot, uint8_t tag) {
    std::atomic<uint64_t>& word = tags[slot / 8];
    const uint64_t set = word.load(std::memory_order_relaxed) | uint64_t{tag} << (slot % 8 * 8);
    word.store(set, std::memory_order_release);
  }
};
static_assert(sizeof(ServedGroup) == 64);

struct alignas(64) ServedSegment {
  const uint64_t number;  // dirty_segments.h
  const uint64_t table_hash;
  const uint32_t block_bytes;
  const uint16_t groups;
  const uint8_t depth;
  const bool hot;
  // The writer's alone:
  bool stored = false;
  bool queued = false;    // for reclaim()
  uint16_t versions = 0;  // slots taken
  uint16_t ended = 0;     // versions with an end
  uint32_t heap_end = 0;
  uint64_t dirty_epoch = 0;

  ServedSegment(uint64_t number, bool hot, uint64_t table_hash, SegmentShape shape)
      : number(number),
        table_hash(table_hash),
        block_bytes(static_cast<uint32_t>(shape.bytes)),
        groups(static_cast<uint16_t>(shape.groups)),
        depth(static_cast<uint8_t>(segment_depth(number))),
        hot(hot),
        heap_end(static_cast<uint32_t>(sizeof(ServedSegment) + sizeof(ServedGroup) * shape.groups)) {
    for (uint32_t g = 0; g < groups; ++g) new (&group(g)) ServedGroup{};
  }

  uint32_t first_group(uint64_t hash) const { return static_cast<uint32_t>(((hash >> 7 & 0xffffffff) * groups) >> 32); }
  uint32_t next_group(uint32_t group) const { return group + 1 == groups ? 0 : group + 1; }
  ServedGroup& group(uint32_t index) { return reinterpret_cast<ServedGroup*>(this + 1)[index]; }
  const ServedGroup& group(uint32_t index) const { return reinterpret_cast<const ServedGroup*>(this + 1)[index]; }
  char* at(uint32_t offset) { return reinterpret_cast<char*>(this) + offset; }
  const char* at(uint32_t offset) const { return reinterpret_cast<const char*>(this) + offset; }
  uint32_t heap_bytes() const {
    return heap_end - static_cast<uint32_t>(sizeof(ServedSegment) + sizeof(ServedGroup) * groups);
  }
  bool has_room(size_t bytes) const { return heap_end + bytes <= block_bytes && versions < groups * kGroupSlotsUsed; }

  // Where the next record of `bytes` is to be filled in, for publish(). REQUIRES: has_room(bytes).
  char* next_record() { return at(heap_end); }
  // Makes the filled record visible to searches.
  void publish(uint64_t placement, uint8_t row_tag, size_t bytes);

  // f(row tag, const char* record) for each version whose placement may be this one, until f is false.
  template <class F>
  void search(uint64_t placement, F&& f) const {
    for (uint32_t g = first_group(placement);; g = next_group(g)) {
      const ServedGroup& slots = group(g);
      const uint32_t mask = slots.match(Segment::tag(placement));
      for (uint32_t matches = mask & 0xffff; matches != 0; matches &= matches - 1) {
        const auto slot = static_cast<uint32_t>(__builtin_ctz(matches));
        if (!f(slots.row_tags[slot], at(slots.offsets[slot]))) return;
      }
      if (mask >> 16 != 0) return;
    }
  }
  template <class F>  // f(row tag, const char* record)
  void for_each(F&& f) const {
    for (uint32_t g = 0; g < groups; ++g) {
      const ServedGroup& slots = group(g);
      const uint32_t empty = slots.match(SlotGroup::kEmpty) & 0xffff;
      for (uint32_t taken = ~empty & 0xffff; taken != 0; taken &= taken - 1) {
        const auto slot = static_cast<uint32_t>(__builtin_ctz(taken));
        f(slots.row_tags[slot], at(slots.offsets[slot]));
      }
    }
  }
};
static_assert(sizeof(ServedSegment) == 64, "the groups begin on a cache line");

}  // namespace millrace::storage
