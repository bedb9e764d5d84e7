// Maintains window functions: each row of the input, with the values of its calls.
//
// Let V(p) be the output for partition p: a row for each place, a place for each copy of a row.
//
//     δout  =  Σ over partitions p that a row of δin belongs to:   V'(p) − V(p)
//
// and V' − V is computed on stretches of rows alone: those of δin, and what each call says they reach
// (window/call.h). There the old values come from the tree before the tick, the new ones from the tree after it.
//
// Ties     Rows that the window's order leaves equal stand in the order of their bytes (types/row_layout.h): an
//          order without meaning, but the same every time, in a view and in a query, before and after a restart.
// Cost     For each changed row O(log n), and O(log n) for each row of the reached stretches: lag two rows, a
//          frame of bounded size its rows, a running total those behind. Not less than the partition where
//          every value changes (percent_rank), and where an offset of lag, ntile or nth_value is no constant.
// State    The rows, ordered within their partition; for GROUPS frames and dense_rank the groups of peers; for
//          aggregates a state for each node of the tree, which the statistics leave out. Only the rows are
//          checkpointed.
// NULL     Partition columns group NULLs; in the order as NULLS FIRST or LAST says.
// Errors   A row whose call fails (a frame's sum out of range, ntile(0)) gives that error instead of its row.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_window(const WindowNode& node, const std::vector<SqlType>& input_types,
                                const std::vector<SqlType>& output_types, StateName state);

}  // namespace millrace::dataflow
