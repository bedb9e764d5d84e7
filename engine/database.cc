#include "engine/database.h"

#include <algorithm>

#include "base/log.h"

namespace millrace::engine {
namespace {

WorldPtr empty_world() { return make_world(std::make_shared<const catalog::CatalogSnapshot>(), {}, 1); }

bool reached(const ingest::OffsetVector& now, const ingest::OffsetVector& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
    const auto found = now.find(entry.first);
    return found != now.end() && found->second >= entry.second;
  });
}

// The sources whose rows reach `relation`, through any number of views.
void collect_sources(const World& world, ObjectId id, std::set<ObjectId>& sources) {
  const catalog::Object* object = world.catalog->find(id);
  if (object == nullptr) return;
  if (object->as<catalog::Source>() != nullptr) sources.insert(id);
  if (const auto* table = object->as<catalog::SourceTable>()) sources.insert(table->source);
  for (const ObjectId input : object->depends_on) collect_sources(world, input, sources);
}

}  // namespace

Database::Database(DatabaseOptions options, DatabaseParts parts, std::unique_ptr<storage::Store> store,
                   TickId checkpoint)
    : options_(std::move(options)),
      parts_(parts),
      memory_(parts.clock, parts.fs, options_.memory_limit_bytes),
      store_(std::move(store)),
      registry_(checkpoint),
      world_(empty_world()),
      sequencer_(std::make_unique<Sequencer>(SequencerParts{.clock = parts.clock,
                                                            .executor = parts.executor,
                                                            .memory = memory_,
                                                            .log = store_->log(),
                                                            .registry = registry_,
                                                            .world = world_,
                                                            .history = history_,
                                                            .view_tick_ns_max = options_.view_tick_ns_max},
                                             dataflow::make_circuit(parts.executor))),
      sources_(std::make_unique<Sources>(parts.clock, parts.executor, *sequencer_, [this] { return memory_.over(); })),
      hydrator_(std::make_unique<Hydrator>(ViewBuildParts{.clock = parts.clock,
                                                          .executor = parts.executor,
                                                          .memory = memory_,
                                                          .sequencer = *sequencer_,
                                                          .registry = registry_})),
      schema_(std::make_unique<SchemaChanges>(*sequencer_, *hydrator_, *sources_, registry_)),
      checkpointer_(std::make_unique<Checkpointer>(parts.clock, parts.executor, *store_, registry_, *sequencer_, world_,
                                                   *schema_, options_.checkpoint)) {
  sequencer_->set_ddl_applier(*schema_);
  sequencer_->set_after_publish([this] {
    release_caught_up();
    checkpointer_->after_tick();
  });
}

Database::~Database() { stop(); }

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options, DatabaseParts parts) {
  storage::StoreOptions store_options;
  store_options.directory = options.data_directory;
  store_options.fs = &parts.fs;
  store_options.clock = &parts.clock;
  store_options.recover_to = options.recover_to;
  TRY(std::unique_ptr<storage::Store> store, storage::Store::open(std::move(store_options)));
  TRY(const std::unique_ptr<storage::CheckpointReader> checkpoint, store->checkpoint());
  std::unique_ptr<Database> database(new Database(std::move(options), parts, std::move(store), checkpoint->tick()));
  TRY(database->recover(*checkpoint));
  return database;
}

Status Database::recover(storage::CheckpointReader& checkpoint) {
  SourceOffsets offsets;
  schema_->begin_replay();
  if (const auto catalog_bytes = checkpoint.blob(kCatalogBlob)) {
    TRY(const catalog::CatalogPtr catalog, catalog::CatalogSnapshot::deserialize(*catalog_bytes));
    TRY(const std::set<ObjectId> views, decode_ids(checkpoint.blob(kViewsBlob).value_or("")));
    TRY(offsets, decode_offsets(checkpoint.blob(kOffsetsBlob).value_or("")));
    TRY(WorldPtr world, schema_->world_of(catalog, views));
    world_.set(std::move(world));
    sequencer_->begin_at(checkpoint.tick(), offsets);
    TRY(restore_rows(checkpoint, views));
    TRY(sequencer_->circuit().restore(checkpoint));
  } else {
    sequencer_->begin_at(checkpoint.tick(), offsets);
  }

  SourceOffsets shown;
  TRY(store_->log().replay(checkpoint.tick(), [&](TickId, std::string_view bytes) -> Status {
    TRY(const StoredTickRecord record, decode(bytes));
    for (const auto& [source, partitions] : record.offsets) shown[source] = partitions;
    return sequencer_->replay(record);
  }));
  const WorldPtr world = world_.get();
  next_id_ = world->catalog->next_id().value();
  hold_back_until(shown);
  TRY(schema_->finish_replay(world));
  log_info("database opened", {{"tick", sequencer_->last_tick().value()},
                               {"checkpoint", checkpoint.tick().value()},
                               {"relations", world->relations.size()}});
  return {};
}

Status Database::restore_rows(storage::CheckpointReader& checkpoint, const std::set<ObjectId>& views) {
  for (const auto& [id, relation] : world_.get()->relations) {
    if (relation->rows() == nullptr) continue;
    const bool is_view = relation->object().as<catalog::MaterializedView>() != nullptr;
    if (is_view && !views.contains(id)) continue;
    TRY(relation->rows()->restore(checkpoint.tick(), checkpoint));
    if (const auto errors = checkpoint.blob(errors_blob(id))) TRY(relation->errors().load(*errors));
    if (relation->unique_keys() == nullptr) continue;
    storage::ServedIndex::Scan scan(*relation->rows(), checkpoint.tick());
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) relation->unique_keys()->apply({batch});
  }
  return {};
}

void Database::hold_back_until(const SourceOffsets& shown) {
  const WorldPtr world = world_.get();
  for (const auto& [source, wanted] : shown) {
    const auto now = sequencer_->offsets().find(source);
    if (world->find(source) == nullptr) continue;  // Dropped since.
    if (now == sequencer_->offsets().end() || !reached(now->second, wanted)) shown_before_[source] = wanted;
  }
  for (const auto& [id, relation] : world->relations) {
    std::set<ObjectId> sources;
    collect_sources(*world, id, sources);
    const bool waits =
        std::any_of(sources.begin(), sources.end(), [&](ObjectId s) { return shown_before_.contains(s); });
    if (!waits) continue;
    held_.push_back(relation);
    relation->hold();
  }
}

void Database::release_caught_up() {
  if (shown_before_.empty()) return;
  std::erase_if(shown_before_, [&](const auto& entry) {
    const auto now = sequencer_->offsets().find(entry.first);
    return now != sequencer_->offsets().end() && reached(now->second, entry.second);
  });
  const WorldPtr world = world_.get();
  std::erase_if(held_, [&](const RelationPtr& relation) {
    std::set<ObjectId> sources;
    collect_sources(*world, relation->object().id, sources);
    const bool waits =
        std::any_of(sources.begin(), sources.end(), [&](ObjectId s) { return shown_before_.contains(s); });
    if (!waits) relation->release();
    return !waits;
  });
}

void Database::start() {
  started_ = true;
  sequencer_->start();
}

void Database::stop() {
  if (!started_) return;
  started_ = false;
  sources_->stop_all();
  sequencer_->stop();
  hydrator_->cancel_all();
  checkpointer_->run_last();
  log_info("database closed", {{"tick", sequencer_->last_tick().value()}});
}

bool Database::all_ready() const {
  const WorldPtr world = world_.get();
  return std::all_of(world->relations.begin(), world->relations.end(), [](const auto& entry) {
    const Readiness readiness = entry.second->readiness();
    return readiness == Readiness::kReady || readiness == Readiness::kFailed;
  });
}

ObjectId Database::allocate_id() { return ObjectId(next_id_.fetch_add(1)); }

}  // namespace millrace::engine
