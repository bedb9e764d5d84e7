// float4, float8.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/hash.h"
#include "types/registry.h"
#include "types/wire_order.h"

namespace millrace {
namespace {

template <class T>
struct Traits;
template <>
struct Traits<float> {
  using Bits = uint32_t;
  static constexpr const char* kSql = "real";
  static constexpr int kDigits = 6;  // always survive text, FLT_DIG
  static float load(Slot slot) { return slot.f32; }
  static Slot store(float value) { return Slot::of_f32(value); }
  static float read(const char* text, char** end) { return std::strtof(text, end); }
};
template <>
struct Traits<double> {
  using Bits = uint64_t;
  static constexpr const char* kSql = "double precision";
  static constexpr int kDigits = 15;
  static double load(Slot slot) { return slot.f64; }
  static Slot store(double value) { return Slot::of_f64(value); }
  static double read(const char* text, char** end) { return std::strtod(text, end); }
};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The common plain number, "-12.5e3"; false for anything that needs strtod's own reading.
template <class T>
bool parse_plain(std::string_view text, T* value) {
  if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(*value);
}

template <class T>
Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena&) {
  T value{};
  if (parse_plain(text, &value)) return Traits<T>::store(value);
  // PostgreSQL reads with strtod: infinities, NaN, hexadecimal and all.
  const auto invalid = [&] {
    return SqlError(sqlstate::kInvalidTextRepresentation, std::string("invalid input syntax for type ") +
                                                              Traits<T>::kSql + ": \"" + std::string(text) + "\"");
  };
  const std::string copy(text);
  const char* start = copy.c_str();
  while (is_space(*start)) ++start;
  char* end = nullptr;
  value = Traits<T>::read(start, &end);
  if (end == start) return invalid();
  const std::string number(start, static_cast<size_t>(end - start));
  while (is_space(*end)) ++end;
  const bool names_infinity = number.find_first_of("iI") != std::string::npos;
  const bool has_digit_other_than_zero = [&] {
    if (number.find_first_of("nN") != std::string::npos) return false;
    const bool hex = number.find_first_of("xX") != std::string::npos;
    const std::string_view mantissa = std::string_view(number).substr(0, number.find_first_of(hex ? "pP" : "eE"));
    return mantissa.find_first_of(hex ? "123456789abcdefABCDEF" : "123456789") != std::string_view::npos;
  }();
  if ((std::isinf(value) && !names_infinity) || (value == 0 && has_digit_other_than_zero)) {
    // real's message quotes all that was written, double precision's the number in it.
    return SqlError(sqlstate::kNumericValueOutOfRange,
                    "\"" + (sizeof(T) == 4 ? copy : number) + "\" is out of range for type " + Traits<T>::kSql);
  }
  if (end != copy.c_str() + copy.size()) return invalid();
  return Traits<T>::store(value);
}

// "d.ddde[+-]xx"
struct Decimal {
  std::string text;
  uint64_t digits = 0;  // without the point
  int point = 0;        // digits behind it
  int exponent = 0;     // as written

  explicit Decimal(std::string_view scientific) : text(scientific) {
    const size_t e = text.find('e');
    for (size_t i = 0; i < e; ++i) {
      if (text[i] >= '0' && text[i] <= '9') digits = digits * 10 + static_cast<uint64_t>(text[i] - '0');
    }
    const size_t dot = text.find('.');
    point = dot == std::string::npos ? 0 : static_cast<int>(e - dot) - 1;
    std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(), exponent);
  }
};

// Whether the decimal lies exactly half-way between two neighbouring values of T, positive both.
template <class T>
bool is_half_way(const Decimal& decimal) {
  // digits * 10^power = odd * 2^twos, or no power of two times an integer of a few words at all.
  if (decimal.digits == 0) return false;
  int power = decimal.exponent - decimal.point;
  uint64_t digits = decimal.digits;
  for (; power < 0 && digits % 5 == 0; ++power) digits /= 5;  // 5s against those of 10^-n
  int twos = decimal.exponent - decimal.point;
  unsigned __int128 odd = digits;
  if (power < 0 || power > 23) return false;
  if (twos >= 0) {
    odd = decimal.digits;
    for (int i = 0; i < twos; ++i) odd *= 5;
  }
  for (; odd % 2 == 0; odd /= 2) ++twos;
  // A half-way point has exactly one binary digit more than a value of its size can have.
  const auto high = static_cast<uint64_t>(odd >> 64);
  const int bits = high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<uint64_t>(odd));
  constexpr int kMantissaBits = std::numeric_limits<T>::digits;
  constexpr int kLowestBit = std::numeric_limits<T>::min_exponent - kMantissaBits;
  const int lowest = std::max(kLowestBit, twos + bits - kMantissaBits);  // lowest binary digit of a value of that size
  return twos == lowest - 1;
}

// The shortest digits that read back as the same value, in scientific notation. Digits half-way to a
// neighbour do not count, though a reader that rounds to even would take them: PostgreSQL, whose
// readers may not, writes 9.999999999999999e+22 for 1e23.
template <class T>
std::string shortest_scientific(T value) {
  char text[64];
  const auto shortest = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  Decimal decimal({text, static_cast<size_t>(shortest.ptr - text)});
  if (!is_half_way<T>(decimal)) return std::move(decimal.text);
  for (int precision = decimal.point; precision < 17; ++precision) {
    const auto nearest = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, precision);
    const Decimal candidate({text, static_cast<size_t>(nearest.ptr - text)});
    T back{};
    std::from_chars(text, nearest.ptr, back);
    if (back == value && !is_half_way<T>(candidate)) return candidate.text;
  }
  return std::move(decimal.text);
}

// An exponent where PostgreSQL writes one: below 1e-4, and from 1e15 (float8) or 1e6 (float4) on.
template <class T>
void append_shortest(T value, std::string& out) {
  const std::string scientific = shortest_scientific(value);
  const Decimal decimal(scientific);
  if (decimal.exponent < -4 || decimal.exponent >= Traits<T>::kDigits) {
    out += scientific;
    return;
  }
  std::string digits;
  for (const char c : std::string_view(scientific).substr(0, scientific.find('e'))) {
    if (c == '-') out.push_back('-');
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  if (decimal.exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-decimal.exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<size_t>(decimal.exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  out.append(digits, 0, whole);
  if (digits.size() > whole) out.append(1, '.').append(digits, whole);
}

template <class T>
void format(Slot slot, SqlType, const TextContext& context, std::string& out) {
  const T value = Traits<T>::load(slot);
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else if (context.extra_float_digits > 0) {
    append_shortest(value, out);
  } else {
    char text[64];
    const int digits = std::max(Traits<T>::kDigits + context.extra_float_digits, 1);
    const int size = std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    out.append(text, static_cast<size_t>(size));
  }
}

template <class T>
Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  using Bits = typename Traits<T>::Bits;
  if (bytes.size() < sizeof(T)) return SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > sizeof(T)) {
    return SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  }
  return Traits<T>::store(std::bit_cast<T>(read_big_endian<Bits>(bytes)));
}

template <class T>
void send(Slot value, SqlType, std::string& out) {
  append_big_endian(std::bit_cast<typename Traits<T>::Bits>(Traits<T>::load(value)), out);
}

// Numbers by value, -0 as 0; NaN above all and equal to itself.
template <class T>
int compare(Slot a, Slot b, SqlType) {
  const T x = Traits<T>::load(a);
  const T y = Traits<T>::load(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (x == y) return 0;
  return static_cast<int>(std::isnan(x)) - static_cast<int>(std::isnan(y));
}

// One bit pattern for all values that are equal.
template <class T>
typename Traits<T>::Bits canonical_bits(T value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  return std::bit_cast<typename Traits<T>::Bits>(value);
}

// A float4 hashes like the float8 of the same value.
template <class T>
uint64_t hash(Slot value, SqlType) {
  return hash_int(canonical_bits(static_cast<double>(Traits<T>::load(value))));
}

template <class T>
void append_key(Slot value, SqlType, std::string& out) {
  using Bits = typename Traits<T>::Bits;
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  const Bits bits = canonical_bits(Traits<T>::load(value));
  append_big_endian(static_cast<Bits>((bits & kSign) != 0 ? ~bits : bits | kSign), out);
}

template <class T>
TypeInfo float_type(uint32_t type_oid, const char* name, uint32_t array_oid, Physical physical) {
  TypeInfo info;
  info.oid = type_oid;
  info.name = name;
  info.sql_name = Traits<T>::kSql;
  info.physical = physical;
  info.length = sizeof(T);
  info.category = 'N';
  info.array_oid = array_oid;
  info.bytewise_equality = false;
  info.parse = parse<T>;
  info.format = format<T>;
  info.receive = receive<T>;
  info.send = send<T>;
  info.compare = compare<T>;
  info.hash = hash<T>;
  info.append_key = append_key<T>;
  return info;
}

}  // namespace

TypeInfo float4_type() { return float_type<float>(oid::kFloat4, "float4", 1021, Physical::kFloat32); }

TypeInfo float8_type() {
  TypeInfo info = float_type<double>(oid::kFloat8, "float8", 1022, Physical::kFloat64);
  info.preferred = true;
  return info;
}

}  // namespace millrace
