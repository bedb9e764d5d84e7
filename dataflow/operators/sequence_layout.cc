#include "dataflow/operators/sequence_layout.h"

#include <algorithm>

namespace millrace::dataflow {

SequenceLayout::SequenceLayout(const AggregateCall& call, const Columns& group_columns,
                               const std::vector<SqlType>& input_types)
    : input_columns(group_columns),
      group(storage::first_columns(group_columns.size())),
      skips_nulls(call.spec->skips_nulls || call.spec->law == expr::AggregateLaw::kOrdered) {
  argument_types = types_at(input_types, call.arguments);
  if (call.spec->within_group == expr::WithinGroup::kHypotheticalSet) {
    place_ranked_columns(call);
  } else {
    place_columns(call);
  }
  types = types_at(input_types, input_columns);
}

void SequenceLayout::place_columns(const AggregateCall& call) {
  const auto place_of = [&](uint32_t column) {
    const auto found = std::find(input_columns.begin(), input_columns.end(), column);
    if (found != input_columns.end()) return static_cast<uint32_t>(found - input_columns.begin());
    input_columns.push_back(column);
    return static_cast<uint32_t>(input_columns.size() - 1);
  };
  const auto add_order = [&](storage::OrderColumn column) {
    const bool known = std::any_of(order.begin(), order.end(),
                                   [&](const storage::OrderColumn& other) { return other.column == column.column; });
    if (!known) order.push_back(column);
  };
  for (const SortKey& key : call.order) {
    const ColumnIndex column(place_of(key.column));
    add_order({.column = column, .descending = key.descending, .nulls_first = key.nulls_first});
  }
  for (const uint32_t argument : call.arguments) {
    arguments.push_back(place_of(argument));
    add_order({.column = ColumnIndex(arguments.back())});
  }
}

// The row to be ranked has a value of its own for each sort key, whether or not the key is a group's column or
// stands there twice.
void SequenceLayout::place_ranked_columns(const AggregateCall& call) {
  for (const SortKey& key : call.order) {
    arguments.push_back(static_cast<uint32_t>(input_columns.size()));
    input_columns.push_back(key.column);
    order.push_back(
        {.column = ColumnIndex(arguments.back()), .descending = key.descending, .nulls_first = key.nulls_first});
  }
}

DeltaBatch SequenceLayout::stored_rows(const CallRows& rows) const {
  DeltaBatch counted = rows.batch;
  if (skips_nulls && rows.batch.column(input_columns[arguments[0]]).has_nulls()) {
    const Column& first = rows.batch.column(input_columns[arguments[0]]);
    std::vector<uint32_t> kept;
    for (uint32_t row = 0; row < rows.batch.rows(); ++row) {
      if (!first.is_null(row)) kept.push_back(row);
    }
    counted = rows.batch.gather(kept);
  }
  std::vector<ColumnPtr> columns;
  for (const uint32_t column : input_columns) columns.push_back(counted.column_ptr(column));
  return counted.with_columns(std::move(columns));
}

std::vector<Value> direct_values(const std::vector<ColumnOrConstant>& arguments, const DeltaBatch& input, size_t row) {
  std::vector<Value> values;
  for (const ColumnOrConstant& argument : arguments) {
    if (!argument.column) {
      values.push_back(argument.constant);
    } else if (input.empty() || input.column(*argument.column).is_null(row)) {
      values.push_back(Value::null(argument.constant.type()));
    } else {
      values.emplace_back(argument.constant.type(), input.column(*argument.column).slot(row));
    }
  }
  return values;
}

}  // namespace millrace::dataflow
