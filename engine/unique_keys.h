// Uniqueness of a table: its primary key and its UNIQUE constraints, checked on the tick thread when a
// transaction commits, against everything committed before it (earlier commits of the same tick included).
//
// The table's own rows are indexed by the primary key; each further constraint and each unique index keeps
// its keys in an arrangement of its own, filled again from the rows after a restart.
//
// Cost: a lookup a changed row and constraint.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "engine/table_changes.h"
#include "storage/hash_arrangement.h"
#include "storage/served_index.h"
#include "types/delta_batch.h"

namespace millrace::engine {

class UniqueKeys {
 public:
  // `rows` is keyed by the primary key when the table has one, and outlives this.
  UniqueKeys(const catalog::Object& table, const storage::ServedIndex& rows);

  // 23505 when adding `delta` would give some key a second row. Changes nothing.
  Status check(const Delta& delta) const;
  // The same for a transaction's statement: the primary key alone, against the rows at its tick and what
  // the transaction itself wrote before, if anything. `rows` is null for a table that the transaction made.
  // REQUIRES: the calling thread is an entered reader.
  static Status check_at(const catalog::Object& table, const storage::ServedIndex* rows, TickId tick,
                         const TableChanges* own_writes, const Delta& delta);
  // After the rows have taken `delta`.
  void apply(const Delta& delta);

  struct Constraint {
    ObjectId index;  // 0: of the table itself
    std::string name;
    storage::KeyColumns columns;
    std::optional<storage::HashArrangement> keys;  // not for the primary key
  };

  // A unique index is made: filled from the rows as they are at `tick`. 23505 when two of them have one key.
  Status add(const catalog::Object& index, TickId tick);
  bool has(ObjectId index) const;
  // Nothing when there is none.
  std::optional<Constraint> take(ObjectId index);
  // The name it had.
  std::string rename(ObjectId index, std::string name);
  void put_back(Constraint constraint) { constraints_.push_back(std::move(constraint)); }

 private:
  Constraint make(const std::string& name, const std::vector<uint32_t>& columns, bool primary);
  int64_t rows_with_key(const Constraint& constraint, const DeltaBatch& batch, size_t row, uint64_t hash) const;

  const catalog::Object table_;
  const storage::ServedIndex& rows_;
  std::vector<Constraint> constraints_;
  uint64_t arrangements_made_ = 0;
};

}  // namespace millrace::engine
