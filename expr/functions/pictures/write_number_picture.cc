// Laying digits out by a picture, as PostgreSQL 15's NUM_processor() does it.
#include <algorithm>

#include "expr/functions/pictures/number_picture.h"

namespace millrace::expr {
namespace {

using std::string_view;
constexpr size_t kNone = std::string::npos;

// The last digit after the point that is no zero, or the point.
size_t last_relevant_digit(string_view digits) {
  const size_t point = digits.find('.');
  if (point == string_view::npos) return kNone;
  size_t last = point;
  for (size_t i = point + 1; i < digits.size(); ++i) {
    if (digits[i] != '0') last = i;
  }
  return last;
}

class Layout {
 public:
  Layout(NumberPicture picture, const NumberDigits& number)
      : p_(std::move(picture)), digits_(number.digits), sign_(number.sign), spaces_(number.spaces) {}

  std::string run() {
    if (p_.exponent) return digits_;
    prepare();
    for (const NumberNode& node : p_.nodes) {
      if (node.is_field) {
        write_field(node);
      } else {
        out_ += node.character;
      }
    }
    return out_.substr(0, out_.find('\0'));  // digits that a float has not end the text
  }

 private:
  void prepare() {
    if (p_.zero_start > 0) --p_.zero_start;
    if (p_.roman) {
      const bool fill_mode = p_.fill_mode;
      std::vector<NumberNode> nodes = std::move(p_.nodes);
      const int32_t zero_start = p_.zero_start;
      p_ = NumberPicture();
      p_.nodes = std::move(nodes);
      p_.zero_start = zero_start;
      p_.fill_mode = fill_mode;
      p_.roman = true;
      spaces_ = 0;
    }
    if (p_.plus || p_.minus) {
      sign_written_ = !p_.plus || p_.minus;  // MI, PL and SG write it themselves; PL the plus alone
    } else {
      if (sign_ != '-' && p_.fill_mode) p_.brackets = false;
      sign_written_ = sign_ == '+' && p_.fill_mode && !p_.locale_sign;
      if (p_.sign == SignPlace::kBefore && p_.before == p_.before_sign) p_.sign = SignPlace::kAfter;
    }
    count_ = p_.after + p_.before - 1;
    if (p_.fill_mode && p_.has_point) {
      last_relevant_ = last_relevant_digit(digits_);
      // Zeros that the picture asks for stay.
      if (last_relevant_ != kNone && p_.zero_end > spaces_) {
        const size_t last_zero = std::min(digits_.size() - 1, static_cast<size_t>(p_.zero_end - spaces_));
        last_relevant_ = std::max(last_relevant_, last_zero);
      }
    }
    if (!sign_written_ && spaces_ == 0) ++count_;
  }

  char digit(size_t at) const { return at < digits_.size() ? digits_[at] : '\0'; }
  bool ends_at_point() const { return last_relevant_ != kNone && digit(last_relevant_) == '.'; }
  // "9.9" shows 0.1 as " .1".
  bool is_lone_zero() const { return !p_.zero && at_ == 0 && digit(0) == '0' && p_.after != 0; }

  void write_sign() {
    if (sign_written_) return;
    if (current_ < spaces_ && !(p_.zero && p_.zero_start == current_)) return;
    if (is_lone_zero() && !ends_at_point()) return;
    if (p_.locale_sign) {
      if (p_.sign != SignPlace::kBefore) return;
      out_ += sign_ == '-' ? '-' : '+';
    } else if (p_.brackets) {
      out_ += sign_ == '+' ? ' ' : '<';
    } else if (sign_ == '+') {
      if (!p_.fill_mode) out_ += ' ';
    } else if (sign_ == '-') {
      out_ += '-';
    } else {
      return;
    }
    sign_written_ = true;
  }

  void write_own_digit(bool zero_field) {
    if (digit(at_) == '.') {
      if (!ends_at_point() || p_.fill_mode) out_ += '.';
    } else if (last_relevant_ != kNone && at_ > last_relevant_ && !zero_field) {
      // A zero at the end that FM does away with.
    } else if (is_lone_zero()) {
      if (!p_.fill_mode) {
        out_ += ' ';
      } else if (ends_at_point()) {
        out_ += '0';
      }
    } else {
      out_ += digit(at_);
      number_begun_ = true;
    }
    if (at_ < digits_.size()) ++at_;
  }

  void write_digit(bool zero_field) {
    if (p_.roman) return;
    number_begun_ = false;
    write_sign();
    if (current_ < spaces_ && (p_.zero_start > current_ || !p_.zero)) {
      if (!p_.fill_mode) out_ += ' ';
    } else if (p_.zero && current_ < spaces_ && p_.zero_start <= current_) {
      out_ += '0';
      number_begun_ = true;
    } else {
      write_own_digit(zero_field);
    }
    int32_t end = count_ + (spaces_ != 0 ? 1 : 0) + (p_.has_point ? 1 : 0);
    if (last_relevant_ != kNone && last_relevant_ == at_) end = current_;
    if (current_ + 1 == end) {
      if (sign_written_ && p_.brackets) {
        out_ += sign_ == '+' ? ' ' : '>';
      } else if (p_.locale_sign && p_.sign == SignPlace::kAfter) {
        out_ += sign_ == '-' ? '-' : '+';
      }
    }
    ++current_;
  }

  void write_roman(NameCase name_case) {
    std::string text = digits_.substr(std::min(at_, digits_.size()));
    if (name_case == NameCase::kLower) {
      for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    constexpr size_t kRomanWidth = 15;
    if (!p_.fill_mode && text.size() < kRomanWidth) text.insert(0, kRomanWidth - text.size(), ' ');
    out_ += text;
  }

  // Between digits; a space, or with FM nothing, before them.
  void write_group() {
    if (number_begun_) {
      out_ += ',';
    } else if (!p_.fill_mode) {
      out_ += ' ';
    }
  }

  void write_field(const NumberNode& node) {
    switch (node.field) {
      case NumberField::kNine:
      case NumberField::kPoint:
      case NumberField::kLocalPoint: write_digit(false); break;
      case NumberField::kZero: write_digit(true); break;
      case NumberField::kComma:
      case NumberField::kGroup: write_group(); break;
      case NumberField::kCurrency: out_ += ' '; break;
      case NumberField::kRoman: write_roman(node.name_case); break;
      case NumberField::kOrdinal:
        if (p_.roman || digit(0) == '#' || sign_ == '-' || p_.has_point) break;
        out_ += ordinal_suffix(digits_, node.name_case);
        break;
      case NumberField::kMinus:
        if (sign_ == '-') {
          out_ += '-';
        } else if (!p_.fill_mode) {
          out_ += ' ';
        }
        break;
      case NumberField::kPlus:
        if (sign_ == '+') {
          out_ += '+';
        } else if (!p_.fill_mode) {
          out_ += ' ';
        }
        break;
      case NumberField::kSignEither: out_ += sign_; break;
      case NumberField::kBlank:
      case NumberField::kExponent:
      case NumberField::kFill:
      case NumberField::kBrackets:
      case NumberField::kSpelled:
      case NumberField::kSign:
      case NumberField::kShift:
      case NumberField::kUnused: break;
    }
  }

  NumberPicture p_;
  const std::string digits_;
  char sign_;
  int32_t spaces_;
  bool sign_written_ = false;
  bool number_begun_ = false;
  int32_t count_ = 0;
  int32_t current_ = 0;  // digits of the picture so far
  size_t at_ = 0;        // the number's next digit
  size_t last_relevant_ = kNone;
  std::string out_;
};

}  // namespace

std::string write_number_picture(const NumberPicture& picture, const NumberDigits& number) {
  return Layout(picture, number).run();
}

}  // namespace millrace::expr
