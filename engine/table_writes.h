// INSERT, UPDATE, DELETE: from the rows their queries give to the change of the table.
//
// Everything here reads at the transaction's tick, with its own earlier writes on top; whether that was
// still the truth is decided when it commits (sequencer.h).
#pragma once

#include <cstdint>

#include "engine/query_runner.h"
#include "sql/bound_statement.h"

namespace millrace::engine {

struct TableWrite {
  Delta change;    // to be added to the table
  Delta affected;  // the rows that RETURNING sees, once each
  Delta before;    // UPDATE: the rows as they were and, row for row, as they are now
  Delta after;
  uint64_t rows = 0;         // for the command tag
  bool reads_table = false;  // the change depends on the table's contents
};

Result<TableWrite> run_insert(const sql::BoundInsert& insert, const QueryEnvironment& environment);
Result<TableWrite> run_update(const sql::BoundUpdate& update, const QueryEnvironment& environment);
Result<TableWrite> run_delete(const sql::BoundDelete& remove, const QueryEnvironment& environment);
Result<TableWrite> run_truncate(ObjectId table, const QueryEnvironment& environment);
// Rows that are complete already (COPY): checked, no conflicts handled.
Result<TableWrite> insert_rows(ObjectId table, const std::vector<sql::RowCheck>& checks, Delta rows,
                               const QueryEnvironment& environment);

// RETURNING over the affected rows.
Result<Delta> run_returning(const sql::Returning& returning, const Delta& affected,
                            const QueryEnvironment& environment);

}  // namespace millrace::engine
