#include "types/big_natural.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "base/rng.h"

namespace millrace {
namespace {

using Oracle = boost::multiprecision::cpp_int;

// Many digits, with runs of zeros and nines: where guesses of a quotient's limb go wrong.
std::string random_digits(SplitMix64& random) {
  std::string digits(1, static_cast<char>('1' + random.below(9)));
  const uint64_t runs = random.below(random.one_in(10) ? 60 : 8);
  for (uint64_t run = 0; run < runs; ++run) {
    const uint64_t kind = random.below(4);
    const uint64_t length = 1 + random.below(20);
    for (uint64_t i = 0; i < length; ++i) {
      digits.push_back(kind == 0 ? '0' : kind == 1 ? '9' : static_cast<char>('0' + random.below(10)));
    }
  }
  return digits;
}

std::string text(const BigNatural& value) {
  std::string out;
  value.append_digits(out);
  return out.empty() ? "0" : out;
}

TEST(BigNaturalTest, ArithmeticAgreesWithBoost) {
  for (uint64_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const std::string x = random_digits(random);
    const std::string y = random_digits(random);
    const BigNatural a = BigNatural::from_digits(x);
    const BigNatural b = BigNatural::from_digits(y);
    const Oracle p(x);
    const Oracle q(y);
    ASSERT_EQ(text(a), x);
    ASSERT_EQ(a.digits(), x.size());
    ASSERT_EQ(a.compare(b), p.compare(q) < 0 ? -1 : p.compare(q) > 0 ? 1 : 0);
    ASSERT_EQ(text(a + b), Oracle(p + q).str());
    ASSERT_EQ(text(a * b), Oracle(p * q).str());
    if (p >= q) {
      ASSERT_EQ(text(a - b), Oracle(p - q).str());
    }
    BigNatural remainder;
    ASSERT_EQ(text(BigNatural::divide(a, b, &remainder)), Oracle(p / q).str());
    ASSERT_EQ(text(remainder), Oracle(p % q).str());
    ASSERT_EQ(text(a.square_root()), Oracle(sqrt(p)).str());
    const auto exponent = static_cast<unsigned>(random.below(x.size() + 5));
    const Oracle power = pow(Oracle(10), exponent);
    ASSERT_EQ(text(a.times_power_of_ten(exponent)), Oracle(p * power).str());
    ASSERT_EQ(text(a.over_power_of_ten(exponent, false)), Oracle(p / power).str());
    ASSERT_EQ(text(a.over_power_of_ten(exponent, true)), Oracle((p + power / 2) / power).str());
    ASSERT_EQ(a.fits_128(), p < (Oracle(1) << 127));
    if (a.fits_128()) {
      ASSERT_EQ(BigNatural(a.to_128()), a);
    }
  }
}

TEST(BigNaturalTest, CarriesInTimeWhenEveryLimbIsFull) {
  for (size_t limbs = 1; limbs < 100; limbs += 7) {
    const std::string nines(limbs * BigNatural::kLimbDigits, '9');
    const BigNatural a = BigNatural::from_digits(nines);
    ASSERT_EQ(text(a * a), Oracle(Oracle(nines) * Oracle(nines)).str()) << limbs;
  }
}

TEST(BigNaturalTest, CountsDigitsAndZeros) {
  EXPECT_EQ(BigNatural().digits(), 0u);
  EXPECT_EQ(BigNatural::from_digits("000").limbs().size(), 0u);
  EXPECT_EQ(BigNatural::power_of_ten(100).trailing_zeros(), 100u);
  for (int exponent = 0; exponent < kPowersOfTen; ++exponent) {
    EXPECT_EQ(decimal_digits(power_of_ten(exponent)), exponent + 1);
    EXPECT_EQ(decimal_digits(power_of_ten(exponent) - 1), exponent);
  }
}

}  // namespace
}  // namespace millrace
