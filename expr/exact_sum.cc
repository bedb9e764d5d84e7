#include "expr/exact_sum.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace millrace::expr {
namespace {

// Adds `magnitude` * 2^(64 * at), or takes it away, in two's complement over `limbs`.
void add_magnitude(uint64_t* limbs, int count, int at, const uint64_t* magnitude, int words, bool negative) {
  if (negative) {
    uint64_t borrow = 0;
    for (int i = at; i < count; ++i) {
      const uint64_t word = i - at < words ? magnitude[i - at] : 0;
      const uint64_t before = limbs[i];
      limbs[i] = before - word - borrow;
      borrow = before < word || (before == word && borrow) ? 1 : 0;
      if (borrow == 0 && i - at >= words) return;
    }
  } else {
    uint64_t carry = 0;
    for (int i = at; i < count; ++i) {
      const uint64_t word = i - at < words ? magnitude[i - at] : 0;
      const uint64_t sum = limbs[i] + word;
      const uint64_t total = sum + carry;
      carry = (sum < word) | (total < sum);
      limbs[i] = total;
      if (carry == 0 && i - at >= words) return;
    }
  }
}

}  // namespace

ExactSum::ExactSum(const ExactSum& other) { *this = other; }

ExactSum& ExactSum::operator=(const ExactSum& other) {
  limbs_ = other.limbs_;
  base_ = other.base_;
  all_ = other.all_ == nullptr ? nullptr : std::make_unique<All>(*other.all_);
  nans_ = other.nans_;
  plus_infinities_ = other.plus_infinities_;
  minus_infinities_ = other.minus_infinities_;
  return *this;
}

void ExactSum::add(double value, int64_t weight, int limbs_up) {
  if (!std::isfinite(value)) [[unlikely]] {
    (std::isnan(value) ? nans_ : value > 0 ? plus_infinities_ : minus_infinities_) += weight;
    return;
  }
  if (value == 0 || weight == 0) return;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  if (exponent > 0) mantissa |= uint64_t{1} << 52;
  const int shift = exponent > 0 ? exponent - 1 : 0;  // in bits above 2^-1074
  const uint64_t times = weight < 0 ? uint64_t{0} - static_cast<uint64_t>(weight) : static_cast<uint64_t>(weight);
  const bool negative = (value < 0) != (weight < 0);

  // mantissa * times, shifted within its limb: three words.
  const unsigned __int128 product = static_cast<unsigned __int128>(mantissa) * times;
  const int within = shift % 64;
  const uint64_t low = static_cast<uint64_t>(product), high = static_cast<uint64_t>(product >> 64);
  const uint64_t words[3] = {low << within, within == 0 ? high : high << within | low >> (64 - within),
                             within == 0 ? 0 : high >> (64 - within)};
  const int at = shift / 64 + limbs_up;
  const int used = words[2] != 0 ? 3 : words[1] != 0 ? 2 : 1;

  if (all_ == nullptr) {
    if (base_ < 0) base_ = at > 0 ? at - 1 : 0;
    // The window has to hold the words and must not lose a carry: its top limb stays far from overflow.
    const int64_t top = static_cast<int64_t>(limbs_[kWindow - 1]);
    const bool roomy = top < (int64_t{1} << 61) && top > -(int64_t{1} << 61);
    const bool fits = at >= base_ && at - base_ + used <= kWindow - 1;
    const bool fits_top = at >= base_ && at - base_ + used == kWindow && words[used - 1] < (uint64_t{1} << 61);
    if (roomy && (fits || fits_top)) {
      add_magnitude(limbs_.data(), kWindow, at - base_, words, used, negative);
      return;
    }
    widen();
  }
  add_magnitude(all_->data(), kLimbs, at, words, used, negative);
}

ExactSum::All ExactSum::all() const {
  if (all_ != nullptr) return *all_;
  All wide{};
  if (base_ < 0) return wide;
  const uint64_t sign = static_cast<int64_t>(limbs_[kWindow - 1]) < 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < kLimbs - base_; ++i)
    wide[static_cast<size_t>(base_ + i)] = i < kWindow ? limbs_[static_cast<size_t>(i)] : sign;
  return wide;
}

void ExactSum::widen() {
  all_ = std::make_unique<All>(all());
  limbs_ = {};
}

void ExactSum::add_all(const All& other) {
  if (all_ == nullptr) widen();
  uint64_t carry = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    const uint64_t sum = (*all_)[i] + other[i];
    const uint64_t total = sum + carry;
    carry = (sum < other[i]) | (total < sum);
    (*all_)[i] = total;
  }
}

void ExactSum::merge(const ExactSum& other) {
  nans_ += other.nans_;
  plus_infinities_ += other.plus_infinities_;
  minus_infinities_ += other.minus_infinities_;
  if (other.all_ == nullptr && other.base_ < 0) return;
  if (all_ == nullptr && base_ < 0 && other.all_ == nullptr) {
    base_ = other.base_;
    limbs_ = other.limbs_;
    return;
  }
  if (all_ == nullptr && other.all_ == nullptr && base_ == other.base_) {
    const auto roomy = [](uint64_t limb) {
      const int64_t top = static_cast<int64_t>(limb);
      return top < (int64_t{1} << 61) && top > -(int64_t{1} << 61);
    };
    if (roomy(limbs_[kWindow - 1]) && roomy(other.limbs_[kWindow - 1])) {
      uint64_t carry = 0;
      for (size_t i = 0; i < kWindow; ++i) {
        const uint64_t sum = limbs_[i] + other.limbs_[i];
        const uint64_t total = sum + carry;
        carry = (sum < other.limbs_[i]) | (total < sum);
        limbs_[i] = total;
      }
      return;
    }
  }
  add_all(other.all());
}

void ExactSum::negate() {
  nans_ = -nans_;
  plus_infinities_ = -plus_infinities_;
  minus_infinities_ = -minus_infinities_;
  const auto flip = [](uint64_t* limbs, int count) {
    uint64_t carry = 1;
    for (int i = 0; i < count; ++i) {
      limbs[i] = ~limbs[i] + carry;
      carry = carry && limbs[i] == 0 ? 1 : 0;
    }
  };
  if (all_ != nullptr) {
    flip(all_->data(), kLimbs);
  } else {
    flip(limbs_.data(), kWindow);
  }
}

namespace {

// The magnitude of a two's complement number and its sign.
template <size_t N>
bool take_sign(std::array<uint64_t, N>& limbs) {
  if (static_cast<int64_t>(limbs[N - 1]) >= 0) return false;
  uint64_t carry = 1;
  for (uint64_t& limb : limbs) {
    limb = ~limb + carry;
    carry = carry && limb == 0 ? 1 : 0;
  }
  return true;
}

template <size_t N>
bool bit_at(const std::array<uint64_t, N>& limbs, int bit) {
  return bit >= 0 && (limbs[static_cast<size_t>(bit / 64)] >> (bit % 64) & 1) != 0;
}

// The magnitude rounded to the nearest double, ties to even; what was added by rounding is not tracked.
template <size_t N>
double nearest(const std::array<uint64_t, N>& limbs) {
  int top = static_cast<int>(N) * 64 - 1;
  while (top >= 0 && !bit_at(limbs, top)) --top;
  if (top < 0) return 0;
  const int lowest = top >= 53 ? top - 52 : 0;  // the last bit that the double keeps
  uint64_t mantissa = 0;
  for (int bit = top; bit >= lowest; --bit) mantissa = mantissa << 1 | (bit_at(limbs, bit) ? 1u : 0u);
  if (lowest > 0 && bit_at(limbs, lowest - 1)) {
    bool above_half = false;
    for (int bit = lowest - 2; bit >= 0 && !above_half; --bit) above_half = bit_at(limbs, bit);
    if (above_half || (mantissa & 1) != 0) ++mantissa;
  }
  return std::ldexp(static_cast<double>(mantissa), lowest - 1074);
}

}  // namespace

double ExactSum::round() const {
  if (is_nan()) return std::numeric_limits<double>::quiet_NaN();
  if (plus_infinities_ > 0) return std::numeric_limits<double>::infinity();
  if (minus_infinities_ > 0) return -std::numeric_limits<double>::infinity();
  All limbs = all();
  const bool negative = take_sign(limbs);
  const double value = nearest(limbs);
  return negative ? -value : value;
}

ExactSum::Pair ExactSum::round_to_pair() const {
  const double high = round();
  if (!std::isfinite(high)) return {high, 0};
  ExactSum rest = *this;
  rest.add(high, -1);
  return {high, rest.round()};
}

void ExactSum::save(std::string& out) const {
  const All limbs = all();
  const int64_t counts[3] = {nans_, plus_infinities_, minus_infinities_};
  out.append(reinterpret_cast<const char*>(counts), sizeof counts);
  // The used limbs alone: from `first`, up to where the rest is the sign.
  const uint64_t sign = static_cast<int64_t>(limbs[kLimbs - 1]) < 0 ? ~uint64_t{0} : 0;
  size_t first = 0, end = kLimbs;
  while (end > 0 && limbs[end - 1] == sign) --end;
  while (first < end && limbs[first] == 0) ++first;
  const uint8_t header[3] = {static_cast<uint8_t>(first), static_cast<uint8_t>(end), static_cast<uint8_t>(sign & 1)};
  out.append(reinterpret_cast<const char*>(header), sizeof header);
  out.append(reinterpret_cast<const char*>(limbs.data() + first), (end - first) * sizeof(uint64_t));
}

void ExactSum::load(std::string_view bytes) {
  int64_t counts[3];
  uint8_t header[3];
  MILLRACE_CHECK(bytes.size() >= sizeof counts + sizeof header, "exact sum cut short");
  std::memcpy(counts, bytes.data(), sizeof counts);
  std::memcpy(header, bytes.data() + sizeof counts, sizeof header);
  bytes.remove_prefix(sizeof counts + sizeof header);
  *this = ExactSum();
  nans_ = counts[0];
  plus_infinities_ = counts[1];
  minus_infinities_ = counts[2];
  const size_t first = header[0], end = header[1];
  const uint64_t sign = header[2] != 0 ? ~uint64_t{0} : 0;
  MILLRACE_CHECK(first <= end && end <= kLimbs && bytes.size() == (end - first) * sizeof(uint64_t), "exact sum");
  if (first == end && sign == 0) return;
  All limbs{};
  for (size_t i = end; i < kLimbs; ++i) limbs[i] = sign;
  std::memcpy(limbs.data() + first, bytes.data(), bytes.size());
  // Back into the window where the value fits with room to spare.
  if (end - first <= kWindow - 1) {
    base_ = static_cast<int32_t>(first);
    for (size_t i = 0; i < kWindow; ++i) limbs_[i] = first + i < kLimbs ? limbs[first + i] : sign;
    return;
  }
  all_ = std::make_unique<All>(limbs);
}

}  // namespace millrace::expr
