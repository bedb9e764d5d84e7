// ALTER TABLE at work.
//
// A change of constraints or defaults alone is a change of the catalog, once the rows that are there have been
// found to satisfy it. Where rows change their shape or their key the table is made anew under another id, with
// the rows that its query gives, and everything that belongs to it or refers to it is pointed there; the old
// one goes in the same tick.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "engine/query_runner.h"
#include "engine/table_writes.h"
#include "engine/transaction.h"

namespace millrace::engine {

struct Alteration {
  DdlStep step;
  ObjectId table;                   // as it is known from here on
  std::optional<TableWrite> write;  // the rows of a table made anew
  std::set<ObjectId> looked_at;     // tables that the commit depends on
};

Result<Alteration> alter_table(const sql::BoundAlterTable& alter, const QueryEnvironment& environment,
                               const std::function<ObjectId()>& allocate_id);

}  // namespace millrace::engine
