// Maintains INTERSECT and EXCEPT, with and without ALL.
//
// With a and b the weights of a row in the two inputs (SQL-equal rows taken together):
//
//     INTERSECT      [a > 0 and b > 0]        INTERSECT ALL  min(a, b)
//     EXCEPT         [a > 0 and b <= 0]       EXCEPT ALL     max(a - b, 0)
//
// and the change of the output is the difference of that number after and before the tick.
//
// Cost      One lookup a changed row. State: two counters a distinct row.
// NULL      NULL is a value like any other.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_set_operation(const SetOperationNode& node, const std::vector<SqlType>& types,
                                       StateName state);

}  // namespace millrace::dataflow
