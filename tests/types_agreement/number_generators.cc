#include <cstdio>
#include <cstring>

#include "tests/types_agreement/generators.h"

namespace millrace {
namespace {

std::string digits(SplitMix64& random, uint64_t longest) {
  std::string text;
  for (uint64_t n = 1 + random.below(longest); n > 0; --n) text += static_cast<char>('0' + random.below(10));
  return text;
}

template <int kBits>
std::string integer(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"0",
                                           "-0",
                                           "+7",
                                           "32767",
                                           "32768",
                                           "-32768",
                                           "-32769",
                                           "2147483647",
                                           "2147483648",
                                           "-2147483648",
                                           "-2147483649",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "-9223372036854775808",
                                           "-9223372036854775809",
                                           "",
                                           " ",
                                           "--1",
                                           "0x10",
                                           "1.0",
                                           "1e3",
                                           "007",
                                           "99999999999999999999999"};
  if (random.one_in(8)) return pick(kEdges, random);
  const int64_t value = static_cast<int64_t>(random.next()) >> (64 - kBits + random.below(kBits));
  const std::string text = std::to_string(value);
  return random.one_in(10) ? " " + text + "\t" : text;
}

std::string boolean(SplitMix64& random) {
  static constexpr const char* kWords[] = {"t",   "f",  "true",   "false", "TRUE",   "fals", "tru", "y", "n",
                                           "yes", "no", "on",     "off",   "of",     "o",    "1",   "0", " true ",
                                           "2",   "",   "truely", "T",     "\tno\n", "tr",   "nope"};
  return pick(kWords, random);
}

template <class Float>
std::string floating(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"0",
                                           "-0",
                                           "NaN",
                                           "nan",
                                           "Infinity",
                                           "-Infinity",
                                           "inf",
                                           "-inf",
                                           "+inf",
                                           "1e400",
                                           "-1e400",
                                           "1e-400",
                                           "1e39",
                                           "3.4028235e38",
                                           "3.4028236e38",
                                           "1.4e-45",
                                           "1e-46",
                                           "1.7976931348623157e308",
                                           "1.7976931348623159e308",
                                           "4.9e-324",
                                           "2.2e-324",
                                           "0.1",
                                           "1e15",
                                           "1e16",
                                           "123456789012345678",
                                           "0x1p3",
                                           "",
                                           " ",
                                           "1e",
                                           ".",
                                           ".5",
                                           "5.",
                                           "infinit",
                                           "NaN1",
                                           "1 2",
                                           "1e5 ",
                                           "1e23",
                                           "9007199254740993",
                                           "16777217",
                                           "1e-5",
                                           "0.0001",
                                           "0.00001",
                                           "1e6",
                                           "1e7",
                                           "999999.5",
                                           "1e14"};
  if (random.one_in(4)) return pick(kEdges, random);
  char text[400];
  switch (random.below(3)) {
    case 0: {  // any bit pattern
      Float value;
      const uint64_t bits = random.next();
      std::memcpy(&value, &bits, sizeof value);
      std::snprintf(text, sizeof text, "%.*g", static_cast<int>(1 + random.below(20)), static_cast<double>(value));
      return text;
    }
    case 1:
      std::snprintf(text, sizeof text, "%.*f", static_cast<int>(random.below(8)),
                    (random.unit() - 0.5) * (random.one_in(2) ? 10 : 1e7));
      return text;
    default: return std::to_string(random.between(-1000, 1000));
  }
}

std::string numeric(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"NaN",
                                           "nan",
                                           "Infinity",
                                           "-inf",
                                           "inf",
                                           "+Infinity",
                                           "0",
                                           "-0",
                                           "0.000",
                                           "1e10",
                                           "1e-10",
                                           "1.50e3",
                                           "-.5",
                                           "5.",
                                           ".",
                                           "",
                                           " ",
                                           "1e",
                                           "e5",
                                           "+1",
                                           "--1",
                                           "1e400000",
                                           "1e-400000",
                                           "1e1000",
                                           "1e-1000",
                                           "1.0e-16383",
                                           "1e131071",
                                           "1e131072",
                                           "0e999999",
                                           "99999999999999999999999999999999999999",
                                           "170141183460469231731687303715884105727",
                                           "170141183460469231731687303715884105728",
                                           "1E+5",
                                           "12345678901234567890.12345",
                                           "0.00000000000000000000000000000000000000001",
                                           "infi",
                                           "0x10",
                                           "1_000",
                                           " 12 "};
  if (random.one_in(5)) return pick(kEdges, random);
  std::string text = random.one_in(3) ? "-" : "";
  text += digits(random, random.one_in(10) ? 120 : 12);
  if (random.one_in(2)) text += "." + digits(random, random.one_in(10) ? 80 : 6);
  if (random.one_in(6)) text += "e" + std::to_string(random.between(-30, 30));
  return text;
}

std::string object_id(SplitMix64& random) {
  static constexpr const char* kEdges[] = {
      "0",   "4294967295", "4294967296", "-1", "-2147483648",          "-2147483649",          "+5",
      " 5 ", "",           "-",          "1x", "18446744073709551615", "18446744073709551616", "99999999999999999999",
      "0x1"};
  if (random.one_in(4)) return pick(kEdges, random);
  return std::to_string(static_cast<uint32_t>(random.next() >> random.below(32)));
}

// Numbers that belong to no object, so that no name takes their place.
std::string object_name(SplitMix64& random) {
  static constexpr const char* kEdges[] = {"-", "0", "4294967295", "4294967296", "99999999999999999999"};
  if (random.one_in(4)) return pick(kEdges, random);
  return std::to_string(3'000'000'000u + random.below(1'000'000'000));
}

}  // namespace

std::vector<TypeUnderTest> number_tests() {
  std::vector<TypeUnderTest> rows = {
      {"bool", boolean},
      {"int2", integer<16>},
      {"int4", integer<32>},
      {"int8", integer<64>},
      {"float4", floating<float>, {}, true},
      {"float8", floating<double>, {}, true},
      {"numeric",
       numeric,
       {{10, 2},
        {3},
        {5, 5},
        {2, -3},
        {3, 6},
        {1000, 1000},
        {38, 10},
        {0},
        {1001},
        {10, 1001},
        {10, -1001},
        {1, 2, 3}}},
      {"oid", object_id},
  };
  for (const char* name : {"regproc", "regprocedure", "regoper", "regoperator", "regclass", "regtype", "regconfig",
                           "regnamespace", "regrole", "regcollation"}) {
    rows.push_back({name, object_name});
  }
  return rows;
}

}  // namespace millrace
