// One materialized view on its way, in a thread of its own (hydrator.h has the plan of it).
//
// Bounded: inputs are taken a step at a time, and a step's rows become fewer when they make many, so that what is in
// flight stays at some tens of thousands of rows. The result goes straight into the view's served index
// (ServedIndex::load), which nobody reads before attach(); with what the operators keep, that is all the memory
// there is, and it is what the view needs anyway. Over the memory limit the build ends with 53200.
//
// Threads: run() its own; progress() any; the rest the tick thread's, between ticks.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "dataflow/circuit.h"
#include "engine/memory_budget.h"
#include "engine/sequencer.h"
#include "engine/step_guards.h"
#include "engine/world.h"

namespace millrace::engine {

struct HydrationProgress {
  ObjectId view;
  WallTime started;
  int64_t running_ns = 0;
  uint64_t rows = 0;                   // read from its inputs
  std::optional<uint64_t> rows_total;  // none for sources: how many records are to come is not known
};

struct ViewBuildParts {
  Clock& clock;
  Executor& executor;
  MemoryBudget& memory;
  Sequencer& sequencer;
  storage::ReadRegistry& registry;
};

class ViewBuild final : public TickListener {
 public:
  ViewBuild(ViewBuildParts parts, WorldPtr world, RelationPtr view, dataflow::CircuitPlan plan);

  const RelationPtr& view() const { return view_; }
  const std::vector<ObjectId>& inputs() const { return inputs_; }
  HydrationProgress progress() const;

  // Pins T0; what comes later is listened to. An error when an input has failed.
  Status begin();
  // Reads what there was at T0 and the ticks since, until few are left. False: it was cancelled. An error: it failed,
  // and what it had loaded is gone again.
  Result<bool> run();
  // From any thread: run() ends soon.
  void stop() { stop_requested_.store(true, std::memory_order_relaxed); }
  void stop_listening();
  // The last changes, then one circuit of two; the view is readable from the tick this publishes. After an error it has
  // failed.
  Status attach();

  bool wants(ObjectId relation) const override;
  void on_tick(TickChanges changes) override;

 private:
  Status build();
  Status scan(ObjectId input);
  Status read_history(ObjectId source, const ingest::OffsetVector& until);
  Status feed(ObjectId input, const DeltaBatch& batch);
  Status flush(ObjectId input);
  Status replay(std::deque<TickChanges> ticks);
  Status replay(const dataflow::InputChanges& changes);
  // Runs a step and loads what it makes.
  Status step(const dataflow::InputChanges& changes);
  Status stopped() const;
  std::optional<SqlError> failure_of_inputs() const;
  void unload();

  ViewBuildParts parts_;
  const WorldPtr world_;
  const RelationPtr view_;
  const dataflow::CircuitPlan plan_;
  const std::vector<ObjectId> inputs_;
  BuildGuard guard_;
  std::unique_ptr<dataflow::Circuit> circuit_;
  TickId circuit_tick_;
  storage::Reader reader_;
  storage::ReadPin pin_;
  TickId load_tick_;                                  // the first after T0
  std::map<ObjectId, ingest::OffsetVector> history_;  // by source: what T0 had read
  size_t step_rows_;
  Delta waiting_;  // of one input, for the next step
  size_t waiting_rows_ = 0;

  std::atomic<uint64_t> rows_read_{0};
  std::atomic<uint64_t> rows_total_{0};
  std::atomic<int64_t> started_ns_{0};
  WallTime started_;

  std::mutex mutex_;
  std::deque<TickChanges> backlog_;
  size_t backlog_rows_ = 0;
  bool listening_ = false;
  std::atomic<bool> stop_requested_{false};
};

// The source whose log holds this relation's rows; nothing for tables and views.
std::optional<ObjectId> source_of(const Relation& relation);

}  // namespace millrace::engine
