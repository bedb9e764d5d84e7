// What a transaction has read and wants to change, until it commits.
//
// Optimistic: statements read at a pinned tick; commit() succeeds when no table whose contents the
// writes depend on has changed since. A statement alone (autocommit) that loses is simply run again; in
// a block the client gets 40001.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "dataflow/circuit_plan.h"
#include "engine/session_settings.h"
#include "engine/table_changes.h"
#include "engine/tick_record.h"
#include "engine/world.h"
#include "storage/read_registry.h"
#include "types/delta_batch.h"

namespace millrace::engine {

// One DDL statement: what it changes, and the plans of the materialized views it makes.
struct DdlStep {
  CatalogChange change;
  std::map<ObjectId, dataflow::CircuitPlan> plans;
};

// Where ROLLBACK TO goes back to.
struct Savepoint {
  std::string name;
  std::map<ObjectId, size_t> marks;  // of the tables written to
  size_t ddl;
  catalog::CatalogPtr catalog;
  SettingsSnapshot settings;
};

struct Transaction {
  WorldPtr world;               // as it was at the first statement
  storage::ReadPin pin;         // the tick its reads see
  catalog::CatalogPtr catalog;  // world->catalog with its own DDL on top
  std::vector<DdlStep> ddl;
  std::map<ObjectId, TableChanges> writes;  // by table, to be added to it
  std::set<ObjectId> depends_on;            // tables whose contents its writes were computed from
  bool read_only = false;
  std::vector<Savepoint> savepoints;  // the newest last; names may repeat

  bool has_writes() const { return !writes.empty() || !ddl.empty(); }
  Savepoint save(std::string name, SettingsSnapshot settings) const;
  // Forgets what was done since; the savepoint stays, the newer ones go. What the writes depend on is not forgotten.
  void rewind(size_t savepoint);
  // The newest of that name; 3B001.
  Result<size_t> find_savepoint(const std::string& name) const;
};

// The writes of a transaction on their way to the sequencer.
struct CommitRequest {
  TickId read_tick;
  // Of the World it was bound in: the newest still when there is DDL, else none of the tables it writes was defined
  // anew since. 0 for what does not hang on definitions: a sequence's move.
  uint64_t world_version = 0;
  std::vector<DdlStep> ddl;
  std::map<ObjectId, Delta> writes;
  std::set<ObjectId> depends_on;
  // Called exactly once, with the tick it became visible at. 40001: lost to another transaction.
  std::function<void(Result<TickId>)> done;
};

// In their words: "could not serialize access due to concurrent update".
SqlError serialization_failure();

}  // namespace millrace::engine
