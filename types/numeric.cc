#include "types/numeric.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace millrace {

Numeric::Numeric(const Numeric& other)
    : mantissa_(other.mantissa_),
      scale_(other.scale_),
      kind_(other.kind_),
      big_(other.big_ ? std::make_unique<BigNatural>(*other.big_) : nullptr) {}

Numeric& Numeric::operator=(const Numeric& other) {
  if (this != &other) *this = Numeric(other);
  return *this;
}

Numeric Numeric::of(bool negative, BigNatural magnitude, int32_t scale) {
  if (magnitude.fits_128()) {
    const auto mantissa = static_cast<Int128>(magnitude.to_128());
    return of(negative ? -mantissa : mantissa, scale);
  }
  Numeric value = of(negative ? -1 : 1, scale);
  value.kind_ = Kind::kBig;
  value.big_ = std::make_unique<BigNatural>(std::move(magnitude));
  return value;
}

BigNatural Numeric::magnitude() const { return is_small() ? BigNatural(small_magnitude()) : *big_; }

int64_t Numeric::digits() const {
  return is_small() ? decimal_digits(small_magnitude()) : static_cast<int64_t>(big_->digits());
}

bool Numeric::is_integral() const {
  if (!is_finite()) return is_infinite();
  if (scale_ == 0 || is_zero()) return true;
  if (is_small()) return scale_ < kPowersOfTen && small_magnitude() % power_of_ten(scale_) == 0;
  return static_cast<int64_t>(big_->trailing_zeros()) >= scale_;
}

Result<Numeric> Numeric::in_range(Numeric value) {
  if (value.is_finite() && (value.scale_ > kScaleMax || value.integer_digits() > kIntegerDigitsMax)) [[unlikely]] {
    return SqlError(sqlstate::kNumericValueOutOfRange, "value overflows numeric format");
  }
  return value;
}

bool operator==(const Numeric& a, const Numeric& b) {
  return a.kind_ == b.kind_ && a.mantissa_ == b.mantissa_ && a.scale_ == b.scale_ &&
         (a.big_ == nullptr || *a.big_ == *b.big_);
}

namespace numeric {
namespace {

int three_way(Int128 a, Int128 b) { return a < b ? -1 : a > b; }

// Rank of the special values around the finite ones.
int rank(const Numeric& value) { return value.is_nan() ? 2 : value.is_infinite() ? value.sign() : 0; }

int compare_magnitudes(const Numeric& a, const Numeric& b) {
  const int64_t a_digits = a.integer_digits();
  const int64_t b_digits = b.integer_digits();
  if (a_digits != b_digits) return a_digits < b_digits ? -1 : 1;
  const int32_t shift = a.scale() - b.scale();
  const auto aligned = [](const Numeric& value, int32_t by) {
    return value.magnitude().times_power_of_ten(static_cast<size_t>(std::max(by, 0)));
  };
  return aligned(a, -shift).compare(aligned(b, shift));
}

}  // namespace

int compare(const Numeric& a, const Numeric& b) {
  if (a.is_small() && b.is_small()) [[likely]] {
    const int32_t shift = a.scale() - b.scale();
    if (shift == 0) return three_way(a.mantissa(), b.mantissa());
    if (shift > -kPowersOfTen && shift < kPowersOfTen) {
      Int128 aligned;
      if (shift < 0) {
        if (!__builtin_mul_overflow(a.mantissa(), static_cast<Int128>(power_of_ten(-shift)), &aligned)) {
          return three_way(aligned, b.mantissa());
        }
      } else if (!__builtin_mul_overflow(b.mantissa(), static_cast<Int128>(power_of_ten(shift)), &aligned)) {
        return three_way(a.mantissa(), aligned);
      }
    }
  }
  if (!a.is_finite() || !b.is_finite()) return three_way(rank(a), rank(b));
  if (a.sign() != b.sign()) return three_way(a.sign(), b.sign());
  if (a.is_zero()) return 0;
  return a.sign() * compare_magnitudes(a, b);
}

uint64_t hash(const Numeric& value) {
  if (!value.is_finite()) return hash_int(kHashSeed + static_cast<uint64_t>(value.is_nan() ? 2 : value.sign()));
  if (value.scale() > 0) {
    Numeric trimmed = trim_scale(value);
    if (trimmed.scale() != value.scale()) return hash(trimmed);
  }
  if (value.is_small()) {
    const auto low = static_cast<uint64_t>(value.mantissa());
    const auto high = static_cast<uint64_t>(value.mantissa() >> 64);
    // Integers that fit 64 bits hash like int8.
    if (value.scale() == 0 && value.mantissa() == static_cast<int64_t>(low)) return hash_int(low);
    return hash_combine(hash_combine(static_cast<uint64_t>(value.scale()), high), low);
  }
  const auto& limbs = value.big_magnitude().limbs();
  const uint64_t magnitude = hash_bytes({reinterpret_cast<const char*>(limbs.data()), limbs.size() * sizeof limbs[0]});
  return hash_combine(hash_combine(static_cast<uint64_t>(value.scale()), static_cast<uint64_t>(value.sign())),
                      magnitude);
}

}  // namespace numeric
}  // namespace millrace
