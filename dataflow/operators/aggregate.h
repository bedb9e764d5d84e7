// Maintains GROUP BY.
//
// Let A(g) be the row of aggregates of group g, absent when the group has no rows:
//
//     δout  =  Σ over groups g that a row of δin belongs to:   {A'(g)} − {A(g)},   where they differ
//
// Linear aggregates are updated by addition in the group's payload; min and max look at one end of an
// ordered arrangement; DISTINCT and FILTER choose which rows reach a call (group_aggregate.h).
//
// Cost      |δin|, plus log n for each changed row of min, max; never the size of a group.
// State     A payload a group; for min, max the group's values; for DISTINCT a counter a value.
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
