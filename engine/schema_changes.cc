#include "engine/schema_changes.h"

#include <algorithm>

#include "base/log.h"

namespace millrace::engine {
namespace {

storage::KeyColumns key_of(const catalog::Object& object, bool& unique) {
  storage::KeyColumns key;
  unique = false;
  if (const auto* table = object.as<catalog::Table>()) {
    for (const catalog::UniqueConstraint& constraint : table->unique) {
      if (!constraint.primary) continue;
      for (const uint32_t column : constraint.columns) key.emplace_back(column);
      unique = true;
    }
  } else if (const auto* view = object.as<catalog::MaterializedView>(); view != nullptr && view->has_key) {
    for (const uint32_t column : view->key) key.emplace_back(column);
    unique = true;
  }
  return unique ? key : storage::first_columns(object.columns.size());
}

bool is_source_relation(const catalog::Object& object) {
  return object.as<catalog::Source>() != nullptr || object.as<catalog::SourceTable>() != nullptr;
}

bool has_rows(const catalog::Object& object) {
  return object.as<catalog::Table>() != nullptr || object.as<catalog::MaterializedView>() != nullptr ||
         object.as<catalog::Sequence>() != nullptr;
}

}  // namespace

SchemaChanges::SchemaChanges(Sequencer& sequencer, Hydrator& hydrator, Sources& sources,
                             storage::ReadRegistry& registry)
    : sequencer_(sequencer), hydrator_(hydrator), sources_(sources), registry_(registry) {}

RelationPtr SchemaChanges::make_relation(catalog::ObjectPtr object) {
  std::unique_ptr<storage::ServedIndex> rows;
  if (has_rows(*object)) {
    std::vector<SqlType> types;
    for (const catalog::ColumnDefinition& column : object->columns) types.push_back(column.type);
    bool unique = false;
    storage::KeyColumns key = key_of(*object, unique);
    rows = std::make_unique<storage::ServedIndex>(rows_arrangement(object->id), RowLayout(std::move(types)),
                                                  std::move(key), unique, registry_);
  }
  return std::make_shared<Relation>(std::move(object), std::move(rows));
}

Result<dataflow::CircuitPlan> SchemaChanges::plan_of(const catalog::CatalogPtr& catalog,
                                                     const catalog::Object& view) const {
  sql::BindContext context;
  context.catalog = catalog;
  TRY(context.text, view.as<catalog::MaterializedView>()->settings.text_context());
  return sql::plan_materialized_view(view, context);
}

// Unique indexes stand beside the rows they keep apart.
Status SchemaChanges::add_unique_index(TickId tick, const std::map<ObjectId, RelationPtr>& relations,
                                       const catalog::Object& object) {
  const auto* index = object.as<catalog::Index>();
  if (index == nullptr || !index->unique) return {};
  const auto relation = relations.find(index->relation);
  if (relation == relations.end() || relation->second->unique_keys() == nullptr) return {};
  UniqueKeys& keys = *relation->second->unique_keys();
  if (keys.has(object.id)) {
    unique_renamed_.push_back({relation->second, object.id, keys.rename(object.id, object.name.name)});
    return {};
  }
  TRY(keys.add(object, tick));
  unique_added_.push_back({relation->second, object.id});
  return {};
}

Result<WorldPtr> SchemaChanges::apply(TickId tick, const WorldPtr& world, const std::vector<DdlStep>& steps) {
  to_hydrate_.clear();
  sources_to_start_.clear();
  to_free_.clear();
  built_.clear();
  unique_added_.clear();
  unique_renamed_.clear();
  unique_dropped_.clear();
  Result<WorldPtr> made = make(tick, world, steps);
  if (!made) refused();
  return made;
}

Result<WorldPtr> SchemaChanges::make(TickId tick, const WorldPtr& world, const std::vector<DdlStep>& steps) {
  catalog::CatalogPtr catalog = world->catalog;
  std::map<ObjectId, RelationPtr> relations = world->relations;
  for (const DdlStep& step : steps) {
    for (const ObjectId id : step.change.dropped) {
      const catalog::Object* dropped = catalog->find(id);
      const auto* index = dropped == nullptr ? nullptr : dropped->as<catalog::Index>();
      if (index != nullptr && index->unique && relations.contains(index->relation)) {
        const RelationPtr& relation = relations.at(index->relation);
        if (auto taken = relation->unique_keys() == nullptr ? std::nullopt : relation->unique_keys()->take(id)) {
          unique_dropped_.push_back({relation, *std::move(taken)});
        }
      }
      if (const auto found = relations.find(id); found != relations.end()) {
        to_free_.push_back(found->second->object_ptr());
        relations.erase(found);
      }
    }
    catalog = engine::apply(catalog, step.change);
    for (const catalog::Object& created : step.change.created) {
      if (!has_rows(created) && !is_source_relation(created)) continue;
      if (relations.contains(created.id)) continue;  // Renamed: its rows stay.
      relations[created.id] = make_relation(std::make_shared<const catalog::Object>(created));
      if (created.as<catalog::Source>() != nullptr) sources_to_start_.push_back(created.id);
    }
    for (const catalog::Object& created : step.change.created) {
      TRY(add_unique_index(tick, relations, created));
    }
    const WorldPtr so_far = make_world(catalog, relations, world->version + 1);
    for (const catalog::Object& created : step.change.created) {
      if (created.as<catalog::MaterializedView>() == nullptr || world->relations.contains(created.id)) continue;
      const RelationPtr& view = relations.at(created.id);
      view->set_readiness(Readiness::kHydrating);
      if (replaying_) continue;
      const auto given = step.plans.find(created.id);
      TRY(dataflow::CircuitPlan plan,
          given != step.plans.end() ? Result<dataflow::CircuitPlan>(given->second) : plan_of(catalog, created));
      TRY(const bool built, hydrator_.build_now(tick, *so_far, *view, plan));
      if (built) {
        built_.push_back(created.id);
      } else {
        to_hydrate_.push_back({view, std::move(plan)});
      }
    }
  }
  return make_world(std::move(catalog), std::move(relations), world->version + 1);
}

void SchemaChanges::published(TickId, const WorldPtr& world) {
  // Views before what they read: later ids may read earlier ones.
  std::sort(to_free_.begin(), to_free_.end(), [](const auto& a, const auto& b) { return a->id > b->id; });
  for (const catalog::ObjectPtr& object : to_free_) {
    hydrator_.cancel(object->id);
    if (attached_.erase(object->id) > 0) sequencer_.circuit().detach(object->id);
    if (object->as<catalog::Source>() != nullptr) {
      sources_.stop(object->id);
      sequencer_.forget_source(object->id);
    }
    dropped_.push_back(object->id);
  }
  unique_added_.clear();
  unique_dropped_.clear();
  attached_.insert(built_.begin(), built_.end());
  if (!replaying_) {
    for (const ObjectId source : sources_to_start_) sources_.start(*world, source, {});
    for (PendingView& view : to_hydrate_) {
      view.relation->when_settled([this, relation = view.relation.get()] {
        if (relation->readiness() == Readiness::kReady) attached_.insert(relation->object().id);
      });
      hydrator_.start(world, view.relation, std::move(view.plan));
    }
  }
  to_free_.clear();
  built_.clear();
  sources_to_start_.clear();
  to_hydrate_.clear();
}

void SchemaChanges::refused() {
  std::sort(built_.begin(), built_.end(), std::greater<>());
  for (const ObjectId view : built_) sequencer_.circuit().detach(view);
  for (TakenIndex& taken : unique_dropped_) taken.relation->unique_keys()->put_back(std::move(taken.constraint));
  for (auto renamed = unique_renamed_.rbegin(); renamed != unique_renamed_.rend(); ++renamed) {
    renamed->relation->unique_keys()->rename(renamed->index, std::move(renamed->before));
  }
  for (const AddedIndex& added : unique_added_) added.relation->unique_keys()->take(added.index);
  unique_dropped_.clear();
  unique_renamed_.clear();
  unique_added_.clear();
  built_.clear();
  to_free_.clear();
  sources_to_start_.clear();
  to_hydrate_.clear();
}

void SchemaChanges::gave_up(const std::vector<ObjectId>& views) {
  for (auto view = views.rbegin(); view != views.rend(); ++view) {
    sequencer_.circuit().detach(*view);
    attached_.erase(*view);
    std::erase(built_, *view);
    dropped_.push_back(*view);  // its state, that is
  }
}

Result<WorldPtr> SchemaChanges::world_of(const catalog::CatalogPtr& catalog,
                                         const std::set<ObjectId>& views_with_state) {
  std::map<ObjectId, RelationPtr> relations;
  for (const auto& [id, object] : catalog->objects()) {
    if (!has_rows(*object) && !is_source_relation(*object)) continue;
    relations[id] = make_relation(object);
    if (object->as<catalog::MaterializedView>() == nullptr) continue;
    if (!views_with_state.contains(id)) {
      relations[id]->set_readiness(Readiness::kHydrating);
      continue;
    }
    TRY(const dataflow::CircuitPlan plan, plan_of(catalog, *object));
    TRY(const expr::EvalContext evaluation, evaluation_context(*object));
    TRY(sequencer_.circuit().attach(id, plan, evaluation));
    attached_.insert(id);
  }
  // Before the rows come: each takes them as they do.
  for (const auto& [id, object] : catalog->objects()) TRY(add_unique_index(TickId(0), relations, *object));
  return make_world(catalog, std::move(relations), 1);
}

Status SchemaChanges::finish_replay(const WorldPtr& world) {
  replaying_ = false;
  for (const auto& [id, relation] : world->relations) {
    if (relation->object().as<catalog::Source>() != nullptr) {
      const auto offsets = sequencer_.offsets().find(id);
      sources_.start(*world, id, offsets == sequencer_.offsets().end() ? ingest::OffsetVector{} : offsets->second);
    }
    if (relation->object().as<catalog::MaterializedView>() == nullptr || attached_.contains(id)) continue;
    TRY(dataflow::CircuitPlan plan, plan_of(world->catalog, relation->object()));
    const TickId tick = next(sequencer_.last_tick());
    if (relation->readiness() == Readiness::kFailed) {  // Given up by a tick that was replayed.
      relation->clear(sequencer_.last_tick(), tick);
      relation->set_readiness(Readiness::kHydrating);
    }
    const Result<bool> built = hydrator_.build_at_any_cost(tick, *world, *relation, plan);
    if (!built) {
      log_error("a view cannot be built", {{"view", relation->object().name.name}, {"error", built.error().message()}});
      relation->set_readiness(Readiness::kFailed, built.error());
    } else if (*built) {
      attached_.insert(id);
      sequencer_.publish_installed();
    } else {
      to_hydrate_.push_back({relation, std::move(plan)});
    }
  }
  published(sequencer_.last_tick(), world);
  return {};
}

}  // namespace millrace::engine
