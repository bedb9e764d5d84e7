// The binary form: u16 digit count, i16 weight, u16 sign, u16 display scale, then base-10000 digits, the
// value being sum of digit[i] * 10000^(weight - i). Big-endian.
#include <algorithm>

#include "types/numeric.h"
#include "types/wire_order.h"

namespace millrace::numeric {
namespace {

constexpr uint16_t kPositive = 0x0000;
constexpr uint16_t kNegative = 0x4000;
constexpr uint16_t kNan = 0xC000;
constexpr uint16_t kPlusInfinity = 0xD000;
constexpr uint16_t kMinusInfinity = 0xF000;
constexpr uint16_t kScaleMask = 0x3FFF;
// PostgreSQL sends the infinities with a display scale that its storage format leaks.
constexpr uint16_t kScaleOfInfinity = 0x20;
constexpr size_t kHeaderBytes = 8;

SqlError invalid(const char* what) {
  return SqlError(sqlstate::kInvalidBinaryRepresentation,
                  std::string("invalid ") + what + " in external \"numeric\" value");
}

void append_header(uint16_t digits, int16_t weight, uint16_t sign, uint16_t scale, std::string& out) {
  append_big_endian(digits, out);
  append_big_endian(weight, out);
  append_big_endian(sign, out);
  append_big_endian(scale, out);
}

}  // namespace

Result<Numeric> receive(std::string_view bytes, int32_t typmod) {
  const auto too_short = [] { return SqlError(sqlstate::kProtocolViolation, "insufficient data left in message"); };
  if (bytes.size() < 6) return too_short();
  const auto count = read_big_endian<uint16_t>(bytes);
  const auto weight = read_big_endian<int16_t>(bytes.substr(2));
  const auto sign = read_big_endian<uint16_t>(bytes.substr(4));
  if (sign != kPositive && sign != kNegative && sign != kNan && sign != kPlusInfinity && sign != kMinusInfinity) {
    return invalid("sign");
  }
  if (bytes.size() < kHeaderBytes) return too_short();
  const auto scale = read_big_endian<uint16_t>(bytes.substr(6));
  if ((scale & kScaleMask) != scale) return invalid("scale");
  std::string digits;
  digits.reserve(size_t{count} * 4);
  for (size_t i = 0; i < count; ++i) {
    const size_t offset = kHeaderBytes + 2 * i;
    if (bytes.size() < offset + 2) return too_short();
    const auto digit = read_big_endian<uint16_t>(bytes.substr(offset));
    if (digit >= 10000) return invalid("digit");
    for (const int unit : {1000, 100, 10, 1}) digits.push_back(static_cast<char>('0' + digit / unit % 10));
  }
  if (bytes.size() != kHeaderBytes + 2 * size_t{count}) {
    return SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  }
  Numeric value;
  if (sign == kNan) {
    value = Numeric::nan();
  } else if (sign == kPlusInfinity || sign == kMinusInfinity) {
    value = Numeric::infinity(sign == kPlusInfinity ? 1 : -1);
  } else {
    // Digits behind the display scale are cut off.
    const int64_t fraction = (int64_t{count} - 1 - weight) * 4;
    const BigNatural magnitude = BigNatural::from_digits(digits);
    const int64_t shift = scale - fraction;
    value = Numeric::of(sign == kNegative,
                        shift >= 0 ? magnitude.times_power_of_ten(static_cast<size_t>(shift))
                                   : magnitude.over_power_of_ten(static_cast<size_t>(-shift), false),
                        scale);
  }
  if (typmod != kNoTypmod) return apply_typmod(value, typmod);
  return Numeric::in_range(std::move(value));
}

void send(const Numeric& value, std::string& out) {
  if (value.is_nan()) return append_header(0, 0, kNan, 0, out);
  if (value.is_infinite()) {
    return append_header(0, 0, value.sign() > 0 ? kPlusInfinity : kMinusInfinity, kScaleOfInfinity, out);
  }
  const auto scale = static_cast<uint16_t>(value.scale());
  if (value.is_zero()) return append_header(0, 0, kPositive, scale, out);
  // Digits padded to groups of four on both sides of the point.
  std::string digits;
  value.magnitude().append_digits(digits);
  const int64_t integer_digits = static_cast<int64_t>(digits.size()) - value.scale();
  const int64_t weight = integer_digits > 0 ? (integer_digits - 1) / 4 : -((4 - integer_digits) / 4);
  digits.insert(0, static_cast<size_t>((weight + 1) * 4 - integer_digits), '0');
  digits.resize((digits.find_last_not_of('0') + 4) / 4 * 4, '0');
  const size_t count = digits.size() / 4;
  append_header(static_cast<uint16_t>(count), static_cast<int16_t>(weight), value.is_negative() ? kNegative : kPositive,
                scale, out);
  for (size_t i = 0; i < digits.size(); i += 4) {
    int digit = 0;
    for (const char c : std::string_view(digits).substr(i, 4)) digit = digit * 10 + (c - '0');
    append_big_endian(static_cast<uint16_t>(digit), out);
  }
}

}  // namespace millrace::numeric
