// Builds new materialized views beside the running ones.
//
//   pin T0, remember the source offsets of T0, listen to every later tick
//   -> a circuit of the view's own takes what its inputs held at T0: scans of tables and views,
//      the history of sources up to those offsets; the result goes straight into the view's served index
//   -> and then the changes of T0+1, T0+2, ... that were listened to, until few are left
//   -> between two ticks: the last of them, then the circuit joins the main one
//
// Nothing of it stops the ticks but that last step. The view is readable from the tick that publishes it;
// readers wait for it (Relation::when_settled). Small views whose inputs are tables and views are built
// within the tick that creates them.
//
// Threads: progress() any; all other members on the tick thread, between ticks; each build has a niced thread of its
// own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "dataflow/circuit.h"
#include "engine/view_build.h"
#include "engine/world.h"

namespace millrace::engine {

class Hydrator {
 public:
  explicit Hydrator(ViewBuildParts parts) : parts_(parts) {}
  ~Hydrator();

  // Builds `view` at once when that is cheap: its inputs are ready tables and views with few rows, or
  // sources nothing was read of yet. Its rows become those of `tick`, which is not published yet.
  // False: it has to be started.
  Result<bool> build_now(TickId tick, const World& world, Relation& view, const dataflow::CircuitPlan& plan);
  // The same for inputs of any size; false only for those that are not ready or whose history must be read, and for
  // what takes long.
  Result<bool> build_at_any_cost(TickId tick, const World& world, Relation& view, const dataflow::CircuitPlan& plan);

  // Starts building beside the ticks. REQUIRES: the tick that created the view is published.
  void start(const WorldPtr& world, const RelationPtr& view, dataflow::CircuitPlan plan);
  void cancel(ObjectId view);
  void cancel_all();
  // Of the views being built now.
  std::vector<HydrationProgress> progress() const;

 private:
  struct Running {
    std::shared_ptr<ViewBuild> build;
    std::unique_ptr<Activity> activity;  // null while it waits for its inputs
  };

  Result<bool> build_inline(TickId tick, const World& world, Relation& view, const dataflow::CircuitPlan& plan,
                            size_t rows_max);
  void begin(const std::shared_ptr<ViewBuild>& build);
  void finish(const std::shared_ptr<ViewBuild>& build, Status built);
  void stop(Running& running);

  const ViewBuildParts parts_;
  mutable std::mutex mutex_;  // held to change builds_, and to read it on another thread
  std::map<ObjectId, Running> builds_;
  std::vector<std::unique_ptr<Activity>> ending_;  // of cancelled builds
};

}  // namespace millrace::engine
