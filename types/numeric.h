// numeric: exact decimal numbers with PostgreSQL's range, display scale and special values.
//
// A value is mantissa / 10^scale, or NaN, or +-Infinity. The scale is PostgreSQL's display scale: 1.0
// and 1.00 print differently and compare equal. At most 131072 digits before the point and 16383
// after it. Every operation gives PostgreSQL 15's digits, scale and error.
//
// A mantissa below 2^127 lives in an __int128; the common operations on such values neither allocate
// nor loop over digits. Anything longer is a BigNatural (types/big_natural.h). The form is canonical:
// a mantissa that fits the small form is in it.
//
// Operations are free functions in millrace::numeric: numeric::add(a, b). Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "types/big_natural.h"
#include "types/native_type.h"

namespace millrace {

class Numeric {
 public:
  static constexpr int32_t kScaleMax = 16383;           // digits after the point
  static constexpr int32_t kIntegerDigitsMax = 131072;  // digits before it

  Numeric() = default;  // 0
  Numeric(const Numeric& other);
  Numeric& operator=(const Numeric& other);
  Numeric(Numeric&&) noexcept = default;
  Numeric& operator=(Numeric&&) noexcept = default;
  ~Numeric() = default;

  static Numeric from_int(int64_t value) { return of(value, 0); }
  // mantissa / 10^scale. REQUIRES: 0 <= scale <= kScaleMax, mantissa above -2^127.
  static Numeric of(Int128 mantissa, int32_t scale) {
    Numeric value;
    value.mantissa_ = mantissa;
    value.scale_ = scale;
    return value;
  }
  // The same from a sign and a magnitude of any size. Not checked against the limits: see in_range().
  static Numeric of(bool negative, BigNatural magnitude, int32_t scale);
  static Numeric nan() { return special(Kind::kNan, 0); }
  static Numeric infinity(int sign = 1) { return special(Kind::kInfinity, sign); }

  bool is_nan() const { return kind_ == Kind::kNan; }
  bool is_infinite() const { return kind_ == Kind::kInfinity; }
  bool is_finite() const { return kind_ == Kind::kSmall || kind_ == Kind::kBig; }
  bool is_small() const { return kind_ == Kind::kSmall; }
  bool is_zero() const { return is_small() && mantissa_ == 0; }
  // -1, 0, 1; of NaN 0.
  int sign() const { return mantissa_ < 0 ? -1 : mantissa_ > 0 ? 1 : 0; }
  bool is_negative() const { return mantissa_ < 0; }
  int32_t scale() const { return scale_; }
  // REQUIRES: is_small().
  Int128 mantissa() const { return mantissa_; }
  Uint128 small_magnitude() const {
    return mantissa_ < 0 ? -static_cast<Uint128>(mantissa_) : static_cast<Uint128>(mantissa_);
  }
  // REQUIRES: is_finite(). A copy when small.
  BigNatural magnitude() const;
  // REQUIRES: is_finite() and not is_small().
  const BigNatural& big_magnitude() const { return *big_; }
  // Decimal digits of the mantissa, 0 for zero. REQUIRES: is_finite().
  int64_t digits() const;
  // Where the first significant digit stands: digits before the point, <= 0 for 0.0ddd. Zero has -scale.
  int64_t integer_digits() const { return digits() - scale_; }
  bool is_integral() const;  // infinities are

  // The value where it is within PostgreSQL's limits, 22003 elsewhere.
  static Result<Numeric> in_range(Numeric value);

  // Identity: same value, same scale. SQL's equality is compare() == 0.
  friend bool operator==(const Numeric& a, const Numeric& b);

 private:
  enum class Kind : uint8_t { kSmall, kBig, kNan, kInfinity };

  static Numeric special(Kind kind, int sign) {
    Numeric value;
    value.kind_ = kind;
    value.mantissa_ = sign;
    return value;
  }

  Int128 mantissa_ = 0;  // the sign alone when big or infinite
  int32_t scale_ = 0;
  Kind kind_ = Kind::kSmall;
  std::unique_ptr<BigNatural> big_;
};

namespace numeric {

// --- order ---------------------------------------------------------------------------------------
// -Infinity < numbers < Infinity < NaN = NaN.
int compare(const Numeric& a, const Numeric& b);
uint64_t hash(const Numeric& value);
// memcmp order is compare()'s, self-delimiting, equal bytes if and only if equal.
void append_key(const Numeric& value, std::string& out);

// --- text and bytes ------------------------------------------------------------------------------
// `typmod` rounds before the limits of the type are looked at, as in PostgreSQL.
Result<Numeric> parse(std::string_view text, int32_t typmod = kNoTypmod);
void format(const Numeric& value, std::string& out);
std::string to_string(const Numeric& value);
Result<Numeric> receive(std::string_view bytes, int32_t typmod = kNoTypmod);
void send(const Numeric& value, std::string& out);
// The physical form; layout in numeric_bytes.cc.
Numeric load(const StringRef& bytes);
StringRef store(const Numeric& value, Arena& arena);

// --- the modifier --------------------------------------------------------------------------------
Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments);
std::string typmod_to_string(int32_t typmod);
Result<Numeric> apply_typmod(const Numeric& value, int32_t typmod);

// --- arithmetic ----------------------------------------------------------------------------------
Result<Numeric> add(const Numeric& a, const Numeric& b);
Result<Numeric> subtract(const Numeric& a, const Numeric& b);
Result<Numeric> multiply(const Numeric& a, const Numeric& b);
Result<Numeric> divide(const Numeric& a, const Numeric& b);  // 22012
Result<Numeric> div(const Numeric& a, const Numeric& b);     // towards zero, scale 0
Result<Numeric> mod(const Numeric& a, const Numeric& b);
Numeric negate(const Numeric& value);
Numeric abs(const Numeric& value);
Numeric sign(const Numeric& value);
Result<Numeric> ceil(const Numeric& value);
Result<Numeric> floor(const Numeric& value);
Result<Numeric> round(const Numeric& value, int32_t scale);  // half away from zero
Result<Numeric> trunc(const Numeric& value, int32_t scale);

// The same values, without PostgreSQL's limits on scale and digits: for intermediate results, which
// in_range() ends. REQUIRES: finite operands.
Numeric add_exact(const Numeric& a, const Numeric& b);
Numeric multiply_exact(const Numeric& a, const Numeric& b);
// At another scale, which may be negative (rounding before the point; the result's scale is then 0).
Numeric rescale(const Numeric& value, int32_t scale, bool round = true);
// a / b rounded half away from zero. REQUIRES: b is not zero, scale >= 0.
Numeric divide_to_scale(const Numeric& a, const Numeric& b, int32_t scale);
// The square root rounded to `scale` >= 0. REQUIRES: finite, not negative.
Numeric square_root(const Numeric& value, int32_t scale);
// The scale of a quotient, so that it has at least 16 significant digits. REQUIRES: finite.
int32_t quotient_scale(const Numeric& a, const Numeric& b);

// --- functions -----------------------------------------------------------------------------------
Result<Numeric> sqrt(const Numeric& value);
Result<Numeric> exp(const Numeric& value);
Result<Numeric> ln(const Numeric& value);
Result<Numeric> log(const Numeric& base, const Numeric& value);
Result<Numeric> power(const Numeric& base, const Numeric& exponent);
Result<Numeric> factorial(int64_t value);
Result<Numeric> gcd(const Numeric& a, const Numeric& b);
Result<Numeric> lcm(const Numeric& a, const Numeric& b);
std::optional<int32_t> scale(const Numeric& value);  // nothing for NaN and infinities, as below
std::optional<int32_t> min_scale(const Numeric& value);
Numeric trim_scale(const Numeric& value);
Result<int32_t> width_bucket(const Numeric& value, const Numeric& low, const Numeric& high, int32_t count);

// --- casts ---------------------------------------------------------------------------------------
Result<int16_t> to_int16(const Numeric& value);  // rounded half away from zero, 22003
Result<int32_t> to_int32(const Numeric& value);
Result<int64_t> to_int64(const Numeric& value);
Numeric from_float4(float value);   // 6 significant digits
Numeric from_float8(double value);  // 15 significant digits
Result<float> to_float4(const Numeric& value);
Result<double> to_float8(const Numeric& value);
// Infinite where the range is exceeded: for estimates.
double to_double_unchecked(const Numeric& value);

}  // namespace numeric

template <>
struct NativeType<Numeric> {
  static constexpr uint32_t kOid = oid::kNumeric;
  static Numeric load(const Slot& slot) { return numeric::load(slot.bytes); }
  static Slot store(const Numeric& value, Arena& arena) { return Slot(numeric::store(value, arena)); }
};

}  // namespace millrace
