// What one numeric costs: values of a few digits, as money and measures have.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/rng.h"
#include "types/numeric.h"
#include "types/numeric_sum.h"
#include "types/type_info.h"

namespace millrace {
namespace {

constexpr size_t kValues = 1024;

struct Values {
  Arena arena;
  std::vector<Numeric> numerics;
  std::vector<std::string> texts;
  std::vector<Slot> slots;

  Values() {
    SplitMix64 random(1);
    for (size_t i = 0; i < kValues; ++i) {
      numerics.push_back(Numeric::of(random.between(-1'000'000, 1'000'000), 2));
      texts.push_back(numeric::to_string(numerics.back()));
      slots.push_back(NativeType<Numeric>::store(numerics.back(), arena));
    }
  }
};

// One call of `step(values, i)` an iteration.
template <class Step>
void run(benchmark::State& state, Step step) {
  const Values values;
  size_t i = 0;
  for (auto _ : state) {
    step(values, i);
    i = (i + 1) % (kValues - 1);
  }
}

void BM_Parse(benchmark::State& state) {
  run(state, [](const Values& v, size_t i) { benchmark::DoNotOptimize(numeric::parse(v.texts[i])); });
}
void BM_Format(benchmark::State& state) {
  std::string out;
  run(state, [&](const Values& v, size_t i) {
    out.clear();
    numeric::format(v.numerics[i], out);
    benchmark::DoNotOptimize(out.data());
  });
}
void BM_AddSlots(benchmark::State& state) {
  Arena arena;
  run(state, [&](const Values& v, size_t i) {
    const auto sum = numeric::add(NativeType<Numeric>::load(v.slots[i]), NativeType<Numeric>::load(v.slots[i + 1]));
    benchmark::DoNotOptimize(NativeType<Numeric>::store(*sum, arena));
  });
}
void BM_MultiplySlots(benchmark::State& state) {
  Arena arena;
  run(state, [&](const Values& v, size_t i) {
    const auto product =
        numeric::multiply(NativeType<Numeric>::load(v.slots[i]), NativeType<Numeric>::load(v.slots[i + 1]));
    benchmark::DoNotOptimize(NativeType<Numeric>::store(*product, arena));
  });
}
void BM_Divide(benchmark::State& state) {
  run(state,
      [](const Values& v, size_t i) { benchmark::DoNotOptimize(numeric::divide(v.numerics[i], v.numerics[i + 1])); });
}
void BM_Compare(benchmark::State& state) {
  const SqlType type = type_of(oid::kNumeric);
  const auto compare = type.info().compare;
  run(state, [&](const Values& v, size_t i) { benchmark::DoNotOptimize(compare(v.slots[i], v.slots[i + 1], type)); });
}
void BM_Hash(benchmark::State& state) {
  const SqlType type = type_of(oid::kNumeric);
  const auto hash = type.info().hash;
  run(state, [&](const Values& v, size_t i) { benchmark::DoNotOptimize(hash(v.slots[i], type)); });
}
void BM_Key(benchmark::State& state) {
  std::string key;
  run(state, [&](const Values& v, size_t i) {
    key.clear();
    numeric::append_key(v.numerics[i], key);
    benchmark::DoNotOptimize(key.data());
  });
}
void BM_Sum(benchmark::State& state) {
  NumericSum sum;
  run(state, [&](const Values& v, size_t i) { sum.add(NativeType<Numeric>::load(v.slots[i]), 1); });
  benchmark::DoNotOptimize(sum.sum());
}
void BM_ExpLargest(benchmark::State& state) {
  const Numeric value = *numeric::parse("5999.999");
  for (auto _ : state) benchmark::DoNotOptimize(numeric::exp(value));
}
void BM_PowerManyDigits(benchmark::State& state) {
  const Numeric base = *numeric::parse("14.848564466582449373");
  const Numeric exponent = Numeric::from_int(87044);
  for (auto _ : state) benchmark::DoNotOptimize(numeric::power(base, exponent));
}

BENCHMARK(BM_Parse);
BENCHMARK(BM_Format);
BENCHMARK(BM_AddSlots);
BENCHMARK(BM_MultiplySlots);
BENCHMARK(BM_Divide);
BENCHMARK(BM_Compare);
BENCHMARK(BM_Hash);
BENCHMARK(BM_Key);
BENCHMARK(BM_Sum);
BENCHMARK(BM_ExpLargest)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PowerManyDigits)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace
