// The database: every part of the engine, put together, from a data directory to a place sessions can use.
//
//   TRY(auto database, Database::open(options, parts));   // recovery happens here
//   database->start();                                    // ticks run from now on
//   ... sessions ...
//   database->stop();                                     // what was acknowledged is durable anyway
//
// Recovery: the newest checkpoint is loaded, the tick log after it replayed, sources go on from the
// offsets of the checkpoint. Until a source has again reached what was shown before, relations fed by it
// make their readers wait; others do not.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/fs.h"
#include "base/rng.h"
#include "engine/checkpointer.h"
#include "engine/hydrator.h"
#include "engine/memory_budget.h"
#include "engine/schema_changes.h"
#include "engine/sequencer.h"
#include "engine/session_directory.h"
#include "engine/sources.h"
#include "engine/tick_history.h"
#include "engine/world.h"
#include "storage/store.h"

namespace millrace::engine {

struct DatabaseOptions {
  std::string data_directory;
  uint64_t memory_limit_bytes = 0;  // 0: none
  // A view whose part of one tick takes longer is given up (step_guards.h).
  int64_t view_tick_ns_max = int64_t{60} * 1'000'000'000;
  CheckpointOptions checkpoint;
  std::optional<TickId> recover_to;
};

struct DatabaseParts {
  Clock& clock;
  Rng& rng;
  Executor& executor;
  Fs& fs;
};

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options, DatabaseParts parts);
  ~Database();

  void start();
  void stop();

  // Every relation can be read: no view hydrates and no source catches up.
  bool all_ready() const;

  Clock& clock() { return parts_.clock; }
  Rng& rng() { return parts_.rng; }
  Executor& executor() { return parts_.executor; }
  WorldHolder& world() { return world_; }
  storage::ReadRegistry& registry() { return registry_; }
  Sequencer& sequencer() { return *sequencer_; }
  Sources& sources() { return *sources_; }
  const Hydrator& hydrator() const { return *hydrator_; }
  TickHistory& history() { return history_; }
  const Checkpointer& checkpointer() const { return *checkpointer_; }

  // A fresh id for an object being created; ids that are not used in the end are not given again while
  // the process lives.
  ObjectId allocate_id();

  MemoryBudget& memory() { return memory_; }
  SessionDirectory& sessions() { return sessions_; }

 private:
  Database(DatabaseOptions options, DatabaseParts parts, std::unique_ptr<storage::Store> store, TickId checkpoint);

  Status recover(storage::CheckpointReader& checkpoint);
  Status restore_rows(storage::CheckpointReader& checkpoint, const std::set<ObjectId>& views);
  void hold_back_until(const SourceOffsets& shown);
  void release_caught_up();

  const DatabaseOptions options_;
  DatabaseParts parts_;
  MemoryBudget memory_;
  SessionDirectory sessions_;
  std::unique_ptr<storage::Store> store_;
  storage::ReadRegistry registry_;
  WorldHolder world_;
  TickHistory history_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<Hydrator> hydrator_;
  std::unique_ptr<SchemaChanges> schema_;
  std::unique_ptr<Checkpointer> checkpointer_;

  // After a restart; tick thread only.
  SourceOffsets shown_before_;     // of sources that have not caught up yet
  std::vector<RelationPtr> held_;  // what they feed
  std::atomic<uint32_t> next_id_{0};
  bool started_ = false;
};

}  // namespace millrace::engine
