// Which source offsets each recent tick stands for: what makes consistency checkable from outside
// (millrace.ticks), and what a read of an unstored source's history reads up to.
//
// Keeps the newest kTicksKept ticks that moved a source. Threads: record() the tick thread's, the rest any.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "ingest/source_reader.h"

namespace millrace::engine {

using SourceOffsets = std::map<ObjectId, ingest::OffsetVector>;

class TickHistory {
 public:
  static constexpr size_t kTicksKept = 4096;

  struct Entry {
    TickId tick;
    WallTime time;
    std::shared_ptr<const SourceOffsets> offsets;  // of every source, not only those that moved
  };

  void record(TickId tick, WallTime time, std::shared_ptr<const SourceOffsets> offsets) {
    const std::scoped_lock lock(mutex_);
    entries_.push_back({tick, time, std::move(offsets)});
    if (entries_.size() > kTicksKept) entries_.pop_front();
  }

  // The offsets at a tick. 72000 when that is too long ago.
  Result<std::shared_ptr<const SourceOffsets>> offsets_at(TickId tick) const {
    const std::scoped_lock lock(mutex_);
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (entry->tick <= tick) return entry->offsets;
    }
    return SqlError(sqlstate::kSnapshotTooOld, "the source offsets of this transaction's snapshot are no longer kept")
        .with_hint("Start the transaction again.");
  }

  std::vector<Entry> entries() const {
    const std::scoped_lock lock(mutex_);
    return {entries_.begin(), entries_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
};

}  // namespace millrace::engine
