// ISO 8601 intervals, section 4.4.3.2 ("P1Y2M3DT4H5M6S") and the alternative form of 4.4.3.3
// ("P00010203T040506", "P0001-02-03T04:05:06").
#include <charconv>
#include <cmath>

#include "types/interval_input.h"

namespace millrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class IsoIntervalReader {
 public:
  explicit IsoIntervalReader(const DateTimeErrors& errors) : errors_(errors), rest_(errors.text) {}

  Result<IntervalSum> read();

 private:
  struct Number {
    int64_t whole = 0;
    double fraction = 0;
    size_t digits = 0;  // at its front
  };

  Result<Number> read_number();
  char take() {
    if (rest_.empty()) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void start_time() {
    in_date_ = false;
    has_field_ = false;
  }
  SqlError overflow() const { return errors_.field_out_of_range(); }
  SqlError bad_format() const { return errors_.bad_format(); }

  // Each adds a number and what must follow it; true when the text has ended.
  Result<bool> read_date_field(const Number& number, char unit);
  Result<bool> read_time_field(const Number& number, char unit);
  Result<bool> read_dashed_date(const Number& year, char unit);
  Result<bool> read_clock(const Number& hour, char unit);

  const DateTimeErrors& errors_;
  std::string_view rest_;
  IntervalSum sum_;
  bool in_date_ = true;
  bool has_field_ = false;  // since 'P' or 'T'
};

Result<IntervalSum> IsoIntervalReader::read() {
  if (rest_.size() < 2 || take() != 'P') return bad_format();
  while (!rest_.empty()) {
    if (rest_.front() == 'T') {
      rest_.remove_prefix(1);
      start_time();
      continue;
    }
    TRY(const Number number, read_number());
    const char unit = take();
    TRY(const bool ended, in_date_ ? read_date_field(number, unit) : read_time_field(number, unit));
    if (ended) return sum_;
  }
  return sum_;
}

// Anything that is a floating point number, exponent too.
Result<IsoIntervalReader::Number> IsoIntervalReader::read_number() {
  if (rest_.empty() || (!is_digit(rest_.front()) && rest_.front() != '-' && rest_.front() != '.')) return bad_format();
  double value = 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  if (error != std::errc{}) return bad_format();
  // Up to here every whole number is exact.
  constexpr double kLargest = 1.0e15;
  if (std::isnan(value) || value < -kLargest || value > kLargest) return overflow();
  Number number;
  number.whole = static_cast<int64_t>(value);
  number.fraction = value - static_cast<double>(number.whole);
  const std::string_view digits = rest_.starts_with('-') ? rest_.substr(1) : rest_;
  while (number.digits < digits.size() && is_digit(digits[number.digits])) ++number.digits;
  rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
  return number;
}

Result<bool> IsoIntervalReader::read_date_field(const Number& number, char unit) {
  bool fits = false;
  switch (unit) {
    case 'Y': fits = sum_.add_years(number.whole, number.fraction, 1); break;
    case 'M': fits = sum_.add_months(number.whole, number.fraction); break;
    case 'W': fits = sum_.add_days(number.whole, number.fraction, 7); break;
    case 'D': fits = sum_.add_days(number.whole, number.fraction, 1); break;
    case 'T':
    case '\0':
      if (number.digits == 8 && !has_field_) {  // yyyymmdd
        if (!sum_.add_years(number.whole / 10'000, 0, 1) || !sum_.add_months(number.whole / 100 % 100, 0) ||
            !sum_.add_days(number.whole % 100, number.fraction, 1)) {
          return overflow();
        }
        if (unit == '\0') return true;
        start_time();
        return false;
      }
      return read_dashed_date(number, unit);
    case '-': return read_dashed_date(number, unit);
    default: return bad_format();
  }
  if (!fits) return overflow();
  has_field_ = true;
  return false;
}

// yyyy-mm-dd, from behind the year.
Result<bool> IsoIntervalReader::read_dashed_date(const Number& year, char unit) {
  if (has_field_) return bad_format();
  if (!sum_.add_years(year.whole, year.fraction, 1)) return overflow();
  for (int part = 0;; ++part) {
    if (unit == '\0') return true;
    if (unit == 'T') {
      start_time();
      return false;
    }
    if (unit != '-' || part == 2) return bad_format();
    TRY(const Number number, read_number());
    const bool fits =
        part == 0 ? sum_.add_months(number.whole, number.fraction) : sum_.add_days(number.whole, number.fraction, 1);
    if (!fits) return overflow();
    unit = take();
  }
}

Result<bool> IsoIntervalReader::read_time_field(const Number& number, char unit) {
  bool fits = false;
  switch (unit) {
    case 'H': fits = sum_.add_micros(number.whole, number.fraction, kMicrosPerHour); break;
    case 'M': fits = sum_.add_micros(number.whole, number.fraction, kMicrosPerMinute); break;
    case 'S': fits = sum_.add_micros(number.whole, number.fraction, kMicrosPerSecond); break;
    case '\0':
      if (number.digits == 6 && !has_field_) {  // hhmmss
        if (!sum_.add_micros(number.whole / 10'000, 0, kMicrosPerHour) ||
            !sum_.add_micros(number.whole / 100 % 100, 0, kMicrosPerMinute) ||
            !sum_.add_micros(number.whole % 100, 0, kMicrosPerSecond) || !sum_.add_micros(0, number.fraction, 1)) {
          return overflow();
        }
        return true;
      }
      return read_clock(number, unit);
    case ':': return read_clock(number, unit);
    default: return bad_format();
  }
  if (!fits) return overflow();
  has_field_ = true;
  return false;
}

// hh:mm:ss, from behind the hours.
Result<bool> IsoIntervalReader::read_clock(const Number& hour, char unit) {
  if (has_field_) return bad_format();
  if (!sum_.add_micros(hour.whole, hour.fraction, kMicrosPerHour)) return overflow();
  for (const int64_t micros : {kMicrosPerMinute, kMicrosPerSecond}) {
    if (unit == '\0') return true;
    if (unit != ':') return bad_format();
    TRY(const Number number, read_number());
    if (!sum_.add_micros(number.whole, number.fraction, micros)) return overflow();
    unit = take();
  }
  if (unit != '\0') return bad_format();
  return true;
}

}  // namespace

Result<IntervalSum> parse_iso_8601_interval(const DateTimeErrors& errors) { return IsoIntervalReader(errors).read(); }

}  // namespace millrace
