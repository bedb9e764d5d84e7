#include "engine/step_guards.h"

namespace millrace::engine {

Status StatementGuard::check() const {
  if (cancelled_.load(std::memory_order_relaxed)) {
    return SqlError(sqlstate::kQueryCanceled, "canceling statement due to user request");
  }
  if (clock_.monotonic_ns() > deadline_ns_) {
    return SqlError(sqlstate::kQueryCanceled, "canceling statement due to statement timeout");
  }
  if (memory_.over()) return MemoryBudget::spent();
  return {};
}

Status TickGuard::check(const dataflow::StepProgress& progress) {
  const int64_t now = clock_.monotonic_ns();
  if (view_ != progress.view) {
    view_ = progress.view;
    began_ns_ = now;
  }
  if (now - began_ns_ > view_tick_ns_max_) {
    return SqlError(sqlstate::kProgramLimitExceeded, "too much work in one tick")
        .with_detail("One change of its inputs kept it busy for more than " +
                     std::to_string(view_tick_ns_max_ / 1'000'000'000) + " seconds.")
        .with_hint("A join without a selective condition? Change it, or drop the view.");
  }
  constexpr int64_t kPatienceNs = 3'000'000'000;
  const int64_t hurry_since = hurry_since_ns_.load(std::memory_order_relaxed);
  if (hurry_since != 0 && now - hurry_since > kPatienceNs) {
    return SqlError(sqlstate::kAdminShutdown, "the server stops");
  }
  // A view that asks for little is not to blame.
  if (progress.bytes > memory_.limit_bytes() / 16 && memory_.over_by_far()) return MemoryBudget::spent();
  return {};
}

Status BuildGuard::check(const dataflow::StepProgress&) {
  TRY(stopped_());
  if (memory_.over()) return MemoryBudget::spent();
  return {};
}

}  // namespace millrace::engine
