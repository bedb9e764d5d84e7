// The vocabulary of arrangements: Z-sets of rows kept for lookup by key.
//
// Two equalities meet here. A *row* is the same row when its packed bytes are the same: that is what
// weights add up on, and what a retraction names (operators are deterministic, so they retract the
// bytes they inserted). A *key* matches by SQL's equality (1.0 = 1.00, -0.0 = 0.0).
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "types/row_layout.h"

namespace millrace::storage {

// What a NULL in the key means.
enum class NullKeys {
  kEqual,  // grouping, distinct, set operations: NULL is a value like any other
  kSkip,   // joins: NULL equals nothing; such rows are neither stored nor matched
};

// A stored row that has the key of a probing row.
struct Match {
  uint32_t probe_row;
  int64_t weight;
  PackedRow row;  // valid until the arrangement's next apply() (for good, under a pin)
};

// Receives matches in chunks, so that a probe of a hot key never holds more than one chunk in memory.
class MatchSink {
 public:
  virtual ~MatchSink() = default;
  // All matches of one probe row come one after another, probe rows in ascending order.
  virtual void on_matches(std::span<const Match> matches) = 0;
  // True: the rest of the matches is not wanted. Some of them may come all the same.
  virtual bool enough() const { return false; }
};
inline constexpr size_t kMatchChunk = 256;

// How a delta moved the weight of one row. Each distinct row of the delta is reported once.
struct WeightChange {
  uint32_t row;  // the first row of the delta that is this row
  int64_t before;
  int64_t after;
};

using RowVisitor = std::function<void(PackedRow row, int64_t weight)>;

}  // namespace millrace::storage
