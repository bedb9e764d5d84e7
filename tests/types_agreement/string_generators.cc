#include "tests/types_agreement/generators.h"
#include "types/utf8.h"

namespace millrace {
namespace {

std::string string(SplitMix64& random) {
  // What arrays and composites must quote.
  static constexpr const char* kEdges[] = {"",   "NULL", "null", "NuLl", "NULLs", "{",   "}",  ",",    "a,b",
                                           "\"", "\\",   "\\\"", "(",    ")",     "a b", " a", "a\tb", "[1:2]={}"};
  if (random.one_in(8)) return pick(kEdges, random);
  std::string text;
  const uint64_t longest = random.one_in(20) ? 200 : 12;
  for (uint64_t n = random.below(longest); n > 0; --n) {
    switch (random.below(8)) {
      case 0: text += ' '; break;
      case 1: append_utf8(static_cast<char32_t>(0x80 + random.below(0x700)), text); break;
      case 2: append_utf8(static_cast<char32_t>(random.one_in(2) ? 0x20ac : 0x1f600 + random.below(64)), text); break;
      case 3: text += static_cast<char>(1 + random.below(126)); break;
      default: text += static_cast<char>('a' + random.below(4)); break;
    }
  }
  if (random.one_in(4)) text += "   ";
  return text;
}

std::string one_byte(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"",      "a",     "ab",   "\\377", "\\200", "\\177",    "\\000",  "\\001",
                                           "\\777", "\\378", "\\37", "\\",    "\\\\",  "\xc3\xa9", "\\3777", " "};
  if (random.one_in(2)) return pick(kEdges, random);
  return std::string(1, static_cast<char>(1 + random.below(127)));
}

std::string bytes(SplitMix64& random) {
  static constexpr const char* kEdges[] = {
      "",     "\\x", "\\x0",  "\\xzz", "\\x 00 ff ", "\\x0 0", "\\xDEADbeef", "\\X00",  "abc",
      "\\\\", "\\",  "\\000", "\\777", "\\400",      "\\37",   "\\x\xc3\xa9", "a\\\\b", "\xc3\xa9"};
  if (random.one_in(5)) return pick(kEdges, random);
  static constexpr char kHex[] = "0123456789abcdefABCDEF";
  std::string text = random.one_in(2) ? "\\x" : "";
  const bool hex = !text.empty();
  for (uint64_t n = random.below(20); n > 0; --n) {
    if (hex) {
      text += {kHex[random.below(22)], kHex[random.below(22)]};
    } else if (random.one_in(3)) {
      text += {'\\', static_cast<char>('0' + random.below(4)), static_cast<char>('0' + random.below(8)),
               static_cast<char>('0' + random.below(8))};
    } else {
      text += static_cast<char>('a' + random.below(26));
    }
  }
  return text;
}

std::string uuid(SplitMix64& random) {
  static constexpr char kHex[] = "0123456789abcdefABCDEF";
  static constexpr const char* kEdges[] = {"",
                                           "00000000-0000-0000-0000-000000000000",
                                           "ffffffff-ffff-ffff-ffff-ffffffffffff",
                                           "{a0eebc999c0b4ef8bb6d6bb9bd380a11}",
                                           "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
                                           "a0eebc999c0b4ef8bb6d6bb9bd380a1",
                                           "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11",
                                           "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 ",
                                           "a-0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"};
  if (random.one_in(6)) return pick(kEdges, random);
  std::string text;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    // Few different digits: the order is decided late.
    text += random.one_in(3) ? kHex[random.below(22)] : '0';
  }
  return text;
}

}  // namespace

std::vector<TypeUnderTest> string_tests() {
  return {
      {"text", string},
      {"varchar", string, {{1}, {3}, {10}, {10485760}, {0}, {10485761}}},
      {"bpchar", string, {{1}, {3}, {10}, {100}, {0}, {10485761}}},
      {"name", string},
      {"char", one_byte},
      {"bytea", bytes, {}, true},
      {"uuid", uuid},
  };
}

}  // namespace millrace
