// Set-returning functions called for every row: generate_series(a, b), ROWS FROM (unnest(c), unnest(d)).
//
//     δout = { (r, s1 .. sk [, n]) : w  |  r : w in δin, si the n-th row of fi(args(r)), NULLs past its end,
//                                          n up to the longest }
//
// Linear, since each f is a pure function of its arguments: a deletion calls it again and retracts the same
// rows. With `outer`, a row for which they give nothing comes with NULLs.
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
