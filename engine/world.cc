#include "engine/world.h"

#include <algorithm>

#include "base/byte_stream.h"
#include "base/check.h"
#include "engine/sequences.h"
#include "types/time_zone.h"

namespace millrace::engine {
namespace {

// Names an error by everything a client sees of it.
std::string text_of(const SqlError& error) {
  ByteWriter out;
  out.string(error.state().str());
  out.string(error.message());
  out.string(error.detail());
  out.string(error.hint());
  return out.take();
}

SqlError error_of(std::string_view text) {
  ByteReader in(text);
  const std::string_view state = in.string();
  SqlError error(state.size() == 5 ? SqlState::from_wire(state) : sqlstate::kInternalError, std::string(in.string()));
  error = std::move(error).with_detail(std::string(in.string()));
  return std::move(error).with_hint(std::string(in.string()));
}

}  // namespace

void ViewErrors::apply(TickId tick, const std::vector<dataflow::ErrorChange>& changes) {
  if (changes.empty()) return;
  for (const dataflow::ErrorChange& change : changes) {
    const auto entry = weights_.try_emplace(text_of(change.error), change.error, 0).first;
    entry->second.second += change.weight;
    if (entry->second.second == 0) weights_.erase(entry);
  }
  note(tick);
}

void ViewErrors::clear(TickId tick) {
  if (weights_.empty()) return;
  weights_.clear();
  note(tick);
}

void ViewErrors::note(TickId tick) {
  State state{.since = tick, .first = {}};
  if (!weights_.empty()) state.first = weights_.begin()->second.first;
  const std::scoped_lock lock(mutex_);
  if (!states_.empty() && states_.back().since == tick) states_.pop_back();
  states_.push_back(std::move(state));
  if (states_.size() > kStatesKept) states_.erase(states_.begin());
  ever_failed_.store(true, std::memory_order_release);
}

std::optional<SqlError> ViewErrors::error_at(TickId tick) const {
  if (!ever_failed_.load(std::memory_order_acquire)) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  for (auto state = states_.rbegin(); state != states_.rend(); ++state) {
    if (state->since <= tick) return state->first;
  }
  return std::nullopt;  // Read at a tick before the first error.
}

std::string ViewErrors::save() const {
  ByteWriter out;
  out.varint(weights_.size());
  for (const auto& [text, entry] : weights_) {
    out.string(text);
    out.signed_varint(entry.second);
  }
  return out.take();
}

Status ViewErrors::load(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<dataflow::ErrorChange> changes;
  for (uint64_t count = in.count(); count > 0; --count) {
    SqlError error = error_of(in.string());
    changes.push_back({std::move(error), in.signed_varint()});
  }
  if (!in.ok()) return SqlError(sqlstate::kDataCorrupted, "the errors of a view cannot be read from the checkpoint");
  apply(TickId(0), changes);
  return {};
}

Relation::Relation(catalog::ObjectPtr object, std::unique_ptr<storage::ServedIndex> rows)
    : object_(std::move(object)), rows_(std::move(rows)) {
  if (object_->as<catalog::Table>() != nullptr) unique_keys_.emplace(*object_, *rows_);
  if (object_->as<catalog::Sequence>() != nullptr) sequence_ = std::make_unique<SequenceState>();
}

Relation::~Relation() = default;

void Relation::clear(TickId published, TickId tick) {
  errors_.clear(tick);
  storage::ServedIndex::Scan scan(*rows_, published);
  for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) rows_->apply(tick, batch.negate());
}

void Relation::set_readiness(Readiness readiness, std::optional<SqlError> failure) {
  std::vector<std::function<void()>> callbacks;
  {
    const std::scoped_lock lock(mutex_);
    failure_ = std::move(failure);
    if (readiness == Readiness::kReady && held_) readiness = Readiness::kCatchingUp;
    readiness_.store(readiness, std::memory_order_release);
    if (readiness == Readiness::kReady || readiness == Readiness::kFailed) callbacks.swap(waiting_);
  }
  for (const auto& callback : callbacks) callback();
}

void Relation::hold() {
  const std::scoped_lock lock(mutex_);
  held_ = true;
  if (readiness_.load(std::memory_order_relaxed) == Readiness::kReady) {
    readiness_.store(Readiness::kCatchingUp, std::memory_order_release);
  }
}

void Relation::release() {
  {
    const std::scoped_lock lock(mutex_);
    held_ = false;
  }
  if (readiness() == Readiness::kCatchingUp) set_readiness(Readiness::kReady);
}

Status Relation::readable_at(TickId tick) const {
  if (tick >= readable_since()) return {};
  return SqlError(sqlstate::kObjectNotInPrerequisiteState,
                  "\"" + object_->name.name + "\" was still being built when this transaction began")
      .with_hint("Read it in a new transaction.");
}

SqlError Relation::failure() const {
  const std::scoped_lock lock(mutex_);
  MILLRACE_CHECK(failure_.has_value(), "no failure to report");
  return *failure_;
}

void Relation::when_settled(std::function<void()> callback) {
  {
    const std::scoped_lock lock(mutex_);
    const Readiness now = readiness_.load(std::memory_order_acquire);
    if (now != Readiness::kReady && now != Readiness::kFailed) {
      waiting_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

Result<expr::EvalContext> evaluation_context(const catalog::Object& view) {
  const auto* details = view.as<catalog::MaterializedView>();
  MILLRACE_CHECK(details != nullptr, "only materialized views are computed");
  expr::EvalContext context;
  TRY(context.text, details->settings.text_context());
  context.time_zone_name = context.text.time_zone->name();  // zones are never freed
  return context;
}

const std::vector<World::SourceOutput>& World::outputs_of(ObjectId source) const {
  static const std::vector<SourceOutput> kNone;
  const auto found = outputs.find(source);
  return found == outputs.end() ? kNone : found->second;
}

WorldPtr make_world(catalog::CatalogPtr catalog, std::map<ObjectId, RelationPtr> relations, uint64_t version) {
  auto world = std::make_shared<World>();
  for (const auto& [id, relation] : relations) {
    const catalog::Object& object = relation->object();
    if (const auto* table = object.as<catalog::SourceTable>()) {
      world->outputs[table->source].push_back({id, table->output});
    } else if (object.as<catalog::Source>() != nullptr && !object.columns.empty()) {
      world->outputs[id].push_back({id, 0});
    }
  }
  world->catalog = std::move(catalog);
  world->relations = std::move(relations);
  world->version = version;
  return world;
}

}  // namespace millrace::engine
