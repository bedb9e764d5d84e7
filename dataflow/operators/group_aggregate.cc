#include "dataflow/operators/group_aggregate.h"

#include <cstring>

#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/shared_arrangement.h"

namespace millrace::dataflow {
namespace {

std::vector<SqlType> types_at(const Columns& columns, const std::vector<SqlType>& types) {
  std::vector<SqlType> picked;
  for (const uint32_t column : columns) picked.push_back(types[column]);
  return picked;
}

Columns concat(Columns a, const Columns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

WeightsPtr to_weights(std::vector<int64_t> weights) {
  return std::make_shared<const std::vector<int64_t>>(std::move(weights));
}

}  // namespace

CallInput::CallInput(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
                     ArrangementId state)
    : filter_(call.filter) {
  if (!call.distinct) return;
  const Columns key = concat(group, call.arguments);
  distinct_key_ = key_columns(key);
  distinct_.emplace(state, types_at(key, input_types), sizeof(int64_t));
}

CallRows CallInput::select(const DeltaBatch& batch) {
  CallRows rows = filtered(batch);
  return distinct_ ? crossings(std::move(rows)) : rows;
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
CallRows CallInput::crossings(CallRows rows) {
  const DeltaBatch& batch = rows.batch;
  if (batch.empty()) return rows;
  const std::vector<uint64_t> hashes = storage::hash_keys(batch, distinct_key_);
  std::vector<char*> payloads(batch.rows());
  distinct_->find_or_insert(batch, distinct_key_, hashes, payloads);
  std::vector<uint32_t> crossing;
  std::vector<int64_t> weights;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    int64_t before;
    std::memcpy(&before, payloads[row], sizeof before);
    const int64_t after = before + batch.weight(row);
    std::memcpy(payloads[row], &after, sizeof after);
    if ((before > 0) == (after > 0)) continue;
    crossing.push_back(row);
    weights.push_back(after > 0 ? 1 : -1);
  }
  std::vector<uint32_t> gone;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    int64_t weight;
    std::memcpy(&weight, payloads[row], sizeof weight);
    if (weight == 0) gone.push_back(row);
  }
  if (!gone.empty()) distinct_->erase(batch, gone, distinct_key_, hashes);

  CallRows crossed;
  crossed.batch = DeltaBatch(crossing.size(), batch.gather(crossing).columns(), to_weights(std::move(weights)));
  for (const uint32_t row : crossing) crossed.origin.push_back(rows.origin[row]);
  return crossed;
}

std::vector<CheckpointJob> CallInput::pin_checkpoint() {
  std::vector<CheckpointJob> jobs;
  if (distinct_) jobs.push_back(pin_segments(*distinct_));
  return jobs;
}

Status CallInput::restore(storage::CheckpointReader& reader) {
  if (distinct_) return distinct_->restore(reader);
  return {};
}

void CallInput::add_statistics(Circuit::ViewStatistics& statistics) const {
  if (!distinct_) return;
  statistics.state_rows += distinct_->group_count();
  statistics.state_bytes += distinct_->bytes();
}

OrderedCall::OrderedCall(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
                         ArrangementId state)
    : stored_columns_(concat(group, call.arguments)),
      group_(key_columns(group)),
      greatest_(call.spec->keep_greatest),
      values_(state, RowLayout(types_at(stored_columns_, input_types)), storage::first_columns(group.size()),
              {{.column = ColumnIndex(static_cast<uint32_t>(group.size()))}}) {}

void OrderedCall::apply(const CallRows& rows) {
  const Column& argument = rows.batch.column(stored_columns_.back());
  std::vector<uint32_t> kept;
  for (uint32_t row = 0; row < rows.batch.rows(); ++row) {
    if (!argument.is_null(row)) kept.push_back(row);
  }
  if (kept.empty()) return;
  const DeltaBatch known = kept.size() == rows.batch.rows() ? rows.batch : rows.batch.gather(kept);
  std::vector<ColumnPtr> columns;
  for (const uint32_t column : stored_columns_) columns.push_back(known.column_ptr(column));
  values_.apply(known.with_columns(std::move(columns)));
}

std::optional<Slot> OrderedCall::value(const DeltaBatch& input, size_t row, Arena& arena) const {
  std::optional<Slot> value;
  const size_t column = stored_columns_.size() - 1;
  const auto take = [&](const storage::OrderedRow& end) {
    Slot slot = values_.layout().slot(end.row, column);
    if (values_.layout().type(column).physical() == Physical::kBytes) slot = Slot::copy_bytes(slot.view(), arena);
    value = slot;
    return false;
  };
  if (greatest_) {
    values_.visit_backward(input, row, group_, 0, take);
  } else {
    values_.visit(input, row, group_, 0, take);
  }
  return value;
}

CheckpointJob OrderedCall::pin_checkpoint() { return pin_ordered(values_); }

}  // namespace millrace::dataflow
