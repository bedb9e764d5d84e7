// Answers one query at one tick: the plan's circuit, run once over what its inputs hold there.
//
// Inputs: scans of served relations at the pinned tick, with the transaction's own writes on top; the
// history of unstored sources up to the tick's offsets; system relations made on the spot. An equality on
// a relation's key is looked up instead of scanned.
//
// Threads: one query, one thread. The pin that holds `tick` outlives the call.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/executor.h"
#include "engine/step_guards.h"
#include "engine/table_changes.h"
#include "engine/tick_history.h"
#include "engine/world.h"
#include "expr/eval_context.h"
#include "sql/bound_statement.h"
#include "storage/read_registry.h"

namespace millrace::engine {

struct QueryEnvironment {
  const World& world;
  catalog::CatalogPtr catalog;  // the transaction's: its own new tables included
  TickId tick;
  storage::ReadRegistry& registry;
  const std::map<ObjectId, TableChanges>& own_writes;
  TickHistory& history;
  Clock& clock;
  Executor& executor;
  const expr::EvalContext& eval;
  StatementGuard& guard;
  // The rows of a system relation, or the row of a sequence.
  std::function<Result<Delta>(const catalog::Object& relation)> system_rows;
};

// The rows in order, only the visible columns; weights are positive. REQUIRES: no parameters left in the
// query; every relation it reads is ready.
Result<Delta> run_query(const sql::BoundQuery& query, const QueryEnvironment& environment);

}  // namespace millrace::engine
