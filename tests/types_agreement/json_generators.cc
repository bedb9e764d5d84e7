#include "tests/types_agreement/generators.h"

namespace millrace {
namespace {

std::string json_value(SplitMix64& random, int depth);

std::string json_string(SplitMix64& random) {
  static constexpr const char* kParts[] = {
      "a",        "b", "bb",  "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u20ac", "\\ud83d\\ude00",
      "\xc3\xa9", " ", "\\t", "\\b", "\x7f", "key",  "{",   "]"};
  static constexpr const char* kOdd[] = {"\\u0000", "\\ud83d", "\\ude00", "\\ud83d\\ud83d", "\\ud83dx", "\\u12g4",
                                         "\\x",     "\t",      "\\u12",   "\\\xc3\xa9",     "\x01"};
  std::string text = "\"";
  for (uint64_t n = random.below(4); n > 0; --n) text += random.one_in(60) ? pick(kOdd, random) : pick(kParts, random);
  return text + "\"";
}

std::string json_number(SplitMix64& random) {
  static constexpr const char* kNumbers[] = {
      "0", "-0", "1", "1.0", "1.00", "10e-1", "-1.5", "1e3", "1E+2", "12345678901234567890", "0.10", "2", "3", "1e-5"};
  static constexpr const char* kOdd[] = {"01",  "-",  "1.",  ".5",       "1e",       "+1",
                                         "0x1", "1a", "NaN", "Infinity", "1e400000", "--1"};
  if (random.one_in(40)) return pick(kOdd, random);
  return random.one_in(3) ? std::to_string(random.between(-100, 100)) : pick(kNumbers, random);
}

std::string space(SplitMix64& random) {
  static constexpr const char* kSpaces[] = {" ", "\n", "\t", "  ", "\r\n"};
  return random.one_in(6) ? pick(kSpaces, random) : "";
}

std::string json_value(SplitMix64& random, int depth) {
  static constexpr const char* kWords[] = {"true", "false", "null"};
  std::string text = space(random);
  switch (depth == 0 ? random.below(3) : random.below(5)) {
    case 0: text += json_string(random); break;
    case 1: text += json_number(random); break;
    case 2: text += random.one_in(50) ? "nul" : pick(kWords, random); break;
    case 3: {
      text += '[';
      for (uint64_t i = 0, n = random.below(4); i < n; ++i) text += (i > 0 ? "," : "") + json_value(random, depth - 1);
      text += ']';
      break;
    }
    default: {
      text += '{';
      for (uint64_t i = 0, n = random.below(4); i < n; ++i) {
        text += (i > 0 ? "," : "") + space(random) + json_string(random) + space(random) + ":" +
                json_value(random, depth - 1);
      }
      text += '}';
      break;
    }
  }
  return text + space(random);
}

std::string json(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"",
                                           " ",
                                           "{",
                                           "[",
                                           "[1,",
                                           "{\"a\"",
                                           "{\"a\":",
                                           "{\"a\":1,",
                                           "[1 2]",
                                           "{\"a\" 1}",
                                           "{1:2}",
                                           "[,]",
                                           "{,}",
                                           "[1,]",
                                           "{\"a\":1,}",
                                           "1 2",
                                           "true false",
                                           "\"",
                                           "\"\\",
                                           "]",
                                           "}",
                                           ":",
                                           ",",
                                           "'a'",
                                           "tru",
                                           "[]",
                                           "{}",
                                           "{\"a\":1,\"a\":2}",
                                           "{\"a\":1, \"b\":{\"a\":[]}}",
                                           "#",
                                           "\xc3\xa9",
                                           "[1,\xc3\xa9x]"};
  if (random.one_in(8)) return pick(kEdges, random);
  return json_value(random, static_cast<int>(random.below(4)));
}

}  // namespace

std::vector<TypeUnderTest> json_tests() { return {{"json", json}, {"jsonb", json}}; }

}  // namespace millrace
