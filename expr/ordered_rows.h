// The rows of one group in the order that an aggregate asked for, as whoever keeps them shows them: an operator
// over its state, a window function over a frame, a test over a vector.
//
//   order:  the call's ORDER BY; then its arguments, ascending, NULLs last; then the bytes of the row
//
// so that the same rows always stand in one sequence. Equal rows stand once, with their number as weight. A
// place is counted from 0 over the weights.
//
// Cost, where ordered state is behind it: before() and through() O(log n); visit() O(log n) and O(1) for each
// row it visits. Threads: as the state.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "types/slot.h"

namespace millrace::expr {

using RowValues = std::span<const std::optional<Slot>>;  // nullopt is NULL

class OrderedRows {
 public:
  virtual ~OrderedRows() = default;

  // The sum of all weights.
  virtual int64_t count() const = 0;

  // Visits the rows from the one that holds `place`, until `visit` returns false or there are no more. The
  // slots are borrowed until `visit` returns; the weight is the whole row's, also when it began before `place`.
  using Visitor = std::function<bool(RowValues arguments, int64_t weight)>;
  virtual void visit(int64_t place, const Visitor& visit) const = 0;

  // How many rows stand before those whose sort columns are `sort_values`, and how many up to them and with
  // them. Whether there are any such rows makes no difference.
  virtual int64_t before(RowValues sort_values) const = 0;
  virtual int64_t through(RowValues sort_values) const = 0;
};

}  // namespace millrace::expr
