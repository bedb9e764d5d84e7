// A set-returning function called for every row: generate_series(a, b), unnest(c).
//
//     δout = { (r, s [, n]) : w  |  r : w in δin, s the n-th row of f(args(r)) }
//
// Linear, since f is a pure function of its arguments: a deletion calls it again and retracts the same
// rows. With `outer`, a row for which f gives nothing comes with NULLs.
//
// Cost      The rows given. State: none. Long series go out in batches.
// Errors    A call that fails gives its error with the row's weight, and no rows.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_table_function(const TableFunctionNode& node, const std::vector<SqlType>& input_types,
                                        const std::vector<SqlType>& output_types);

}  // namespace millrace::dataflow
