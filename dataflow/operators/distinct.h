// Maintains DISTINCT: each row that is there at least once, once.
//
//     δout = { r : [w'(r) > 0] − [w(r) > 0] }
//
// Cost      One lookup a row. State: a counter a distinct row.
// NULL      NULL is a value like any other.
// Where equal values have several spellings (1.0, 1.00) this is GROUP BY all columns (aggregate.h).
#pragma once

#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_distinct(const std::vector<SqlType>& types, StateName state);

}  // namespace millrace::dataflow
