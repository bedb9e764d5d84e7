// The tick log on RocksDB's column family "log", and what its records prove when it is opened.
// Inside storage/ alone.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "storage/commit_watermark.h"
#include "storage/rocks_db.h"
#include "storage/tick_log.h"
#include "storage/tick_record.h"

namespace millrace::storage {

// A tick and the chain hash there.
struct LogPosition {
  TickId tick;
  uint64_t chain = kChainSeed;
};

// What can be read of the log after `base`.
struct LogEvidence {
  LogPosition last_good;                       // every record up to it is there and chains
  TickId claimed_synced;                       // the newest tick that some readable record says was on disk
  bool beyond = false;                         // something, readable or not, lies after last_good
  std::optional<uint64_t> chain_at_watermark;  // when the watermark's tick is within the good part
};

// XX001 or 58030 when RocksDB cannot read.
Result<LogEvidence> examine_log(RocksDb& rocks, const LogPosition& base,
                                const std::optional<WatermarkValue>& watermark);

class RocksTickLog final : public TickLog {
 public:
  // All outlive the log. `base` is where the checkpoint stands, `last` the newest record.
  RocksTickLog(RocksDb& rocks, CommitWatermark& watermark, Clock& clock, LogPosition base, LogPosition last);

  Status append(TickId tick, std::string_view payload) override;
  TickId sync(Eagerness eagerness) override;
  TickId last() const override { return TickId(last_tick_.load(std::memory_order_acquire)); }
  TickId synced() const override { return TickId(synced_.load(std::memory_order_acquire)); }
  Status replay(TickId after, const Replay& replay) override;

  // The chain hash at a tick of the log, for the checkpoint's manifest. REQUIRES: base <= tick <= last().
  Result<LogPosition> position(TickId tick);
  // The checkpoint has moved and the records up to it are gone.
  void set_base(LogPosition base);

 private:
  LogPosition base() const;

  RocksDb& rocks_;
  CommitWatermark& watermark_;
  Clock& clock_;
  std::atomic<uint64_t> last_tick_;
  std::atomic<uint64_t> synced_;
  mutable std::mutex mutex_;  // guards base_ and appended_
  LogPosition base_;
  LogPosition appended_;
  int64_t watermark_written_ns_ = INT64_MIN / 2;  // sync()'s alone
};

}  // namespace millrace::storage
