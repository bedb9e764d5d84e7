// HashArrangement and GroupTable: rows of (int8 key, int8 payload), unique keys, random order.
// bytes_per_row is memory held over rows; times are per row.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "storage/group_table.h"
#include "storage/hash_arrangement.h"

namespace millrace::storage {
namespace {

const std::vector<SqlType>& types() {
  static const std::vector<SqlType> types = {type_of(oid::kInt8), type_of(oid::kInt8)};
  return types;
}
const KeyColumns kKey = {ColumnIndex(0)};

// Every number below `rows` once, in an order that jumps about.
int64_t scattered(uint64_t i, uint64_t rows) { return static_cast<int64_t>(i * 0x9e3779b1ULL % rows); }

HashArrangement filled(uint64_t rows) {
  HashArrangement arrangement(ArrangementId(1), RowLayout(types()), kKey, NullKeys::kSkip);
  DeltaBuilder builder(types());
  for (uint64_t i = 0; i < rows; ++i) {
    builder.column(0).append<int64_t>(scattered(i, rows));
    builder.column(1).append<int64_t>(scattered(i, rows) * 3);
    builder.end_row(1);
    if (builder.rows() == kBatchRows || i + 1 == rows) arrangement.apply(builder.finish());
  }
  return arrangement;
}

void count(benchmark::State& state, size_t rows_each) {
  const auto rows = static_cast<double>(static_cast<size_t>(state.iterations()) * rows_each);
  state.counters["ns_per_row"] =
      benchmark::Counter(rows / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void fill(benchmark::State& state) {
  const auto rows = static_cast<uint64_t>(state.range(0));
  for (auto _ : state) {
    const HashArrangement arrangement = filled(rows);
    state.counters["bytes_per_row"] = static_cast<double>(arrangement.bytes()) / static_cast<double>(rows);
  }
  count(state, rows);
}
BENCHMARK(fill)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// An update: the row goes and a new one with the same key comes. range(0) rows held, range(1) a batch.
void apply(benchmark::State& state) {
  const auto rows = static_cast<uint64_t>(state.range(0));
  const auto batch_rows = static_cast<size_t>(state.range(1));
  HashArrangement arrangement = filled(rows);
  SplitMix64 random(1);
  DeltaBuilder builder(types());
  std::vector<DeltaBatch> batches;  // there and back again, so that the rows stay
  for (size_t b = 0; b < 200'000 / batch_rows; ++b) {
    for (size_t i = 0; i < batch_rows / 2 + batch_rows % 2; ++i) {
      const auto key = static_cast<int64_t>(random.below(rows));
      for (const int64_t weight : {-1, 1}) {
        builder.column(0).append<int64_t>(key);
        builder.column(1).append<int64_t>(weight < 0 ? key * 3 : key * 3 + 1);
        builder.end_row(weight);
      }
    }
    batches.push_back(builder.finish());
  }
  size_t next = 0;
  for (auto _ : state) {
    const DeltaBatch& batch = batches[next / 2 % batches.size()];
    arrangement.apply(next % 2 == 0 ? batch : batch.negate());
    ++next;
  }
  count(state, batches[0].rows());
}
BENCHMARK(apply)->Args({1'000'000, 1})->Args({1'000'000, 1000})->Args({10'000'000, 1000});

class CountingSink final : public MatchSink {
 public:
  void on_matches(std::span<const Match> matches) override { count += matches.size(); }
  size_t count = 0;
};

void probe(benchmark::State& state) {
  const auto rows = static_cast<uint64_t>(state.range(0));
  const auto batch_rows = static_cast<size_t>(state.range(1));
  const HashArrangement arrangement = filled(rows);
  SplitMix64 random(1);
  DeltaBuilder builder(types());
  std::vector<DeltaBatch> batches;
  for (size_t b = 0; b < 200'000 / batch_rows; ++b) {
    for (size_t i = 0; i < batch_rows; ++i) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(random.below(rows)));
      builder.column(1).append<int64_t>(0);
      builder.end_row(1);
    }
    batches.push_back(builder.finish());
  }
  std::vector<uint64_t> hashes(batch_rows);
  CountingSink sink;
  size_t next = 0;
  for (auto _ : state) {
    const DeltaBatch& batch = batches[next++ % batches.size()];
    hash_keys(batch, kKey, hashes);
    arrangement.find(batch, kKey, hashes, sink);
  }
  if (sink.count != next * batch_rows) state.SkipWithError("a probe did not match");
  count(state, batch_rows);
}
BENCHMARK(probe)->Args({1'000'000, 1})->Args({1'000'000, 1000})->Args({10'000'000, 1000});

void aggregate(benchmark::State& state) {
  const auto groups = static_cast<uint64_t>(state.range(0));
  const auto batch_rows = static_cast<size_t>(state.range(1));
  GroupTable table(ArrangementId(1), {type_of(oid::kInt8)}, 16);
  SplitMix64 random(1);
  DeltaBuilder builder(types());
  std::vector<DeltaBatch> batches;
  std::vector<char*> payloads(kBatchRows);
  for (uint64_t i = 0; i < groups; ++i) {
    builder.column(0).append<int64_t>(scattered(i, groups));
    builder.column(1).append<int64_t>(0);
    builder.end_row(1);
    if (builder.rows() < kBatchRows && i + 1 < groups) continue;
    const DeltaBatch batch = builder.finish();
    table.find_or_insert(batch, kKey, hash_keys(batch, kKey), std::span(payloads).first(batch.rows()));
  }
  state.counters["bytes_per_group"] = static_cast<double>(table.bytes()) / static_cast<double>(groups);
  for (size_t b = 0; b < 200'000 / batch_rows; ++b) {
    for (size_t i = 0; i < batch_rows; ++i) {
      builder.column(0).append<int64_t>(static_cast<int64_t>(random.below(groups)));
      builder.column(1).append<int64_t>(1);
      builder.end_row(1);
    }
    batches.push_back(builder.finish());
  }
  std::vector<uint64_t> hashes(batch_rows);
  payloads.resize(batch_rows);
  size_t next = 0;
  for (auto _ : state) {
    const DeltaBatch& batch = batches[next++ % batches.size()];
    hash_keys(batch, kKey, hashes);
    table.find_or_insert(batch, kKey, hashes, payloads);
    for (char* payload : payloads) ++*reinterpret_cast<int64_t*>(payload);
  }
  count(state, batch_rows);
}
BENCHMARK(aggregate)->Args({1'000'000, 1})->Args({1'000'000, 1000})->Args({10'000'000, 1000});

}  // namespace
}  // namespace millrace::storage
