#include "types/numeric.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "types/value.h"

namespace millrace {
namespace {

// A number of every size and shape the representation knows: zero, words, 128 bits, beyond.
Numeric random_numeric(SplitMix64& random) {
  static const char* kSpecial[] = {"NaN",
                                   "Infinity",
                                   "-Infinity",
                                   "0",
                                   "0.00",
                                   "1.0",
                                   "1.00",
                                   "170141183460469231731687303715884105727",
                                   "-170141183460469231731687303715884105728"};
  if (random.one_in(8)) return *numeric::parse(kSpecial[random.below(std::size(kSpecial))]);
  std::string text = random.one_in(2) ? "-" : "";
  const auto append = [&](uint64_t digits) {
    for (uint64_t i = 0; i < digits; ++i)
      text.push_back(static_cast<char>('0' + (random.one_in(3) ? 0 : random.below(10))));
  };
  append(1 + random.below(random.one_in(4) ? 60 : 12));
  text.push_back('.');
  append(random.below(random.one_in(4) ? 60 : 5));
  return *numeric::parse(text);
}

TEST(NumericTest, BytesGiveBackTheValueAndAreOnePerValueAndScale) {
  SplitMix64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Numeric value = random_numeric(random);
    Arena arena;
    const StringRef bytes = numeric::store(value, arena);
    ASSERT_EQ(numeric::load(bytes), value) << numeric::to_string(value);
    // Another way to the same value.
    const Numeric again = *numeric::parse(numeric::to_string(value));
    ASSERT_EQ(numeric::store(again, arena).view(), bytes.view());
  }
}

TEST(NumericTest, SmallValuesLieInline) {
  Arena arena;
  for (const char* text : {"0", "-1.50", "123456789012345678901234", "0.00000000000000000000001", "NaN", "-Infinity"}) {
    EXPECT_TRUE(numeric::store(*numeric::parse(text), arena).is_inline()) << text;
  }
}

TEST(NumericTest, KeysAndHashesFollowTheOrder) {
  SplitMix64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const Numeric a = random_numeric(random);
    Numeric b = random_numeric(random);
    if (random.one_in(3) && a.is_finite()) b = numeric::rescale(a, a.scale() + static_cast<int32_t>(random.below(50)));
    std::string a_key, b_key;
    numeric::append_key(a, a_key);
    numeric::append_key(b, b_key);
    const int order = numeric::compare(a, b);
    ASSERT_EQ(order, -numeric::compare(b, a));
    ASSERT_EQ(order < 0, a_key < b_key) << numeric::to_string(a) << " " << numeric::to_string(b);
    ASSERT_EQ(order == 0, a_key == b_key) << numeric::to_string(a) << " " << numeric::to_string(b);
    ASSERT_FALSE(order != 0 && b_key.starts_with(a_key)) << "not self-delimiting";
    ASSERT_TRUE(order != 0 || numeric::hash(a) == numeric::hash(b));
  }
}

TEST(NumericTest, DivisionAndRemainderMakeTheDividend) {
  SplitMix64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const Numeric a = random_numeric(random);
    const Numeric b = random_numeric(random);
    if (!a.is_finite() || !b.is_finite() || b.is_zero()) continue;
    const Numeric product = numeric::multiply_exact(*numeric::div(a, b), b);
    const Numeric remainder = *numeric::mod(a, b);
    ASSERT_EQ(numeric::compare(numeric::add_exact(product, remainder), a), 0);
    ASSERT_LT(numeric::compare(numeric::abs(remainder), numeric::abs(b)), 0);
  }
}

TEST(NumericTest, BinaryFormGivesBackTheValue) {
  SplitMix64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    const Numeric value = random_numeric(random);
    std::string bytes;
    numeric::send(value, bytes);
    ASSERT_EQ(*numeric::receive(bytes), value) << numeric::to_string(value);
    for (size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(numeric::receive(std::string_view(bytes).substr(0, size)));
    }
  }
}

}  // namespace
}  // namespace millrace
