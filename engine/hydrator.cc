#include "engine/hydrator.h"

#include <algorithm>
#include <atomic>

#include "base/log.h"

namespace millrace::engine {
namespace {

constexpr size_t kInlineRowsMax = 4096;  // built within the creating tick
constexpr int64_t kInlineNsMax = 200'000'000;

bool nothing_read_yet(const ingest::OffsetVector& offsets) { return offsets.empty(); }

}  // namespace

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
      const auto offsets = parts_.sequencer.offsets().find(*source);
      if (offsets != parts_.sequencer.offsets().end() && !nothing_read_yet(offsets->second)) return false;
    } else {
      rows += relation->rows()->row_count();
    }
  }
  if (rows > rows_max) return false;

  // What turns out to be more than a moment's work is started beside the ticks instead.
  bool overdue = false;
  const int64_t deadline_ns = parts_.clock.monotonic_ns() + kInlineNsMax;
  BuildGuard guard(parts_.memory, [&]() -> Status {
    overdue = parts_.clock.monotonic_ns() > deadline_ns;
    if (overdue) return SqlError(sqlstate::kQueryCanceled, "not at once");
    return {};
  });
  auto circuit = dataflow::make_circuit(parts_.executor);
  circuit->set_guard(&guard);
  TRY(const expr::EvalContext context, evaluation_context(view.object()));
  TRY(circuit->attach(view.object().id, plan, context));
  dataflow::InputChanges contents;
  for (const ObjectId input : plan.inputs()) {
    if (source_of(*world.find(input))) continue;
    storage::ServedIndex::Scan scan(*world.find(input)->rows(), parts_.registry.published());
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next())
      contents[input].push_back(std::move(batch));
  }
  for (const dataflow::ViewChange& change : circuit->step(tick, contents)) {
    if (overdue) return false;
    if (change.failure) return *change.failure;
    for (const DeltaBatch& batch : change.rows) view.rows()->apply(tick, batch);
    view.errors().apply(tick, change.errors);
  }
  parts_.sequencer.circuit().absorb(std::move(circuit));
  view.set_readiness(Readiness::kReady);
  return true;
}

void Hydrator::start(const WorldPtr& world, const RelationPtr& view, dataflow::CircuitPlan plan) {
  ending_.clear();
  const auto build = std::make_shared<ViewBuild>(parts_, world, view, std::move(plan));
  {
    const std::scoped_lock lock(mutex_);
    builds_[view->object().id].build = build;
  }
  // Views it reads may be on their way themselves: the last one to settle lets it begin.
  auto missing = std::make_shared<std::atomic<size_t>>(1);
  const auto settled = [this, build, missing] {
    if (missing->fetch_sub(1) != 1) return;
    parts_.sequencer.call([this, build] { begin(build); });
  };
  for (const ObjectId input : build->inputs()) {
    const RelationPtr relation = world->relations.at(input);
    if (relation->readiness() == Readiness::kReady) continue;
    missing->fetch_add(1);
    relation->when_settled(settled);
  }
  settled();
}

void Hydrator::begin(const std::shared_ptr<ViewBuild>& build) {
  const auto running = builds_.find(build->view()->object().id);
  if (running == builds_.end() || running->second.build != build) return;  // Cancelled.
  if (Status begun = build->begin(); !begun) return finish(build, std::move(begun));
  running->second.activity =
      parts_.executor.spawn("hydrate", Priority::kBackground, [this, build](const std::stop_token&) {
        Result<bool> built = build->run();
        if (built && !*built) return;
        Status status;
        if (!built) status = std::move(built).error();
        parts_.sequencer.call(
            [this, build, status = std::move(status)]() mutable { finish(build, std::move(status)); });
      });
}

// Between ticks: the build's thread has nothing more to do.
void Hydrator::finish(const std::shared_ptr<ViewBuild>& build, Status built) {
  const RelationPtr view = build->view();
  const auto running = builds_.find(view->object().id);
  if (running == builds_.end() || running->second.build != build) return;  // Cancelled.
  if (running->second.activity) running->second.activity->join();          // Its last act was to ask for this.
  {
    const std::scoped_lock lock(mutex_);
    builds_.erase(running);
  }
  build->stop_listening();
  if (built) built = build->attach();
  if (built) return view->set_readiness(Readiness::kReady);
  log_error("hydration failed", {{"view", view->object().name.name}, {"error", built.error().message()}});
  view->set_readiness(Readiness::kFailed, built.error());
}

void Hydrator::stop(Running& running) {
  running.build->stop_listening();
  running.build->stop();
  if (running.activity) ending_.push_back(std::move(running.activity));  // It may be long until it has noticed.
}

void Hydrator::cancel(ObjectId view) {
  const auto found = builds_.find(view);
  if (found == builds_.end()) return;
  stop(found->second);
  const RelationPtr relation = found->second.build->view();
  {
    const std::scoped_lock lock(mutex_);
    builds_.erase(found);
  }
  // Whoever waits for it waits no longer.
  const std::string& name = relation->object().name.name;
  relation->set_readiness(Readiness::kFailed,
                          SqlError(sqlstate::kUndefinedTable, "relation \"" + name + "\" does not exist")
                              .with_detail("It was dropped while it was being built."));
}

void Hydrator::cancel_all() {
  for (auto& [view, running] : builds_) stop(running);
  const std::scoped_lock lock(mutex_);
  builds_.clear();
}

std::vector<HydrationProgress> Hydrator::progress() const {
  const std::scoped_lock lock(mutex_);
  std::vector<HydrationProgress> all;
  for (const auto& [view, running] : builds_) all.push_back(running.build->progress());
  return all;
}

}  // namespace millrace::engine
