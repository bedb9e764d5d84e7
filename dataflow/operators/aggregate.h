// Maintains GROUP BY.
//
// Let A(g) be the row of aggregates of group g, absent when the group has no rows:
//
//     δout  =  Σ over groups g that a row of δin belongs to:   {A'(g)} − {A(g)},   where they differ
//
// Linear aggregates are updated by addition in the group's payload; min and max look at one end of an
// ordered arrangement, percentiles and ranks at places of one (stateful_call.h); DISTINCT and FILTER choose
// which rows reach a call (group_aggregate.h).
//
// Cost      |δin|, plus log n for each changed row of a call with ordered state; never the size of a group,
//           but for values that are as large as it: array_agg and its like are written anew for each changed
//           group, and read once more for the row that is taken back. EXPLAIN says "whole group" of them.
// State     A payload a group; for calls that look at an order the group's rows; for DISTINCT a counter a value.
// NULL      NULL keys form a group. Aggregates pass over NULL arguments, as PostgreSQL's.
// Errors    A group whose aggregate fails (a sum out of range) gives that error instead of its row, until
//           the group changes.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_aggregate(const AggregateNode& node, const std::vector<SqlType>& input_types,
                                   const std::vector<SqlType>& output_types, StateName state);

}  // namespace millrace::dataflow
