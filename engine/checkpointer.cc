#include "engine/checkpointer.h"

#include <algorithm>

#include "base/byte_stream.h"
#include "base/log.h"

namespace millrace::engine {

// One checkpoint: the pinned state of a tick, and how to write each part of it.
struct Checkpointer::Plan {
  TickId tick;
  std::vector<dataflow::CheckpointJob> jobs;
  std::vector<std::pair<std::string, std::string>> blobs;
  std::vector<ObjectId> dropped;
};

Checkpointer::Checkpointer(Clock& clock, Executor& executor, storage::Store& store, storage::ReadRegistry& registry,
                           Sequencer& sequencer, WorldHolder& world, SchemaChanges& schema, CheckpointOptions options)
    : clock_(clock),
      executor_(executor),
      store_(store),
      registry_(registry),
      sequencer_(sequencer),
      world_(world),
      schema_(schema),
      options_(options),
      last_begun_ns_(clock.monotonic_ns()) {}

Checkpointer::~Checkpointer() {
  if (activity_) activity_->join();
}

void Checkpointer::after_tick() {
  if (running_.load(std::memory_order_acquire)) return;
  const TickId tick = sequencer_.last_tick();
  const bool due = clock_.monotonic_ns() - last_begun_ns_ >= options_.interval_us * 1000 ||
                   tick.value() - last_tick_.value() >= options_.ticks_max;
  if (!due) return;
  if (activity_) activity_->join();
  std::shared_ptr<Plan> plan = pin();
  running_.store(true, std::memory_order_release);
  activity_ = executor_.spawn("checkpoint", Priority::kBackground, [this, plan](std::stop_token) { run(plan); });
}

void Checkpointer::run_last() {
  if (activity_) activity_->join();
  if (sequencer_.last_tick() == last_tick_ && dropped_.empty()) return;
  run(pin());
}

std::unique_ptr<Checkpointer::Plan> Checkpointer::pin() {
  auto plan = std::make_unique<Plan>();
  plan->tick = sequencer_.last_tick();
  last_begun_ns_ = clock_.monotonic_ns();
  last_tick_ = plan->tick;
  for (const ObjectId id : schema_.take_dropped()) dropped_.push_back(id);
  plan->dropped = dropped_;
  plan->jobs = sequencer_.circuit().pin_checkpoint();
  const WorldPtr world = world_.get();
  const auto pin = std::make_shared<storage::ReadPin>(registry_.pin("checkpoint", last_begun_ns_));
  for (const auto& [id, relation] : world->relations) {
    if (relation->rows() == nullptr) continue;
    const bool is_view = relation->object().as<catalog::MaterializedView>() != nullptr;
    if (is_view && !schema_.attached().contains(id)) continue;  // Still being built: not in this checkpoint.
    if (is_view) plan->blobs.emplace_back(errors_blob(id), relation->errors().save());
    auto dirty = std::make_shared<storage::DirtySegments>(relation->rows()->take_dirty());
    plan->jobs.push_back(
        {.write =
             [this, relation = relation, dirty, pin](storage::CheckpointWriter& writer) {
               storage::Reader reader = registry_.make_reader();
               reader.enter();
               Status written = relation->rows()->write_segments(pin->tick(), *dirty, writer);
               reader.leave();
               return written;
             },
         .give_back = [relation = relation, dirty] { relation->rows()->restore_dirty(std::move(*dirty)); }});
  }
  plan->blobs.emplace_back(kCatalogBlob, world->catalog->serialize());
  plan->blobs.emplace_back(kOffsetsBlob, encode_offsets(sequencer_.offsets()));
  plan->blobs.emplace_back(kViewsBlob, encode_ids(schema_.attached()));
  return plan;
}

Status Checkpointer::write(Plan& plan) {
  sequencer_.wait_durable(plan.tick);
  const std::unique_ptr<storage::CheckpointWriter> writer = store_.begin_checkpoint(plan.tick);
  if (!plan.dropped.empty()) {
    TRY(const std::unique_ptr<storage::CheckpointReader> reader, store_.checkpoint());
    for (const ArrangementId arrangement : reader->arrangements()) {
      const ObjectId owner(static_cast<uint32_t>(arrangement.value() >> 32));
      if (std::find(plan.dropped.begin(), plan.dropped.end(), owner) != plan.dropped.end()) {
        writer->drop_arrangement(arrangement);
      }
    }
  }
  for (const dataflow::CheckpointJob& job : plan.jobs) TRY(job.write(*writer));
  for (const auto& [name, bytes] : plan.blobs) writer->put_blob(name, bytes);
  return writer->commit();
}

void Checkpointer::run(const std::shared_ptr<Plan>& plan) {
  if (const Status written = write(*plan); !written) {
    log_error("checkpoint failed", {{"tick", plan->tick.value()}, {"error", written.error().message()}});
    sequencer_.call([this, plan] {
      for (const dataflow::CheckpointJob& job : plan->jobs) job.give_back();
      running_.store(false, std::memory_order_release);
    });
    return;
  }
  sequencer_.call([this, plan] {
    for (const ObjectId id : plan->dropped) std::erase(dropped_, id);
    completed_.fetch_add(1, std::memory_order_relaxed);
    running_.store(false, std::memory_order_release);
  });
}

std::string errors_blob(ObjectId view) { return "errors/" + std::to_string(view.value()); }

std::string encode_ids(const std::set<ObjectId>& ids) {
  ByteWriter out;
  out.varint(ids.size());
  for (const ObjectId id : ids) out.varint(id.value());
  return out.take();
}

Result<std::set<ObjectId>> decode_ids(std::string_view bytes) {
  ByteReader in(bytes);
  std::set<ObjectId> ids;
  for (uint64_t count = in.count(); count > 0; --count) ids.emplace(static_cast<uint32_t>(in.varint()));
  if (!in.ok()) return SqlError(sqlstate::kDataCorrupted, "the list of views cannot be read from the checkpoint");
  return ids;
}

}  // namespace millrace::engine
