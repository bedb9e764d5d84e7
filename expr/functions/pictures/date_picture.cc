#include "expr/functions/pictures/date_picture.h"

#include "types/utf8.h"

namespace millrace::expr {
namespace {

using std::string_view;
using enum NameCase;
constexpr auto kAny = DateMode::kAny;
constexpr auto kGregorian = DateMode::kGregorian;
constexpr auto kIsoWeek = DateMode::kIsoWeek;

// In the order they are tried: what begins with another comes first.
constexpr DateKeyword kKeywords[] = {
    {"A.D.", DateField::kEraDotted, kUpper, false},
    {"A.M.", DateField::kMeridiemDotted, kUpper, false},
    {"AD", DateField::kEra, kUpper, false},
    {"AM", DateField::kMeridiem, kUpper, false},
    {"B.C.", DateField::kEraDotted, kUpper, false},
    {"BC", DateField::kEra, kUpper, false},
    {"CC", DateField::kCentury},
    {"DAY", DateField::kDayName, kUpper, false},
    {"DDD", DateField::kDayOfYear, kUpper, true, kGregorian},
    {"DD", DateField::kDay, kUpper, true, kGregorian},
    {"DY", DateField::kDayNameShort, kUpper, false},
    {"Day", DateField::kDayName, kCapital, false},
    {"Dy", DateField::kDayNameShort, kCapital, false},
    {"D", DateField::kDayOfWeek, kUpper, true, kGregorian},
    {"FF1", DateField::kFraction, kUpper, false, kAny, 1},
    {"FF2", DateField::kFraction, kUpper, false, kAny, 2},
    {"FF3", DateField::kFraction, kUpper, false, kAny, 3},
    {"FF4", DateField::kFraction, kUpper, false, kAny, 4},
    {"FF5", DateField::kFraction, kUpper, false, kAny, 5},
    {"FF6", DateField::kFraction, kUpper, false, kAny, 6},
    {"FX", DateField::kFixed, kUpper, false},
    {"HH24", DateField::kHour24},
    {"HH12", DateField::kHour12},
    {"HH", DateField::kHour12},
    {"IDDD", DateField::kIsoDayOfYear, kUpper, true, kIsoWeek},
    {"ID", DateField::kIsoDayOfWeek, kUpper, true, kIsoWeek},
    {"IW", DateField::kIsoWeek, kUpper, true, kIsoWeek},
    {"IYYY", DateField::kIsoYear, kUpper, true, kIsoWeek, 4},
    {"IYY", DateField::kIsoYear, kUpper, true, kIsoWeek, 3},
    {"IY", DateField::kIsoYear, kUpper, true, kIsoWeek, 2},
    {"I", DateField::kIsoYear, kUpper, true, kIsoWeek, 1},
    {"J", DateField::kJulianDay},
    {"MI", DateField::kMinute},
    {"MM", DateField::kMonth, kUpper, true, kGregorian},
    {"MONTH", DateField::kMonthName, kUpper, false, kGregorian},
    {"MON", DateField::kMonthNameShort, kUpper, false, kGregorian},
    {"MS", DateField::kMillisecond},
    {"Month", DateField::kMonthName, kCapital, false, kGregorian},
    {"Mon", DateField::kMonthNameShort, kCapital, false, kGregorian},
    {"OF", DateField::kOffset, kUpper, false},
    {"P.M.", DateField::kMeridiemDotted, kUpper, false},
    {"PM", DateField::kMeridiem, kUpper, false},
    {"Q", DateField::kQuarter},
    {"RM", DateField::kRomanMonth, kUpper, false, kGregorian},
    {"SSSSS", DateField::kSecondOfDay},
    {"SSSS", DateField::kSecondOfDay},
    {"SS", DateField::kSecond},
    {"TZH", DateField::kZoneHour, kUpper, false},
    {"TZM", DateField::kZoneMinute},
    {"TZ", DateField::kZone, kUpper, false},
    {"US", DateField::kMicrosecond},
    {"WW", DateField::kWeek, kUpper, true, kGregorian},
    {"W", DateField::kWeekOfMonth, kUpper, true, kGregorian},
    {"Y,YYY", DateField::kYearWithComma, kUpper, true, kGregorian},
    {"YYYY", DateField::kYear, kUpper, true, kGregorian, 4},
    {"YYY", DateField::kYear, kUpper, true, kGregorian, 3},
    {"YY", DateField::kYear, kUpper, true, kGregorian, 2},
    {"Y", DateField::kYear, kUpper, true, kGregorian, 1},
};

// The same in lower case: the names that come out are then in lower case too.
struct LowerKeywords {
  std::vector<std::string> names;
  std::vector<DateKeyword> rows;
  LowerKeywords() {
    names.reserve(std::size(kKeywords));
    for (const DateKeyword& keyword : kKeywords) {
      if (keyword.name_case == kCapital) continue;
      std::string& name = names.emplace_back(keyword.name);
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      DateKeyword& row = rows.emplace_back(keyword);
      row.name = name;
      row.name_case = kLower;
    }
  }
};

const DateKeyword* find_keyword(string_view rest) {
  static const LowerKeywords lower;
  for (const DateKeyword& keyword : kKeywords) {
    if (rest.starts_with(keyword.name)) return &keyword;
  }
  for (const DateKeyword& keyword : lower.rows) {
    if (rest.starts_with(keyword.name)) return &keyword;
  }
  return nullptr;
}

bool takes(string_view& rest, string_view upper, string_view lower) {
  if (!rest.starts_with(upper) && !rest.starts_with(lower)) return false;
  rest.remove_prefix(upper.size());
  return true;
}

bool is_separator(char c) {
  return c > 0x20 && c < 0x7f && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9');
}

DateNode character_node(string_view& rest, DateNode::Kind kind) {
  const size_t size = utf8_prefix_bytes(rest, 1);
  DateNode node;
  node.kind = kind;
  node.character = rest.substr(0, size);
  rest.remove_prefix(size);
  return node;
}

void add_quoted(string_view& rest, std::vector<DateNode>& nodes) {
  rest.remove_prefix(1);
  while (!rest.empty()) {
    if (rest[0] == '"') {
      rest.remove_prefix(1);
      return;
    }
    if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
    nodes.push_back(character_node(rest, DateNode::Kind::kCharacter));
  }
}

}  // namespace

DatePicture parse_date_picture(string_view text) {
  DatePicture picture{std::string(text), {}};
  string_view rest = picture.text;
  while (!rest.empty()) {
    DateNode node;
    if (takes(rest, "FM", "fm")) {
      node.fill = false;
    } else if (takes(rest, "TM", "tm")) {
      node.is_translated = true;
    }
    if (rest.empty()) break;
    node.keyword = find_keyword(rest);
    if (node.keyword != nullptr) {
      node.kind = DateNode::Kind::kField;
      rest.remove_prefix(node.keyword->name.size());
      if (rest.starts_with("TH") || rest.starts_with("th")) {
        node.has_ordinal = true;
        node.ordinal_case = rest[0] == 'T' ? kUpper : kLower;
        rest.remove_prefix(2);
      } else if (rest.starts_with("SP")) {
        rest.remove_prefix(2);
      }
      picture.nodes.push_back(std::move(node));
    } else if (rest[0] == '"') {
      add_quoted(rest, picture.nodes);
    } else {
      if (rest.starts_with("\\\"")) rest.remove_prefix(1);
      const char c = rest[0];
      const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
      picture.nodes.push_back(character_node(rest, is_separator(c) ? DateNode::Kind::kSeparator
                                                   : is_space      ? DateNode::Kind::kSpace
                                                                   : DateNode::Kind::kCharacter));
    }
  }
  return picture;
}

string_view ordinal_suffix(string_view number, NameCase name_case) {
  const bool upper = name_case == kUpper;
  // The teens, 10 included, are all "th".
  const char last = number.size() > 1 && number[number.size() - 2] == '1' ? '0' : number.back();
  if (last == '1') return upper ? "ST" : "st";
  if (last == '2') return upper ? "ND" : "nd";
  if (last == '3') return upper ? "RD" : "rd";
  return upper ? "TH" : "th";
}

}  // namespace millrace::expr
