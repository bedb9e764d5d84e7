// float4 and float8: what PostgreSQL 15 reads and writes, and the laws of order.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/rng.h"
#include "types/value.h"

namespace millrace {
namespace {

struct Case {
  const char* type;
  const char* input;
  int32_t extra_float_digits;
  std::string_view answer;  // an error as "E SQLSTATE message"
};

const Case kCases[] = {
    // clang-format off
    {"float4", "0", 1, "0"},
    {"float4", "0", 0, "0"},
    {"float4", "0", -3, "0"},
    {"float4", "-0", 1, "-0"},
    {"float4", "-0", 0, "-0"},
    {"float4", "-0", -3, "-0"},
    {"float4", "1", 1, "1"},
    {"float4", "1", 0, "1"},
    {"float4", "1", -3, "1"},
    {"float4", "-1.5", 1, "-1.5"},
    {"float4", "-1.5", 0, "-1.5"},
    {"float4", "-1.5", -3, "-1.5"},
    {"float4", "NaN", 1, "NaN"},
    {"float4", "nan", 1, "NaN"},
    {"float4", "inf", 1, "Infinity"},
    {"float4", "-Infinity", 1, "-Infinity"},
    {"float4", "+infinity", 1, "Infinity"},
    {"float4", "infinit", 1, "E 22P02 invalid input syntax for type real: \"infinit\""},
    {"float4", "1e39", 1, "E 22003 \"1e39\" is out of range for type real"},
    {"float4", "1e39", 0, "E 22003 \"1e39\" is out of range for type real"},
    {"float4", "1e39", -3, "E 22003 \"1e39\" is out of range for type real"},
    {"float4", "1e309", 1, "E 22003 \"1e309\" is out of range for type real"},
    {"float4", "1e309", 0, "E 22003 \"1e309\" is out of range for type real"},
    {"float4", "1e309", -3, "E 22003 \"1e309\" is out of range for type real"},
    {"float4", "-1e309", 1, "E 22003 \"-1e309\" is out of range for type real"},
    {"float4", "-1e309", 0, "E 22003 \"-1e309\" is out of range for type real"},
    {"float4", "-1e309", -3, "E 22003 \"-1e309\" is out of range for type real"},
    {"float4", "1e-46", 1, "E 22003 \"1e-46\" is out of range for type real"},
    {"float4", "1e-46", 0, "E 22003 \"1e-46\" is out of range for type real"},
    {"float4", "1e-46", -3, "E 22003 \"1e-46\" is out of range for type real"},
    {"float4", "1e-324", 1, "E 22003 \"1e-324\" is out of range for type real"},
    {"float4", "1e-324", 0, "E 22003 \"1e-324\" is out of range for type real"},
    {"float4", "1e-324", -3, "E 22003 \"1e-324\" is out of range for type real"},
    {"float4", "7.1e-46", 1, "1e-45"},
    {"float4", "7.1e-46", 0, "1.4013e-45"},
    {"float4", "7.1e-46", -3, "1.4e-45"},
    {"float4", "2.5e-324", 1, "E 22003 \"2.5e-324\" is out of range for type real"},
    {"float4", "2.5e-324", 0, "E 22003 \"2.5e-324\" is out of range for type real"},
    {"float4", "2.5e-324", -3, "E 22003 \"2.5e-324\" is out of range for type real"},
    {"float4", "0e-400", 1, "0"},
    {"float4", "0e-400", 0, "0"},
    {"float4", "0e-400", -3, "0"},
    {"float4", "1.17549435e-38", 1, "1.1754944e-38"},
    {"float4", "1.17549435e-38", 0, "1.17549e-38"},
    {"float4", "1.17549435e-38", -3, "1.18e-38"},
    {"float4", "0.1", 1, "0.1"},
    {"float4", "0.1", 0, "0.1"},
    {"float4", "0.1", -3, "0.1"},
    {"float4", "0.3", 1, "0.3"},
    {"float4", "0.3", 0, "0.3"},
    {"float4", "0.3", -3, "0.3"},
    {"float4", "1e23", 1, "1e+23"},
    {"float4", "1e23", 0, "1e+23"},
    {"float4", "1e23", -3, "1e+23"},
    {"float4", "16777217", 1, "1.6777216e+07"},
    {"float4", "16777217", 0, "1.67772e+07"},
    {"float4", "16777217", -3, "1.68e+07"},
    {"float4", "9007199254740993", 1, "9.007199e+15"},
    {"float4", "9007199254740993", 0, "9.0072e+15"},
    {"float4", "9007199254740993", -3, "9.01e+15"},
    {"float4", "123456", 1, "123456"},
    {"float4", "123456", 0, "123456"},
    {"float4", "123456", -3, "1.23e+05"},
    {"float4", "999999.5", 1, "999999.5"},
    {"float4", "999999.5", 0, "1e+06"},
    {"float4", "999999.5", -3, "1e+06"},
    {"float4", "1234567", 1, "1.234567e+06"},
    {"float4", "1234567", 0, "1.23457e+06"},
    {"float4", "1234567", -3, "1.23e+06"},
    {"float4", "123456789012345", 1, "1.2345679e+14"},
    {"float4", "123456789012345", 0, "1.23457e+14"},
    {"float4", "123456789012345", -3, "1.23e+14"},
    {"float4", "999999999999999.9", 1, "1e+15"},
    {"float4", "999999999999999.9", 0, "1e+15"},
    {"float4", "999999999999999.9", -3, "1e+15"},
    {"float4", "1e14", 1, "1e+14"},
    {"float4", "1e14", 0, "1e+14"},
    {"float4", "1e14", -3, "1e+14"},
    {"float4", "1e15", 1, "1e+15"},
    {"float4", "1e15", 0, "1e+15"},
    {"float4", "1e15", -3, "1e+15"},
    {"float4", "0.0001", 1, "0.0001"},
    {"float4", "0.0001", 0, "0.0001"},
    {"float4", "0.0001", -3, "0.0001"},
    {"float4", "0.00001", 1, "1e-05"},
    {"float4", "0.00001", 0, "1e-05"},
    {"float4", "0.00001", -3, "1e-05"},
    {"float4", "3.4028235e38", 1, "3.4028235e+38"},
    {"float4", "3.4028235e38", 0, "3.40282e+38"},
    {"float4", "3.4028235e38", -3, "3.4e+38"},
    {"float4", "3.4028236e38", 1, "E 22003 \"3.4028236e38\" is out of range for type real"},
    {"float4", "3.4028236e38", 0, "E 22003 \"3.4028236e38\" is out of range for type real"},
    {"float4", "3.4028236e38", -3, "E 22003 \"3.4028236e38\" is out of range for type real"},
    {"float4", "1.7976931348623157e308", 1, "E 22003 \"1.7976931348623157e308\" is out of range for type real"},
    {"float4", "1.7976931348623157e308", 0, "E 22003 \"1.7976931348623157e308\" is out of range for type real"},
    {"float4", "1.7976931348623157e308", -3, "E 22003 \"1.7976931348623157e308\" is out of range for type real"},
    {"float4", "5e-324", 1, "E 22003 \"5e-324\" is out of range for type real"},
    {"float4", "5e-324", 0, "E 22003 \"5e-324\" is out of range for type real"},
    {"float4", "5e-324", -3, "E 22003 \"5e-324\" is out of range for type real"},
    {"float4", "1.4e-45", 1, "1e-45"},
    {"float4", "1.4e-45", 0, "1.4013e-45"},
    {"float4", "1.4e-45", -3, "1.4e-45"},
    {"float4", " 1 ", 1, "1"},
    {"float4", "", 1, "E 22P02 invalid input syntax for type real: \"\""},
    {"float4", ".", 1, "E 22P02 invalid input syntax for type real: \".\""},
    {"float4", ".", 0, "E 22P02 invalid input syntax for type real: \".\""},
    {"float4", ".", -3, "E 22P02 invalid input syntax for type real: \".\""},
    {"float4", "1e", 1, "E 22P02 invalid input syntax for type real: \"1e\""},
    {"float4", "1.5x", 1, "E 22P02 invalid input syntax for type real: \"1.5x\""},
    {"float4", "1 2", 1, "E 22P02 invalid input syntax for type real: \"1 2\""},
    {"float4", "abc", 1, "E 22P02 invalid input syntax for type real: \"abc\""},
    {"float4", "0x10", 1, "16"},
    {"float4", "0x1p-3", 1, "0.125"},
    {"float4", "-30954282561810032", 1, "-3.0954282e+16"},
    {"float4", "-30954282561810032", 0, "-3.09543e+16"},
    {"float4", "-30954282561810032", -3, "-3.1e+16"},
    {"float4", "18666892527345328.5", 1, "1.8666892e+16"},
    {"float4", "18666892527345328.5", 0, "1.86669e+16"},
    {"float4", "18666892527345328.5", -3, "1.87e+16"},
    {"float4", "1.1754944e-38", 1, "1.1754944e-38"},
    {"float4", "1.1754944e-38", 0, "1.17549e-38"},
    {"float4", "1.1754944e-38", -3, "1.18e-38"},
    {"float4", "2.2250738585072014e-308", 1, "E 22003 \"2.2250738585072014e-308\" is out of range for type real"},
    {"float4", "2.2250738585072014e-308", 0, "E 22003 \"2.2250738585072014e-308\" is out of range for type real"},
    {"float4", "2.2250738585072014e-308", -3, "E 22003 \"2.2250738585072014e-308\" is out of range for type real"},
    {"float4", "8388608.5", 1, "8.388608e+06"},
    {"float4", "8388608.5", 0, "8.38861e+06"},
    {"float4", "8388608.5", -3, "8.39e+06"},
    {"float4", "33554432", 1, "3.3554432e+07"},
    {"float4", "33554432", 0, "3.35544e+07"},
    {"float4", "33554432", -3, "3.36e+07"},
    {"float4", "1e5", 1, "100000"},
    {"float4", "1e5", 0, "100000"},
    {"float4", "1e5", -3, "1e+05"},
    {"float4", "1e6", 1, "1e+06"},
    {"float4", "1e6", 0, "1e+06"},
    {"float4", "1e6", -3, "1e+06"},
    {"float4", "100000", 1, "100000"},
    {"float4", "100000", 0, "100000"},
    {"float4", "100000", -3, "1e+05"},
    {"float4", "1e16", 1, "1e+16"},
    {"float4", "1e16", 0, "1e+16"},
    {"float4", "1e16", -3, "1e+16"},
    {"float8", "0", 1, "0"},
    {"float8", "0", 0, "0"},
    {"float8", "0", -3, "0"},
    {"float8", "-0", 1, "-0"},
    {"float8", "-0", 0, "-0"},
    {"float8", "-0", -3, "-0"},
    {"float8", "1", 1, "1"},
    {"float8", "1", 0, "1"},
    {"float8", "1", -3, "1"},
    {"float8", "-1.5", 1, "-1.5"},
    {"float8", "-1.5", 0, "-1.5"},
    {"float8", "-1.5", -3, "-1.5"},
    {"float8", "NaN", 1, "NaN"},
    {"float8", "nan", 1, "NaN"},
    {"float8", "inf", 1, "Infinity"},
    {"float8", "-Infinity", 1, "-Infinity"},
    {"float8", "+infinity", 1, "Infinity"},
    {"float8", "infinit", 1, "E 22P02 invalid input syntax for type double precision: \"infinit\""},
    {"float8", "1e39", 1, "1e+39"},
    {"float8", "1e39", 0, "1e+39"},
    {"float8", "1e39", -3, "1e+39"},
    {"float8", "1e309", 1, "E 22003 \"1e309\" is out of range for type double precision"},
    {"float8", "1e309", 0, "E 22003 \"1e309\" is out of range for type double precision"},
    {"float8", "1e309", -3, "E 22003 \"1e309\" is out of range for type double precision"},
    {"float8", "-1e309", 1, "E 22003 \"-1e309\" is out of range for type double precision"},
    {"float8", "-1e309", 0, "E 22003 \"-1e309\" is out of range for type double precision"},
    {"float8", "-1e309", -3, "E 22003 \"-1e309\" is out of range for type double precision"},
    {"float8", "1e-46", 1, "1e-46"},
    {"float8", "1e-46", 0, "1e-46"},
    {"float8", "1e-46", -3, "1e-46"},
    {"float8", "1e-324", 1, "E 22003 \"1e-324\" is out of range for type double precision"},
    {"float8", "1e-324", 0, "E 22003 \"1e-324\" is out of range for type double precision"},
    {"float8", "1e-324", -3, "E 22003 \"1e-324\" is out of range for type double precision"},
    {"float8", "7.1e-46", 1, "7.1e-46"},
    {"float8", "7.1e-46", 0, "7.1e-46"},
    {"float8", "7.1e-46", -3, "7.1e-46"},
    {"float8", "2.5e-324", 1, "5e-324"},
    {"float8", "2.5e-324", 0, "4.94065645841247e-324"},
    {"float8", "2.5e-324", -3, "4.94065645841e-324"},
    {"float8", "0e-400", 1, "0"},
    {"float8", "0e-400", 0, "0"},
    {"float8", "0e-400", -3, "0"},
    {"float8", "1.17549435e-38", 1, "1.17549435e-38"},
    {"float8", "1.17549435e-38", 0, "1.17549435e-38"},
    {"float8", "1.17549435e-38", -3, "1.17549435e-38"},
    {"float8", "0.1", 1, "0.1"},
    {"float8", "0.1", 0, "0.1"},
    {"float8", "0.1", -3, "0.1"},
    {"float8", "0.3", 1, "0.3"},
    {"float8", "0.3", 0, "0.3"},
    {"float8", "0.3", -3, "0.3"},
    {"float8", "1e23", 1, "9.999999999999999e+22"},
    {"float8", "1e23", 0, "1e+23"},
    {"float8", "1e23", -3, "1e+23"},
    {"float8", "16777217", 1, "16777217"},
    {"float8", "16777217", 0, "16777217"},
    {"float8", "16777217", -3, "16777217"},
    {"float8", "9007199254740993", 1, "9.007199254740992e+15"},
    {"float8", "9007199254740993", 0, "9.00719925474099e+15"},
    {"float8", "9007199254740993", -3, "9.00719925474e+15"},
    {"float8", "123456", 1, "123456"},
    {"float8", "123456", 0, "123456"},
    {"float8", "123456", -3, "123456"},
    {"float8", "999999.5", 1, "999999.5"},
    {"float8", "999999.5", 0, "999999.5"},
    {"float8", "999999.5", -3, "999999.5"},
    {"float8", "1234567", 1, "1234567"},
    {"float8", "1234567", 0, "1234567"},
    {"float8", "1234567", -3, "1234567"},
    {"float8", "123456789012345", 1, "123456789012345"},
    {"float8", "123456789012345", 0, "123456789012345"},
    {"float8", "123456789012345", -3, "1.23456789012e+14"},
    {"float8", "999999999999999.9", 1, "999999999999999.9"},
    {"float8", "999999999999999.9", 0, "1e+15"},
    {"float8", "999999999999999.9", -3, "1e+15"},
    {"float8", "1e14", 1, "100000000000000"},
    {"float8", "1e14", 0, "100000000000000"},
    {"float8", "1e14", -3, "1e+14"},
    {"float8", "1e15", 1, "1e+15"},
    {"float8", "1e15", 0, "1e+15"},
    {"float8", "1e15", -3, "1e+15"},
    {"float8", "0.0001", 1, "0.0001"},
    {"float8", "0.0001", 0, "0.0001"},
    {"float8", "0.0001", -3, "0.0001"},
    {"float8", "0.00001", 1, "1e-05"},
    {"float8", "0.00001", 0, "1e-05"},
    {"float8", "0.00001", -3, "1e-05"},
    {"float8", "3.4028235e38", 1, "3.4028235e+38"},
    {"float8", "3.4028235e38", 0, "3.4028235e+38"},
    {"float8", "3.4028235e38", -3, "3.4028235e+38"},
    {"float8", "3.4028236e38", 1, "3.4028236e+38"},
    {"float8", "3.4028236e38", 0, "3.4028236e+38"},
    {"float8", "3.4028236e38", -3, "3.4028236e+38"},
    {"float8", "1.7976931348623157e308", 1, "1.7976931348623157e+308"},
    {"float8", "1.7976931348623157e308", 0, "1.79769313486232e+308"},
    {"float8", "1.7976931348623157e308", -3, "1.79769313486e+308"},
    {"float8", "5e-324", 1, "5e-324"},
    {"float8", "5e-324", 0, "4.94065645841247e-324"},
    {"float8", "5e-324", -3, "4.94065645841e-324"},
    {"float8", "1.4e-45", 1, "1.4e-45"},
    {"float8", "1.4e-45", 0, "1.4e-45"},
    {"float8", "1.4e-45", -3, "1.4e-45"},
    {"float8", " 1 ", 1, "1"},
    {"float8", "", 1, "E 22P02 invalid input syntax for type double precision: \"\""},
    {"float8", ".", 1, "E 22P02 invalid input syntax for type double precision: \".\""},
    {"float8", ".", 0, "E 22P02 invalid input syntax for type double precision: \".\""},
    {"float8", ".", -3, "E 22P02 invalid input syntax for type double precision: \".\""},
    {"float8", "1e", 1, "E 22P02 invalid input syntax for type double precision: \"1e\""},
    {"float8", "1.5x", 1, "E 22P02 invalid input syntax for type double precision: \"1.5x\""},
    {"float8", "1 2", 1, "E 22P02 invalid input syntax for type double precision: \"1 2\""},
    {"float8", "abc", 1, "E 22P02 invalid input syntax for type double precision: \"abc\""},
    {"float8", "0x10", 1, "16"},
    {"float8", "0x1p-3", 1, "0.125"},
    {"float8", "-30954282561810032", 1, "-3.0954282561810032e+16"},
    {"float8", "-30954282561810032", 0, "-3.095428256181e+16"},
    {"float8", "-30954282561810032", -3, "-3.09542825618e+16"},
    {"float8", "18666892527345328.5", 1, "1.8666892527345328e+16"},
    {"float8", "18666892527345328.5", 0, "1.86668925273453e+16"},
    {"float8", "18666892527345328.5", -3, "1.86668925273e+16"},
    {"float8", "1.1754944e-38", 1, "1.1754944e-38"},
    {"float8", "1.1754944e-38", 0, "1.1754944e-38"},
    {"float8", "1.1754944e-38", -3, "1.1754944e-38"},
    {"float8", "2.2250738585072014e-308", 1, "2.2250738585072014e-308"},
    {"float8", "2.2250738585072014e-308", 0, "2.2250738585072e-308"},
    {"float8", "2.2250738585072014e-308", -3, "2.22507385851e-308"},
    {"float8", "8388608.5", 1, "8388608.5"},
    {"float8", "8388608.5", 0, "8388608.5"},
    {"float8", "8388608.5", -3, "8388608.5"},
    {"float8", "33554432", 1, "33554432"},
    {"float8", "33554432", 0, "33554432"},
    {"float8", "33554432", -3, "33554432"},
    {"float8", "1e5", 1, "100000"},
    {"float8", "1e5", 0, "100000"},
    {"float8", "1e5", -3, "100000"},
    {"float8", "1e6", 1, "1000000"},
    {"float8", "1e6", 0, "1000000"},
    {"float8", "1e6", -3, "1000000"},
    {"float8", "100000", 1, "100000"},
    {"float8", "100000", 0, "100000"},
    {"float8", "100000", -3, "100000"},
    {"float8", "1e16", 1, "1e+16"},
    {"float8", "1e16", 0, "1e+16"},
    {"float8", "1e16", -3, "1e+16"},
    // clang-format on
};

TEST(FloatTest, ReadsAndWritesAsPostgresqlDoes) {
  for (const Case& c : kCases) {
    const SqlType type(*find_type(std::string_view(c.type)));
    TextContext context;
    context.extra_float_digits = c.extra_float_digits;
    const Result<Value> value = Value::parse(type, c.input, context);
    const std::string answer = value ? value->to_string(context)
                                     : "E " + std::string(value.error().state().str()) + " " + value.error().message();
    EXPECT_EQ(answer, c.answer) << c.type << " '" << c.input << "' " << c.extra_float_digits;
  }
}

double random_double(SplitMix64& random) {
  static const double kSpecial[] = {0.0,
                                    -0.0,
                                    1.0,
                                    std::numeric_limits<double>::quiet_NaN(),
                                    -std::numeric_limits<double>::quiet_NaN(),
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::denorm_min()};
  if (random.one_in(4)) return kSpecial[random.below(std::size(kSpecial))];
  if (random.one_in(2)) return static_cast<double>(random.between(-20, 20)) / 4;
  return std::bit_cast<double>(random.next());
}

// NaN above all and equal to itself, -0 equal to 0: written out, unlike the subject.
int expected_order(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return 0;
  if (std::isnan(a)) return 1;
  if (std::isnan(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

TEST(FloatTest, OrderHashesAndKeysAgree) {
  SplitMix64 random(1);
  for (int i = 0; i < 50'000; ++i) {
    const double x = random_double(random);
    const double y = random_double(random);
    for (const uint32_t type_oid : {oid::kFloat4, oid::kFloat8}) {
      const SqlType type = type_of(type_oid);
      const bool wide = type_oid == oid::kFloat8;
      const Slot a = wide ? Slot::of_f64(x) : Slot::of_f32(static_cast<float>(x));
      const Slot b = wide ? Slot::of_f64(y) : Slot::of_f32(static_cast<float>(y));
      const int order = wide ? expected_order(x, y) : expected_order(static_cast<float>(x), static_cast<float>(y));
      ASSERT_EQ(type.info().compare(a, b, type), order) << x << " " << y;
      std::string a_key, b_key;
      type.info().append_key(a, type, a_key);
      type.info().append_key(b, type, b_key);
      ASSERT_EQ(order < 0, a_key < b_key) << x << " " << y;
      ASSERT_EQ(order == 0, a_key == b_key) << x << " " << y;
      ASSERT_TRUE(order != 0 || type.info().hash(a, type) == type.info().hash(b, type)) << x << " " << y;
    }
  }
}

TEST(FloatTest, TextAndBinaryGiveBackTheValue) {
  SplitMix64 random(2);
  const SqlType type = type_of(oid::kFloat8);
  for (int i = 0; i < 20'000; ++i) {
    const Slot value = Slot::of_f64(random_double(random));
    Arena arena;
    std::string text;
    type.info().format(value, type, {}, text);
    const Slot read = *type.info().parse(text, type, {}, arena);
    if (std::isnan(value.f64)) {
      ASSERT_TRUE(std::isnan(read.f64));
      continue;
    }
    ASSERT_EQ(std::bit_cast<uint64_t>(read.f64), std::bit_cast<uint64_t>(value.f64)) << text;
    std::string bytes;
    type.info().send(value, type, bytes);
    ASSERT_EQ(type.info().receive(bytes, type, arena)->f64, value.f64);
    ASSERT_EQ(type.info().receive(bytes + "x", type, arena).error().state(), sqlstate::kInvalidBinaryRepresentation);
  }
}

}  // namespace
}  // namespace millrace
