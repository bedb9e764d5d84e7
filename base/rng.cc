#include "base/rng.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace millrace {
namespace {

class SystemRng final : public Rng {
 public:
  void fill(std::span<uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = getrandom(bytes.data(), bytes.size(), 0);
      MILLRACE_CHECK(count > 0, "the kernel gives no random bytes");
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
  }
};

}  // namespace

uint64_t Rng::next_u64() {
  uint64_t value = 0;
  fill({reinterpret_cast<uint8_t*>(&value), sizeof value});
  return value;
}

std::unique_ptr<Rng> system_rng() { return std::make_unique<SystemRng>(); }

void SeededRng::fill(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const uint64_t word = sequence_.next();
    const size_t count = std::min(bytes.size(), sizeof word);
    std::memcpy(bytes.data(), &word, count);
    bytes = bytes.subspan(count);
  }
}

}  // namespace millrace
