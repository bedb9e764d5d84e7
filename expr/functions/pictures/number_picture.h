// The pictures of to_char(number, ..) and to_number(): "FM9,990.00PR".
//
// A picture is taken apart once (a call site keeps it), by the rules of PostgreSQL 15's formatting.c; what cannot
// stand together in one is refused (42601). Signs and separators are those of the locale "C".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/functions/pictures/date_picture.h"

namespace millrace::expr {

enum class NumberField : uint8_t {
  kComma,
  kPoint,
  kZero,
  kNine,
  kBlank,
  kLocalPoint,
  kExponent,
  kFill,
  kGroup,
  kCurrency,
  kMinus,
  kPlus,
  kBrackets,
  kRoman,
  kSignEither,
  kSpelled,
  kSign,
  kOrdinal,
  kShift,
  kUnused,
};

struct NumberNode {
  bool is_field = false;
  NumberField field = NumberField::kUnused;
  NameCase name_case = NameCase::kUpper;
  std::string character;  // when it is no field
};

enum class SignPlace : uint8_t { kNone, kBefore, kAfter };

struct NumberPicture {
  std::string text;
  std::vector<NumberNode> nodes;
  int32_t before = 0, after = 0;  // digits before and after the point
  int32_t shift = 0;              // digits after V
  SignPlace sign = SignPlace::kNone;
  int32_t before_sign = 0;               // digits before S
  int32_t zero_start = 0, zero_end = 0;  // the digits from the first 0 to the last, counted from 1
  bool has_point = false, fill_mode = false, locale_sign = false, brackets = false, minus = false, plus = false,
       zero = false, blank = false, roman = false, multiplied = false, exponent = false;
};
Result<NumberPicture> parse_number_picture(std::string_view text);

// A number as digits, ready to be laid out: its sign apart, and how many digits fewer it has than the picture.
struct NumberDigits {
  std::string digits;  // "123.40"; "###.##" when it does not fit
  char sign = '+';     // '-', or 0 for those that bring their own
  int32_t spaces = 0;
};
std::string write_number_picture(const NumberPicture& picture, const NumberDigits& number);

// The number that `text` holds by the picture, as numeric's input: " 12.5", "-3".
struct NumberText {
  std::string digits;
  int32_t scale = 0;  // digits after the point that were read
};
Result<NumberText> read_number_picture(const NumberPicture& picture, std::string_view text);

}  // namespace millrace::expr
