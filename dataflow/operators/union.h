// UNION ALL.
//
//     δout = δa + δb + ...
//
// Cost: none; batches are passed on. State: none.
#pragma once

#include "dataflow/operator.h"

namespace millrace::dataflow {

OperatorPtr make_union();

}  // namespace millrace::dataflow
