// Maintains ORDER BY .. LIMIT within partitions (DISTINCT ON is a limit of one).
//
// Let T(p) be the rows [offset, offset + limit) of partition p in order:
//
//     δout  =  Σ over partitions p that a row of δin belongs to:   T'(p) − T(p)
//
// Ties are broken by all bytes of the row, so that the answer is the same every time.
//
// Cost      log n a changed row, plus offset-independent O(limit) for each partition where a row changes that
//           does not lie behind the last one shown.
// State     All rows, ordered within their partition; of partitions with more rows than are shown, the last one.
// NULL      As ORDER BY says: NULLS FIRST or LAST.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/state_name.h"

namespace millrace::dataflow {

Result<OperatorPtr> make_top_k(const TopKNode& node, const std::vector<SqlType>& types, StateName state);

}  // namespace millrace::dataflow
