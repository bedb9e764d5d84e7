// The one order of everything: takes what sessions commit and what sources read, and makes ticks of it.
//
//   gather what is queued -> number it T -> append T's record to the log ------> sync (log thread)
//                                        -> circuit: probe, apply               |
//                                        -> serve: install T's row versions     |
//                                        -> wait for the sync <-----------------+
//                                        -> publish T -> answer the writers
//
// No timer: the next tick starts when the last one ends, or when something arrives. A tick takes what is
// queued, up to kTickRowsMax rows of source data, so that a flood of input never delays a commit long. A
// tick that only moves source offsets is published without waiting for the disk: after a crash its
// records are read again, and no read is served before they are (recovery.h).
//
// Threads: submit(), call(), stop() from any. Everything else runs on the tick thread, which alone
// writes the served indexes and steps the circuit.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "dataflow/circuit.h"
#include "engine/step_guards.h"
#include "engine/tick_history.h"
#include "engine/transaction.h"
#include "engine/world.h"
#include "ingest/source_reader.h"
#include "storage/read_registry.h"
#include "storage/tick_log.h"

namespace millrace::engine {

inline constexpr size_t kTickRowsMax = 8192;

// What one source read, on its way into a tick.
struct SourceInput {
  ObjectId source;
  ingest::SourceBatch batch;
  size_t rows = 0;
};

// The changes of one tick, as a view that is being built must replay them.
struct TickChanges {
  TickId tick;
  dataflow::InputChanges changes;
};

// Gets every tick's changes of the relations it wants, on the tick thread.
class TickListener {
 public:
  virtual ~TickListener() = default;
  virtual bool wants(ObjectId relation) const = 0;
  virtual void on_tick(TickChanges changes) = 0;
};

struct SequencerParts {
  Clock& clock;
  Executor& executor;
  MemoryBudget& memory;
  storage::TickLog& log;
  storage::ReadRegistry& registry;
  WorldHolder& world;
  TickHistory& history;
  int64_t view_tick_ns_max;
};

class Sequencer {
 public:
  // Called on the tick thread for a commit with DDL: makes the next World and whatever runs with it.
  // An error refuses the commit; nothing has happened then.
  class DdlApplier {
   public:
    virtual ~DdlApplier() = default;
    virtual Result<WorldPtr> apply(TickId tick, const WorldPtr& world, const std::vector<DdlStep>& steps) = 0;
    // After the tick is published: hydrations and source readers may start, dropped things go.
    virtual void published(TickId tick, const WorldPtr& world) = 0;
    // The tick did not happen after all: what apply() began is undone.
    virtual void refused() = 0;
    // The guard has given these views up in a tick; readers after what they read. They are to be detached.
    virtual void gave_up(const std::vector<ObjectId>& views) = 0;
  };

  Sequencer(SequencerParts parts, std::unique_ptr<dataflow::Circuit> circuit);
  ~Sequencer();

  void set_ddl_applier(DdlApplier& applier) { ddl_ = &applier; }

  void start();
  // Finishes what is queued, publishes it, and ends the tick thread. Later commits get 57P01. Views that a tick
  // keeps busy much longer are given up: they are built again at the next start.
  void stop();

  void submit(CommitRequest request);
  // Rows of a source. The caller waits for `taken` before it reads on (back-pressure): called when the
  // tick that has them is published.
  void submit(SourceInput input, std::function<void(TickId)> taken);
  // Runs `job` on the tick thread between two ticks.
  void call(std::function<void()> job);
  // Returns when `tick`, published already, is on disk. Not for the tick thread.
  void wait_durable(TickId tick);

  // --- tick thread only ---
  dataflow::Circuit& circuit() { return *circuit_; }
  storage::Reader& reader() { return reader_; }
  TickId last_tick() const { return last_tick_; }
  const std::map<ObjectId, ingest::OffsetVector>& offsets() const { return offsets_; }
  void add_listener(TickListener& listener) { listeners_.push_back(&listener); }
  void remove_listener(TickListener& listener);
  void forget_source(ObjectId source);
  // Publishes what was installed at next(last_tick()) between ticks, as a tick of its own.
  void publish_installed();
  // Called after every published tick.
  void set_after_publish(std::function<void()> hook) { after_publish_ = std::move(hook); }

  // --- recovery: between begin_at() and start(), on the thread that calls them ---
  // The state is that of `tick`, with the sources at `offsets`.
  void begin_at(TickId tick, std::map<ObjectId, ingest::OffsetVector> offsets);
  // Computes a logged tick again.
  Status replay(const StoredTickRecord& record);

 private:
  struct PendingSource {
    SourceInput input;
    std::function<void(TickId)> taken;
  };
  struct Work {
    std::vector<std::function<void()>> jobs;
    std::vector<CommitRequest> commits;
    std::vector<PendingSource> sources;
    bool empty() const { return jobs.empty() && commits.empty() && sources.empty(); }
  };
  struct Tick;

  void run(std::stop_token stop);
  bool gather(Work& work, const std::stop_token& stop);
  void run_tick(std::vector<CommitRequest> commits, std::vector<PendingSource> sources);
  void run_ddl_tick(CommitRequest commit);
  static void apply_rows(Relation& relation, TickId tick, const Delta& delta);
  Status admit(Tick& tick, const CommitRequest& commit);
  Status check_definitions(const CommitRequest& commit) const;
  void note_definitions(const std::vector<DdlStep>& steps, uint64_t world_version);
  void admit_sources(Tick& tick, std::vector<PendingSource>& sources);
  Status log(Tick& tick);
  void compute(Tick& tick);
  void give_up(TickId tick, const std::vector<dataflow::ViewChange>& views);
  void notify_listeners(const Tick& tick);
  void publish(const Tick& tick, WorldPtr next_world);

  void run_log(std::stop_token stop);
  void request_sync(storage::Eagerness eagerness);
  void wait_synced(TickId tick);

  SequencerParts parts_;
  TickGuard guard_;
  std::unique_ptr<dataflow::Circuit> circuit_;
  storage::Reader reader_;
  DdlApplier* ddl_ = nullptr;
  std::vector<TickListener*> listeners_;
  std::function<void()> after_publish_;

  WorldPtr world_;  // of the tick in progress; parts_.world has the published one
  TickId last_tick_;
  std::map<ObjectId, ingest::OffsetVector> offsets_;
  std::unordered_map<ObjectId, TickId> last_change_;  // of each table
  // The World that last changed what rows of a table must satisfy. Older Worlds' writes were not checked for it.
  std::unordered_map<ObjectId, uint64_t> last_definition_;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> jobs_;
  std::deque<CommitRequest> commits_;
  std::deque<PendingSource> sources_;
  bool stopping_ = false;
  bool disk_full_ = false;  // sources wait a little before the next try

  std::mutex log_mutex_;
  std::condition_variable log_wanted_;
  std::condition_variable log_synced_;
  bool sync_wanted_ = false;
  bool sync_eager_ = false;
  bool log_stopping_ = false;

  std::unique_ptr<Activity> tick_thread_;
  std::unique_ptr<Activity> log_thread_;
};

}  // namespace millrace::engine
