// What sessions see: the catalog and, beside each relation, where its rows are.
//
// A World is immutable and shared: DDL makes the next one between two ticks. A statement takes the newest
// one and a pin on a tick, and reads a database that stands still.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "dataflow/circuit.h"
#include "engine/unique_keys.h"
#include "expr/eval_context.h"
#include "storage/served_index.h"

namespace millrace::engine {

// The errors of one view, tick by tick: a view with a bad row answers the error while the row is there.
// Threads: apply() is the tick thread's; error_at() any.
class ViewErrors {
 public:
  // Adds what a tick changed. Call before the tick is published.
  void apply(TickId tick, const std::vector<dataflow::ErrorChange>& changes);
  // The error a read at `tick` answers, if any. Costs one load while the view never failed.
  std::optional<SqlError> error_at(TickId tick) const;
  // No errors from `tick` on.
  void clear(TickId tick);
  // For checkpoints.
  std::string save() const;
  Status load(std::string_view bytes);

 private:
  struct State {
    TickId since;
    std::optional<SqlError> first;  // by text, so that every replay answers the same one
  };
  static constexpr size_t kStatesKept = 64;

  void note(TickId tick);

  std::map<std::string, std::pair<SqlError, int64_t>> weights_;  // by text; tick thread only
  std::atomic<bool> ever_failed_{false};
  mutable std::mutex mutex_;
  std::vector<State> states_;  // ascending by tick
};

// Can a view's rows be read yet?
enum class Readiness : uint8_t {
  kReady,
  kHydrating,   // being built from what its inputs hold
  kCatchingUp,  // after a restart, its sources have not yet reached what was shown before
  kFailed,      // its hydration ended with an error
};

class SequenceState;  // sequences.h

// The run-time side of one table, view or source. Outlives its last reader: Worlds share it.
class Relation {
 public:
  Relation(catalog::ObjectPtr object, std::unique_ptr<storage::ServedIndex> rows);
  ~Relation();

  const catalog::Object& object() const { return *object_; }
  const catalog::ObjectPtr& object_ptr() const { return object_; }
  // Null for sources: their rows are in the log they come from.
  storage::ServedIndex* rows() const { return rows_.get(); }
  // Of a table; null otherwise. Tick thread only.
  UniqueKeys* unique_keys() { return unique_keys_ ? &*unique_keys_ : nullptr; }
  // Of a sequence; null otherwise.
  SequenceState* sequence() { return sequence_.get(); }
  ViewErrors& errors() { return errors_; }
  // No rows and no errors from `tick` on: the view is built anew. Tick thread, an entered reader; `published` is the
  // newest published tick.
  void clear(TickId published, TickId tick);
  const ViewErrors& errors() const { return errors_; }

  // A view that was built beside the ticks has rows from this tick on; a transaction may read at an older one.
  TickId readable_since() const { return TickId(readable_since_.load(std::memory_order_acquire)); }
  void set_readable_since(TickId tick) { readable_since_.store(tick.value(), std::memory_order_release); }
  // 55000 for a read at a tick before that.
  Status readable_at(TickId tick) const;

  Readiness readiness() const { return readiness_.load(std::memory_order_acquire); }
  void set_readiness(Readiness readiness, std::optional<SqlError> failure = {});
  // Between the two it is never kReady, only kCatchingUp.
  void hold();
  void release();
  // Why it failed. REQUIRES: kFailed.
  SqlError failure() const;
  // Calls back, from any thread, when the relation is ready or has failed; at once when it is already.
  void when_settled(std::function<void()> callback);

 private:
  catalog::ObjectPtr object_;
  std::unique_ptr<storage::ServedIndex> rows_;
  std::optional<UniqueKeys> unique_keys_;
  std::unique_ptr<SequenceState> sequence_;
  ViewErrors errors_;
  std::atomic<Readiness> readiness_{Readiness::kReady};
  std::atomic<uint64_t> readable_since_{0};
  mutable std::mutex mutex_;
  bool held_ = false;
  std::optional<SqlError> failure_;
  std::vector<std::function<void()>> waiting_;
};
using RelationPtr = std::shared_ptr<Relation>;

// What a materialized view's expressions may know besides their rows: its maker's settings, and nothing of who asks.
Result<expr::EvalContext> evaluation_context(const catalog::Object& view);

struct World {
  catalog::CatalogPtr catalog;
  std::map<ObjectId, RelationPtr> relations;
  uint64_t version = 0;  // grows with every change

  // Which relation takes a source's output of that number.
  struct SourceOutput {
    ObjectId relation;
    uint32_t number;
  };
  std::map<ObjectId, std::vector<SourceOutput>> outputs;  // by source

  const std::vector<SourceOutput>& outputs_of(ObjectId source) const;
  Relation* find(ObjectId id) const {
    const auto found = relations.find(id);
    return found == relations.end() ? nullptr : found->second.get();
  }
};
using WorldPtr = std::shared_ptr<const World>;

WorldPtr make_world(catalog::CatalogPtr catalog, std::map<ObjectId, RelationPtr> relations, uint64_t version);

// Holds the newest World. Threads: any.
class WorldHolder {
 public:
  explicit WorldHolder(WorldPtr world) : world_(std::move(world)) {}
  WorldPtr get() const {
    const std::scoped_lock lock(mutex_);
    return world_;
  }
  // The newest version without taking the World: a cheap test whether a cached one is still it.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  void set(WorldPtr world) {
    const std::scoped_lock lock(mutex_);
    version_.store(world->version, std::memory_order_release);
    world_ = std::move(world);
  }

 private:
  mutable std::mutex mutex_;
  WorldPtr world_;
  std::atomic<uint64_t> version_{0};
};

}  // namespace millrace::engine
