#include "engine/sequences.h"

#include <condition_variable>

#include "engine/database.h"
#include "storage/served_index.h"

namespace millrace::engine {
namespace {

constexpr SqlState kSequenceGeneratorLimitExceeded("2200H");

SqlError limit_reached(const catalog::Object& sequence, const char* which, int64_t limit) {
  return SqlError(kSequenceGeneratorLimitExceeded, "nextval: reached " + std::string(which) + " value of sequence \"" +
                                                       sequence.name.name + "\" (" + std::to_string(limit) + ")");
}

// Commits and waits for the disk.
Status commit_now(CommitRequest request, Database& database) {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Status> outcome;
  request.done = [&](Result<TickId> committed) {
    const std::scoped_lock lock(mutex);
    outcome = committed ? Status() : Status(std::move(committed).error());
    ended.notify_one();
  };
  database.sequencer().submit(std::move(request));
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

}  // namespace

Result<SequencePosition> SequencePosition::next(const catalog::Object& sequence) const {
  if (!is_called) return SequencePosition{last_value, true};
  const auto& rules = *sequence.as<catalog::Sequence>();
  int64_t value = 0;
  const bool overflow = __builtin_add_overflow(last_value, rules.increment, &value);
  if (rules.increment > 0 && (overflow || value > rules.maximum)) {
    if (!rules.cycle) return limit_reached(sequence, "maximum", rules.maximum);
    value = rules.minimum;
  } else if (rules.increment < 0 && (overflow || value < rules.minimum)) {
    if (!rules.cycle) return limit_reached(sequence, "minimum", rules.minimum);
    value = rules.maximum;
  }
  return SequencePosition{value, true};
}

DeltaBatch sequence_row(const SequencePosition& position, int64_t weight) {
  DeltaBuilder builder({type_of(oid::kInt8), type_of(oid::kInt8), type_of(oid::kBool)});
  builder.column(0).append(position.last_value);
  builder.column(1).append(int64_t{0});
  builder.column(2).append(static_cast<int8_t>(position.is_called));
  builder.end_row(weight);
  return builder.finish();
}

SequencePosition initial_position(const catalog::Sequence& sequence) { return {sequence.start, false}; }

Status SequenceState::load(const catalog::Object& sequence, Database& database) {
  if (loaded_) return {};
  const WorldPtr world = database.world().get();
  const Relation* relation = world->find(sequence.id);
  const auto pin = database.registry().pin("sequence", database.clock().monotonic_ns());
  storage::Reader reader = database.registry().make_reader();
  reader.enter();
  storage::ServedIndex::Scan scan(*relation->rows(), pin.tick());
  const DeltaBatch rows = scan.next();
  if (rows.empty()) {
    return SqlError(sqlstate::kDataCorrupted, "sequence \"" + sequence.name.name + "\" has no row");
  }
  durable_ = {rows.column(0).value<int64_t>(0), rows.column(2).value<int8_t>(0) != 0};
  position_ = durable_;
  left_ = 0;
  loaded_ = true;
  return {};
}

Status SequenceState::move_row(const catalog::Object& sequence, SequencePosition to, Database& database) {
  CommitRequest request;
  request.writes[sequence.id] = {sequence_row(durable_, -1), sequence_row(to, 1)};
  TRY(commit_now(std::move(request), database));
  durable_ = to;
  return {};
}

Result<int64_t> SequenceState::next(const catalog::Object& sequence, Database& database) {
  const std::scoped_lock lock(mutex_);
  TRY(load(sequence, database));
  TRY(const SequencePosition wanted, position_.next(sequence));
  if (left_ == 0) {
    SequencePosition ahead = wanted;
    int64_t reserved = 1;
    for (; reserved < kReservedAhead; ++reserved) {
      const Result<SequencePosition> further = ahead.next(sequence);
      if (!further) break;  // Near its end: what is left.
      ahead = *further;
    }
    TRY(move_row(sequence, ahead, database));
    left_ = reserved;
  }
  --left_;
  position_ = wanted;
  return position_.last_value;
}

Status SequenceState::set(const catalog::Object& sequence, SequencePosition position, Database& database) {
  const std::scoped_lock lock(mutex_);
  TRY(load(sequence, database));
  TRY(move_row(sequence, position, database));
  position_ = position;
  left_ = 0;
  return {};
}

Result<SequencePosition> SequenceState::position(const catalog::Object& sequence, Database& database) {
  const std::scoped_lock lock(mutex_);
  TRY(load(sequence, database));
  return position_;
}

Result<const catalog::Object*> SessionSequences::find(ObjectId sequence) const {
  const catalog::Object* object = catalog_ == nullptr ? nullptr : catalog_->find(sequence);
  if (object == nullptr) {
    return SqlError(sqlstate::kUndefinedTable,
                    "relation with OID " + std::to_string(sequence.value()) + " does not exist");
  }
  if (object->as<catalog::Sequence>() == nullptr) {
    return SqlError(sqlstate::kWrongObjectType, "\"" + object->name.name + "\" is not a sequence");
  }
  return object;
}

SequencePosition& SessionSequences::new_position(const catalog::Object& sequence) {
  return new_.try_emplace(sequence.id, initial_position(*sequence.as<catalog::Sequence>())).first->second;
}

Status SessionSequences::check_writable(const char* function) const {
  if (!read_only_) return {};
  return SqlError(sqlstate::kReadOnlySqlTransaction,
                  "cannot execute " + std::string(function) + "() in a read-only transaction");
}

Result<int64_t> SessionSequences::next(ObjectId sequence) {
  TRY(check_writable("nextval"));
  TRY(const catalog::Object* object, find(sequence));
  int64_t value = 0;
  const WorldPtr world = database_.world().get();
  if (Relation* relation = world->find(sequence)) {
    TRY(value, relation->sequence()->next(*object, database_));
  } else {
    SequencePosition& position = new_position(*object);
    TRY(position, position.next(*object));
    value = position.last_value;
  }
  given_[sequence] = value;
  last_ = sequence;
  return value;
}

Result<int64_t> SessionSequences::current(ObjectId sequence) {
  TRY(const catalog::Object* object, find(sequence));
  const auto found = given_.find(sequence);
  if (found != given_.end()) return found->second;
  return SqlError(sqlstate::kObjectNotInPrerequisiteState,
                  "currval of sequence \"" + object->name.name + "\" is not yet defined in this session");
}

Result<int64_t> SessionSequences::last() {
  if (last_ && catalog_->find(*last_) != nullptr) return given_.at(*last_);
  return SqlError(sqlstate::kObjectNotInPrerequisiteState, "lastval is not yet defined in this session");
}

Status SessionSequences::set(ObjectId sequence, int64_t value, bool is_called) {
  TRY(check_writable("setval"));
  TRY(const catalog::Object* object, find(sequence));
  const auto& rules = *object->as<catalog::Sequence>();
  if (value < rules.minimum || value > rules.maximum) {
    return SqlError(sqlstate::kNumericValueOutOfRange,
                    "setval: value " + std::to_string(value) + " is out of bounds for sequence \"" + object->name.name +
                        "\" (" + std::to_string(rules.minimum) + ".." + std::to_string(rules.maximum) + ")");
  }
  const WorldPtr world = database_.world().get();
  if (Relation* relation = world->find(sequence)) {
    TRY(relation->sequence()->set(*object, {value, is_called}, database_));
  } else {
    new_position(*object) = {value, is_called};
  }
  if (is_called) given_[sequence] = value;
  return {};
}

Result<SequencePosition> SessionSequences::position(ObjectId sequence) {
  TRY(const catalog::Object* object, find(sequence));
  const WorldPtr world = database_.world().get();
  if (Relation* relation = world->find(sequence)) {
    return relation->sequence()->position(*object, database_);
  }
  return new_position(*object);
}

SequencePosition SessionSequences::take_new(const catalog::Object& sequence) { return new_position(sequence); }

}  // namespace millrace::engine
