// Writes checkpoints: now and then, beside the ticks, and once more at the end.
//
// A checkpoint pins the state of one tick between two ticks (nothing is copied), and a niced thread
// writes the segments that changed since the last one, the catalog and the source offsets in one atomic
// step; then the log before it goes. A crash in the middle leaves the checkpoint before and its log.
//
// Threads: after_tick(), run_last() on the tick thread (or with it stopped).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "engine/schema_changes.h"
#include "engine/sequencer.h"
#include "engine/world.h"
#include "storage/store.h"

namespace millrace::engine {

struct CheckpointOptions {
  int64_t interval_us = 10'000'000;
  uint64_t ticks_max = 100'000;  // at the latest after so many, to bound the log
};

class Checkpointer {
 public:
  Checkpointer(Clock& clock, Executor& executor, storage::Store& store, storage::ReadRegistry& registry,
               Sequencer& sequencer, WorldHolder& world, SchemaChanges& schema, CheckpointOptions options);
  ~Checkpointer();

  // Begins a checkpoint when it is time.
  void after_tick();
  // With everything else at rest: what is running finishes, and the newest tick is written.
  void run_last();

  uint64_t completed() const { return completed_.load(std::memory_order_relaxed); }

 private:
  struct Plan;

  std::unique_ptr<Plan> pin();
  Status write(Plan& plan);
  void run(const std::shared_ptr<Plan>& plan);

  Clock& clock_;
  Executor& executor_;
  storage::Store& store_;
  storage::ReadRegistry& registry_;
  Sequencer& sequencer_;
  WorldHolder& world_;
  SchemaChanges& schema_;
  const CheckpointOptions options_;

  int64_t last_begun_ns_ = 0;
  TickId last_tick_;
  std::vector<ObjectId> dropped_;  // not yet forgotten on disk
  std::atomic<bool> running_{false};
  std::atomic<uint64_t> completed_{0};
  std::unique_ptr<Activity> activity_;
};

// The names of a checkpoint's blobs.
inline constexpr std::string_view kCatalogBlob = "catalog";
inline constexpr std::string_view kOffsetsBlob = "offsets";
inline constexpr std::string_view kViewsBlob = "views";  // those whose state is in the checkpoint
std::string errors_blob(ObjectId view);

std::string encode_ids(const std::set<ObjectId>& ids);
Result<std::set<ObjectId>> decode_ids(std::string_view bytes);

}  // namespace millrace::engine
