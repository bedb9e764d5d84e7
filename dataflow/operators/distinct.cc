#include "dataflow/operators/distinct.h"

#include "dataflow/operators/aggregate.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/shared_arrangement.h"
#include "storage/hash_arrangement.h"

namespace millrace::dataflow {
namespace {

class Distinct final : public Operator {
 public:
  Distinct(const std::vector<SqlType>& types, ArrangementId state)
      : all_(storage::first_columns(types.size())),
        rows_(state, RowLayout(types), all_, storage::NullKeys::kEqual),
        result_(types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    std::vector<storage::WeightChange> changes;
    for (const DeltaBatch& batch : *inputs[0]) {
      changes.clear();
      rows_.apply(batch, storage::hash_keys(batch, all_), changes);
      for (const storage::WeightChange& change : changes) {
        if ((change.before > 0) == (change.after > 0)) continue;
        result_.append_row(batch, change.row, change.after > 0 ? 1 : -1);
      }
    }
    if (result_.rows() > 0) out.add(result_.finish());
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_segments(rows_));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override { return rows_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += rows_.row_count();
    statistics.state_bytes += rows_.bytes();
  }

 private:
  const storage::KeyColumns all_;
  storage::HashArrangement rows_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_distinct(const std::vector<SqlType>& types, StateName state) {
  if (needs_representatives(types) || types.empty()) {
    AggregateNode node{.input = 0, .group = {}, .calls = {}};
    for (uint32_t c = 0; c < types.size(); ++c) node.group.push_back(c);
    if (!types.empty()) return make_aggregate(node, types, types, state);
  }
  return OperatorPtr(std::make_unique<Distinct>(types, state.part(0)));
}

}  // namespace millrace::dataflow
