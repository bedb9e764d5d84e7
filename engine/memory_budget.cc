#include "engine/memory_budget.h"

#include <malloc.h>

#include <cstdlib>

namespace millrace::engine {

uint64_t MemoryBudget::resident_bytes() {
  constexpr int64_t kMeasureEveryNs = 5'000'000;
  const int64_t now = clock_.monotonic_ns();
  int64_t measured = measured_ns_.load(std::memory_order_relaxed);
  if (now - measured >= kMeasureEveryNs && measured_ns_.compare_exchange_strong(measured, now)) {
    constexpr uint64_t kPageBytes = 4096;
    if (const Result<std::string> pages = fs_.read("/proc/self/statm")) {
      const size_t resident = pages->find(' ');
      if (resident != std::string::npos) {
        resident_bytes_ = std::strtoull(pages->c_str() + resident, nullptr, 10) * kPageBytes;
      }
    }
  }
  return resident_bytes_.load(std::memory_order_relaxed);
}

bool MemoryBudget::over() {
  if (limit_bytes_ == 0 || resident_bytes() <= limit_bytes_) return false;
  // What an ended statement held may still lie with the allocator.
  constexpr int64_t kTrimEveryNs = 200'000'000;
  const int64_t now = clock_.monotonic_ns();
  int64_t trimmed = trimmed_ns_.load(std::memory_order_relaxed);
  if (now - trimmed >= kTrimEveryNs && trimmed_ns_.compare_exchange_strong(trimmed, now)) {
    malloc_trim(0);
    measured_ns_ = 0;
  }
  return resident_bytes() > limit_bytes_;
}

bool MemoryBudget::over_by_far() { return over() && resident_bytes() > limit_bytes_ + limit_bytes_ / 8; }

SqlError MemoryBudget::spent() {
  return SqlError(sqlstate::kOutOfMemory, "out of memory")
      .with_hint("The server is at its memory limit (--memory-limit); ask for less at once.");
}

}  // namespace millrace::engine
