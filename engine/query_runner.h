// Answers one query at one tick: the plan's circuit, run once over what its inputs hold there.
//
// Inputs: scans of served relations at the pinned tick, with the transaction's own writes on top; the
// history of unstored sources up to the tick's offsets; system relations made on the spot. An equality on
// a relation's key is looked up instead of scanned.
//
// Threads: one query, one thread. The pin that holds `tick` outlives the call.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/executor.h"
#include "engine/tick_history.h"
#include "engine/world.h"
#include "expr/eval_context.h"
#include "sql/bound_statement.h"
#include "storage/read_registry.h"

namespace millrace::engine {

// Ends a statement that was cancelled or has run too long. Asked between steps of work.
class StatementGuard {
 public:
  StatementGuard(Clock& clock, const std::atomic<bool>& cancelled, int64_t timeout_ms)
      : clock_(clock),
        cancelled_(cancelled),
        deadline_ns_(timeout_ms > 0 ? clock.monotonic_ns() + timeout_ms * 1'000'000 : INT64_MAX) {}

  // 57014.
  Status check() const;

 private:
  Clock& clock_;
  const std::atomic<bool>& cancelled_;
  const int64_t deadline_ns_;
};

struct QueryEnvironment {
  const World& world;
  catalog::CatalogPtr catalog;  // the transaction's: its own new tables included
  TickId tick;
  storage::ReadRegistry& registry;
  const std::map<ObjectId, Delta>& own_writes;
  TickHistory& history;
  Clock& clock;
  Executor& executor;
  const expr::EvalContext& eval;
  const StatementGuard& guard;
  std::function<bool()> over_memory_limit;
  // The rows of a system relation.
  std::function<Result<Delta>(const catalog::Object& relation)> system_rows;
};

// The rows in order, only the visible columns; weights are positive. REQUIRES: no parameters left in the
// query; every relation it reads is ready.
Result<Delta> run_query(const sql::BoundQuery& query, const QueryEnvironment& environment);

}  // namespace millrace::engine
