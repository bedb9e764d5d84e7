#include "storage/served_segment.h"

#include "base/check.h"

namespace millrace::storage {

void ServedSegment::publish(uint64_t placement, uint8_t row_tag, size_t bytes) {
  MILLRACE_CHECK(has_room(bytes), "a served segment overflows");
  uint32_t index = first_group(placement);
  uint32_t empty;
  while ((empty = group(index).match(SlotGroup::kEmpty) & 0xffff) == 0) index = next_group(index);
  ServedGroup& slots = group(index);
  const auto slot = static_cast<uint32_t>(__builtin_ctz(empty));
  slots.row_tags[slot] = row_tag;
  slots.offsets[slot] = static_cast<uint16_t>(heap_end);
  heap_end += static_cast<uint32_t>(bytes);
  ++versions;
  slots.set_tag(slot, Segment::tag(placement));
}

}  // namespace millrace::storage
