#include "engine/sequencer.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/log.h"

namespace millrace::engine {

SqlError serialization_failure() {
  return SqlError(sqlstate::kSerializationFailure, "could not serialize access due to concurrent update")
      .with_hint("The transaction might succeed if retried.");
}

// One tick on its way.
struct Sequencer::Tick {
  TickId id;
  TickRecord record;
  dataflow::InputChanges changes;
  std::vector<CommitRequest> admitted;
  std::vector<PendingSource> sources;
  std::map<ObjectId, ingest::OffsetVector> offsets_before;  // should the tick not happen
  bool moved_sources = false;
  const std::vector<dataflow::ViewChange>* views = nullptr;

  bool must_be_durable() const { return !record.tables.empty() || !record.catalog.empty(); }
  bool empty() const { return admitted.empty() && sources.empty(); }
};

Sequencer::Sequencer(SequencerParts parts, std::unique_ptr<dataflow::Circuit> circuit)
    : parts_(parts),
      guard_(parts.clock, parts.memory, parts.view_tick_ns_max),
      circuit_(std::move(circuit)),
      reader_(parts.registry.make_reader()) {
  circuit_->set_guard(&guard_);
}

Sequencer::~Sequencer() { stop(); }

void Sequencer::wait_durable(TickId tick) {
  request_sync(storage::Eagerness::kLazy);
  wait_synced(tick);
}

void Sequencer::start() {
  reader_.leave();
  log_thread_ =
      parts_.executor.spawn("log", Priority::kNormal, [this](std::stop_token stop) { run_log(std::move(stop)); });
  tick_thread_ =
      parts_.executor.spawn("tick", Priority::kNormal, [this](std::stop_token stop) { run(std::move(stop)); });
}

void Sequencer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  guard_.hurry();
  arrived_.notify_all();
  if (tick_thread_) tick_thread_->join();
  {
    const std::scoped_lock lock(log_mutex_);
    log_stopping_ = true;
  }
  log_wanted_.notify_all();
  if (log_thread_) log_thread_->join();
  tick_thread_.reset();
  log_thread_.reset();
}

void Sequencer::submit(CommitRequest request) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) {
      commits_.push_back(std::move(request));
      arrived_.notify_one();
      return;
    }
  }
  request.done(SqlError(sqlstate::kAdminShutdown, "terminating connection due to administrator command"));
}

void Sequencer::submit(SourceInput input, std::function<void(TickId)> taken) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return;  // Not consumed: its offsets have not moved.
  sources_.push_back({std::move(input), std::move(taken)});
  arrived_.notify_one();
}

void Sequencer::call(std::function<void()> job) {
  const std::scoped_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  arrived_.notify_one();
}

void Sequencer::remove_listener(TickListener& listener) { std::erase(listeners_, &listener); }

void Sequencer::forget_source(ObjectId source) {
  offsets_.erase(source);
  const std::scoped_lock lock(mutex_);
  std::erase_if(sources_, [&](const PendingSource& pending) { return pending.input.source == source; });
}

// What the next tick is made of. False: stopping, and nothing is left to do.
bool Sequencer::gather(Work& work, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto something = [&] {
    return !jobs_.empty() || !commits_.empty() || !sources_.empty() || stopping_ || stop.stop_requested();
  };
  arrived_.wait(lock, something);
  if (disk_full_ && jobs_.empty() && commits_.empty() && !stopping_) {
    constexpr auto kPause = std::chrono::milliseconds(200);
    arrived_.wait_for(lock, kPause, [&] { return !jobs_.empty() || !commits_.empty() || stopping_; });
  }
  work.jobs.assign(std::make_move_iterator(jobs_.begin()), std::make_move_iterator(jobs_.end()));
  jobs_.clear();
  // A commit with DDL has a tick of its own.
  while (!commits_.empty()) {
    const bool ddl = !commits_.front().ddl.empty();
    if (ddl && !work.commits.empty()) break;
    work.commits.push_back(std::move(commits_.front()));
    commits_.pop_front();
    if (ddl) return true;
  }
  size_t rows = 0;
  while (!sources_.empty() && (rows == 0 || rows + sources_.front().input.rows <= kTickRowsMax)) {
    rows += sources_.front().input.rows;
    work.sources.push_back(std::move(sources_.front()));
    sources_.pop_front();
  }
  return !work.empty() || !(stopping_ || stop.stop_requested());
}

void Sequencer::run(std::stop_token stop) {
  reader_.enter();
  while (true) {
    Work work;
    if (!gather(work, stop)) break;
    for (const auto& job : work.jobs) job();
    if (work.commits.size() == 1 && !work.commits.front().ddl.empty()) {
      run_ddl_tick(std::move(work.commits.front()));
    } else {
      run_tick(std::move(work.commits), std::move(work.sources));
    }
    reader_.quiescent();
  }
  reader_.leave();
}

// Rows of a table or sequence, beside what keeps them apart.
void Sequencer::apply_rows(Relation& relation, TickId tick, const Delta& delta) {
  for (const DeltaBatch& batch : delta) relation.rows()->apply(tick, batch);
  if (relation.unique_keys() != nullptr) relation.unique_keys()->apply(delta);
}

// A commit with DDL was bound in the newest World. Any other was bound in its own: the tables it read are still there,
// and those it writes still ask of their rows what they asked then.
Status Sequencer::check_definitions(const CommitRequest& commit) const {
  if (!commit.ddl.empty() || commit.world_version == 0) return {};
  for (const ObjectId table : commit.depends_on) {
    if (world_->find(table) == nullptr) return serialization_failure();
  }
  for (const auto& [table, delta] : commit.writes) {
    const auto defined = last_definition_.find(table);
    if (defined != last_definition_.end() && defined->second > commit.world_version) return serialization_failure();
  }
  return {};
}

void Sequencer::note_definitions(const std::vector<DdlStep>& steps, uint64_t world_version) {
  for (const DdlStep& step : steps) {
    for (const ObjectId id : step.change.dropped) last_definition_.erase(id);
    for (const catalog::Object& object : step.change.created) {
      const auto* table = object.as<catalog::Table>();
      if (table == nullptr) continue;
      last_definition_[object.id] = world_version;
      for (const catalog::ForeignKey& key : table->foreign_keys) last_definition_[key.referenced] = world_version;
    }
  }
}

// Decides whether a commit may happen, and if so makes it part of the tick.
Status Sequencer::admit(Tick& tick, const CommitRequest& commit) {
  TRY(check_definitions(commit));
  for (const ObjectId table : commit.depends_on) {
    const auto changed = last_change_.find(table);
    if (changed != last_change_.end() && changed->second > commit.read_tick) return serialization_failure();
  }
  for (const auto& [table, delta] : commit.writes) {
    Relation* relation = world_->find(table);
    if (relation == nullptr) return serialization_failure();  // Dropped meanwhile: bound again, it will say so.
    if (!delta.empty() && relation->unique_keys() != nullptr) TRY(relation->unique_keys()->check(delta));
  }
  for (const auto& [table, delta] : commit.writes) {
    if (delta.empty()) continue;
    Relation* relation = world_->find(table);
    apply_rows(*relation, tick.id, delta);
    last_change_[table] = tick.id;
    Delta& sum = tick.changes[table];
    sum.insert(sum.end(), delta.begin(), delta.end());
    tick.record.tables.push_back({table, delta});
  }
  return {};
}

void Sequencer::admit_sources(Tick& tick, std::vector<PendingSource>& sources) {
  for (PendingSource& pending : sources) {
    const ObjectId source = pending.input.source;
    if (world_->find(source) == nullptr) continue;  // Dropped meanwhile.
    for (const World::SourceOutput& output : world_->outputs_of(source)) {
      if (output.number >= pending.input.batch.outputs.size()) continue;
      Delta& rows = pending.input.batch.outputs[output.number];
      Delta& sum = tick.changes[output.relation];
      sum.insert(sum.end(), rows.begin(), rows.end());
    }
    tick.offsets_before.try_emplace(source, offsets_[source]);
    offsets_[source] = pending.input.batch.next;
    tick.record.offsets[source] = pending.input.batch.next;
    tick.moved_sources = true;
    tick.sources.push_back(std::move(pending));
  }
}

void Sequencer::run_tick(std::vector<CommitRequest> commits, std::vector<PendingSource> sources) {
  Tick tick{.id = next(last_tick_)};
  for (CommitRequest& commit : commits) {
    if (Status admitted = admit(tick, commit); !admitted) {
      commit.done(std::move(admitted).error());
    } else {
      tick.admitted.push_back(std::move(commit));
    }
  }
  admit_sources(tick, sources);
  if (tick.empty()) return;

  if (Status logged = log(tick); !logged) {
    // The disk is full: take back what was installed, give nothing away.
    for (const TableChange& change : tick.record.tables) {
      for (const DeltaBatch& batch : change.rows) {
        apply_rows(*world_->find(change.table), tick.id, {batch.negate()});
      }
    }
    for (CommitRequest& commit : tick.admitted) commit.done(logged.error());
    for (auto& [source, offsets] : tick.offsets_before) offsets_[source] = std::move(offsets);
    const std::scoped_lock lock(mutex_);
    disk_full_ = true;
    while (!tick.sources.empty()) {
      sources_.push_front(std::move(tick.sources.back()));
      tick.sources.pop_back();
    }
    return;
  }
  disk_full_ = false;
  compute(tick);
  notify_listeners(tick);
  if (tick.must_be_durable()) wait_synced(tick.id);
  publish(tick, nullptr);
}

void Sequencer::run_ddl_tick(CommitRequest commit) {
  const WorldPtr world = world_;
  if (commit.world_version != world->version) {
    commit.done(serialization_failure());
    return;
  }
  Tick tick{.id = next(last_tick_)};
  // Its own new tables take its writes, so the World comes first.
  Result<WorldPtr> made = ddl_->apply(tick.id, world, commit.ddl);
  if (!made) {
    commit.done(std::move(made).error());
    return;
  }
  world_ = *made;
  for (const DdlStep& step : commit.ddl) tick.record.catalog.push_back(step.change);
  Status admitted = admit(tick, commit);
  if (admitted) admitted = log(tick);
  if (!admitted) {
    // Nothing of it may stay: neither rows (a full disk; admit() itself leaves none) nor names.
    for (const TableChange& change : tick.record.tables) {
      for (const DeltaBatch& batch : change.rows) {
        apply_rows(*(*made)->find(change.table), tick.id, {batch.negate()});
      }
    }
    world_ = world;
    ddl_->refused();
    commit.done(std::move(admitted).error());
    return;
  }
  note_definitions(commit.ddl, world_->version);
  compute(tick);
  notify_listeners(tick);
  wait_synced(tick.id);
  tick.admitted.push_back(std::move(commit));
  publish(tick, *made);
}

Status Sequencer::log(Tick& tick) {
  tick.record.tick = tick.id;
  tick.record.time = parts_.clock.now();
  TRY(parts_.log.append(tick.id, encode(tick.record)));
  request_sync(tick.must_be_durable() ? storage::Eagerness::kEager : storage::Eagerness::kLazy);
  return {};
}

void Sequencer::compute(Tick& tick) {
  guard_.begin_tick();
  tick.views = &circuit_->step(tick.id, tick.changes);
  bool all_well = true;
  for (const dataflow::ViewChange& view : *tick.views) {
    all_well &= !view.failure;
    Relation* relation = world_->find(view.view);
    if (relation == nullptr) continue;  // Dropped by this very tick.
    for (const DeltaBatch& batch : view.rows) relation->rows()->apply(tick.id, batch);
    relation->errors().apply(tick.id, view.errors);
  }
  if (!all_well) give_up(tick.id, *tick.views);
}

void Sequencer::give_up(TickId tick, const std::vector<dataflow::ViewChange>& views) {
  std::vector<ObjectId> given_up;
  for (const dataflow::ViewChange& view : views) {
    if (!view.failure) continue;
    given_up.push_back(view.view);
    Relation* relation = world_->find(view.view);
    if (relation == nullptr) continue;
    const std::string& name = relation->object().name.name;
    const SqlError error =
        SqlError(view.failure->state(), "materialized view \"" + name + "\" was given up at tick " +
                                            std::to_string(tick.value()) + ": " + view.failure->message())
            .with_detail(view.failure->detail())
            .with_hint(view.failure->hint());
    log_error("a view was given up", {{"view", name}, {"tick", tick.value()}, {"error", view.failure->message()}});
    // A read at this tick or later finds the error, whatever it took the view for before.
    relation->errors().apply(tick, {{error, 1}});
    relation->set_readiness(Readiness::kFailed, error);
  }
  ddl_->gave_up(given_up);
  parts_.memory.freed();
}

void Sequencer::notify_listeners(const Tick& tick) {
  for (TickListener* listener : listeners_) {
    TickChanges wanted{.tick = tick.id, .changes = {}};
    for (const auto& [relation, delta] : tick.changes) {
      if (!delta.empty() && listener->wants(relation)) wanted.changes[relation] = delta;
    }
    for (const dataflow::ViewChange& view : *tick.views) {
      if (!view.rows.empty() && listener->wants(view.view)) wanted.changes[view.view] = view.rows;
    }
    if (!wanted.changes.empty()) listener->on_tick(std::move(wanted));
  }
}

void Sequencer::publish(const Tick& tick, WorldPtr next_world) {
  last_tick_ = tick.id;
  if (tick.moved_sources || next_world != nullptr) {
    parts_.history.record(tick.id, tick.record.time, std::make_shared<const SourceOffsets>(offsets_));
  }
  parts_.registry.publish(tick.id);
  // After the tick: whoever sees the new names can only pin a tick that has their rows.
  if (next_world != nullptr) parts_.world.set(next_world);
  reader_.quiescent();
  for (const CommitRequest& commit : tick.admitted) commit.done(tick.id);
  for (const PendingSource& pending : tick.sources) {
    if (pending.taken) pending.taken(tick.id);
  }
  if (next_world != nullptr) ddl_->published(tick.id, next_world);
  constexpr size_t kSegmentsReclaimed = 4;
  for (const auto& [id, relation] : world_->relations) {
    if (relation->rows() != nullptr && tick.changes.contains(id)) relation->rows()->reclaim(kSegmentsReclaimed);
  }
  if (after_publish_) after_publish_();
}

void Sequencer::publish_installed() {
  Tick tick{.id = next(last_tick_)};
  const Status logged = log(tick);
  // A full disk cannot refuse this one: its record is empty, and what it shows can be computed again.
  MILLRACE_CHECK(logged.has_value(), "the tick log takes no empty record");
  publish(tick, nullptr);
}

void Sequencer::begin_at(TickId tick, std::map<ObjectId, ingest::OffsetVector> offsets) {
  reader_.enter();
  world_ = parts_.world.get();
  last_tick_ = tick;
  offsets_ = std::move(offsets);
  parts_.history.record(tick, parts_.clock.now(), std::make_shared<const SourceOffsets>(offsets_));
}

Status Sequencer::replay(const StoredTickRecord& record) {
  Tick tick{.id = record.tick};
  if (!record.catalog.empty()) {
    std::vector<DdlStep> steps;
    for (const CatalogChange& change : record.catalog) steps.push_back({.change = change, .plans = {}});
    TRY(world_, ddl_->apply(tick.id, world_, steps));
    parts_.world.set(world_);
  }
  for (const auto& [table, bytes] : record.tables) {
    Relation* relation = world_->find(table);
    if (relation == nullptr || relation->rows() == nullptr) {
      return SqlError(sqlstate::kDataCorrupted, "the tick log writes to a table that does not exist");
    }
    TRY(Delta delta, decode_rows(bytes, relation->rows()->layout()));
    apply_rows(*relation, tick.id, delta);
    Delta& sum = tick.changes[table];
    sum.insert(sum.end(), delta.begin(), delta.end());
  }
  compute(tick);
  last_tick_ = tick.id;
  parts_.registry.publish(tick.id);
  if (!record.catalog.empty()) ddl_->published(tick.id, world_);
  return {};
}

void Sequencer::request_sync(storage::Eagerness eagerness) {
  const std::scoped_lock lock(log_mutex_);
  sync_wanted_ = true;
  sync_eager_ |= eagerness == storage::Eagerness::kEager;
  log_wanted_.notify_one();
}

void Sequencer::wait_synced(TickId tick) {
  std::unique_lock lock(log_mutex_);
  log_synced_.wait(lock, [&] { return parts_.log.synced() >= tick; });
}

void Sequencer::run_log(std::stop_token) {
  std::unique_lock lock(log_mutex_);
  while (true) {
    log_wanted_.wait(lock, [&] { return sync_wanted_ || log_stopping_; });
    if (!sync_wanted_) return;
    const auto eagerness = sync_eager_ ? storage::Eagerness::kEager : storage::Eagerness::kLazy;
    sync_wanted_ = sync_eager_ = false;
    lock.unlock();
    parts_.log.sync(eagerness);
    lock.lock();
    log_synced_.notify_all();
  }
}

}  // namespace millrace::engine
