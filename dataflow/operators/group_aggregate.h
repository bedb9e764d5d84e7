// Which rows of a tick an aggregate call within a GROUP BY sees.
//
// A linear call (count, sum, avg, variance) lives in the group's own payload and is updated by addition. Other
// calls keep the group's rows (stateful_call.h); the payload holds nothing of them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "dataflow/circuit_plan.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/operators/stateful_call.h"
#include "storage/group_table.h"

namespace millrace::dataflow {

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

}  // namespace millrace::dataflow
