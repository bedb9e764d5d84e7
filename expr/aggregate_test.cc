// Every linear aggregate: rows that come and go in any order and grouping leave the state of those that stay.
#include "expr/aggregate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "expr/exact_moments.h"
#include "expr/exact_sum.h"
#include "expr/function_registry.h"
#include "types/date_time.h"
#include "types/numeric.h"
#include "types/value.h"

namespace millrace::expr {
namespace {

class State {
 public:
  explicit State(const AggregateSpec& spec) : spec_(spec), bytes_(spec.state_bytes / 8 + 2) { spec.construct(data()); }
  ~State() { spec_.destroy(data()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::byte* data() { return reinterpret_cast<std::byte*>(bytes_.data()); }
  void update(const std::vector<ColumnPtr>& columns, size_t rows, const int64_t* weights) {
    const std::vector<std::byte*> states(rows, data());
    spec_.update({states, columns, weights});
  }
  std::string answer() {
    Arena arena;
    const SqlType type = type_of(spec_.result);
    const auto result = spec_.finish(data(), type, arena);
    if (!result) return result.error().to_string();
    return *result ? Value(type, **result).to_string() : "NULL";
  }
  void move_through_bytes() {
    std::string bytes;
    spec_.save(data(), bytes);
    spec_.destroy(data());
    spec_.construct(data());
    spec_.load(bytes, data());
  }

 private:
  const AggregateSpec& spec_;
  std::vector<uint64_t> bytes_;
};

Slot random_slot(SplitMix64& random, uint32_t type, Arena& arena) {
  switch (type) {
    case oid::kBool: return Slot::of_bool(random.one_in(2));
    case oid::kInt2: return Slot::of_i16(static_cast<int16_t>(random.next()));
    case oid::kInt4: return Slot::of_i32(static_cast<int32_t>(random.next()));
    case oid::kInt8: return Slot::of_i64(static_cast<int64_t>(random.next()));
    case oid::kFloat4:
      return Slot::of_f32(
          static_cast<float>(std::ldexp(random.unit() - 0.5, static_cast<int>(random.between(-60, 60)))));
    case oid::kFloat8:
      return Slot::of_f64(std::ldexp(random.unit() - 0.5, static_cast<int>(random.between(-300, 300))));
    case oid::kInterval:
      return NativeType<Interval>::store({.micros = random.between(-1'000'000'000, 1'000'000'000),
                                          .days = static_cast<int32_t>(random.between(-100, 100)),
                                          .months = static_cast<int32_t>(random.between(-100, 100))});
    default:
      return NativeType<Numeric>::store(
          Numeric::of(random.between(-1000000, 1000000), static_cast<int32_t>(random.below(6))), arena);
  }
}

ColumnPtr random_column(SplitMix64& random, uint32_t type, size_t rows) {
  ColumnBuilder builder(type_of(type));
  Arena arena;
  for (size_t row = 0; row < rows; ++row) {
    if (random.one_in(6)) {
      builder.append_null();
    } else {
      builder.append_slot(random_slot(random, type, arena));
    }
  }
  return builder.finish();
}

TEST(AggregateTest, ComingAndGoingEqualsFromScratch) {
  for (const Candidate& candidate : FunctionRegistry::instance().all_functions()) {
    if (candidate.aggregate == nullptr || candidate.aggregate->law != AggregateLaw::kLinear) continue;
    const AggregateSpec& spec = *candidate.aggregate;
    for (uint64_t seed = 0; seed < 30; ++seed) {
      SCOPED_TRACE(spec.to_string() + " seed " + std::to_string(seed));
      SplitMix64 random(seed);
      const size_t rows = random.below(60);
      std::vector<ColumnPtr> columns;
      for (const uint32_t type : spec.arguments) {
        columns.push_back(random_column(random, type == oid::kAny ? oid::kInt4 : type, rows));
      }
      std::vector<int64_t> come(rows), go(rows), stay(rows);
      for (size_t row = 0; row < rows; ++row) {
        come[row] = static_cast<int64_t>(random.below(4));
        go[row] = -static_cast<int64_t>(random.below(static_cast<uint64_t>(come[row] + 1)));
        stay[row] = come[row] + go[row];
      }
      if (random.one_in(5)) {
        for (size_t row = 0; row < rows; ++row) go[row] = -come[row], stay[row] = 0;
      }
      State changed(spec), other(spec), scratch(spec);
      changed.update(columns, rows, come.data());
      if (random.one_in(2)) changed.move_through_bytes();
      if (random.one_in(2)) {
        changed.update(columns, rows, go.data());
      } else {
        other.update(columns, rows, go.data());
        spec.merge(changed.data(), other.data());
      }
      scratch.update(columns, rows, stay.data());
      ASSERT_EQ(changed.answer(), scratch.answer());
    }
  }
}

TEST(AggregateTest, OfNothing) {
  for (const Candidate& candidate : FunctionRegistry::instance().all_functions()) {
    if (candidate.aggregate == nullptr || candidate.aggregate->law != AggregateLaw::kLinear) continue;
    State state(*candidate.aggregate);
    EXPECT_EQ(state.answer(), candidate.aggregate->name.ends_with("count") ? "0" : "NULL")
        << candidate.aggregate->to_string();
  }
}

std::string aggregate_of(const char* name, uint32_t type, const std::vector<std::string>& values) {
  for (const Candidate& candidate : FunctionRegistry::instance().candidates(name)) {
    if (candidate.aggregate == nullptr || candidate.signature->arguments != std::vector<uint32_t>{type}) continue;
    ColumnBuilder builder(type_of(type));
    for (const std::string& value : values) builder.append_slot(Value::parse(type_of(type), value, {})->slot());
    State state(*candidate.aggregate);
    state.update({builder.finish()}, values.size(), nullptr);
    return state.answer();
  }
  return "no such aggregate";
}

TEST(AggregateTest, Postgresql) {
  EXPECT_EQ(aggregate_of("sum", oid::kInt8, {"9223372036854775807", "9223372036854775807"}), "18446744073709551614");
  EXPECT_EQ(aggregate_of("avg", oid::kInt4, {"1", "2"}), "1.5000000000000000");
  EXPECT_EQ(aggregate_of("avg", oid::kInt8, {"1", "2", "2"}), "1.6666666666666667");
  EXPECT_EQ(aggregate_of("sum", oid::kNumeric, {"1.10", "2.2"}), "3.30");
  EXPECT_EQ(aggregate_of("sum", oid::kFloat8, {"1e308", "1e308"}), "ERROR:  22003: value out of range: overflow");
  EXPECT_EQ(aggregate_of("sum", oid::kFloat8, {"1e308", "1e308", "-1e308"}), "1e+308");
  EXPECT_EQ(aggregate_of("sum", oid::kFloat8, {"Infinity", "1"}), "Infinity");
  EXPECT_EQ(aggregate_of("sum", oid::kFloat8, {"Infinity", "-Infinity"}), "NaN");
  EXPECT_EQ(aggregate_of("var_samp", oid::kFloat8, {"1000000001", "1000000002", "1000000003"}), "1");
  EXPECT_EQ(aggregate_of("stddev_samp", oid::kFloat8, {"1"}), "NULL");
  EXPECT_EQ(aggregate_of("stddev_pop", oid::kFloat8, {"1"}), "0");
  EXPECT_EQ(aggregate_of("var_pop", oid::kInt4, {"1", "2", "4"}), "1.5555555555555556");
  EXPECT_EQ(aggregate_of("stddev_samp", oid::kInt8, {"9223372036854775807", "-9223372036854775808", "0"}),
            "9223372036854775807");
  EXPECT_EQ(aggregate_of("var_samp", oid::kNumeric, {"1.10", "2.2", "4"}), "2.1433333333333333");
  EXPECT_EQ(aggregate_of("var_pop", oid::kNumeric, {"1", "NaN"}), "NaN");
  EXPECT_EQ(aggregate_of("bit_and", oid::kInt2, {"-1", "-32768"}), "-32768");
  EXPECT_EQ(aggregate_of("bit_xor", oid::kInt8, {"5", "5", "7"}), "7");
  EXPECT_EQ(aggregate_of("sum", oid::kInterval, {"1 mon", "-1 day", "2 days"}), "1 mon 1 day");
  EXPECT_EQ(aggregate_of("avg", oid::kInterval, {"1 day", "2 days"}), "1 day 12:00:00");
}

// --- Second moments. ---

double variance_of(const std::vector<double>& values, int64_t times) {
  ExactSum sum, squares;
  for (const double value : values) {
    sum.add(value, times);
    add_product(squares, value, value, times);
  }
  const auto rows = static_cast<int64_t>(values.size()) * times;
  return static_cast<double>(centred_moment(rows, sum, sum, squares) / static_cast<Quad>(rows));
}

// However many there are and however large.
TEST(ExactMomentsTest, EqualValuesDoNotVary) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const double value = std::ldexp(random.unit() - 0.5, static_cast<int>(random.between(-200, 200)));
    EXPECT_EQ(variance_of({value}, 1 + static_cast<int64_t>(random.below(1'000'000'000))), 0);
  }
}

// Squares beyond double cancel as exactly; what is left may be within it, or not.
TEST(ExactMomentsTest, SquaresBeyondDouble) {
  EXPECT_EQ(variance_of({1e200}, 1), 0);
  EXPECT_EQ(variance_of({-1.7976931348623157e308}, 1), 0);
  EXPECT_EQ(variance_of({1.3e154}, 2'000'000'000), 0);  // the square is within, what it is taken from is not
  EXPECT_EQ(variance_of({1e200, 3e-200}, 1), HUGE_VAL);
  const double value = std::ldexp(1.0, 550), step = std::ldexp(1.0, 500);
  EXPECT_EQ(variance_of({value, value + 2 * step}, 1'000), step * step);
  ExactSum products;
  add_product(products, 1e200, -1e200, 3);
  add_product(products, 2.0, 3.0, 1);
  std::string bytes;
  products.save(bytes);
  ExactSum loaded;
  loaded.load(bytes);
  add_product(loaded, 1e200, 1e200, 3);
  EXPECT_EQ(loaded.round(), 6);
}

// Values that differ in their last bits alone, far from zero.
TEST(ExactMomentsTest, KeepsWhatCancels) {
  const double step = std::ldexp(1.0, -52);
  EXPECT_EQ(variance_of({1, 1, 1 + step}, 1), 2 * step * step / 9);
  EXPECT_EQ(variance_of({1, 1 + 2 * step}, 1'000'000), step * step);
  EXPECT_EQ(variance_of({1e15, 1e15 + 1, 1e15 + 2}, 1), 2.0 / 3);
}

// --- The accumulator itself, against sums that long double or integers do exactly. ---

TEST(ExactSumTest, IsTheNearestDoubleToTheTrueSum) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    ExactSum sum;
    __int128 expected = 0;  // in units of 2^-20
    for (int i = 0; i < 50; ++i) {
      const int64_t units = random.between(-(int64_t{1} << 52), int64_t{1} << 52);
      const int64_t weight = random.between(-3, 3);
      const int shift = static_cast<int>(random.below(40));
      sum.add(std::ldexp(static_cast<double>(units), shift - 20), weight);
      expected += static_cast<__int128>(units) * weight << shift;
    }
    // int128 to double rounds to nearest even, as round() must.
    EXPECT_EQ(sum.round(), std::ldexp(static_cast<double>(expected), -20));
  }
}

TEST(ExactSumTest, CancelsAcrossAllExponents) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) {
      values.push_back(std::ldexp(random.unit() - 0.5, static_cast<int>(random.between(-1100, 1020))));
    }
    ExactSum sum, half;
    sum.add(0.1, 1);
    for (const double value : values) sum.add(value, 3);
    for (const double value : values) (random.one_in(2) ? sum : half).add(value, -3);
    sum.merge(half);
    EXPECT_EQ(sum.round(), 0.1);
    std::string bytes;
    sum.save(bytes);
    ExactSum loaded;
    loaded.load(bytes);
    EXPECT_EQ(loaded.round(), 0.1);
    loaded.negate();
    loaded.merge(sum);
    EXPECT_EQ(loaded.round(), 0.0);
  }
}

TEST(ExactSumTest, DenormalsAndTheLargest) {
  ExactSum sum;
  sum.add(5e-324, 1);
  EXPECT_EQ(sum.round(), 5e-324);
  sum.add(1.7976931348623157e308, 1);
  EXPECT_EQ(sum.round(), 1.7976931348623157e308);
  sum.add(1.7976931348623157e308, -1);
  EXPECT_EQ(sum.round(), 5e-324);
  sum.add(1.7976931348623157e308, int64_t{1} << 40);
  EXPECT_TRUE(std::isinf(sum.round()));
}

}  // namespace
}  // namespace millrace::expr
