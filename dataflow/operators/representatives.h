// Which row stands for a group of SQL-equal ones.
//
// 1.0 and 1.00 are one group but two spellings, and the answer must not depend on which came first. The
// smallest by bytes stands for the group. Types whose equality is equality of bytes need none of this.
#pragma once

#include <optional>
#include <string>

#include "dataflow/circuit_plan.h"
#include "dataflow/shared_arrangement.h"
#include "storage/ordered_arrangement.h"

namespace millrace::dataflow {

// Does any of these columns hold a type with several spellings of equal values?
bool needs_representatives(const std::vector<SqlType>& types);

class Representatives {
 public:
  // Of groups of whole rows of these types.
  Representatives(ArrangementId id, const std::vector<SqlType>& types);

  // `rows` has exactly the group's columns.
  void apply(const DeltaBatch& rows) { members_.apply(rows); }
  // Of the group of that row: appends the representative's columns to the first columns of `out`. False
  // when the group is empty.
  bool append(const DeltaBatch& rows, size_t row, DeltaBuilder& out) const;

  CheckpointJob pin_checkpoint();
  Status restore(storage::CheckpointReader& reader) { return members_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const {
    statistics.state_rows += members_.row_count();
    statistics.state_bytes += members_.bytes();
  }

 private:
  storage::KeyColumns all_;
  storage::OrderedArrangement members_;
};

// The checkpoint job of an ordered arrangement. REQUIRES: `state` outlives the job's give_back.
CheckpointJob pin_ordered(storage::OrderedArrangement& state);

}  // namespace millrace::dataflow
