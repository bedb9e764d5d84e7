// Names of segments, and which of them a checkpoint must write.
//
// A segment holds the rows whose hash begins with certain bits; its name is those bits, so it is the
// same in memory, on disk and after a restart:
//
//   number = 1 << depth | the first `depth` bits of the hash          (1 is the whole table)
//
// The rows of a hot key (HashArrangement) lie in a table of their own, cut by the row's hash; it is
// named by the key's hash.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace millrace::storage {

struct SegmentId {
  bool hot = false;       // in a hot key's table
  uint64_t key_hash = 0;  // of the hot key; 0 in the main table
  uint64_t number = 1;
  auto operator<=>(const SegmentId&) const = default;
};

constexpr uint64_t segment_number(uint64_t hash, unsigned depth) {
  return depth == 0 ? 1 : uint64_t{1} << depth | hash >> (64 - depth);
}
constexpr unsigned segment_depth(uint64_t number) { return 63 - static_cast<unsigned>(__builtin_clzll(number)); }
// The smallest hash that lies in the segment.
constexpr uint64_t segment_first_hash(uint64_t number) {
  const unsigned depth = segment_depth(number);
  return depth == 0 ? 0 : number << (64 - depth);
}

// The smallest hash after the segment's; 0 when it is the last.
constexpr uint64_t next_segment_hash(uint64_t number) {
  const unsigned depth = segment_depth(number);
  return depth == 0 ? 0 : segment_first_hash(number) + (uint64_t{1} << (64 - depth));
}

struct DirtySegments {
  std::vector<SegmentId> put;    // exist in the pinned state and changed
  std::vector<SegmentId> erase;  // existed at the last checkpoint and no longer do
};

}  // namespace millrace::storage
