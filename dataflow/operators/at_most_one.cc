#include "dataflow/operators/at_most_one.h"

#include <cstring>

#include "dataflow/operators/match_rows.h"
#include "dataflow/shared_arrangement.h"
#include "storage/group_table.h"

namespace millrace::dataflow {
namespace {

class AtMostOne final : public Operator {
 public:
  AtMostOne(const AtMostOneNode& node, const std::vector<SqlType>& types, ArrangementId state)
      : partition_(key_columns(node.partition)), counts_(state, types_at(types, node.partition), sizeof(int64_t)) {}

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    for (const DeltaBatch& batch : *inputs[0]) {
      out.add(batch);
      count(batch, out);
    }
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_segments(counts_));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override { return counts_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += counts_.group_count();
    statistics.state_bytes += counts_.bytes();
  }

 private:
  void count(const DeltaBatch& batch, OperatorOutput& out) {
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, partition_);
    std::vector<char*> payloads(batch.rows());
    counts_.find_or_insert(batch, partition_, hashes, payloads);
    std::vector<uint32_t> gone;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      int64_t before;
      std::memcpy(&before, payloads[row], sizeof before);
      const int64_t after = before + batch.weight(row);
      std::memcpy(payloads[row], &after, sizeof after);
      if ((before > 1) == (after > 1)) continue;
      out.errors.push_back(
          {SqlError(sqlstate::kCardinalityViolation, "more than one row returned by a subquery used as an expression"),
           after > 1 ? 1 : -1});
    }
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      int64_t weight;
      std::memcpy(&weight, payloads[row], sizeof weight);
      if (weight == 0) gone.push_back(row);
    }
    if (!gone.empty()) counts_.erase(batch, gone, partition_, hashes);
  }

  const storage::KeyColumns partition_;
  storage::GroupTable counts_;
};

}  // namespace

Result<OperatorPtr> make_at_most_one(const AtMostOneNode& node, const std::vector<SqlType>& types, StateName state) {
  return OperatorPtr(std::make_unique<AtMostOne>(node, types, state.part(0)));
}

}  // namespace millrace::dataflow
