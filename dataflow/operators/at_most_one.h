// A scalar subquery's promise: one row a partition at most.
//
//     δout = δin,   and the error 21000 for each partition while it has more than one row
//
// Cost      One lookup a row. State: a counter a partition.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_at_most_one(const AtMostOneNode& node, const std::vector<SqlType>& types, StateName state);

}  // namespace millrace::dataflow
