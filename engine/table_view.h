// A table as one statement sees it: its rows at the transaction's tick, the transaction's own writes, and
// what this statement has changed so far. Looks rows up without a query.
//
// Threads: one. Cost: a lookup is one in the served index, one in the transaction's own writes and one in the
// statement's. By the columns of a constraint that is not the primary key, the served rows are read through.
#pragma once

#include <optional>
#include <vector>

#include "engine/query_runner.h"
#include "engine/table_changes.h"
#include "types/row_layout.h"

namespace millrace::engine {

class TableView {
 public:
  TableView(const QueryEnvironment& environment, ObjectId table);

  // Adds to what this statement has changed.
  void add(const DeltaBatch& rows, int64_t sign);
  Delta changes() const;

  // Copies of exactly this row.
  int64_t weight_of(const DeltaBatch& rows, size_t row) const;
  // The row that has these columns equal to those of row 0 of `probe`; none when one of them is NULL.
  std::optional<DeltaBatch> find(const DeltaBatch& probe, const std::vector<uint32_t>& columns) const;
  // Was this row made by this statement?
  bool changed_here(const DeltaBatch& row) const;
  // 23505 when adding `delta` would break a uniqueness constraint. Decided again at commit, against
  // everybody's writes; here so that the statement itself fails.
  Status check_unique(const Delta& delta) const;
  Result<Delta> all_rows() const;

 private:
  void visit_base(const DeltaBatch& probe, const std::vector<uint32_t>& columns,
                  const std::function<void(PackedRow, int64_t)>& visit) const;
  int64_t net_weight(PackedRow row, int64_t base) const;

  const QueryEnvironment& env_;
  const catalog::Object& table_;
  const storage::ServedIndex* index_;  // null for a table made by this transaction
  mutable storage::Reader reader_;
  RowLayout layout_;
  const TableChanges* own_;  // the transaction's earlier writes; null: none
  TableChanges statement_;   // this statement's
};

}  // namespace millrace::engine
