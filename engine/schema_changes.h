// Carries DDL out: on the tick thread, makes and takes away what stands behind catalogued names.
//
//   apply():      the next World, with served indexes for new tables and views; small views are built here
//   published():  readers of new sources start, large views start to hydrate, dropped things are freed
//   refused():    what apply() began is undone
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/hydrator.h"
#include "engine/sequencer.h"
#include "engine/sources.h"
#include "engine/transaction.h"
#include "engine/world.h"
#include "sql/sql.h"

namespace millrace::engine {

class SchemaChanges final : public Sequencer::DdlApplier {
 public:
  SchemaChanges(Sequencer& sequencer, Hydrator& hydrator, Sources& sources, storage::ReadRegistry& registry);

  Result<WorldPtr> apply(TickId tick, const WorldPtr& world, const std::vector<DdlStep>& steps) override;
  void published(TickId tick, const WorldPtr& world) override;
  void refused() override;
  void gave_up(const std::vector<ObjectId>& views) override;

  // --- recovery ---
  // The World of a checkpointed catalog, without rows yet. The views' operators are attached to the
  // circuit, to be restored.
  Result<WorldPtr> world_of(const catalog::CatalogPtr& catalog, const std::set<ObjectId>& views_with_state);
  // While the log is replayed nothing is started: that is what finish_replay() does, for all that exists.
  void begin_replay() { replaying_ = true; }
  Status finish_replay(const WorldPtr& world);

  // Arrangements of dropped objects, for the next checkpoint to forget.
  std::vector<ObjectId> take_dropped() { return std::exchange(dropped_, {}); }
  // The state of these views belongs to the main circuit.
  const std::set<ObjectId>& attached() const { return attached_; }

 private:
  struct PendingView {
    RelationPtr relation;
    dataflow::CircuitPlan plan;
  };

  struct AddedIndex {
    RelationPtr relation;
    ObjectId index;
  };
  struct RenamedIndex {
    RelationPtr relation;
    ObjectId index;
    std::string before;
  };
  struct TakenIndex {
    RelationPtr relation;
    UniqueKeys::Constraint constraint;
  };

  Result<WorldPtr> make(TickId tick, const WorldPtr& world, const std::vector<DdlStep>& steps);
  Status add_unique_index(TickId tick, const std::map<ObjectId, RelationPtr>& relations, const catalog::Object& object);
  RelationPtr make_relation(catalog::ObjectPtr object);
  Result<dataflow::CircuitPlan> plan_of(const catalog::CatalogPtr& catalog, const catalog::Object& view) const;

  Sequencer& sequencer_;
  Hydrator& hydrator_;
  Sources& sources_;
  storage::ReadRegistry& registry_;
  bool replaying_ = false;

  // Of the DDL tick in progress.
  std::vector<PendingView> to_hydrate_;
  std::vector<ObjectId> sources_to_start_;
  std::vector<catalog::ObjectPtr> to_free_;
  std::vector<ObjectId> built_;
  std::vector<AddedIndex> unique_added_;
  std::vector<RenamedIndex> unique_renamed_;
  std::vector<TakenIndex> unique_dropped_;

  std::set<ObjectId> attached_;
  std::vector<ObjectId> dropped_;
};

// Names the stored rows of a table or view (node states are dataflow::arrangement_id).
constexpr ArrangementId rows_arrangement(ObjectId relation) { return ArrangementId(uint64_t{relation.value()} << 32); }

}  // namespace millrace::engine
