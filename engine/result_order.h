// The last step of a one-shot query: cancel what cancels, ORDER BY, OFFSET, LIMIT, show the visible columns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "types/delta_batch.h"

namespace millrace::engine {

struct ResultOrder {
  std::vector<dataflow::SortKey> order;
  uint64_t offset = 0;
  std::optional<uint64_t> limit;
  bool with_ties = false;
  uint32_t visible_columns = 0;
};

// The rows to send: weights are positive and mean repetition. Rows that compare equal stand in the order
// of their remaining columns, so that the same question has the same answer every time.
// REQUIRES: the sum of `rows` has no negative weight.
// Cost: n log n comparisons of key bytes when there is an order; linear otherwise.
Delta arrange_result(const Delta& rows, const ResultOrder& order);

// Equal rows added up, those that cancel left out; unchanged when all weights are positive.
Delta consolidate(const Delta& rows);

}  // namespace millrace::engine
