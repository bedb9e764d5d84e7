// Rows that are there from the start.
//
//     δout = rows in the first tick, nothing afterwards
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"

namespace millrace::dataflow {

OperatorPtr make_constant(const ConstantNode& node, const std::vector<SqlType>& types);

}  // namespace millrace::dataflow
