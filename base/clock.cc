#include "base/clock.h"

#include <ctime>

namespace millrace {
namespace {

class SystemClock final : public Clock {
 public:
  WallTime now() override { return {read_ns(CLOCK_REALTIME) / 1000}; }
  int64_t monotonic_ns() override { return read_ns(CLOCK_MONOTONIC); }
  void sleep_us(int64_t micros) override {
    const timespec duration{.tv_sec = micros / 1'000'000, .tv_nsec = micros % 1'000'000 * 1000};
    nanosleep(&duration, nullptr);
  }

 private:
  static int64_t read_ns(clockid_t id) {
    timespec time{};
    clock_gettime(id, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace millrace
