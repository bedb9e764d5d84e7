// One aggregate call within a GROUP BY: its state for each group, and its answer.
//
// Two laws, two files. A linear call (count, sum, avg, variance) lives in the group's own payload and
// is updated by addition. An ordered call (min, max) keeps the group's values in order and looks at one
// end; the payload holds nothing of it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "dataflow/circuit_plan.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/state_name.h"
#include "storage/group_table.h"
#include "storage/ordered_arrangement.h"

namespace millrace::dataflow {

// The value of a call for a group: NULL, a slot, or the error that stands in its place.
using CallValue = Result<std::optional<Slot>>;

// The rows of the tick that count for one call: those its FILTER lets through, DISTINCT ones once.
struct CallRows {
  DeltaBatch batch;              // a part of the operator's input
  std::vector<uint32_t> origin;  // the input row of each
};

// Hands out the names of an operator's pieces of state.
class StateParts {
 public:
  StateParts(StateName state, uint32_t first) : state_(state), next_(first) {}
  ArrangementId take() { return state_.part(next_++); }

 private:
  StateName state_;
  uint32_t next_;
};

// Applies FILTER and DISTINCT. State: with DISTINCT a counter for each (group, arguments), and where equal
// values differ in their bytes all spellings of each: the smallest one is what the call sees.
class CallInput {
 public:
  CallInput(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
            StateParts& parts);

  CallRows select(const DeltaBatch& batch);

  std::vector<CheckpointJob> pin_checkpoint();
  Status restore(storage::CheckpointReader& reader);
  void add_statistics(Circuit::ViewStatistics& statistics) const;

 private:
  CallRows filtered(const DeltaBatch& batch) const;
  CallRows crossings(const CallRows& rows);
  CallRows crossings_of_spellings(const CallRows& rows);
  // A counter for each row of `batch`.
  std::vector<char*> counters(const DeltaBatch& batch, std::span<const uint64_t> hashes);
  void forget_zeros(const DeltaBatch& batch, std::span<const uint64_t> hashes, std::span<char* const> counters);

  const std::optional<uint32_t> filter_;
  Columns distinct_columns_;  // of the input: the group, then the arguments
  storage::KeyColumns distinct_key_;
  std::optional<storage::GroupTable> distinct_;
  std::optional<Representatives> spellings_;
};

// min and max.
class OrderedCall {
 public:
  OrderedCall(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
              ArrangementId state);

  void apply(const CallRows& rows);
  // For the group of that input row. The slot points into `arena`.
  std::optional<Slot> value(const DeltaBatch& input, size_t row, Arena& arena) const;

  CheckpointJob pin_checkpoint();
  Status restore(storage::CheckpointReader& reader) { return values_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const {
    statistics.state_rows += values_.row_count();
    statistics.state_bytes += values_.bytes();
  }

 private:
  const Columns stored_columns_;  // of the input: the group, then the argument
  const storage::KeyColumns group_;
  const bool greatest_;
  storage::OrderedArrangement values_;
};

}  // namespace millrace::dataflow
