// How a numeric rests in a StringRef, and its order-preserving key.
//
//   size   meaning
//   1      'N' NaN, '+' Infinity, '-' -Infinity
//   2..18  u16: bits 0..13 scale, bit 14 set when negative; then the magnitude, little-endian, without
//          leading zero bytes (zero has none)
//   22..   the same u16; then the magnitude's base-10^9 limbs, u32 each, lowest first. Only magnitudes
//          of 2^127 and more, so that a value and a scale have one form.
//
// Integers are little-endian. Up to 80 bits of magnitude stay within StringRef's inline bytes. Part of
// the file format.
#include <bit>
#include <cstring>

#include "base/check.h"
#include "types/numeric.h"
#include "types/wire_order.h"

namespace millrace::numeric {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint16_t kNegative = 1 << 14;
constexpr uint16_t kScaleMask = kNegative - 1;
constexpr size_t kHeaderBytes = 2;
constexpr size_t kSmallBytesMax = kHeaderBytes + 16;

uint16_t header_of(const Numeric& value) {
  return static_cast<uint16_t>(value.scale() | (value.is_negative() ? kNegative : 0));
}

// Keys: a class byte, then for numbers an exponent and the significant digits. Ordered by class.
enum KeyClass : char { kMinusInfinity = 1, kNegativeNumber, kZero, kPositiveNumber, kPlusInfinity, kNan };

void append_digit_pairs(const Numeric& value, std::string& out) {
  std::string digits;
  value.magnitude().append_digits(digits);
  while (digits.back() == '0') digits.pop_back();
  if (digits.size() % 2 != 0) digits.push_back('0');
  for (size_t i = 0; i < digits.size(); i += 2) {
    out.push_back(static_cast<char>((digits[i] - '0') * 10 + (digits[i + 1] - '0') + 1));
  }
}

// The same for magnitudes of one machine word, without detours.
void append_digit_pairs(uint64_t magnitude, std::string& out) {
  while (magnitude % 10 == 0) magnitude /= 10;
  char pairs[10];
  char* first = pairs + sizeof pairs;
  if (decimal_digits(magnitude) % 2 != 0) {  // the last pair is a digit and a zero
    *--first = static_cast<char>(magnitude % 10 * 10 + 1);
    magnitude /= 10;
  }
  for (; magnitude != 0; magnitude /= 100) *--first = static_cast<char>(magnitude % 100 + 1);
  out.append(first, pairs + sizeof pairs);
}

}  // namespace

Numeric load(const StringRef& bytes) {
  const char* data = bytes.data();
  const size_t size = bytes.size();
  if (size < kHeaderBytes) [[unlikely]] {
    MILLRACE_CHECK(size == 1, "numeric of no bytes");
    return data[0] == 'N' ? Numeric::nan() : Numeric::infinity(data[0] == '+' ? 1 : -1);
  }
  uint16_t header;
  std::memcpy(&header, data, sizeof header);
  const int32_t scale = header & kScaleMask;
  const bool negative = (header & kNegative) != 0;
  if (size <= kSmallBytesMax) [[likely]] {
    uint64_t words[2] = {};
    if (bytes.is_inline()) {
      // The bytes behind the value's own are zero.
      std::memcpy(words, data + kHeaderBytes, StringRef::kInlineBytes - kHeaderBytes);
    } else {
      std::memcpy(words, data + kHeaderBytes, size - kHeaderBytes);
    }
    const auto mantissa = static_cast<Int128>(static_cast<Uint128>(words[1]) << 64 | words[0]);
    return Numeric::of(negative ? -mantissa : mantissa, scale);
  }
  std::vector<uint32_t> limbs((size - kHeaderBytes) / sizeof(uint32_t));
  std::memcpy(limbs.data(), data + kHeaderBytes, limbs.size() * sizeof(uint32_t));
  return Numeric::of(negative, BigNatural::from_limbs(std::move(limbs)), scale);
}

StringRef store(const Numeric& value, Arena& arena) {
  if (value.is_small()) [[likely]] {
    const Uint128 magnitude = value.small_magnitude();
    const uint16_t header = header_of(value);
    const auto low = static_cast<uint64_t>(magnitude);
    const auto high = static_cast<uint64_t>(magnitude >> 64);
    const auto bits = high != 0 ? 64 + std::bit_width(high) : std::bit_width(low);
    char bytes[kSmallBytesMax];
    std::memcpy(bytes, &header, sizeof header);
    std::memcpy(bytes + kHeaderBytes, &low, sizeof low);
    std::memcpy(bytes + kHeaderBytes + 8, &high, sizeof high);
    return StringRef::copy({bytes, kHeaderBytes + static_cast<size_t>(bits + 7) / 8}, arena);
  }
  if (!value.is_finite()) return StringRef(value.is_nan() ? "N" : value.sign() > 0 ? "+" : "-");
  const auto& limbs = value.big_magnitude().limbs();
  const size_t size = kHeaderBytes + limbs.size() * sizeof(uint32_t);
  const uint16_t header = header_of(value);
  char* bytes = arena.allocate(size, 1);
  std::memcpy(bytes, &header, sizeof header);
  std::memcpy(bytes + kHeaderBytes, limbs.data(), size - kHeaderBytes);
  return StringRef(std::string_view(bytes, size));
}

// A finite number other than zero: integer_digits() as an ordered int32, then the digits from the first
// significant one, two a byte (value + 1) without trailing zeros, then 0. All bits flipped when negative.
void append_key(const Numeric& value, std::string& out) {
  if (!value.is_finite()) {
    out.push_back(value.is_nan() ? kNan : value.sign() > 0 ? kPlusInfinity : kMinusInfinity);
    return;
  }
  if (value.is_zero()) {
    out.push_back(kZero);
    return;
  }
  out.push_back(value.is_negative() ? kNegativeNumber : kPositiveNumber);
  const size_t start = out.size();
  append_ordered(static_cast<int32_t>(value.integer_digits()), out);
  if (value.is_small() && value.small_magnitude() >> 64 == 0) {
    append_digit_pairs(static_cast<uint64_t>(value.small_magnitude()), out);
  } else {
    append_digit_pairs(value, out);
  }
  out.push_back(0);
  if (value.is_negative()) {
    for (size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
  }
}

}  // namespace millrace::numeric
