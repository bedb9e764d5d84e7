// The bytes of a segment in a checkpoint: its records, in no order and without memory addresses.
//
//   offset  size     meaning
//   0       1        version, 1
//   1       1        'r' rows with weights, 'g' groups with payloads
//   2       varint   number of records
//   then each        'r': signed varint weight, varint length, packed row
//                    'g': varint length, packed key, varint length, payload
//
// The checksum is the checkpoint's (checkpoint.h). Reading trusts nothing all the same: lengths and the
// inner structure of packed rows are checked, because a row is later read without checks.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/byte_stream.h"
#include "base/ids.h"
#include "base/result.h"
#include "storage/dirty_segments.h"
#include "types/row_layout.h"

namespace millrace::storage {

class RowImageWriter {
 public:
  void add(PackedRow row, int64_t weight);
  std::string take();

 private:
  ByteWriter records_;
  uint64_t count_ = 0;
};

class GroupImageWriter {
 public:
  void add(PackedRow key, std::string_view payload);
  std::string take();

 private:
  ByteWriter records_;
  uint64_t count_ = 0;
};

// Is this a row RowLayout could have packed? (Bounds, not canonical form.)
bool is_packed_row(const RowLayout& layout, std::string_view bytes);

// XX001 naming the segment. The views live as long as `image`.
Status read_rows(std::string_view image, const RowLayout& layout, ArrangementId arrangement, SegmentId segment,
                 const std::function<void(PackedRow row, int64_t weight)>& visit);
Status read_groups(std::string_view image, const RowLayout& key_layout, ArrangementId arrangement, SegmentId segment,
                   const std::function<void(PackedRow key, std::string_view payload)>& visit);

// "segment 5 of arrangement 17 is corrupted: <what>".
SqlError corrupted_segment(ArrangementId arrangement, SegmentId segment, const std::string& what);

}  // namespace millrace::storage
