#include "types/iso_date_time_input.h"

namespace millrace {
namespace {

// Reads fixed pieces front to back; after the first that is not there, nothing is.
class PieceReader {
 public:
  explicit PieceReader(std::string_view text) : rest_(text) {}

  bool is_valid() const { return valid_; }
  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { valid_ &= take(c); }

  int32_t digits(size_t count) {
    if (rest_.size() < count) valid_ = false;
    if (!valid_) return 0;
    int32_t number = 0;
    for (size_t i = 0; i < count; ++i) {
      const auto digit = static_cast<uint8_t>(rest_[i] - '0');
      valid_ &= digit <= 9;
      number = number * 10 + digit;
    }
    rest_.remove_prefix(count);
    return number;
  }

  // One to six digits after the point.
  int32_t micros() {
    int32_t number = 0;
    int count = 0;
    for (; count < 6 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++count)
      number = number * 10 + digits(1);
    valid_ &= count > 0;
    for (; count < 6; ++count) number *= 10;
    return number;
  }

 private:
  std::string_view rest_;
  bool valid_ = true;
};

}  // namespace

std::optional<IsoDateTime> read_iso_date_time(std::string_view text) {
  PieceReader reader(text);
  IsoDateTime result;
  CivilTime& civil = result.civil;
  civil.date.year = reader.digits(4);
  reader.expect('-');
  civil.date.month = reader.digits(2);
  reader.expect('-');
  civil.date.day = reader.digits(2);
  if (!reader.is_valid() || civil.date.year == 0 || civil.date.month < 1 || civil.date.month > 12 ||
      civil.date.day < 1 || civil.date.day > days_in_month(civil.date.year, civil.date.month)) {
    return std::nullopt;
  }
  if (reader.at_end()) return result;

  if (!reader.take(' ')) reader.expect('T');
  civil.hour = reader.digits(2);
  reader.expect(':');
  civil.minute = reader.digits(2);
  reader.expect(':');
  civil.second = reader.digits(2);
  if (reader.take('.')) civil.micros = reader.micros();
  if (!reader.is_valid() || civil.hour > 23 || civil.minute > 59 || civil.second > 59) return std::nullopt;
  if (reader.at_end()) return result;

  if (reader.take('Z')) {
    result.seconds_west = 0;
  } else {
    const bool is_west = reader.take('-');
    if (!is_west) reader.expect('+');
    const int32_t hours = reader.digits(2);
    const int32_t minutes = reader.take(':') ? reader.digits(2) : 0;
    if (!reader.is_valid() || hours > 15 || minutes > 59) return std::nullopt;
    const int32_t seconds = (hours * 60 + minutes) * 60;
    result.seconds_west = is_west ? seconds : -seconds;
  }
  if (!reader.at_end()) return std::nullopt;
  return result;
}

}  // namespace millrace
