// Text, and the casts that PostgreSQL defines through text (floats).
#include <charconv>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "types/numeric.h"

namespace millrace::numeric {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

SqlError invalid_syntax(std::string_view text) {
  return SqlError(sqlstate::kInvalidTextRepresentation,
                  "invalid input syntax for type numeric: \"" + std::string(text) + "\"");
}

SqlError overflow() { return SqlError(sqlstate::kNumericValueOutOfRange, "value overflows numeric format"); }

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

// NaN, [+-]inf, [+-]infinity. Takes what it reads off `rest`.
bool read_special(std::string_view& rest, Numeric* value) {
  if (starts_with_ignoring_case(rest, "nan")) {
    rest.remove_prefix(3);
    *value = Numeric::nan();
    return true;
  }
  std::string_view word = rest;
  const bool negative = !word.empty() && word[0] == '-';
  if (!word.empty() && (word[0] == '-' || word[0] == '+')) word.remove_prefix(1);
  if (!starts_with_ignoring_case(word, "inf")) return false;
  rest = word.substr(starts_with_ignoring_case(word, "infinity") ? 8 : 3);
  *value = Numeric::infinity(negative ? -1 : 1);
  return true;
}

// What stands in the text: digits * 10^(exponent - fraction).
struct Literal {
  bool negative = false;
  std::string digits;  // without the point; empty while all of them fit `small`
  Uint128 small = 0;
  int64_t fraction = 0;  // digits behind the point
  int64_t exponent = 0;
};

// The C library's strtol, as PostgreSQL 15 reads exponents with it: it skips white space first.
bool read_exponent(std::string_view& rest, int64_t* exponent) {
  std::string_view digits = rest;
  while (!digits.empty() && is_space(digits[0])) digits.remove_prefix(1);
  const bool negative = !digits.empty() && digits[0] == '-';
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits[0])) return false;
  int64_t value = 0;
  for (; !digits.empty() && is_digit(digits[0]); digits.remove_prefix(1)) {
    if (value < INT_MAX) value = value * 10 + (digits[0] - '0');
  }
  *exponent = negative ? -value : value;
  rest = digits;
  return true;
}

// False where the syntax is wrong. `rest` keeps what stands behind the number.
bool read_number(std::string_view& rest, Literal* literal) {
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    literal->negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  bool point = false;
  size_t count = 0;
  size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (is_digit(rest[i])) {
      if (count == 38) literal->digits.reserve(rest.size());
      if (count < 38) {
        literal->small = literal->small * 10 + static_cast<Uint128>(rest[i] - '0');
      } else {
        if (literal->digits.empty()) {
          char head[40];
          char* first = head + sizeof head;
          for (int j = 0; j < 38; ++j, literal->small /= 10) *--first = static_cast<char>('0' + literal->small % 10);
          literal->digits.assign(first, head + sizeof head);
        }
        literal->digits.push_back(rest[i]);
      }
      ++count;
      if (point) ++literal->fraction;
    } else if (rest[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (count == 0) return false;
  rest.remove_prefix(i);
  if (rest.empty() || (rest[0] | 0x20) != 'e') return true;
  rest.remove_prefix(1);
  return read_exponent(rest, &literal->exponent);
}

Result<Numeric> value_of(const Literal& literal, int32_t typmod) {
  if (std::llabs(literal.exponent) >= INT_MAX / 2) return overflow();
  const int64_t scale = literal.fraction - literal.exponent;
  BigNatural magnitude = literal.digits.empty() ? BigNatural(literal.small) : BigNatural::from_digits(literal.digits);
  if (magnitude.is_zero()) {
    const Numeric zero = Numeric::of(0, static_cast<int32_t>(std::max<int64_t>(scale, 0)));
    if (typmod != kNoTypmod) return apply_typmod(zero, typmod);
    return Numeric::in_range(zero);
  }
  const auto digits = static_cast<int64_t>(magnitude.digits());
  // Neither limit of the type, nor any modifier, can be met: no need to write out a billion zeros.
  constexpr int64_t kFar = 2 * (Numeric::kIntegerDigitsMax + Numeric::kScaleMax);
  if (scale < 0) {
    if (digits - scale > kFar) {
      magnitude = BigNatural::power_of_ten(kFar);
    } else {
      magnitude = magnitude.times_power_of_ten(static_cast<size_t>(-scale));
    }
  }
  int64_t kept_scale = std::max<int64_t>(scale, 0);
  if (kept_scale > Numeric::kScaleMax) {
    if (typmod == kNoTypmod) return overflow();
    if (kept_scale - digits > kFar) magnitude = BigNatural(1);  // rounds to zero all the same
    kept_scale = std::min<int64_t>(kept_scale, digits + kFar);
  }
  const Numeric value = Numeric::of(literal.negative, std::move(magnitude), static_cast<int32_t>(kept_scale));
  if (typmod != kNoTypmod) return apply_typmod(value, typmod);
  return Numeric::in_range(value);
}

char* write_digits(Uint128 value, char* end) {
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000ULL;
  while (value >> 64 != 0) {
    auto chunk = static_cast<uint64_t>(value % kChunk);
    value /= kChunk;
    for (int i = 0; i < 19; ++i, chunk /= 10) *--end = static_cast<char>('0' + chunk % 10);
  }
  for (auto rest = static_cast<uint64_t>(value); rest != 0; rest /= 10) *--end = static_cast<char>('0' + rest % 10);
  return end;
}

// "digits", without leading zeros, with the point put in.
void append_with_point(std::string_view digits, int32_t scale, std::string& out) {
  const auto fraction = static_cast<size_t>(scale);
  if (digits.size() <= fraction) {
    out.push_back('0');
  } else {
    out.append(digits, 0, digits.size() - fraction);
  }
  if (scale == 0) return;
  out.push_back('.');
  if (digits.size() < fraction) out.append(fraction - digits.size(), '0');
  out.append(digits.substr(digits.size() - std::min(digits.size(), fraction)));
}

template <class Float>
Numeric from_float(Float value, int digits) {
  if (std::isnan(value)) return Numeric::nan();
  if (std::isinf(value)) return Numeric::infinity(value < 0 ? -1 : 1);
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, static_cast<double>(value), std::chars_format::general, digits);
  return *parse({text, end});
}

template <class Float>
Result<Float> to_float(const Numeric& value, Float (*read)(const char*, char**), const char* type) {
  if (value.is_nan()) return std::numeric_limits<Float>::quiet_NaN();
  if (value.is_infinite()) return value.sign() * std::numeric_limits<Float>::infinity();
  const std::string text = to_string(value);
  const Float result = read(text.c_str(), nullptr);
  if (std::isinf(result) || (result == 0 && !value.is_zero())) {
    return SqlError(sqlstate::kNumericValueOutOfRange, "\"" + text + "\" is out of range for type " + type);
  }
  return result;
}

}  // namespace

Result<Numeric> parse(std::string_view text, int32_t typmod) {
  std::string_view rest = text;
  while (!rest.empty() && is_space(rest[0])) rest.remove_prefix(1);
  Numeric special;
  Literal literal;
  const bool is_special = read_special(rest, &special);
  if (!is_special && !read_number(rest, &literal)) return invalid_syntax(text);
  // An exponent out of all range is told before what stands behind it, as PostgreSQL does.
  if (!is_special && std::llabs(literal.exponent) >= INT_MAX / 2) return overflow();
  while (!rest.empty() && is_space(rest[0])) rest.remove_prefix(1);
  if (!rest.empty()) return invalid_syntax(text);
  if (is_special) return typmod == kNoTypmod ? Result<Numeric>(special) : apply_typmod(special, typmod);
  const int64_t scale = literal.fraction - literal.exponent;
  if (literal.digits.empty() && literal.small >> 127 == 0 && scale >= 0 && scale <= Numeric::kScaleMax &&
      typmod == kNoTypmod) [[likely]] {
    const auto mantissa = static_cast<Int128>(literal.small);
    return Numeric::of(literal.negative ? -mantissa : mantissa, static_cast<int32_t>(scale));
  }
  return value_of(literal, typmod);
}

void format(const Numeric& value, std::string& out) {
  if (value.is_nan()) {
    out += "NaN";
    return;
  }
  if (value.is_negative()) out.push_back('-');
  if (value.is_infinite()) {
    out += "Infinity";
  } else if (value.is_small()) {
    char digits[kPowersOfTen + 1];
    char* end = digits + sizeof digits;
    const char* first = write_digits(value.small_magnitude(), end);
    append_with_point({first, static_cast<size_t>(end - first)}, value.scale(), out);
  } else {
    std::string digits;
    value.big_magnitude().append_digits(digits);
    append_with_point(digits, value.scale(), out);
  }
}

std::string to_string(const Numeric& value) {
  std::string text;
  format(value, text);
  return text;
}

Numeric from_float4(float value) { return from_float(value, 6); }
Numeric from_float8(double value) { return from_float(value, 15); }
Result<float> to_float4(const Numeric& value) { return to_float<float>(value, std::strtof, "real"); }
Result<double> to_float8(const Numeric& value) { return to_float<double>(value, std::strtod, "double precision"); }

double to_double_unchecked(const Numeric& value) {
  if (value.is_nan()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_infinite()) return value.sign() * std::numeric_limits<double>::infinity();
  return std::strtod(to_string(value).c_str(), nullptr);
}

}  // namespace millrace::numeric
