// Seam: time. The engine never asks the system clock; it is handed a Clock by server/.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace {

// Microseconds since the Unix epoch, UTC.
struct WallTime {
  int64_t micros = 0;
  constexpr auto operator<=>(const WallTime&) const = default;
};

class Clock {
 public:
  virtual ~Clock() = default;

  // May jump when an operator sets the clock. What must not go back is logged in the tick's record.
  virtual WallTime now() = 0;
  // Never goes back; its zero means nothing. For durations and deadlines.
  virtual int64_t monotonic_ns() = 0;
  // Returns when about so much time has passed. For pacing, never for synchronisation.
  virtual void sleep_us(int64_t micros) = 0;
};

// The machine's clock. Threads: any.
std::unique_ptr<Clock> system_clock();

// Stands still until told to move. Threads: one. For tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : now_micros_(start.micros) {}
  WallTime now() override { return {now_micros_}; }
  int64_t monotonic_ns() override { return now_micros_ * 1000; }
  void sleep_us(int64_t micros) override { advance_us(micros); }
  void advance_us(int64_t micros) { now_micros_ += micros; }

 private:
  int64_t now_micros_;
};

}  // namespace millrace
