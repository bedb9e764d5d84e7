#include "engine/hydrator.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/log.h"
#include "engine/sources.h"
#include "storage/hash_arrangement.h"

namespace millrace::engine {
namespace {

constexpr size_t kInlineRowsMax = 4096;  // built within the creating tick
constexpr int64_t kInlineNsMax = 200'000'000;
constexpr size_t kStepRows = 64 * 1024;    // of one step of a background build
constexpr size_t kBacklogRowsLeft = 4096;  // few enough to finish between two ticks

size_t rows_of(const dataflow::InputChanges& changes) {
  size_t rows = 0;
  for (const auto& [relation, delta] : changes) {
    for (const DeltaBatch& batch : delta) rows += batch.rows();
  }
  return rows;
}

// The source whose log holds this relation's rows; nothing for tables and views.
std::optional<ObjectId> source_of(const Relation& relation) {
  if (const auto* table = relation.object().as<catalog::SourceTable>()) return table->source;
  if (relation.object().as<catalog::Source>() != nullptr) return relation.object().id;
  return std::nullopt;
}

bool nothing_read_yet(const ingest::OffsetVector& offsets) { return offsets.empty(); }

}  // namespace

// One view on its way.
class Hydrator::Build final : public TickListener {
 public:
  Build(Hydrator& owner, WorldPtr world, RelationPtr view, dataflow::CircuitPlan plan)
      : owner_(owner),
        world_(std::move(world)),
        view_(std::move(view)),
        plan_(std::move(plan)),
        inputs_(plan_.inputs()),
        guard_(owner.memory_, [this] { return stopped(); }),
        circuit_(dataflow::make_circuit(owner.executor_)),
        reader_(owner.registry_.make_reader()) {
    circuit_->set_guard(&guard_);
  }

  bool wants(ObjectId relation) const override { return std::binary_search(inputs_.begin(), inputs_.end(), relation); }

  void on_tick(TickChanges changes) override {
    const std::scoped_lock lock(mutex_);
    backlog_rows_ += rows_of(changes.changes);
    backlog_.push_back(std::move(changes));
  }

  // Tick thread. Pins T0; what comes later is listened to.
  void begin(const std::shared_ptr<Build>& self) {
    if (const auto failure = failure_of_inputs()) {
      finish(failure);
      return;
    }
    pin_ = owner_.registry_.pin("hydrate " + view_->object().name.name, owner_.clock_.monotonic_ns());
    for (const ObjectId input : inputs_) {
      const Relation* relation = world_->find(input);
      if (const auto source = source_of(*relation)) {
        const auto offsets = owner_.sequencer_.offsets().find(*source);
        if (offsets != owner_.sequencer_.offsets().end()) history_[*source] = offsets->second;
      }
    }
    owner_.sequencer_.add_listener(*this);
    activity_ = owner_.executor_.spawn("hydrate", Priority::kBackground,
                                       [self](std::stop_token stop) { self->run(stop, self); });
  }

  // Tick thread.
  void cancel() {
    owner_.sequencer_.remove_listener(*this);
    cancelled_ = true;
    stop_requested_ = true;
    if (!activity_) return;
    activity_->request_stop();
    owner_.ending_.push_back(std::move(activity_));  // The thread holds this object: it cannot join itself.
  }

  const WorldPtr& world() const { return world_; }
  const RelationPtr& view() const { return view_; }
  const std::vector<ObjectId>& inputs() const { return inputs_; }

 private:
  // A view below may have been given up meanwhile.
  std::optional<SqlError> failure_of_inputs() const {
    for (const ObjectId input : inputs_) {
      const Relation* relation = world_->find(input);
      if (relation->readiness() == Readiness::kFailed) return relation->failure();
    }
    return std::nullopt;
  }

  void run(const std::stop_token& stop, const std::shared_ptr<Build>& self) {
    Status built = build(stop);
    if (stop.stop_requested()) return;
    owner_.sequencer_.call(
        [self, failure = built ? std::optional<SqlError>() : built.error()] { self->finish(failure); });
  }

  Status build(const std::stop_token& stop) {
    TRY(const expr::EvalContext context, evaluation_context(view_->object()));
    TRY(circuit_->attach(view_->object().id, plan_, context));
    for (const ObjectId input : inputs_) {
      if (!source_of(*world_->find(input))) TRY(scan(input, stop));
    }
    pin_.release();
    for (const auto& [source, until] : history_) TRY(read_history(source, until, stop));
    while (!stop.stop_requested()) {
      std::deque<TickChanges> changes;
      {
        const std::scoped_lock lock(mutex_);
        if (backlog_rows_ <= kBacklogRowsLeft) return {};
        changes.swap(backlog_);
        backlog_rows_ = 0;
      }
      for (const TickChanges& tick : changes) TRY(step(tick.changes));
    }
    return {};
  }

  Status stopped() const {
    if (stop_requested_.load(std::memory_order_relaxed))
      return SqlError(sqlstate::kQueryCanceled, "the build was cancelled");
    return {};
  }

  Status scan(ObjectId input, const std::stop_token& stop) {
    reader_.enter();
    storage::ServedIndex::Scan scan(*world_->find(input)->rows(), pin_.tick());
    Delta rows;
    size_t count = 0;
    while (!stop.stop_requested()) {
      DeltaBatch batch = scan.next();
      reader_.quiescent();
      const bool end = batch.empty();
      count += batch.rows();
      if (!end) rows.push_back(std::move(batch));
      if (count >= kStepRows || end) {
        if (Status stepped = step({{input, std::move(rows)}}); !stepped) {
          reader_.leave();
          return stepped;
        }
        rows = {};
        count = 0;
      }
      if (end) break;
    }
    reader_.leave();
    return {};
  }

  Status read_history(ObjectId source, const ingest::OffsetVector& until, const std::stop_token& stop) {
    TRY(const std::unique_ptr<ingest::SourceReader> reader,
        ingest::open_reader(describe_source(*world_, source), {}, until, owner_.clock_));
    constexpr int64_t kPollMs = 100;
    while (!stop.stop_requested()) {
      TRY(ingest::SourceBatch batch, reader->poll(kStepRows, kPollMs));
      dataflow::InputChanges changes;
      for (const World::SourceOutput& output : world_->outputs_of(source)) {
        if (output.number < batch.outputs.size() && wants(output.relation)) {
          changes[output.relation] = std::move(batch.outputs[output.number]);
        }
      }
      TRY(step(changes));
      if (batch.finished) return {};
    }
    return {};
  }

  Status step(const dataflow::InputChanges& changes) {
    circuit_tick_ = next(circuit_tick_);
    for (const dataflow::ViewChange& change : circuit_->step(circuit_tick_, changes)) {
      if (change.failure) return *change.failure;
      for (const DeltaBatch& batch : change.rows) {
        if (!result_) result_.emplace(make_result(batch));
        result_->apply(batch);
      }
      errors_.insert(errors_.end(), change.errors.begin(), change.errors.end());
    }
    return {};
  }

  static storage::HashArrangement make_result(const DeltaBatch& batch) {
    std::vector<SqlType> types;
    for (const ColumnPtr& column : batch.columns()) types.push_back(column->type());
    const size_t columns = types.size();
    return storage::HashArrangement(ArrangementId(0), RowLayout(std::move(types)), storage::first_columns(columns),
                                    storage::NullKeys::kEqual);
  }

  // Tick thread, between ticks: the last changes, then one circuit of two.
  void finish(const std::optional<SqlError>& failure) {
    if (cancelled_) return;
    const std::shared_ptr<Build> self = owner_.builds_.at(view_->object().id);
    if (activity_) activity_->join();  // Its last act was to ask for this.
    owner_.sequencer_.remove_listener(*this);
    owner_.builds_.erase(view_->object().id);
    std::optional<SqlError> failed = failure ? failure : failure_of_inputs();
    for (const TickChanges& tick : backlog_) {
      if (failed) break;
      if (Status stepped = step(tick.changes); !stepped) failed = std::move(stepped).error();
    }
    if (failed) {
      log_error("hydration failed", {{"view", view_->object().name.name}, {"error", failed->message()}});
      view_->set_readiness(Readiness::kFailed, failed);
      return;
    }
    const TickId tick = next(owner_.sequencer_.last_tick());
    install_result(tick);
    view_->errors().apply(tick, errors_);
    owner_.sequencer_.circuit().absorb(std::move(circuit_));
    owner_.sequencer_.publish_installed();
    view_->set_readiness(Readiness::kReady);
  }

  void install_result(TickId tick) {
    if (!result_) return;
    DeltaBuilder builder(result_->layout().types());
    result_->scan([&](PackedRow row, int64_t weight) {
      result_->layout().unpack(row, builder);
      builder.end_row(weight);
      if (builder.rows() == kBatchRows) view_->rows()->apply(tick, builder.finish());
    });
    if (builder.rows() > 0) view_->rows()->apply(tick, builder.finish());
    result_.reset();
  }

  Hydrator& owner_;
  const WorldPtr world_;
  const RelationPtr view_;
  const dataflow::CircuitPlan plan_;
  const std::vector<ObjectId> inputs_;
  BuildGuard guard_;
  std::unique_ptr<dataflow::Circuit> circuit_;
  TickId circuit_tick_;
  storage::Reader reader_;
  storage::ReadPin pin_;
  std::map<ObjectId, ingest::OffsetVector> history_;  // by source: what T0 had read
  std::optional<storage::HashArrangement> result_;
  std::vector<dataflow::ErrorChange> errors_;

  std::mutex mutex_;
  std::deque<TickChanges> backlog_;
  size_t backlog_rows_ = 0;
  bool cancelled_ = false;  // tick thread only
  std::atomic<bool> stop_requested_{false};
  std::unique_ptr<Activity> activity_;
};

Hydrator::Hydrator(Clock& clock, Executor& executor, MemoryBudget& memory, Sequencer& sequencer,
                   storage::ReadRegistry& registry)
    : clock_(clock), executor_(executor), memory_(memory), sequencer_(sequencer), registry_(registry) {}

Hydrator::~Hydrator() { cancel_all(); }

Result<bool> Hydrator::build_now(TickId tick, const World& world, Relation& view, const dataflow::CircuitPlan& plan) {
  return build_inline(tick, world, view, plan, kInlineRowsMax);
}

Result<bool> Hydrator::build_at_any_cost(TickId tick, const World& world, Relation& view,
                                         const dataflow::CircuitPlan& plan) {
  return build_inline(tick, world, view, plan, SIZE_MAX);
}

Result<bool> Hydrator::build_inline(TickId tick, const World& world, Relation& view, const dataflow::CircuitPlan& plan,
                                    size_t rows_max) {
  size_t rows = 0;
  for (const ObjectId input : plan.inputs()) {
    const Relation* relation = world.find(input);
    if (relation == nullptr || relation->readiness() != Readiness::kReady) return false;
    if (const auto source = source_of(*relation)) {
      const auto offsets = sequencer_.offsets().find(*source);
      if (offsets != sequencer_.offsets().end() && !nothing_read_yet(offsets->second)) return false;
    } else {
      rows += relation->rows()->row_count();
    }
  }
  if (rows > rows_max) return false;

  // What turns out to be more than a moment's work is started beside the ticks instead.
  bool overdue = false;
  const int64_t deadline_ns = clock_.monotonic_ns() + kInlineNsMax;
  BuildGuard guard(memory_, [&]() -> Status {
    overdue = clock_.monotonic_ns() > deadline_ns;
    if (overdue) return SqlError(sqlstate::kQueryCanceled, "not at once");
    return {};
  });
  auto circuit = dataflow::make_circuit(executor_);
  circuit->set_guard(&guard);
  TRY(const expr::EvalContext context, evaluation_context(view.object()));
  TRY(circuit->attach(view.object().id, plan, context));
  dataflow::InputChanges contents;
  for (const ObjectId input : plan.inputs()) {
    if (source_of(*world.find(input))) continue;
    storage::ServedIndex::Scan scan(*world.find(input)->rows(), registry_.published());
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next())
      contents[input].push_back(std::move(batch));
  }
  for (const dataflow::ViewChange& change : circuit->step(tick, contents)) {
    if (overdue) return false;
    if (change.failure) return *change.failure;
    for (const DeltaBatch& batch : change.rows) view.rows()->apply(tick, batch);
    view.errors().apply(tick, change.errors);
  }
  sequencer_.circuit().absorb(std::move(circuit));
  view.set_readiness(Readiness::kReady);
  return true;
}

void Hydrator::start(const WorldPtr& world, const RelationPtr& view, dataflow::CircuitPlan plan) {
  ending_.clear();
  const auto build = std::make_shared<Build>(*this, world, view, std::move(plan));
  builds_[view->object().id] = build;
  // Views it reads may be on their way themselves: the last one to settle lets it begin.
  auto missing = std::make_shared<std::atomic<size_t>>(1);
  const auto settled = [this, build, missing] {
    if (missing->fetch_sub(1) != 1) return;
    sequencer_.call([this, build] {
      if (builds_.contains(build->view()->object().id)) build->begin(build);
    });
  };
  for (const ObjectId input : build->inputs()) {
    const RelationPtr relation = world->relations.at(input);
    if (relation->readiness() == Readiness::kReady) continue;
    missing->fetch_add(1);
    relation->when_settled(settled);
  }
  settled();
}

void Hydrator::cancel(ObjectId view) {
  const auto found = builds_.find(view);
  if (found == builds_.end()) return;
  found->second->cancel();
  builds_.erase(found);
}

void Hydrator::cancel_all() {
  for (const auto& [view, build] : builds_) build->cancel();
  builds_.clear();
}

}  // namespace millrace::engine
