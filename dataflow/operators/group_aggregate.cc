#include "dataflow/operators/group_aggregate.h"

#include <cstring>
#include <unordered_set>

#include "base/check.h"
#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/shared_arrangement.h"

namespace millrace::dataflow {
namespace {

Columns concat(Columns a, const Columns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

int64_t count(const char* counter) {
  int64_t count;
  std::memcpy(&count, counter, sizeof count);
  return count;
}

// Returns what it was.
int64_t add(char* counter, int64_t weight) {
  const int64_t before = count(counter);
  const int64_t after = before + weight;
  std::memcpy(counter, &after, sizeof after);
  return before;
}

WeightsPtr to_weights(std::vector<int64_t> weights) {
  return std::make_shared<const std::vector<int64_t>>(std::move(weights));
}

}  // namespace

CallInput::CallInput(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
                     StateParts& parts)
    : filter_(call.filter) {
  if (!sees_distinct(call)) return;
  distinct_columns_ = concat(group, call.arguments);
  distinct_key_ = key_columns(distinct_columns_);
  distinct_.emplace(parts.take(), types_at(input_types, distinct_columns_), sizeof(int64_t));
  const std::vector<SqlType> types = types_at(input_types, distinct_columns_);
  if (needs_representatives(types)) spellings_.emplace(parts.take(), types);
}

CallRows CallInput::select(const DeltaBatch& batch) {
  CallRows rows = filtered(batch);
  if (!distinct_ || rows.batch.empty()) return rows;
  return spellings_ ? crossings_of_spellings(rows) : crossings(rows);
}

CallRows CallInput::filtered(const DeltaBatch& batch) const {
  CallRows rows;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    if (filter_) {
      const Column& filter = batch.column(*filter_);
      if (filter.is_null(row) || filter.value<int8_t>(row) == 0) continue;
    }
    rows.origin.push_back(row);
  }
  rows.batch = rows.origin.size() == batch.rows() ? batch : batch.gather(rows.origin);
  return rows;
}

// A value counts once, from when its weight rises above zero until it falls back.
CallRows CallInput::crossings(const CallRows& rows) {
  const DeltaBatch& batch = rows.batch;
  const std::vector<uint64_t> hashes = storage::hash_keys(batch, distinct_key_);
  const std::vector<char*> counts = counters(batch, hashes);
  std::vector<uint32_t> crossing;
  std::vector<int64_t> weights;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    const int64_t before = add(counts[row], batch.weight(row));
    const int64_t after = before + batch.weight(row);
    if ((before > 0) == (after > 0)) continue;
    crossing.push_back(row);
    weights.push_back(after > 0 ? 1 : -1);
  }
  forget_zeros(batch, hashes, counts);

  CallRows crossed;
  crossed.batch = DeltaBatch(crossing.size(), batch.gather(crossing).columns(), to_weights(std::move(weights)));
  for (const uint32_t row : crossing) crossed.origin.push_back(rows.origin[row]);
  return crossed;
}

// The same where values have spellings: what stood for each value is taken back, what stands for it now is
// added.
CallRows CallInput::crossings_of_spellings(const CallRows& rows) {
  const DeltaBatch& batch = rows.batch;
  std::vector<ColumnPtr> columns;
  std::vector<SqlType> types;
  for (const uint32_t column : distinct_columns_) {
    columns.push_back(batch.column_ptr(column));
    types.push_back(columns.back()->type());
  }
  const DeltaBatch values = batch.with_columns(std::move(columns));
  const std::vector<uint64_t> hashes = storage::hash_keys(batch, distinct_key_);
  const std::vector<char*> counts = counters(batch, hashes);
  std::vector<uint32_t> touched;  // the first row of each value
  std::unordered_set<const char*> seen;
  DeltaBuilder named(types);
  std::vector<uint32_t> named_rows;
  const auto append_if_counted = [&](uint32_t row, int64_t weight) {
    if (count(counts[row]) <= 0) return;
    MILLRACE_CHECK(spellings_->append(values, row, named), "a counted value without a spelling");
    named.end_row(weight);
    named_rows.push_back(row);
  };
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    if (seen.insert(counts[row]).second) touched.push_back(row);
  }
  for (const uint32_t row : touched) append_if_counted(row, -1);
  for (uint32_t row = 0; row < batch.rows(); ++row) add(counts[row], batch.weight(row));
  spellings_->apply(values);
  for (const uint32_t row : touched) append_if_counted(row, 1);
  forget_zeros(batch, hashes, counts);

  const DeltaBatch names = named.finish();
  CallRows crossed;
  std::vector<ColumnPtr> all = batch.gather(named_rows).columns();
  for (size_t i = 0; i < distinct_columns_.size(); ++i) all[distinct_columns_[i]] = names.column_ptr(i);
  crossed.batch = DeltaBatch(names.rows(), std::move(all), names.weights());
  for (const uint32_t row : named_rows) crossed.origin.push_back(rows.origin[row]);
  return crossed;
}

std::vector<char*> CallInput::counters(const DeltaBatch& batch, std::span<const uint64_t> hashes) {
  std::vector<char*> counts(batch.rows());
  distinct_->find_or_insert(batch, distinct_key_, hashes, counts);
  return counts;
}

void CallInput::forget_zeros(const DeltaBatch& batch, std::span<const uint64_t> hashes,
                             std::span<char* const> counters) {
  std::vector<uint32_t> gone;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    if (count(counters[row]) == 0) gone.push_back(row);
  }
  if (!gone.empty()) distinct_->erase(batch, gone, distinct_key_, hashes);
}

std::vector<CheckpointJob> CallInput::pin_checkpoint() {
  std::vector<CheckpointJob> jobs;
  if (distinct_) jobs.push_back(pin_segments(*distinct_));
  if (spellings_) jobs.push_back(spellings_->pin_checkpoint());
  return jobs;
}

Status CallInput::restore(storage::CheckpointReader& reader) {
  if (distinct_) TRY(distinct_->restore(reader));
  if (spellings_) TRY(spellings_->restore(reader));
  return {};
}

void CallInput::add_statistics(Circuit::ViewStatistics& statistics) const {
  if (!distinct_) return;
  statistics.state_rows += distinct_->group_count();
  statistics.state_bytes += distinct_->bytes();
  if (spellings_) spellings_->add_statistics(statistics);
}

}  // namespace millrace::dataflow
