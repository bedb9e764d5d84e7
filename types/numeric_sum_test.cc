#include "types/numeric_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/rng.h"

namespace millrace {
namespace {

Numeric of(const std::string& text) { return *numeric::parse(text); }

Numeric random_value(SplitMix64& random) {
  if (random.one_in(20)) {
    static const char* kSpecial[] = {"NaN", "Infinity", "-Infinity"};
    return of(kSpecial[random.below(3)]);
  }
  Int128 mantissa = random.between(-1000, 1000);
  if (random.one_in(4)) mantissa *= static_cast<Int128>(random.next()) << random.below(50);
  return Numeric::of(mantissa, static_cast<int32_t>(random.below(random.one_in(5) ? 40 : 4)));
}

// PostgreSQL's sum of rows, from scratch: one + after the other.
Numeric sum_from_scratch(const std::vector<Numeric>& values) {
  Numeric sum;
  for (const Numeric& value : values) sum = *numeric::add(sum, value);
  return sum;
}

TEST(NumericSumTest, RowsThatComeAndGoLeaveTheSumOfThosePresent) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    NumericSum sum;
    std::vector<Numeric> present;
    for (int step = 0; step < 100; ++step) {
      if (!present.empty() && random.one_in(2)) {
        const size_t victim = random.below(present.size());
        sum.add(present[victim], -1);
        present.erase(present.begin() + static_cast<std::ptrdiff_t>(victim));
      } else {
        const Numeric value = random_value(random);
        const auto times = static_cast<int64_t>(1 + random.below(3));
        sum.add(value, times);
        present.insert(present.end(), static_cast<size_t>(times), value);
      }
      ASSERT_EQ(sum.count(), static_cast<int64_t>(present.size()));
      if (present.empty()) continue;
      const Numeric expected = sum_from_scratch(present);
      ASSERT_EQ(*sum.sum(), expected) << numeric::to_string(*sum.sum()) << " for " << numeric::to_string(expected);
      ASSERT_EQ(*sum.average(), *numeric::divide(expected, Numeric::from_int(sum.count())));
    }
  }
}

TEST(NumericSumTest, OneMultisetHasOneFormHoweverItCame) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    std::vector<Numeric> values;
    for (int i = 0; i < 20; ++i) values.push_back(random_value(random));
    NumericSum plain;
    for (const Numeric& value : values) plain.add(value, 1);
    // The same with noise that cancels, retractions before insertions among it, in two parts.
    std::vector<std::pair<Numeric, int64_t>> changes;
    for (const Numeric& value : values) changes.emplace_back(value, 1);
    for (int i = 0; i < 20; ++i) {
      const Numeric noise = random_value(random);
      changes.emplace_back(noise, -2);
      changes.emplace_back(noise, 2);
    }
    for (size_t i = changes.size(); i > 1; --i) std::swap(changes[i - 1], changes[random.below(i)]);
    NumericSum left;
    NumericSum right;
    for (const auto& [value, weight] : changes) (random.one_in(2) ? left : right).add(value, weight);
    left.merge(right);
    ASSERT_EQ(left, plain);
    std::string bytes;
    left.append_bytes(bytes);
    ASSERT_EQ(NumericSum::from_bytes(bytes), plain);
  }
}

TEST(NumericSumTest, ShowsTheLargestScalePresent) {
  NumericSum sum;
  sum.add(of("1"), 1);
  sum.add(of("2.500"), 2);
  EXPECT_EQ(numeric::to_string(*sum.sum()), "6.000");
  EXPECT_EQ(numeric::to_string(*sum.average()), "2.0000000000000000");
  sum.add(of("2.500"), -1);
  EXPECT_EQ(numeric::to_string(*sum.sum()), "3.500");
  sum.add(of("2.500"), -1);
  EXPECT_EQ(numeric::to_string(*sum.sum()), "1");
  sum.add(of("1"), -1);
  EXPECT_TRUE(sum.is_empty());
  EXPECT_EQ(sum, NumericSum());
}

TEST(NumericSumTest, LimitsCountForTheResultAlone) {
  NumericSum sum;
  const Numeric large = of("9e131071");
  sum.add(large, 2);
  ASSERT_FALSE(sum.sum());
  EXPECT_EQ(sum.sum().error().state(), sqlstate::kNumericValueOutOfRange);
  sum.add(large, -1);
  EXPECT_EQ(*sum.sum(), large);
}

}  // namespace
}  // namespace millrace
