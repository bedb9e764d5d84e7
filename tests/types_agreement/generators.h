// Where test values come from: texts of a type, good ones, odd ones and broken ones, from a seed.
#pragma once

#include <string>
#include <vector>

#include "base/rng.h"
#include "types/sql_type.h"

namespace millrace {

struct TypeUnderTest {
  using Generator = std::string (*)(SplitMix64& random);

  const char* name;  // pg_type.typname
  Generator generate;
  // Written modifiers to try, good and bad: {10, 2} for numeric(10,2).
  std::vector<std::vector<int32_t>> modifiers = {};
  // Does the text form depend on settings?
  bool has_styles = false;
};

// The base type's row; null when the type has none, which is an error of the suite.
const TypeUnderTest* test_of(const std::string& name);

// A text of any type: of a base type by its generator, of arrays and composites made from their parts'.
// `broken` of 100 are damaged afterwards.
std::string random_text(SqlType type, SplitMix64& random, int broken);
// The same text damaged at one to three places; still UTF-8.
std::string damage(std::string text, SplitMix64& random);

// The families' rows, each in a file of its own.
std::vector<TypeUnderTest> number_tests();
std::vector<TypeUnderTest> string_tests();
std::vector<TypeUnderTest> time_tests();
std::vector<TypeUnderTest> json_tests();

// Picks one of a list.
template <class T, size_t N>
const T& pick(const T (&list)[N], SplitMix64& random) {
  return list[random.below(N)];
}

}  // namespace millrace
