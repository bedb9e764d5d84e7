// Seam: randomness. Two kinds, never mixed: Rng for what must be unpredictable (keys, salts, uuids)
// and comes through server/; SplitMix64 for what must be repeatable (generators, tests, simulation).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace millrace {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<uint8_t> bytes) = 0;
  uint64_t next_u64();
};

// The kernel's generator. Threads: any.
std::unique_ptr<Rng> system_rng();

// A pure function of its seed, the same on every machine and in every version (SplitMix64).
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(uint64_t seed) : state_(seed) {}

  constexpr uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound). REQUIRES: bound > 0.
  constexpr uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }
  // Uniform in [low, high].
  constexpr int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
  }
  // Uniform in [0, 1).
  constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  constexpr bool one_in(uint64_t n) { return below(n) == 0; }

 private:
  uint64_t state_;
};

// The same face on a repeatable sequence. For simulation and tests.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(uint64_t seed) : sequence_(seed) {}
  void fill(std::span<uint8_t> bytes) override;

 private:
  SplitMix64 sequence_;
};

}  // namespace millrace
