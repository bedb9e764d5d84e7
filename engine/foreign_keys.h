// FOREIGN KEY: what a change of one table asks of the others.
//
//   rows that refer somewhere      the row they refer to is there, after the statement           23503
//   keys that are gone             NO ACTION, RESTRICT: nobody refers to them                    23503
//                                  CASCADE, SET NULL: who referred to them changes as well
//
// Checked at the end of each statement, over the transaction's tick with its own writes on top. The commit
// then depends on the tables that were looked at, so nobody can take the row away in between.
//
// Cost: a lookup a changed key where the referenced key is the primary key, else a scan of the table; a scan of
// the referring table for each statement that takes keys away.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "engine/query_runner.h"
#include "engine/table_writes.h"

namespace millrace::engine {

// `environment.own_writes` holds `write` already. Returns what it brings on in other tables (or in the same one),
// to be written and followed in turn; `looked_at` gets the tables the answer depends on.
Result<std::vector<std::pair<ObjectId, TableWrite>>> follow_foreign_keys(const catalog::Object& table,
                                                                         const TableWrite& write,
                                                                         const QueryEnvironment& environment,
                                                                         std::set<ObjectId>& looked_at);

// The referring half alone, for rows that are there already: ADD FOREIGN KEY.
Status check_references(const catalog::Object& table, const Delta& rows, const QueryEnvironment& environment,
                        std::set<ObjectId>& looked_at);

}  // namespace millrace::engine
