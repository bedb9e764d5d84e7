// The first rows of each partition are looked for, instead of numbering all of them.
//
//     σ_{n <= k} W(R)  =  W(top_k(R))              n = row_number()    in W's partitions and order
//     σ_{n <= k} W(R)  =  W(top_k with ties(R))    n = rank()
//
// where all of W's calls look at no row behind their own (with ties: behind its peers). What else is asked of n
// stays above. The window then holds k rows a partition, and where n is not seen above it is gone.
#pragma once

#include "sql/plan/rel_expr.h"

namespace millrace::sql {

RelPtr window_top_k(RelPtr rel);

}  // namespace millrace::sql
