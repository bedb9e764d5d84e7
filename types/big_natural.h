// Natural numbers of any size, in decimal limbs: what numeric falls back to beyond 128 bits.
//
// Base 10^9, least significant limb first, no leading zero limbs (zero has none). Decimal limbs make
// what numeric does all day (text, binary form, rounding, aligning scales) linear; multiplication and
// division are the schoolbook's, quadratic, which PostgreSQL's are too, in base 10^4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

using Uint128 = unsigned __int128;
using Int128 = __int128;

inline constexpr int kPowersOfTen = 39;  // 10^38 < 2^127 < 2^128 < 10^39
// 10^exponent. REQUIRES: 0 <= exponent < kPowersOfTen.
Uint128 power_of_ten(int exponent);
// Decimal digits of `value`; 0 for 0.
int decimal_digits(Uint128 value);

class BigNatural {
 public:
  static constexpr uint32_t kBase = 1'000'000'000;
  static constexpr int kLimbDigits = 9;

  BigNatural() = default;
  explicit BigNatural(Uint128 value);
  // REQUIRES: only '0'..'9'.
  static BigNatural from_digits(std::string_view digits);
  // REQUIRES: every limb below kBase.
  static BigNatural from_limbs(std::vector<uint32_t> limbs);
  static BigNatural power_of_ten(size_t exponent) { return BigNatural(1).times_power_of_ten(exponent); }

  bool is_zero() const { return limbs_.empty(); }
  bool is_odd() const { return !limbs_.empty() && (limbs_[0] & 1) != 0; }
  const std::vector<uint32_t>& limbs() const { return limbs_; }
  size_t digits() const;  // decimal, 0 for zero
  size_t trailing_zeros() const;
  bool fits_128() const;                       // below 2^127
  Uint128 to_128() const;                      // REQUIRES: fits_128()
  void append_digits(std::string& out) const;  // nothing for zero

  int compare(const BigNatural& other) const;  // <0, 0, >0
  friend bool operator==(const BigNatural& a, const BigNatural& b) { return a.limbs_ == b.limbs_; }

  friend BigNatural operator+(const BigNatural& a, const BigNatural& b);
  friend BigNatural operator-(const BigNatural& a, const BigNatural& b);  // REQUIRES: a >= b
  friend BigNatural operator*(const BigNatural& a, const BigNatural& b);
  BigNatural times(uint32_t factor) const;  // REQUIRES: factor < kBase
  // REQUIRES: divisor is not zero. `remainder` may be null.
  static BigNatural divide(const BigNatural& dividend, const BigNatural& divisor, BigNatural* remainder);
  BigNatural divided_by(uint32_t divisor, uint32_t* remainder) const;  // REQUIRES: 0 < divisor < kBase

  BigNatural times_power_of_ten(size_t exponent) const;
  // Rounded towards zero, or half up.
  BigNatural over_power_of_ten(size_t exponent, bool round) const;

  BigNatural square_root() const;  // rounded down

 private:
  void trim();

  std::vector<uint32_t> limbs_;
};

}  // namespace millrace
