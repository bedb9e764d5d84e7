// The memory of the process against its limit (--memory-limit).
//
// Who is to give way comes in this order, so that one hungry query takes nothing from the views:
//   over()          sources pause, statements that ask for more and hydrations end with 53200;
//   over_by_far()   a view that makes much in one tick is given up (step_guards.h).
//
// Measured, not counted: the resident set, read at most every 5 ms, in which a thread makes some 10 MB.
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "base/fs.h"
#include "base/sql_error.h"

namespace millrace::engine {

class MemoryBudget {
 public:
  // `limit_bytes` 0: no limit.
  MemoryBudget(Clock& clock, Fs& fs, uint64_t limit_bytes) : clock_(clock), fs_(fs), limit_bytes_(limit_bytes) {}

  uint64_t limit_bytes() const { return limit_bytes_; }
  uint64_t resident_bytes();
  bool over();
  bool over_by_far();

  // Whoever held much has let it go: what still lies with the allocator goes back before the next is refused.
  void freed() { trimmed_ns_ = 0; }

  // 53200, for who has to give way.
  static SqlError spent();

 private:
  Clock& clock_;
  Fs& fs_;
  const uint64_t limit_bytes_;
  std::atomic<int64_t> measured_ns_{0};
  std::atomic<int64_t> trimmed_ns_{0};
  std::atomic<uint64_t> resident_bytes_{0};
};

}  // namespace millrace::engine
