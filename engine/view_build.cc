#include "engine/view_build.h"

#include <algorithm>

#include "engine/sources.h"

namespace millrace::engine {
namespace {

constexpr size_t kStepRowsMax = 64 * 1024;
constexpr size_t kStepRowsAtFirst = 8 * 1024;
constexpr int kRoundsLostMax = 2;
constexpr size_t kBacklogRowsLeft = 4096;  // few enough to finish between two ticks

size_t rows_of(const Delta& delta) {
  size_t rows = 0;
  for (const DeltaBatch& batch : delta) rows += batch.rows();
  return rows;
}

size_t rows_of(const dataflow::InputChanges& changes) {
  size_t rows = 0;
  for (const auto& [relation, delta] : changes) rows += rows_of(delta);
  return rows;
}

DeltaBatch slice(const DeltaBatch& batch, size_t begin, size_t end) {
  if (begin == 0 && end == batch.rows()) return batch;
  std::vector<uint32_t> rows;
  for (size_t row = begin; row < end; ++row) rows.push_back(static_cast<uint32_t>(row));
  return batch.gather(rows);
}

}  // namespace

std::optional<ObjectId> source_of(const Relation& relation) {
  if (const auto* table = relation.object().as<catalog::SourceTable>()) return table->source;
  if (relation.object().as<catalog::Source>() != nullptr) return relation.object().id;
  return std::nullopt;
}

ViewBuild::ViewBuild(ViewBuildParts parts, WorldPtr world, RelationPtr view, dataflow::CircuitPlan plan)
    : parts_(parts),
      world_(std::move(world)),
      view_(std::move(view)),
      plan_(std::move(plan)),
      inputs_(plan_.inputs()),
      guard_(parts.memory, [this] { return stopped(); }),
      circuit_(dataflow::make_circuit(parts.executor)),
      reader_(parts.registry.make_reader()),
      step_rows_(kStepRowsAtFirst),
      started_(parts.clock.now()) {
  circuit_->set_guard(&guard_);
  started_ns_ = parts.clock.monotonic_ns();
}

HydrationProgress ViewBuild::progress() const {
  HydrationProgress progress{.view = view_->object().id,
                             .started = started_,
                             .running_ns = parts_.clock.monotonic_ns() - started_ns_.load(std::memory_order_relaxed),
                             .rows = rows_read_.load(std::memory_order_relaxed),
                             .rows_total = {}};
  const bool known = std::none_of(inputs_.begin(), inputs_.end(),
                                  [&](ObjectId input) { return source_of(*world_->find(input)).has_value(); });
  if (known) progress.rows_total = std::max(rows_total_.load(std::memory_order_relaxed), progress.rows);
  return progress;
}

// A view below may have been given up meanwhile.
std::optional<SqlError> ViewBuild::failure_of_inputs() const {
  for (const ObjectId input : inputs_) {
    const Relation* relation = world_->find(input);
    if (relation->readiness() == Readiness::kFailed) return relation->failure();
  }
  return std::nullopt;
}

Status ViewBuild::begin() {
  if (auto failure = failure_of_inputs()) return *std::move(failure);
  pin_ = parts_.registry.pin("hydrate " + view_->object().name.name, parts_.clock.monotonic_ns());
  load_tick_ = next(pin_.tick());
  uint64_t rows = 0;
  for (const ObjectId input : inputs_) {
    const Relation* relation = world_->find(input);
    if (relation->rows() != nullptr) rows += relation->rows()->row_count();
    const auto source = source_of(*relation);
    if (!source) continue;
    const auto offsets = parts_.sequencer.offsets().find(*source);
    if (offsets != parts_.sequencer.offsets().end()) history_[*source] = offsets->second;
  }
  rows_total_ = rows;
  parts_.sequencer.add_listener(*this);
  listening_ = true;
  return {};
}

void ViewBuild::stop_listening() {
  if (listening_) parts_.sequencer.remove_listener(*this);
  listening_ = false;
}

bool ViewBuild::wants(ObjectId relation) const { return std::binary_search(inputs_.begin(), inputs_.end(), relation); }

void ViewBuild::on_tick(TickChanges changes) {
  const std::scoped_lock lock(mutex_);
  backlog_rows_ += rows_of(changes.changes);
  rows_total_.fetch_add(rows_of(changes.changes), std::memory_order_relaxed);
  backlog_.push_back(std::move(changes));
}

Status ViewBuild::stopped() const {
  if (stop_requested_.load(std::memory_order_relaxed)) {
    return SqlError(sqlstate::kQueryCanceled, "the view is no longer wanted");
  }
  return {};
}

Result<bool> ViewBuild::run() {
  Status built = build();
  reader_.leave();
  if (stop_requested_) return false;
  if (built) return true;
  unload();
  return std::move(built).error();
}

Status ViewBuild::build() {
  TRY(const expr::EvalContext context, evaluation_context(view_->object()));
  TRY(circuit_->attach(view_->object().id, plan_, context));
  reader_.enter();
  TRY(step({}));  // What is there without inputs.
  for (const ObjectId input : inputs_) {
    if (!source_of(*world_->find(input))) TRY(scan(input));
  }
  pin_.release();
  for (const auto& [source, until] : history_) TRY(read_history(source, until));
  size_t before = SIZE_MAX;
  int rounds_lost = 0;
  while (true) {
    std::deque<TickChanges> changes;
    {
      const std::scoped_lock lock(mutex_);
      // The rest is for the tick thread: less when rows of this view make many.
      if (backlog_rows_ <= std::min(kBacklogRowsLeft, step_rows_ / 16 + 1)) return {};
      // Writers outrun the build: only between two ticks, where they wait, can it catch up.
      rounds_lost = backlog_rows_ < before ? 0 : rounds_lost + 1;
      if (rounds_lost == kRoundsLostMax) return {};
      before = backlog_rows_;
      changes.swap(backlog_);
      backlog_rows_ = 0;
    }
    TRY(replay(std::move(changes)));
  }
}

Status ViewBuild::scan(ObjectId input) {
  storage::ServedIndex::Scan scan(*world_->find(input)->rows(), pin_.tick());
  while (true) {
    TRY(stopped());
    const DeltaBatch batch = scan.next();
    reader_.quiescent();
    if (batch.empty()) return flush(input);
    TRY(feed(input, batch));
  }
}

Status ViewBuild::read_history(ObjectId source, const ingest::OffsetVector& until) {
  TRY(const std::unique_ptr<ingest::SourceReader> reader,
      ingest::open_reader(describe_source(*world_, source), {}, until, parts_.clock));
  constexpr int64_t kPollMs = 100;
  while (true) {
    TRY(stopped());
    TRY(ingest::SourceBatch batch, reader->poll(step_rows_, kPollMs));
    dataflow::InputChanges changes;
    for (const World::SourceOutput& output : world_->outputs_of(source)) {
      if (output.number < batch.outputs.size() && wants(output.relation)) {
        changes[output.relation] = std::move(batch.outputs[output.number]);
      }
    }
    TRY(step(changes));
    reader_.quiescent();
    if (batch.finished) return {};
  }
}

// Adds rows to the next step, and runs it when there are enough.
Status ViewBuild::feed(ObjectId input, const DeltaBatch& batch) {
  for (size_t begin = 0; begin < batch.rows();) {
    const size_t room = step_rows_ > waiting_rows_ ? step_rows_ - waiting_rows_ : 0;
    const size_t end = std::min(batch.rows(), begin + room);
    if (end > begin) waiting_.push_back(slice(batch, begin, end));
    waiting_rows_ += end - begin;
    begin = end;
    if (waiting_rows_ >= step_rows_) TRY(flush(input));
  }
  return {};
}

Status ViewBuild::flush(ObjectId input) {
  Delta rows;
  rows.swap(waiting_);
  waiting_rows_ = 0;
  if (rows.empty()) return {};
  return step({{input, std::move(rows)}});
}

// A sum of steps is what one step would make of them: small ticks are put together, or writers of single rows
// would stay ahead of the build for ever.
Status ViewBuild::replay(std::deque<TickChanges> ticks) {
  dataflow::InputChanges together;
  size_t rows = 0;
  const auto run = [&]() -> Status {
    for (auto& [input, delta] : together) {
      if (delta.size() > 1) delta = {concatenate(delta)};
    }
    const dataflow::InputChanges changes = std::exchange(together, {});
    rows = 0;
    return replay(changes);
  };
  for (TickChanges& tick : ticks) {
    const size_t more = rows_of(tick.changes);
    if (rows > 0 && rows + more > step_rows_) TRY(run());
    rows += more;
    for (auto& [input, delta] : tick.changes) {
      Delta& sum = together[input];
      sum.insert(sum.end(), std::make_move_iterator(delta.begin()), std::make_move_iterator(delta.end()));
    }
  }
  return rows > 0 ? run() : Status();
}

Status ViewBuild::replay(const dataflow::InputChanges& changes) {
  if (rows_of(changes) <= step_rows_) return step(changes);
  for (const auto& [input, delta] : changes) {
    for (const DeltaBatch& batch : delta) TRY(feed(input, batch));
    TRY(flush(input));
  }
  return {};
}

Status ViewBuild::step(const dataflow::InputChanges& changes) {
  TRY(stopped());
  circuit_tick_ = next(circuit_tick_);
  size_t rows_made = 0;
  for (const dataflow::ViewChange& change : circuit_->step(circuit_tick_, changes)) {
    if (change.failure) return *change.failure;
    for (const DeltaBatch& batch : change.rows) {
      view_->rows()->load(load_tick_, batch);
      rows_made += batch.rows();
    }
    view_->errors().apply(load_tick_, change.errors);
  }
  rows_read_.fetch_add(rows_of(changes), std::memory_order_relaxed);
  if (rows_made > 2 * kStepRowsMax) {
    step_rows_ = std::max<size_t>(1, step_rows_ / 2);
  } else if (rows_made < kStepRowsMax / 2) {
    step_rows_ = std::min(kStepRowsMax, step_rows_ * 2);
  }
  return {};
}

// What a build that failed leaves behind is not kept until somebody drops the view.
void ViewBuild::unload() {
  circuit_.reset();
  waiting_.clear();
  reader_.enter();
  storage::ServedIndex& rows = *view_->rows();
  storage::ServedIndex::Scan scan(rows, load_tick_);
  for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) rows.load(load_tick_, batch.negate());
  rows.reclaim(SIZE_MAX);
  reader_.leave();
  view_->errors().clear(load_tick_);
}

Status ViewBuild::attach() {
  stop_listening();
  if (auto failure = failure_of_inputs()) return *std::move(failure);
  TRY(replay(std::exchange(backlog_, {})));
  backlog_.clear();
  view_->set_readable_since(next(parts_.sequencer.last_tick()));
  parts_.sequencer.circuit().absorb(std::move(circuit_));
  parts_.sequencer.publish_installed();
  return {};
}

}  // namespace millrace::engine
