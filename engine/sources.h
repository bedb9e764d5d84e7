// The live readers: one thread a source, reading what comes and handing it to the sequencer.
//
// A reader is at most kBatchesInFlight batches ahead of the published ticks, and stops reading while the
// process is over its memory limit: back-pressure reaches the broker. A source that cannot go on (a
// record that does not decode, offsets out of range) is stalled: its reader stands still, names the
// place, and no other source or view notices. Trouble that may pass is retried by the reader itself.
//
// Threads: start, stop, statuses: any.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "engine/sequencer.h"
#include "engine/world.h"
#include "ingest/source_reader.h"

namespace millrace::engine {

inline constexpr int kBatchesInFlight = 2;

enum class SourceState : uint8_t {
  kStarting,
  kRunning,
  kFinished,  // nothing more will come, and all that came is published
  kStalled,
};

struct SourceStatus {
  ObjectId source;
  SourceState state = SourceState::kStarting;
  uint64_t rows = 0;  // published, since this process started reading it
  std::string error;  // of a stalled source; what is being retried, of a running one
  std::vector<ingest::PartitionStatus> partitions;
};

class Sources {
 public:
  // `over_memory_limit` is asked before every read.
  Sources(Clock& clock, Executor& executor, Sequencer& sequencer, std::function<bool()> over_memory_limit);
  ~Sources();

  // Reads `source` from these offsets on.
  void start(const World& world, ObjectId source, const ingest::OffsetVector& from);
  void stop(ObjectId source);  // waits until its thread has ended
  void stop_all();
  std::vector<SourceStatus> statuses() const;

 private:
  class Pump;

  Clock& clock_;
  Executor& executor_;
  Sequencer& sequencer_;
  const std::function<bool()> over_memory_limit_;
  mutable std::mutex mutex_;
  std::map<ObjectId, std::unique_ptr<Pump>> pumps_;
};

// What ingest/ needs to open a reader of `source`. The description borrows from `world`.
ingest::SourceDescription describe_source(const World& world, ObjectId source);

}  // namespace millrace::engine
