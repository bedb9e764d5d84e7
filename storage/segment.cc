#include "storage/segment.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::storage {
namespace {

constexpr size_t kTypicalRecordBytes = 24;

size_t average_bytes(size_t records, size_t bytes) {
  return records == 0 ? kTypicalRecordBytes : std::max<size_t>(1, bytes / records);
}

uint32_t groups_for(size_t block_bytes, size_t record_bytes) {
  const double records = static_cast<double>(block_bytes - sizeof(Segment)) /
                         (static_cast<double>(record_bytes) + double{sizeof(SlotGroup)} / kGroupSlotsUsed);
  return std::max(1U, static_cast<uint32_t>(records / kGroupSlotsUsed + 0.5));
}

}  // namespace

std::optional<SegmentShape> segment_shape(size_t records, size_t bytes, size_t block_max) {
  for (size_t block = kSegmentBytesMin;; block = std::min(block * 2, block_max)) {
    const uint32_t groups = groups_for(block, average_bytes(records, bytes));
    const size_t slots = size_t{groups} * kGroupSlotsUsed;
    const size_t taken = sizeof(Segment) + sizeof(SlotGroup) * groups;
    if (taken < block && records * 4 <= slots * 3 && bytes * 4 <= (block - taken) * 3) {
      return SegmentShape{block, groups};
    }
    if (block >= block_max) return std::nullopt;
  }
}

SegmentShape crammed_segment_shape(size_t records, size_t bytes, size_t block_bytes, uint32_t groups_before) {
  const uint32_t groups = groups_for(block_bytes, average_bytes(records, bytes));
  const bool fits = sizeof(Segment) + sizeof(SlotGroup) * groups + bytes <= block_bytes &&
                    size_t{groups} * kGroupSlotsUsed >= records;
  return {block_bytes, fits ? groups : groups_before};
}

void Segment::format(uint32_t bytes, uint32_t group_count) {
  block_bytes = bytes;
  groups = static_cast<uint16_t>(group_count);
  heap_end = heap_begin();
  dead_bytes = 0;
  live = taken_slots = owning = free_record = 0;
  for (uint32_t g = 0; g < group_count; ++g) std::memset(static_cast<void*>(&group(g)), 0, sizeof(SlotGroup));
}

char* Segment::add(uint64_t hash, uint8_t row_tag, size_t bytes) {
  MILLRACE_CHECK(has_room(bytes), "a segment overflows");
  uint32_t index = first_group(hash);
  while (true) {
    SlotGroup& slots = group(index);
    const uint32_t empty = slots.match_empty();
    const uint32_t free = empty | slots.match_tag(SlotGroup::kErased);
    if (free != 0) {
      const auto slot = static_cast<uint32_t>(__builtin_ctz(free));
      if (slots.tags[slot] == SlotGroup::kEmpty) ++taken_slots;
      slots.tags[slot] = tag(hash);
      slots.row_tags[slot] = row_tag;
      ++live;
      if (free_record != 0 && bytes == common_bytes) {
        slots.offsets[slot] = free_record;
        dead_bytes -= common_bytes;
        char* record = at(free_record);
        std::memcpy(&free_record, record, sizeof free_record);
        return record;
      }
      slots.offsets[slot] = static_cast<uint16_t>(heap_end);
      char* record = at(heap_end);
      heap_end += static_cast<uint32_t>(bytes);
      return record;
    }
    index = next_group(index);
  }
}

void Segment::erase(uint32_t group_index, uint32_t slot, size_t bytes) {
  SlotGroup& slots = group(group_index);
  if (slots.match_empty() != 0) {
    slots.tags[slot] = SlotGroup::kEmpty;  // searches stop in this group anyway
    --taken_slots;
  } else {
    slots.tags[slot] = SlotGroup::kErased;
  }
  dead_bytes += static_cast<uint32_t>(bytes);
  if (bytes == common_bytes) {
    std::memcpy(at(slots.offsets[slot]), &free_record, sizeof free_record);
    free_record = slots.offsets[slot];
  }
  --live;
}

}  // namespace millrace::storage
