// Brings a relation's change into a view, with the columns the view wants.
//
//     δout = π(δrelation)
//
// Cost: none; columns are passed on. State: none.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"

namespace millrace::dataflow {

OperatorPtr make_input(Columns columns);

}  // namespace millrace::dataflow
