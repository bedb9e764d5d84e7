// Who ends a step of a circuit (dataflow/step_guard.h), and why: a statement's guard, the guard of the ticks,
// and that of a view that is being built.
//
// A tick that would take too much is not refused: its commit may be on disk already. The view that asks for too
// much is given up instead. From that tick on it answers the error that says so, as do the views that read
// it; all others go on. It is built again from its inputs when the server starts, or when somebody drops and
// creates it. The decision need not be the same when the tick is replayed: whichever way it goes, a view
// that answers at all answers exactly.
//
// Threads: each is asked by the one thread that runs its circuit.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "dataflow/step_guard.h"
#include "engine/memory_budget.h"

namespace millrace::engine {

// Ends a statement that was cancelled, has run too long, or for which there is no memory.
class StatementGuard final : public dataflow::StepGuard {
 public:
  StatementGuard(Clock& clock, MemoryBudget& memory, const std::atomic<bool>& cancelled, int64_t deadline_ns)
      : clock_(clock), memory_(memory), cancelled_(cancelled), deadline_ns_(deadline_ns) {}

  // 57014, 53200.
  Status check() const;
  Status check(const dataflow::StepProgress&) override { return check(); }

 private:
  Clock& clock_;
  MemoryBudget& memory_;
  const std::atomic<bool>& cancelled_;
  const int64_t deadline_ns_;
};

// Ends what a tick computes for one view when it holds much and memory is over by far, when it takes longer than
// anybody would wait, or when the server stops.
class TickGuard final : public dataflow::StepGuard {
 public:
  TickGuard(Clock& clock, MemoryBudget& memory, int64_t view_tick_ns_max)
      : clock_(clock), memory_(memory), view_tick_ns_max_(view_tick_ns_max) {}

  void begin_tick() { view_.reset(); }
  // Any thread. What is not done in a few seconds is given up.
  void hurry() { hurry_since_ns_.store(clock_.monotonic_ns(), std::memory_order_relaxed); }

  Status check(const dataflow::StepProgress& progress) override;

 private:
  Clock& clock_;
  MemoryBudget& memory_;
  const int64_t view_tick_ns_max_;
  std::optional<ObjectId> view_;  // at work since began_ns_
  int64_t began_ns_ = 0;
  std::atomic<int64_t> hurry_since_ns_{0};
};

// Ends a step of a view's build. `stopped` is asked first: an error of its own.
class BuildGuard final : public dataflow::StepGuard {
 public:
  BuildGuard(MemoryBudget& memory, std::function<Status()> stopped) : memory_(memory), stopped_(std::move(stopped)) {}
  Status check(const dataflow::StepProgress&) override;

 private:
  MemoryBudget& memory_;
  const std::function<Status()> stopped_;
};

}  // namespace millrace::engine
