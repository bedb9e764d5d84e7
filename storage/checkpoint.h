// A checkpoint: the whole state as of one tick, written as what changed since the one before.
//
//   (tick, blobs by name, segments by (arrangement, segment))
//
// begin() ... put ... commit(). Until commit() returns, a crash leaves the previous checkpoint whole;
// afterwards this one is, and the tick log up to its tick has gone. Segments are written under a number
// that only the manifest, written last and synced, makes valid; what an unfinished checkpoint left
// behind is swept at the next open.
//
// Keys in the column family "state", big-endian so that an arrangement's segments lie together:
//
//   offset  size  meaning
//   0       8     arrangement
//   8       1     0 main table, 1 table of a hot key
//   9       8     hash of the hot key, or 0
//   17      8     segment number
//   25      8     ~checkpoint number: the newest comes first
//
// Values: 1 byte (0 erased, 1 bytes follow), the bytes, 8 bytes hash_bytes(key and all before).
//
// Errors    53100 disk full: abandon the writer, the state on disk is the previous checkpoint's.
//           XX001 corrupted bytes, naming arrangement and segment.
// Threads   A writer or reader is used by one thread at a time, beside the log's threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "storage/dirty_segments.h"

namespace millrace::storage {

class CheckpointWriter {
 public:
  virtual ~CheckpointWriter() = default;  // without commit(): abandoned

  virtual TickId tick() const = 0;
  virtual Status put_segment(ArrangementId arrangement, SegmentId segment, std::string_view bytes) = 0;
  virtual Status erase_segment(ArrangementId arrangement, SegmentId segment) = 0;
  // The arrangement and all its segments go. Its id is never used again.
  virtual void drop_arrangement(ArrangementId arrangement) = 0;
  // Small things that are written whole each time: "catalog", "offsets", ... A name not put in this
  // checkpoint is not in it.
  virtual void put_blob(std::string_view name, std::string_view bytes) = 0;
  // Makes it the newest checkpoint, durably, and truncates the tick log before it.
  virtual Status commit() = 0;
};

class CheckpointReader {
 public:
  virtual ~CheckpointReader() = default;

  virtual TickId tick() const = 0;  // 0: there is no checkpoint, everything is empty
  virtual std::vector<ArrangementId> arrangements() = 0;
  virtual std::optional<std::string> blob(std::string_view name) = 0;
  virtual Result<std::vector<SegmentId>> segments(ArrangementId arrangement) = 0;
  virtual Result<std::string> segment(ArrangementId arrangement, SegmentId segment) = 0;
};

}  // namespace millrace::storage
