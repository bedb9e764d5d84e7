// Sequences at work: numbers handed out once, whoever rolls back, whatever crashes.
//
// A sequence's row says how far it has been given away. Numbers are reserved ahead, kReservedAhead at a time:
// the row is moved (a tick of its own, on disk) before the first of them is handed out, so a crash can only
// lose numbers, never give one twice. Between reservations next() is an addition under a mutex.
//
// Threads: any but the tick thread, which the reservation waits for.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "engine/world.h"
#include "expr/sequence_access.h"
#include "types/delta_batch.h"

namespace millrace::engine {

class Database;

constexpr int64_t kReservedAhead = 32;

// Where a sequence stands.
struct SequencePosition {
  int64_t last_value = 1;
  bool is_called = false;  // else last_value itself is the next one

  // The number after this one. 2200H at the end.
  Result<SequencePosition> next(const catalog::Object& sequence) const;
};

// The row of a sequence that stands there.
DeltaBatch sequence_row(const SequencePosition& position, int64_t weight);
SequencePosition initial_position(const catalog::Sequence& sequence);

// What the process knows of one sequence; beside its relation.
class SequenceState {
 public:
  Result<int64_t> next(const catalog::Object& sequence, Database& database);
  Status set(const catalog::Object& sequence, SequencePosition position, Database& database);
  // Where it really stands, not how far it is reserved.
  Result<SequencePosition> position(const catalog::Object& sequence, Database& database);

 private:
  Status load(const catalog::Object& sequence, Database& database);
  // Moves the durable row.
  Status move_row(const catalog::Object& sequence, SequencePosition to, Database& database);

  std::mutex mutex_;
  bool loaded_ = false;
  SequencePosition position_;  // handed out
  SequencePosition durable_;   // in the row: `position_` or further
  int64_t left_ = 0;           // numbers between the two
};

// A session's sequences: remembers what it was given. Those that its open transaction made live here until
// it commits.
class SessionSequences final : public expr::SequenceAccess {
 public:
  explicit SessionSequences(Database& database) : database_(database) {}

  // Of the open transaction.
  void use(catalog::CatalogPtr catalog, bool read_only) {
    catalog_ = std::move(catalog);
    read_only_ = read_only;
  }
  Result<int64_t> next(ObjectId sequence) override;
  Result<int64_t> current(ObjectId sequence) override;
  Result<int64_t> last() override;
  Status set(ObjectId sequence, int64_t value, bool is_called) override;

  Result<SequencePosition> position(ObjectId sequence);
  // A sequence that the transaction made: where it stood when it ended.
  SequencePosition take_new(const catalog::Object& sequence);
  void end_transaction() { new_.clear(); }

 private:
  // 25006.
  Status check_writable(const char* function) const;
  // 42809.
  Result<const catalog::Object*> find(ObjectId sequence) const;
  SequencePosition& new_position(const catalog::Object& sequence);

  Database& database_;
  catalog::CatalogPtr catalog_;
  bool read_only_ = false;
  std::map<ObjectId, int64_t> given_;
  std::optional<ObjectId> last_;
  std::map<ObjectId, SequencePosition> new_;
};

}  // namespace millrace::engine
