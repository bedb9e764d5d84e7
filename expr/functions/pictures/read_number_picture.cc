// Reading a number by a picture, as PostgreSQL 15's NUM_processor() does it, leniencies included.
#include "expr/functions/pictures/number_picture.h"
#include "types/utf8.h"

namespace millrace::expr {
namespace {

using std::string_view;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(const NumberPicture& picture, string_view text) : p_(picture), text_(text) {}

  NumberText run() {
    for (const NumberNode& node : p_.nodes) {
      if (at_ >= text_.size()) break;
      if (node.is_field) {
        read_field(node.field);
      } else {
        skip_character();  // any one character for one of the picture
      }
    }
    if (digits_.ends_with('.')) digits_.pop_back();
    return {digits_, read_after_};
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char front() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_character() { at_ += utf8_prefix_bytes(text_.substr(std::min(at_, text_.size())), 1); }

  void skip_other(int count) {
    for (; count > 0 && !at_end(); --count) {
      if (string_view("0123456789.,+-").find(front()) != string_view::npos) return;
      skip_character();
    }
  }

  void read_leading_sign() {
    if (p_.locale_sign && p_.sign == SignPlace::kBefore) {
      if (front() == '-' || front() == '+') digits_[0] = text_[at_++];
    } else if (front() == '-' || (p_.brackets && front() == '<')) {
      digits_[0] = '-';
      ++at_;
    } else if (front() == '+') {
      digits_[0] = '+';
      ++at_;
    }
  }

  // A sign behind the last digit: where that is, is known only by what follows it.
  void read_trailing_sign(bool is_read) {
    if (digits_[0] != ' ' || read_before_ + read_after_ == 0) return;
    if (p_.locale_sign && is_read && at_ + 1 < text_.size() && !is_digit(text_[at_ + 1])) {
      const char next = text_[at_ + 1];
      if (next == '-' || next == '+') {
        digits_[0] = next;
        ++at_;
      }
    } else if (!is_read && !p_.locale_sign && (p_.plus || p_.minus)) {
      if (front() == '-' || front() == '+') digits_[0] = front();
    }
  }

  void read_digit(bool is_point) {
    if (front() == ' ') ++at_;
    if (at_end()) return;
    if (digits_[0] == ' ' && !is_point && read_before_ + read_after_ == 0) read_leading_sign();
    if (at_end()) return;
    bool is_read = false;
    if (is_digit(front())) {
      if (read_point_ && read_after_ == p_.after) return;
      digits_ += front();
      ++(read_point_ ? read_after_ : read_before_);
      is_read = true;
    } else if (p_.has_point && !read_point_ && front() == '.') {
      digits_ += '.';
      read_point_ = is_read = true;
    }
    read_trailing_sign(is_read);
  }

  void read_field(NumberField field) {
    switch (field) {
      case NumberField::kNine:
      case NumberField::kZero: read_digit(false); break;
      case NumberField::kPoint:
      case NumberField::kLocalPoint: read_digit(true); break;
      case NumberField::kComma:
      case NumberField::kGroup:
        if (p_.fill_mode || front() != ',') return;
        break;
      case NumberField::kCurrency: skip_other(1); return;
      case NumberField::kOrdinal:
        if (!p_.has_point) skip_other(2);
        return;
      case NumberField::kMinus:
        if (front() != '-') return skip_other(1);
        digits_[0] = '-';
        break;
      case NumberField::kPlus:
        if (front() != '+') return skip_other(1);
        digits_[0] = '+';
        break;
      case NumberField::kSignEither:
        if (front() != '-' && front() != '+') return skip_other(1);
        digits_[0] = front();
        break;
      case NumberField::kBlank:
      case NumberField::kExponent:
      case NumberField::kFill:
      case NumberField::kBrackets:
      case NumberField::kRoman:
      case NumberField::kSpelled:
      case NumberField::kSign:
      case NumberField::kShift:
      case NumberField::kUnused: return;
    }
    ++at_;
  }

  const NumberPicture& p_;
  const string_view text_;
  size_t at_ = 0;
  std::string digits_ = " ";  // the first character is the sign's
  int32_t read_before_ = 0, read_after_ = 0;
  bool read_point_ = false;
};

}  // namespace

Result<NumberText> read_number_picture(const NumberPicture& picture, string_view text) {
  if (picture.exponent) return not_supported("\"EEEE\" not supported for input", "Cast the text to numeric.");
  if (picture.roman) return not_supported("\"RN\" not supported for input", "Use another picture.");
  return Reader(picture, text).run();
}

}  // namespace millrace::expr
