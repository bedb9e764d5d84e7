#include "dataflow/operators/kept_rows.h"

#include <algorithm>

#include "dataflow/operators/representatives.h"

namespace millrace::dataflow {
namespace {

bool same_order(const SequenceLayout& a, const SequenceLayout& b) {
  return a.input_columns == b.input_columns &&
         std::equal(a.order.begin(), a.order.end(), b.order.begin(), b.order.end(),
                    [](const storage::OrderColumn& x, const storage::OrderColumn& y) {
                      return x.column == y.column && x.descending == y.descending && x.nulls_first == y.nulls_first;
                    });
}

// Whether `a` and `b` see the same rows of each tick and find their own columns in the same places.
bool may_share(const AggregateCall& a, const SequenceLayout& a_layout, const AggregateCall& b,
               const SequenceLayout& b_layout) {
  return a.filter == b.filter && sees_distinct(a) == sees_distinct(b) && a_layout.skips_nulls == b_layout.skips_nulls &&
         a_layout.arguments == b_layout.arguments && same_order(a_layout, b_layout);
}

}  // namespace

KeptRowsPool::Share KeptRowsPool::get(const AggregateCall& call, const Columns& group,
                                      const std::vector<SqlType>& input_types, StateParts& parts) {
  SequenceLayout layout(call, group, input_types);
  for (const Entry& entry : entries_) {
    if (may_share(*entry.call, entry.rows->layout, call, layout)) return {.rows = entry.rows, .is_first = false};
  }
  entries_.push_back({&call, std::make_shared<KeptRows>(std::move(layout), parts.take())});
  return {.rows = entries_.back().rows, .is_first = true};
}

void KeptRowsCall::apply(const CallRows& rows) {
  if (is_first_) kept_->rows.apply(kept_->layout.stored_rows(rows));
}

std::vector<CheckpointJob> KeptRowsCall::pin_checkpoint() {
  std::vector<CheckpointJob> jobs;
  if (is_first_) jobs.push_back(pin_ordered(kept_->rows));
  return jobs;
}

Status KeptRowsCall::restore(storage::CheckpointReader& reader) {
  return is_first_ ? kept_->rows.restore(reader) : Status();
}

void KeptRowsCall::add_statistics(Circuit::ViewStatistics& statistics) const {
  if (!is_first_) return;
  statistics.state_rows += kept_->rows.row_count();
  statistics.state_bytes += kept_->rows.bytes();
}

}  // namespace millrace::dataflow
