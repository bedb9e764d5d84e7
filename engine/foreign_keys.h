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

#include <functional>
#include <set>

#include "engine/query_runner.h"
#include "engine/table_writes.h"

namespace millrace::engine {

// Takes a change of a table into `environment.own_writes`.
using BringOn = std::function<Status(ObjectId table, TableWrite write)>;

// `environment.own_writes` holds `write` already. What it brings on in other tables (or in the same one) goes to
// `bring_on` as it is found, so that no row is changed twice: a row may refer by several keys. Each is to be followed
// in turn. `looked_at` gets the tables the answer depends on.
Status follow_foreign_keys(const catalog::Object& table, const TableWrite& write, const QueryEnvironment& environment,
                           std::set<ObjectId>& looked_at, const BringOn& bring_on);

// The referring half alone, for rows that are there already: ADD FOREIGN KEY.
Status check_references(const catalog::Object& table, const Delta& rows, const QueryEnvironment& environment,
                        std::set<ObjectId>& looked_at);

}  // namespace millrace::engine
