// ServedIndex: point reads by a unique int8 key and ticks of updates, rows of (int8, int8).
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "storage/served_index.h"

namespace millrace::storage {
namespace {

struct Fixture {
  ReadRegistry registry;
  ServedIndex index{
      ArrangementId(1), RowLayout({type_of(oid::kInt8), type_of(oid::kInt8)}), {ColumnIndex(0)}, true, registry};
  uint64_t tick = 0;

  explicit Fixture(uint64_t rows) {
    DeltaBuilder builder(index.layout().types());
    for (uint64_t i = 0; i < rows; ++i) {
      append(builder, static_cast<int64_t>(i * 0x9e3779b1ULL % rows), 0, 1);
      if (builder.rows() == kBatchRows || i + 1 == rows) install(builder.finish());
    }
  }
  static void append(DeltaBuilder& builder, int64_t key, int64_t payload, int64_t weight) {
    builder.column(0).append<int64_t>(key);
    builder.column(1).append<int64_t>(payload);
    builder.end_row(weight);
  }
  void install(const DeltaBatch& delta) {
    index.apply(TickId(++tick), delta);
    registry.publish(TickId(tick));
    index.reclaim(4);
  }
};

void point_read(benchmark::State& state) {
  const auto rows = static_cast<uint64_t>(state.range(0));
  Fixture fixture(rows);
  SplitMix64 random(1);
  DeltaBuilder keys({type_of(oid::kInt8)});
  for (int i = 0; i < 100'000; ++i) {
    keys.column(0).append<int64_t>(static_cast<int64_t>(random.below(rows)));
    keys.end_row(1);
  }
  const DeltaBatch batch = keys.finish();
  std::vector<std::string> packed;
  for (size_t row = 0; row < batch.rows(); ++row) packed.push_back(fixture.index.key_layout().pack(batch, row));
  Reader reader = fixture.registry.make_reader();
  reader.enter();
  size_t next = 0;
  for (auto _ : state) {
    const std::string& key = packed[next++ % packed.size()];
    const auto row = fixture.index.find_one(reader.tick(), key, fixture.index.hash_of(key));
    if (!row) state.SkipWithError("a read found nothing");
    benchmark::DoNotOptimize(row->row.data());
  }
  state.counters["bytes_per_row"] = static_cast<double>(fixture.index.bytes()) / static_cast<double>(rows);
}
BENCHMARK(point_read)->Arg(1'000)->Arg(1'000'000)->Arg(10'000'000);

void update_tick(benchmark::State& state) {
  const auto rows = static_cast<uint64_t>(state.range(0));
  const auto updates = static_cast<size_t>(state.range(1));
  Fixture fixture(rows);
  SplitMix64 random(1);
  std::vector<int64_t> payloads(rows, 0);
  DeltaBuilder builder(fixture.index.layout().types());
  for (auto _ : state) {
    state.PauseTiming();
    for (size_t i = 0; i < updates; ++i) {
      const uint64_t key = random.below(rows);
      Fixture::append(builder, static_cast<int64_t>(key), payloads[key], -1);
      Fixture::append(builder, static_cast<int64_t>(key), ++payloads[key], 1);
    }
    const DeltaBatch delta = builder.finish();
    state.ResumeTiming();
    fixture.install(delta);
  }
  state.counters["ns_per_row"] = benchmark::Counter(static_cast<double>(state.iterations() * updates * 2) / 1e9,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes_per_row"] = static_cast<double>(fixture.index.bytes()) / static_cast<double>(rows);
}
BENCHMARK(update_tick)->Args({1'000'000, 1})->Args({1'000'000, 500})->Args({1, 1});

void quiescent(benchmark::State& state) {
  ReadRegistry registry;
  Reader reader = registry.make_reader();
  reader.enter();
  for (auto _ : state) benchmark::DoNotOptimize(reader.quiescent());
}
BENCHMARK(quiescent);

}  // namespace
}  // namespace millrace::storage
