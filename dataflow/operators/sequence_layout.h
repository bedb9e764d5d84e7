// Where a sequence aggregate's columns lie in the rows that are kept for it.
//
//   stored row:  the group's columns, the sort columns, the arguments; a column of the input once,
//                but the sort columns of a rank, which are its arguments
//   order:       the call's ORDER BY, then its arguments ascending
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operators/stateful_call.h"
#include "expr/ordered_rows.h"
#include "storage/ordered_arrangement.h"

namespace millrace::dataflow {

struct SequenceLayout {
  SequenceLayout(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types);

  // The rows that count, as stored rows: with NULL as the first argument only where the call wants them.
  DeltaBatch stored_rows(const CallRows& rows) const;

  Columns input_columns;  // of the input, one a stored column
  std::vector<SqlType> types;
  storage::KeyColumns group;  // of stored rows
  std::vector<storage::OrderColumn> order;
  Columns arguments;  // of stored rows, one an argument
  std::vector<SqlType> argument_types;
  bool skips_nulls;

 private:
  void place_columns(const AggregateCall& call);
  void place_ranked_columns(const AggregateCall& call);
};

// The direct arguments of a call, taken from row `row` of the operator's input where they are columns.
std::vector<Value> direct_values(const std::vector<ColumnOrConstant>& arguments, const DeltaBatch& input, size_t row);

}  // namespace millrace::dataflow
