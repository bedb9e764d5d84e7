// Maintains GROUP BY where every call is a plain sum: count, sum, avg and the like over integers, whose states
// are bytes of fixed size. The general operator is aggregate.h; this one differs from it in cost alone.
//
// The states lie in the group table itself and are added to where they lie. A tick goes over its rows in a few
// passes, each one tight loop: find the groups, number them, read their answers, add, read their answers again.
//
// Cost      |δin|: some 50 ns a row beyond the caches' reach.
// State     Per group the key, a count of rows, and the calls' states; for DISTINCT a counter a value.
// NULL, errors   As in aggregate.h.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

bool is_sum_by_group(const AggregateNode& node, const std::vector<SqlType>& input_types);

// REQUIRES: is_sum_by_group().
OperatorPtr make_sum_by_group(const AggregateNode& node, const std::vector<SqlType>& input_types, StateName state);

}  // namespace millrace::dataflow
