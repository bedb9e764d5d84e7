// How far the tick log is known to be on disk, kept outside the log: the witness that tells a log cut
// short from a short log.
//
// File of two slots of 4 KiB, written in turn so that a torn write leaves the other one whole:
//
//   offset  size  meaning
//   0       8     magic "MRWATERM"
//   8       4     version, 1
//   12      4     zero
//   16      8     turn: the larger valid one counts
//   24      8     tick
//   32      8     chain hash at that tick (tick_log.h)
//   40      8     wall clock, microseconds
//   48      8     hash_bytes(bytes [0, 48))
//   56      ...   zero
//
// Written only after the log's sync, so it never runs ahead of the disk.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/ids.h"
#include "base/result.h"

namespace millrace::storage {

struct WatermarkValue {
  TickId tick;
  uint64_t chain = 0;
  WallTime written;
  bool operator==(const WatermarkValue&) const = default;
};

class CommitWatermark {
 public:
  // Creates the file. The value is empty when it has never been written; XX001 when there is a file and
  // neither slot is valid.
  static Result<std::unique_ptr<CommitWatermark>> open(Fs& fs, const std::string& path);

  const std::optional<WatermarkValue>& value() const { return value_; }
  // Durable on return.
  Status write(const WatermarkValue& value);

 private:
  explicit CommitWatermark(std::unique_ptr<DurableFile> file) : file_(std::move(file)) {}

  std::unique_ptr<DurableFile> file_;
  uint64_t turn_ = 0;
  std::optional<WatermarkValue> value_;
};

}  // namespace millrace::storage
