#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "storage/ordered_arrangement.h"

namespace millrace::storage {
namespace {

// Rows of (group, value, payload), in a group of `rows` rows.
class Rows {
 public:
  Rows() : arrangement_(ArrangementId(1), layout_, {ColumnIndex(0)}, {{.column = ColumnIndex(1)}}), random_(1) {}

  DeltaBatch random_rows(size_t rows) {
    for (size_t i = 0; i < rows; ++i) {
      builder_.column(0).append<int64_t>(1);
      builder_.column(1).append<int64_t>(static_cast<int64_t>(random_.below(1'000'000'000)));
      builder_.column(2).append<int64_t>(static_cast<int64_t>(i));
      builder_.end_row(1);
    }
    return builder_.finish();
  }
  void fill(size_t rows) {
    for (size_t i = 0; i < rows; i += kBatchRows) arrangement_.apply(random_rows(kBatchRows));
  }

  RowLayout layout_{{type_of(oid::kInt8), type_of(oid::kInt8), type_of(oid::kInt8)}};
  DeltaBuilder builder_{layout_.types()};
  OrderedArrangement arrangement_;
  SplitMix64 random_;
};

// Time of one row's insertion and deletion; arguments: rows held, rows a delta.
void insert_and_delete(benchmark::State& state) {
  Rows rows;
  rows.fill(static_cast<size_t>(state.range(0)));
  const auto count = static_cast<size_t>(state.range(1));
  for (auto _ : state) {
    const DeltaBatch delta = rows.random_rows(count);
    rows.arrangement_.apply(delta);
    rows.arrangement_.apply(delta.negate());
  }
  state.SetItemsProcessed(state.iterations() * state.range(1) * 2);
  state.counters["bytes_a_row"] =
      static_cast<double>(rows.arrangement_.bytes()) / static_cast<double>(rows.arrangement_.row_count());
}
BENCHMARK(insert_and_delete)->Args({1000, 1})->Args({1'000'000, 1})->Args({1'000'000, 100})->Args({1'000'000, 2000});

// Ten rows from a random place on.
void visit_ten(benchmark::State& state) {
  Rows rows;
  rows.fill(static_cast<size_t>(state.range(0)));
  const DeltaBatch probe = rows.random_rows(1);
  const KeyColumns key{ColumnIndex(0)};
  for (auto _ : state) {
    int left = 10;
    rows.arrangement_.visit(probe, 0, key, rows.random_.below(static_cast<uint64_t>(state.range(0))),
                            [&](const OrderedRow& row) {
                              benchmark::DoNotOptimize(row);
                              return --left > 0;
                            });
  }
}
BENCHMARK(visit_ten)->Arg(1000)->Arg(1'000'000);

void weight_before(benchmark::State& state) {
  Rows rows;
  rows.fill(static_cast<size_t>(state.range(0)));
  const DeltaBatch probe = rows.random_rows(kBatchRows);
  size_t row = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(rows.arrangement_.weight_before(probe, row));
    row = (row + 1) % kBatchRows;
  }
}
BENCHMARK(weight_before)->Arg(1000)->Arg(1'000'000);

}  // namespace
}  // namespace millrace::storage
