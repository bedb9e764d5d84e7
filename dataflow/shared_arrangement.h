// An arrangement of one node's output that any number of operators read: kept by the circuit, which
// applies each tick's change to it after all operators have probed. Until then it is the pre-state.
#pragma once

#include <vector>

#include "dataflow/circuit.h"
#include "storage/hash_arrangement.h"

namespace millrace::dataflow {

class SharedArrangement {
 public:
  SharedArrangement(ArrangementId id, std::vector<SqlType> types, storage::KeyColumns key, storage::NullKeys nulls)
      : state_(id, RowLayout(std::move(types)), std::move(key), nulls) {}

  const storage::HashArrangement& state() const { return state_; }
  const storage::KeyColumns& key() const { return state_.key(); }

  void apply(const Delta& delta) {
    for (const DeltaBatch& batch : delta) state_.apply(batch);
  }

  CheckpointJob pin_checkpoint();
  Status restore(storage::CheckpointReader& reader) { return state_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const {
    statistics.state_rows += state_.row_count();
    statistics.state_bytes += state_.bytes();
  }

 private:
  storage::HashArrangement state_;
};

// The checkpoint job of any state with pin(), take_dirty(), write_segments() and restore_dirty().
// REQUIRES: `state` outlives the job's give_back; its pin does not need it.
template <class State>
CheckpointJob pin_segments(State& state) {
  auto dirty = std::make_shared<storage::DirtySegments>(state.take_dirty());
  auto pin = std::make_shared<storage::SnapshotPin>(state.pin("checkpoint", 0));
  return {
      .write = [dirty, pin](storage::CheckpointWriter& writer) { return State::write_segments(*pin, *dirty, writer); },
      .give_back = [dirty, &state] { state.restore_dirty(std::move(*dirty)); }};
}

inline CheckpointJob SharedArrangement::pin_checkpoint() { return pin_segments(state_); }

}  // namespace millrace::dataflow
