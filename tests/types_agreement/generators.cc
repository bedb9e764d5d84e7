#include "tests/types_agreement/generators.h"

#include "types/type_info.h"
#include "types/utf8.h"

namespace millrace {
namespace {

// Quotes where it must, and sometimes where it need not.
std::string array_element(const std::string& text, SplitMix64& random) {
  const bool plain = !text.empty() && text.find_first_of("\"\\{}, \t\n\r\v\f") == std::string::npos &&
                     !(text.size() == 4 && (text[0] | 32) == 'n');
  if (plain && !random.one_in(8)) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string array_level(SqlType element, const std::vector<int>& lengths, size_t level, SplitMix64& random) {
  std::string text = "{";
  for (int i = 0; i < lengths[level]; ++i) {
    if (i > 0) text += random.one_in(10) ? " , " : ",";
    if (level + 1 < lengths.size()) {
      text += array_level(element, lengths, level + 1, random);
    } else if (random.one_in(6)) {
      text += random.one_in(2) ? "NULL" : "null";
    } else {
      text += array_element(random_text(element, random, 2), random);
    }
  }
  return text + "}";
}

std::string array_text(SqlType element, SplitMix64& random) {
  if (random.one_in(12)) return "{}";
  std::vector<int> lengths;
  std::string bounds;
  const bool with_bounds = random.one_in(4);
  for (uint64_t n = 1 + (random.one_in(3) ? random.below(3) : 0); n > 0; --n) {
    lengths.push_back(static_cast<int>(1 + random.below(3)));
    const int64_t lower = random.between(-2, 3);
    bounds += "[" + std::to_string(lower) + ":" + std::to_string(lower + lengths.back() - 1) + "]";
  }
  return (with_bounds ? bounds + "=" : "") + array_level(element, lengths, 0, random);
}

std::string record_text(const TypeInfo& type, SplitMix64& random) {
  std::string text = "(";
  for (size_t i = 0; i < type.fields.size(); ++i) {
    if (i > 0) text += ',';
    if (random.one_in(6)) continue;
    std::string quoted = "\"";
    for (const char c : random_text(type.fields[i].type, random, 2)) {
      if (c == '"' || c == '\\') quoted += c;
      quoted += c;
    }
    text += quoted + '"';
  }
  return text + ")";
}

}  // namespace

const TypeUnderTest* test_of(const std::string& name) {
  static const std::vector<TypeUnderTest> rows = [] {
    std::vector<TypeUnderTest> all;
    for (const auto family : {number_tests, string_tests, time_tests, json_tests}) {
      for (TypeUnderTest& row : family()) all.push_back(std::move(row));
    }
    return all;
  }();
  for (const TypeUnderTest& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string damage(std::string text, SplitMix64& random) {
  static constexpr char kOdd[] = "09-+.,:;eExX\"\\{}[]()/ nNaAuU'\t\n%_";
  const std::string before = text;
  for (uint64_t n = 1 + random.below(3); n > 0; --n) {
    const size_t at = random.below(text.size() + 1);
    const char odd = kOdd[random.below(sizeof kOdd - 1)];
    switch (random.below(4)) {
      case 0: text.insert(at, 1, odd); break;
      case 1:
        if (at < text.size()) text.erase(at, 1);
        break;
      case 2:
        if (at < text.size()) text[at] = odd;
        break;
      default: text.resize(at); break;
    }
  }
  return check_utf8(text) ? text : before;
}

std::string random_text(SqlType type, SplitMix64& random, int broken) {
  std::string text;
  const TypeInfo& info = type.info();
  if (info.kind == TypeKind::kArray) {
    text = array_text(SqlType(*info.element), random);
  } else if (info.kind == TypeKind::kComposite) {
    text = record_text(info, random);
  } else {
    text = test_of(info.name)->generate(random);
  }
  return random.below(100) < static_cast<uint64_t>(broken) ? damage(std::move(text), random) : text;
}

}  // namespace millrace
