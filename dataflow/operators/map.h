// A fused chain of filters and projections.
//
//     δout = { f(r) : w  |  r : w in δin, every filter is true of r }
//
// Linear: no state, and a deletion is computed as the insertion was. Filters run one after another, each
// on the rows the ones before left, so that `x <> 0 AND 1/x > y` written as two filters divides by no
// zero.
//
// Errors    A row on which a filter or an output fails gives no row but its error, with its weight.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_map(const MapNode& node);

}  // namespace millrace::dataflow
