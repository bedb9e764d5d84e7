#include "expr/functions/pictures/number_picture.h"

#include "types/utf8.h"

namespace millrace::expr {
namespace {

using std::string_view;

struct Keyword {
  string_view upper, lower;
  NumberField field;
};
// In the order they are tried.
constexpr Keyword kKeywords[] = {
    {",", ",", NumberField::kComma},        {".", ".", NumberField::kPoint},          {"0", "0", NumberField::kZero},
    {"9", "9", NumberField::kNine},         {"B", "b", NumberField::kBlank},          {"C", "c", NumberField::kUnused},
    {"D", "d", NumberField::kLocalPoint},   {"EEEE", "eeee", NumberField::kExponent}, {"FM", "fm", NumberField::kFill},
    {"G", "g", NumberField::kGroup},        {"L", "l", NumberField::kCurrency},       {"MI", "mi", NumberField::kMinus},
    {"PL", "pl", NumberField::kPlus},       {"PR", "pr", NumberField::kBrackets},     {"RN", "rn", NumberField::kRoman},
    {"SG", "sg", NumberField::kSignEither}, {"SP", "sp", NumberField::kSpelled},      {"S", "s", NumberField::kSign},
    {"TH", "th", NumberField::kOrdinal},    {"V", "v", NumberField::kShift},
};

SqlError refused(const char* message) { return SqlError(sqlstate::kSyntaxError, message); }

Status add_digit(NumberPicture& p, bool zero) {
  if (p.brackets) return refused(zero ? "\"0\" must be ahead of \"PR\"" : "\"9\" must be ahead of \"PR\"");
  if (!zero && p.multiplied) {
    ++p.shift;
    return {};
  }
  if (zero && !p.zero && !p.has_point) {
    p.zero = true;
    p.zero_start = p.before + 1;
  }
  ++(p.has_point ? p.after : p.before);
  if (zero) p.zero_end = p.before + p.after;
  return {};
}

Status add_sign(NumberPicture& p) {
  if (p.locale_sign) return refused("cannot use \"S\" twice");
  if (p.plus || p.minus || p.brackets) return refused("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
  if (!p.has_point) {
    p.sign = SignPlace::kBefore;
    p.before_sign = p.before;
    p.locale_sign = true;
  } else if (p.sign == SignPlace::kNone) {
    p.sign = SignPlace::kAfter;
    p.locale_sign = true;
  }
  return {};
}

Status add_exponent(NumberPicture& p) {
  if (p.exponent) return refused("cannot use \"EEEE\" twice");
  if (p.blank || p.fill_mode || p.locale_sign || p.brackets || p.minus || p.plus || p.roman || p.multiplied) {
    return refused("\"EEEE\" is incompatible with other formats")
        .with_detail("\"EEEE\" may only be used together with digit and decimal point patterns.");
  }
  p.exponent = true;
  return {};
}

Status add_field(NumberPicture& p, NumberField field) {
  if (p.exponent && field != NumberField::kExponent) return refused("\"EEEE\" must be the last pattern used");
  switch (field) {
    case NumberField::kNine: return add_digit(p, false);
    case NumberField::kZero: return add_digit(p, true);
    case NumberField::kBlank:
      if (p.before == 0 && p.after == 0 && !p.zero) p.blank = true;
      break;
    case NumberField::kLocalPoint:
    case NumberField::kPoint:
      if (p.has_point) return refused("multiple decimal points");
      if (p.multiplied) return refused("cannot use \"V\" and decimal point together");
      p.has_point = true;
      break;
    case NumberField::kFill: p.fill_mode = true; break;
    case NumberField::kSign: return add_sign(p);
    case NumberField::kMinus:
      if (p.locale_sign) return refused("cannot use \"S\" and \"MI\" together");
      p.minus = true;
      break;
    case NumberField::kPlus:
      if (p.locale_sign) return refused("cannot use \"S\" and \"PL\" together");
      p.plus = true;
      break;
    case NumberField::kSignEither:
      if (p.locale_sign) return refused("cannot use \"S\" and \"SG\" together");
      p.minus = p.plus = true;
      break;
    case NumberField::kBrackets:
      if (p.locale_sign || p.plus || p.minus) {
        return refused("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
      }
      p.brackets = true;
      break;
    case NumberField::kRoman: p.roman = true; break;
    case NumberField::kShift:
      if (p.has_point) return refused("cannot use \"V\" and decimal point together");
      p.multiplied = true;
      break;
    case NumberField::kExponent: return add_exponent(p);
    case NumberField::kComma:
    case NumberField::kGroup:
    case NumberField::kCurrency:
    case NumberField::kSpelled:
    case NumberField::kOrdinal:
    case NumberField::kUnused: break;
  }
  return {};
}

void add_character(string_view& rest, std::vector<NumberNode>& nodes) {
  const size_t size = utf8_prefix_bytes(rest, 1);
  nodes.push_back({false, NumberField::kUnused, NameCase::kUpper, std::string(rest.substr(0, size))});
  rest.remove_prefix(size);
}

}  // namespace

Result<NumberPicture> parse_number_picture(string_view text) {
  NumberPicture picture;
  picture.text = text;
  string_view rest = picture.text;
  while (!rest.empty()) {
    const Keyword* found = nullptr;
    for (const Keyword& keyword : kKeywords) {
      if (rest.starts_with(keyword.upper) || rest.starts_with(keyword.lower)) {
        found = &keyword;
        break;
      }
    }
    if (found != nullptr) {
      const NameCase name_case = rest.starts_with(found->upper) ? NameCase::kUpper : NameCase::kLower;
      picture.nodes.push_back({true, found->field, name_case, ""});
      rest.remove_prefix(found->upper.size());
      TRY(add_field(picture, found->field));
    } else if (rest[0] == '"') {
      for (rest.remove_prefix(1); !rest.empty() && rest[0] != '"';) {
        if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
        add_character(rest, picture.nodes);
      }
      if (!rest.empty()) rest.remove_prefix(1);
    } else {
      if (rest.starts_with("\\\"")) rest.remove_prefix(1);
      add_character(rest, picture.nodes);
    }
  }
  return picture;
}

}  // namespace millrace::expr
