// What a transaction, or a statement, has changed in one table so far: a list of deltas, and their net effect found
// by any columns.
//
//     find(k)  =  { (r, w)  |  w = sum of the weights of r in all deltas, w ≠ 0, columns(r) = k }
//
// An index is made when somebody first looks by its columns, and from then on takes in what was added since it
// was last asked: n statements that each write a row and look one up cost n lookups, and one that never looks
// costs nothing.
//
// Threads: one.
#pragma once

#include <functional>
#include <list>
#include <vector>

#include "storage/hash_arrangement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

class TableChanges {
 public:
  explicit TableChanges(std::vector<SqlType> types) : types_(std::move(types)) {}

  void add(const Delta& delta) { log_.insert(log_.end(), delta.begin(), delta.end()); }
  void add(DeltaBatch batch) { log_.push_back(std::move(batch)); }
  // In the order they were made.
  const Delta& deltas() const { return log_; }
  bool empty() const { return log_.empty(); }

  // A place to come back to: all that was added later is forgotten.
  size_t mark() const { return log_.size(); }
  void rewind(size_t mark);
  // All deltas, those of a few rows put together; leaves nothing.
  Delta take();

  // `columns` of the table against `probe_columns` of row `row` of `probe`; NULLs equal NULLs. The row given to
  // `visit` is valid until the next non-const call.
  using Visitor = std::function<void(PackedRow, int64_t)>;
  void find(const DeltaBatch& probe, size_t row, const storage::KeyColumns& probe_columns,
            const storage::KeyColumns& columns, const Visitor& visit) const;
  // Of exactly this row.
  int64_t weight_of(const DeltaBatch& source, size_t row) const;
  int64_t weight_of(PackedRow row) const;
  // The net change in batches of kBatchRows.
  Delta net() const;

 private:
  struct Index {
    storage::HashArrangement rows;
    size_t taken = 0;  // deltas of the log
  };
  storage::HashArrangement& index(const storage::KeyColumns& columns) const;

  std::vector<SqlType> types_;
  Delta log_;
  mutable std::list<Index> indexes_;
};

}  // namespace millrace::engine
