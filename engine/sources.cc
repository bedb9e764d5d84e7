#include "engine/sources.h"

#include <chrono>
#include <condition_variable>

#include "base/log.h"

namespace millrace::engine {
namespace {

constexpr int64_t kPollMs = 100;

size_t row_count(const ingest::SourceBatch& batch) {
  size_t rows = 0;
  for (const Delta& delta : batch.outputs) {
    for (const DeltaBatch& part : delta) rows += part.rows();
  }
  return rows;
}

}  // namespace

// What the reader's thread, the tick thread and status queries share; outlives the pump in callbacks that
// the sequencer still holds.
struct PumpProgress {
  mutable std::mutex mutex;
  std::condition_variable changed;
  SourceStatus status;
  int in_flight = 0;
  bool stopping = false;
};

class Sources::Pump {
 public:
  Pump(Sources& owner, const World& world, ObjectId source, const ingest::OffsetVector& from)
      : owner_(owner), source_(source), name_(world.catalog->find(source)->name.name) {
    progress_->status.source = source;
    Result<std::unique_ptr<ingest::SourceReader>> reader =
        ingest::open_reader(describe_source(world, source), from, std::nullopt, owner.clock_);
    if (!reader) {
      stall(reader.error());
      return;
    }
    reader_ = *std::move(reader);
    activity_ = owner.executor_.spawn("src " + name_, Priority::kNormal, [this](std::stop_token stop) { run(stop); });
  }

  ~Pump() {
    if (activity_) activity_->request_stop();
    {
      const std::scoped_lock lock(progress_->mutex);
      progress_->stopping = true;
    }
    progress_->changed.notify_all();
    activity_.reset();
  }

  SourceStatus status() const {
    const std::scoped_lock lock(progress_->mutex);
    return progress_->status;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested() && wait_for_room()) {
      Result<ingest::SourceBatch> batch = reader_->poll(kTickRowsMax / 2, kPollMs);
      if (!batch) {
        stall(batch.error());
        return;
      }
      const bool finished = batch->finished;
      note_progress();
      if (batch->records > 0) hand_over(*std::move(batch));
      if (finished) {
        finish();
        return;
      }
    }
  }

  // "finished" is a promise to whoever waits for it: every row can be read.
  void finish() {
    std::unique_lock lock(progress_->mutex);
    progress_->changed.wait(lock, [this] { return progress_->stopping || progress_->in_flight == 0; });
    if (progress_->in_flight == 0) progress_->status.state = SourceState::kFinished;
  }

  // False: stopping.
  bool wait_for_room() {
    std::unique_lock lock(progress_->mutex);
    while (!progress_->stopping && (progress_->in_flight >= kBatchesInFlight || owner_.over_memory_limit_())) {
      progress_->changed.wait_for(lock, std::chrono::milliseconds(kPollMs));
    }
    return !progress_->stopping;
  }

  void hand_over(ingest::SourceBatch batch) {
    const size_t rows = row_count(batch);
    {
      const std::scoped_lock lock(progress_->mutex);
      ++progress_->in_flight;
    }
    owner_.sequencer_.submit({.source = source_, .batch = std::move(batch), .rows = rows},
                             [progress = progress_, rows](TickId) {
                               const std::scoped_lock lock(progress->mutex);
                               --progress->in_flight;
                               progress->status.rows += rows;
                               progress->changed.notify_all();
                             });
  }

  void note_progress() {
    std::vector<ingest::PartitionStatus> partitions = reader_->partitions();
    std::string trouble = reader_->trouble();
    const std::scoped_lock lock(progress_->mutex);
    progress_->status.state = SourceState::kRunning;
    progress_->status.partitions = std::move(partitions);
    progress_->status.error = std::move(trouble);
  }

  void stall(const SqlError& error) {
    log_error("source stalled", {{"source", name_}, {"error", error.message()}});
    const std::scoped_lock lock(progress_->mutex);
    progress_->status.state = SourceState::kStalled;
    progress_->status.error = error.message();
    if (!error.detail().empty()) progress_->status.error += " (" + error.detail() + ")";
  }

  Sources& owner_;
  const ObjectId source_;
  const std::string name_;
  const std::shared_ptr<PumpProgress> progress_ = std::make_shared<PumpProgress>();
  std::unique_ptr<ingest::SourceReader> reader_;
  std::unique_ptr<Activity> activity_;
};

Sources::Sources(Clock& clock, Executor& executor, Sequencer& sequencer, std::function<bool()> over_memory_limit)
    : clock_(clock), executor_(executor), sequencer_(sequencer), over_memory_limit_(std::move(over_memory_limit)) {}

Sources::~Sources() { stop_all(); }

void Sources::start(const World& world, ObjectId source, const ingest::OffsetVector& from) {
  const std::scoped_lock lock(mutex_);
  pumps_[source] = std::make_unique<Pump>(*this, world, source, from);
}

void Sources::stop(ObjectId source) {
  std::unique_ptr<Pump> pump;
  const std::scoped_lock lock(mutex_);
  const auto found = pumps_.find(source);
  if (found == pumps_.end()) return;
  pump = std::move(found->second);
  pumps_.erase(found);
}

void Sources::stop_all() {
  std::map<ObjectId, std::unique_ptr<Pump>> pumps;
  {
    const std::scoped_lock lock(mutex_);
    pumps.swap(pumps_);
  }
}

std::vector<SourceStatus> Sources::statuses() const {
  const std::scoped_lock lock(mutex_);
  std::vector<SourceStatus> result;
  for (const auto& [source, pump] : pumps_) result.push_back(pump->status());
  return result;
}

ingest::SourceDescription describe_source(const World& world, ObjectId source) {
  ingest::SourceDescription description;
  description.catalog = world.catalog.get();
  description.source = world.catalog->find(source);
  const auto& from = description.source->as<catalog::Source>()->from;
  if (const auto* kafka = std::get_if<catalog::KafkaSource>(&from)) {
    description.connection = world.catalog->find(kafka->connection);
  }
  for (const World::SourceOutput& output : world.outputs_of(source)) {
    if (description.relations.size() <= output.number) description.relations.resize(output.number + 1);
    description.relations[output.number] = world.catalog->find(output.relation)->columns;
  }
  return description;
}

}  // namespace millrace::engine
