#include "types/big_natural.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace millrace {
namespace {

constexpr std::array<Uint128, kPowersOfTen> make_powers() {
  std::array<Uint128, kPowersOfTen> powers{};
  Uint128 power = 1;
  for (Uint128& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}
constexpr auto kPowers = make_powers();

constexpr uint32_t kBase = BigNatural::kBase;

uint32_t small_power(size_t exponent) { return static_cast<uint32_t>(kPowers[exponent]); }

int bit_width(Uint128 value) {
  const auto high = static_cast<uint64_t>(value >> 64);
  return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<uint64_t>(value));
}

}  // namespace

Uint128 power_of_ten(int exponent) { return kPowers[static_cast<size_t>(exponent)]; }

int decimal_digits(Uint128 value) {
  if (value == 0) return 0;
  const int guess = bit_width(value) * 1233 >> 12;  // log10(2), never more than one too small
  return guess + (guess < kPowersOfTen && value >= kPowers[static_cast<size_t>(guess)] ? 1 : 0);
}

BigNatural::BigNatural(Uint128 value) {
  for (; value != 0; value /= kBase) limbs_.push_back(static_cast<uint32_t>(value % kBase));
}

BigNatural BigNatural::from_digits(std::string_view digits) {
  BigNatural result;
  result.limbs_.reserve(digits.size() / kLimbDigits + 1);
  while (!digits.empty()) {
    const size_t take = std::min<size_t>(digits.size(), kLimbDigits);
    uint32_t limb = 0;
    for (const char digit : digits.substr(digits.size() - take)) limb = limb * 10 + static_cast<uint32_t>(digit - '0');
    result.limbs_.push_back(limb);
    digits.remove_suffix(take);
  }
  result.trim();
  return result;
}

BigNatural BigNatural::from_limbs(std::vector<uint32_t> limbs) {
  BigNatural result;
  result.limbs_ = std::move(limbs);
  result.trim();
  return result;
}

void BigNatural::trim() {
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
}

size_t BigNatural::digits() const {
  return limbs_.empty() ? 0 : (limbs_.size() - 1) * kLimbDigits + static_cast<size_t>(decimal_digits(limbs_.back()));
}

size_t BigNatural::trailing_zeros() const {
  if (limbs_.empty()) return 0;
  size_t limb = 0;
  while (limbs_[limb] == 0) ++limb;
  size_t zeros = limb * kLimbDigits;
  for (uint32_t rest = limbs_[limb]; rest % 10 == 0; rest /= 10) ++zeros;
  return zeros;
}

bool BigNatural::fits_128() const {
  if (limbs_.size() < 5) return true;
  if (limbs_.size() > 5 || limbs_[4] > 170) return false;  // 2^127 is 170.14... * 10^36
  Uint128 value = 0;
  for (size_t i = limbs_.size(); i-- > 0;) value = value * kBase + limbs_[i];
  return value >> 127 == 0;
}

Uint128 BigNatural::to_128() const {
  Uint128 value = 0;
  for (size_t i = limbs_.size(); i-- > 0;) value = value * kBase + limbs_[i];
  return value;
}

void BigNatural::append_digits(std::string& out) const {
  bool first = true;
  for (size_t i = limbs_.size(); i-- > 0;) {
    char digits[kLimbDigits];
    uint32_t rest = limbs_[i];
    for (int j = kLimbDigits; j-- > 0; rest /= 10) digits[j] = static_cast<char>('0' + rest % 10);
    const int skip = first ? kLimbDigits - decimal_digits(limbs_[i]) : 0;
    out.append(digits + skip, digits + kLimbDigits);
    first = false;
  }
}

int BigNatural::compare(const BigNatural& other) const {
  if (limbs_.size() != other.limbs_.size()) return limbs_.size() < other.limbs_.size() ? -1 : 1;
  for (size_t i = limbs_.size(); i-- > 0;) {
    if (limbs_[i] != other.limbs_[i]) return limbs_[i] < other.limbs_[i] ? -1 : 1;
  }
  return 0;
}

BigNatural operator+(const BigNatural& a, const BigNatural& b) {
  const auto& longer = a.limbs_.size() >= b.limbs_.size() ? a.limbs_ : b.limbs_;
  const auto& shorter = a.limbs_.size() >= b.limbs_.size() ? b.limbs_ : a.limbs_;
  BigNatural sum;
  sum.limbs_.resize(longer.size() + 1);
  uint32_t carry = 0;
  for (size_t i = 0; i < longer.size(); ++i) {
    uint32_t limb = longer[i] + carry + (i < shorter.size() ? shorter[i] : 0);
    carry = limb >= kBase ? 1 : 0;
    if (carry != 0) limb -= kBase;
    sum.limbs_[i] = limb;
  }
  sum.limbs_.back() = carry;
  sum.trim();
  return sum;
}

BigNatural operator-(const BigNatural& a, const BigNatural& b) {
  BigNatural difference = a;
  uint32_t borrow = 0;
  for (size_t i = 0; i < a.limbs_.size() && (i < b.limbs_.size() || borrow != 0); ++i) {
    const uint32_t subtrahend = borrow + (i < b.limbs_.size() ? b.limbs_[i] : 0);
    uint32_t& limb = difference.limbs_[i];
    borrow = limb < subtrahend ? 1 : 0;
    limb = limb + (borrow != 0 ? kBase : 0) - subtrahend;
  }
  MILLRACE_CHECK(borrow == 0 && a.limbs_.size() >= b.limbs_.size(), "a natural number below zero");
  difference.trim();
  return difference;
}

BigNatural operator*(const BigNatural& a, const BigNatural& b) {
  BigNatural product;
  if (a.is_zero() || b.is_zero()) return product;
  // Sums of products wait in 64 bits, which hold 18 of them; carries are made every 16 rows.
  constexpr size_t kRowsPerCarry = 16;
  std::vector<uint64_t> sums(a.limbs_.size() + b.limbs_.size());
  const auto carry_from = [&](size_t begin, size_t end) {
    uint64_t carry = 0;
    for (size_t i = begin; i < end; ++i) {
      const uint64_t sum = sums[i] + carry;
      carry = sum / kBase;
      sums[i] = sum - carry * kBase;
    }
  };
  for (size_t i = 0; i < a.limbs_.size(); ++i) {
    const uint64_t factor = a.limbs_[i];
    uint64_t* row = sums.data() + i;
    const uint32_t* other = b.limbs_.data();
    for (size_t j = 0; j < b.limbs_.size(); ++j) row[j] += factor * other[j];
    const size_t next = i + 1;
    if (next % kRowsPerCarry == 0) carry_from(next - kRowsPerCarry, next + b.limbs_.size());
  }
  carry_from(a.limbs_.size() / kRowsPerCarry * kRowsPerCarry, sums.size());
  product.limbs_.assign(sums.begin(), sums.end());
  product.trim();
  return product;
}

BigNatural BigNatural::times(uint32_t factor) const {
  BigNatural product;
  product.limbs_.resize(limbs_.size() + 1);
  uint64_t carry = 0;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    const uint64_t sum = uint64_t{limbs_[i]} * factor + carry;
    carry = sum / kBase;
    product.limbs_[i] = static_cast<uint32_t>(sum - carry * kBase);
  }
  product.limbs_.back() = static_cast<uint32_t>(carry);
  product.trim();
  return product;
}

BigNatural BigNatural::divided_by(uint32_t divisor, uint32_t* remainder) const {
  BigNatural quotient;
  quotient.limbs_.resize(limbs_.size());
  uint64_t rest = 0;
  for (size_t i = limbs_.size(); i-- > 0;) {
    rest = rest * kBase + limbs_[i];
    quotient.limbs_[i] = static_cast<uint32_t>(rest / divisor);
    rest %= divisor;
  }
  if (remainder != nullptr) *remainder = static_cast<uint32_t>(rest);
  quotient.trim();
  return quotient;
}

// Knuth's algorithm D (The Art of Computer Programming 2, 4.3.1).
BigNatural BigNatural::divide(const BigNatural& dividend, const BigNatural& divisor, BigNatural* remainder) {
  MILLRACE_CHECK(!divisor.is_zero(), "division of a natural number by zero");
  if (dividend.compare(divisor) < 0) {
    if (remainder != nullptr) *remainder = dividend;
    return {};
  }
  if (divisor.limbs_.size() == 1) {
    uint32_t rest = 0;
    BigNatural quotient = dividend.divided_by(divisor.limbs_[0], &rest);
    if (remainder != nullptr) *remainder = BigNatural(rest);
    return quotient;
  }
  const auto scale = static_cast<uint32_t>(kBase / (uint64_t{divisor.limbs_.back()} + 1));
  std::vector<uint32_t> u = dividend.times(scale).limbs_;
  const std::vector<uint32_t> v = divisor.times(scale).limbs_;
  const size_t n = v.size();
  u.resize(dividend.limbs_.size() + 1);
  BigNatural quotient;
  quotient.limbs_.resize(u.size() - n);
  for (size_t j = u.size() - n; j-- > 0;) {
    const uint64_t top = uint64_t{u[j + n]} * kBase + u[j + n - 1];
    uint64_t guess = top / v[n - 1];
    uint64_t rest = top % v[n - 1];
    while (guess >= kBase || guess * v[n - 2] > rest * kBase + u[j + n - 2]) {
      --guess;
      rest += v[n - 1];
      if (rest >= kBase) break;
    }
    uint64_t carry = 0;
    uint32_t borrow = 0;
    for (size_t i = 0; i < n; ++i) {
      const uint64_t product = guess * v[i] + carry;
      carry = product / kBase;
      const uint32_t subtrahend = static_cast<uint32_t>(product - carry * kBase) + borrow;
      borrow = u[i + j] < subtrahend ? 1 : 0;
      u[i + j] = u[i + j] + (borrow != 0 ? kBase : 0) - subtrahend;
    }
    const uint64_t last = carry + borrow;
    const bool too_big = u[j + n] < last;
    u[j + n] = static_cast<uint32_t>(u[j + n] + (too_big ? kBase : 0) - last);
    if (too_big) {
      --guess;
      uint32_t add_carry = 0;
      for (size_t i = 0; i < n; ++i) {
        uint32_t limb = u[i + j] + v[i] + add_carry;
        add_carry = limb >= kBase ? 1 : 0;
        u[i + j] = limb - (add_carry != 0 ? kBase : 0);
      }
      u[j + n] = (u[j + n] + add_carry) % kBase;
    }
    quotient.limbs_[j] = static_cast<uint32_t>(guess);
  }
  if (remainder != nullptr) {
    u.resize(n);
    *remainder = from_limbs(std::move(u)).divided_by(scale, nullptr);
  }
  quotient.trim();
  return quotient;
}

BigNatural BigNatural::times_power_of_ten(size_t exponent) const {
  if (is_zero() || exponent == 0) return *this;
  BigNatural product = exponent % kLimbDigits == 0 ? *this : times(small_power(exponent % kLimbDigits));
  product.limbs_.insert(product.limbs_.begin(), exponent / kLimbDigits, 0);
  return product;
}

BigNatural BigNatural::over_power_of_ten(size_t exponent, bool round) const {
  if (exponent == 0) return *this;
  // One digit more than wanted, so that it decides the rounding.
  const size_t keep_from = exponent - 1;
  if (keep_from / kLimbDigits >= limbs_.size()) return {};
  BigNatural rest;
  rest.limbs_.assign(limbs_.begin() + static_cast<std::ptrdiff_t>(keep_from / kLimbDigits), limbs_.end());
  if (keep_from % kLimbDigits != 0) rest = rest.divided_by(small_power(keep_from % kLimbDigits), nullptr);
  uint32_t digit = 0;
  rest = rest.divided_by(10, &digit);
  return round && digit >= 5 ? rest + BigNatural(1) : rest;
}

BigNatural BigNatural::square_root() const {
  if (is_zero()) return {};
  if (limbs_.size() <= 2) {
    const auto value = static_cast<uint64_t>(to_128());
    auto root = static_cast<uint64_t>(std::sqrt(static_cast<double>(value)));
    while (root * root > value) --root;
    while ((root + 1) * (root + 1) <= value) ++root;
    return BigNatural(root);
  }
  // Newton from above, x -> (x + n/x) / 2, begun with the root of the upper half of the digits: every
  // level of the recursion ends within a few steps.
  const size_t drop = digits() / 4 * 2;
  BigNatural root = (over_power_of_ten(drop, false).square_root() + BigNatural(1)).times_power_of_ten(drop / 2);
  while (true) {
    BigNatural next = (root + divide(*this, root, nullptr)).divided_by(2, nullptr);
    if (next.compare(root) >= 0) return root;
    root = std::move(next);
  }
}

}  // namespace millrace
