// The exact sum of doubles that come and go.
//
// A sum of floats that adds and subtracts drifts: (1e17 + 1) - 1e17 is 0. Here a value is an integer
// multiple of 2^-1074, and the sum is that integer, in two's complement with room for 2^63 of the
// products of the largest doubles: adding is exact, so retraction is too, order never matters, and round() is the
// double nearest to the true sum. Only a window of the 51 limbs of 64 bits is kept in place: four limbs hold values
// whose exponents differ by up to ~130 bits. A wider mixture moves to the heap.
//
//   value = sum over i of limbs[i] * 2^(64 * (base + i) - 1074), the top limb signed
//
// NaN and infinities are counted beside. Cost: about ten nanoseconds an addition. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace millrace::expr {

class ExactSum {
 public:
  ExactSum() = default;
  ExactSum(const ExactSum& other);
  ExactSum& operator=(const ExactSum& other);
  ExactSum(ExactSum&&) noexcept = default;
  ExactSum& operator=(ExactSum&&) noexcept = default;

  // Adds weight * value * 2^(64 * limbs_up). REQUIRES: at most kLimbsUpMax.
  static constexpr int kLimbsUpMax = 18;
  void add(double value, int64_t weight, int limbs_up = 0);
  void merge(const ExactSum& other);
  void negate();

  // The sum, correctly rounded; infinite when beyond the range of double, or when infinities were added.
  double round() const;
  // The same to 113 bits, as the unevaluated sum of two doubles high + low.
  struct Pair {
    double high, low;
  };
  Pair round_to_pair() const;
  bool has_infinity() const { return plus_infinities_ != 0 || minus_infinities_ != 0; }
  bool is_nan() const { return nans_ > 0 || (plus_infinities_ > 0 && minus_infinities_ > 0); }

  void save(std::string& out) const;
  void load(std::string_view bytes);

 private:
  static constexpr int kLimbs = 51;  // 3122 bits of the doubles' products, 64 of weight, the sign
  static constexpr int kWindow = 4;
  using All = std::array<uint64_t, kLimbs>;

  void widen();
  void add_all(const All& other);
  All all() const;

  std::array<uint64_t, kWindow> limbs_{};
  int32_t base_ = -1;  // -1: nothing yet; limbs_ is used while all_ is null
  std::unique_ptr<All> all_;
  int64_t nans_ = 0, plus_infinities_ = 0, minus_infinities_ = 0;
};

}  // namespace millrace::expr
