#include "dataflow/operators/set_operation.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "dataflow/operators/representatives.h"
#include "dataflow/shared_arrangement.h"
#include "storage/group_table.h"

namespace millrace::dataflow {
namespace {

struct SideWeights {
  int64_t left = 0;
  int64_t right = 0;
};

class SetOperator final : public Operator {
 public:
  SetOperator(const SetOperationNode& node, const std::vector<SqlType>& types, StateName state)
      : operation_(node.operation),
        all_rows_(node.all),
        all_(storage::first_columns(types.size())),
        weights_(state.part(0), types, sizeof(SideWeights)),
        result_(types) {
    if (needs_representatives(types)) representatives_.emplace(state.part(1), types);
  }

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    const DeltaBatch changes = both(inputs);
    if (changes.empty()) return;
    size_t left_rows = 0;
    for (const DeltaBatch& batch : *inputs[0]) left_rows += batch.rows();
    const std::vector<uint64_t> hashes = storage::hash_keys(changes, all_);
    std::vector<char*> payloads(changes.rows());
    weights_.find_or_insert(changes, all_, hashes, payloads);

    struct Touched {
      uint32_t row;
      const char* payload;
      SideWeights before;
    };
    std::vector<Touched> touched;
    std::unordered_map<const char*, size_t> seen;
    for (uint32_t row = 0; row < changes.rows(); ++row) {
      SideWeights weights = read(payloads[row]);
      if (seen.try_emplace(payloads[row], touched.size()).second) touched.push_back({row, payloads[row], weights});
      (row < left_rows ? weights.left : weights.right) += changes.weight(row);
      std::memcpy(payloads[row], &weights, sizeof weights);
    }
    std::vector<SideWeights> after;
    for (const Touched& group : touched) after.push_back(read(group.payload));
    if (representatives_) {
      // What stands for each group is retracted as it was and inserted as it is: a row of the left input.
      for (const Touched& group : touched) append_named(changes, group.row, -shown(group.before));
      if (left_rows > 0) representatives_->apply(concatenate(*inputs[0]));
      for (size_t i = 0; i < touched.size(); ++i) append_named(changes, touched[i].row, shown(after[i]));
    } else {
      for (size_t i = 0; i < touched.size(); ++i) {
        const int64_t change = shown(after[i]) - shown(touched[i].before);
        if (change != 0) result_.append_row(changes, touched[i].row, change);
      }
    }
    std::vector<uint32_t> gone;
    for (size_t i = 0; i < touched.size(); ++i) {
      if (after[i].left == 0 && after[i].right == 0) gone.push_back(touched[i].row);
    }
    if (!gone.empty()) weights_.erase(changes, gone, all_, hashes);
    if (result_.rows() > 0) out.add(result_.finish());
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_segments(weights_));
    if (representatives_) jobs.push_back(representatives_->pin_checkpoint());
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(weights_.restore(reader));
    if (representatives_) TRY(representatives_->restore(reader));
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += weights_.group_count();
    statistics.state_bytes += weights_.bytes();
    if (representatives_) representatives_->add_statistics(statistics);
  }

 private:
  static SideWeights read(const char* payload) {
    SideWeights weights;
    std::memcpy(&weights, payload, sizeof weights);
    return weights;
  }

  int64_t shown(const SideWeights& weights) const {
    const int64_t a = std::max<int64_t>(weights.left, 0);
    const int64_t b = std::max<int64_t>(weights.right, 0);
    switch (operation_) {
      case SetOperation::kIntersect: return all_rows_ ? std::min(a, b) : (a > 0 && b > 0 ? 1 : 0);
      case SetOperation::kExcept: return all_rows_ ? std::max<int64_t>(a - b, 0) : (a > 0 && b == 0 ? 1 : 0);
    }
    MILLRACE_UNREACHABLE("set operation");
  }

  // Both inputs' changes in one batch, the left one's first.
  static DeltaBatch both(std::span<const Delta* const> inputs) {
    Delta joined = *inputs[0];
    joined.insert(joined.end(), inputs[1]->begin(), inputs[1]->end());
    return joined.empty() ? DeltaBatch() : concatenate(joined);
  }

  // Under the group's representative.
  void append_named(const DeltaBatch& changes, uint32_t row, int64_t weight) {
    if (weight == 0) return;
    MILLRACE_CHECK(representatives_->append(changes, row, result_), "a shown row without members");
    result_.end_row(weight);
  }

  const SetOperation operation_;
  const bool all_rows_;
  const storage::KeyColumns all_;
  storage::GroupTable weights_;
  std::optional<Representatives> representatives_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_set_operation(const SetOperationNode& node, const std::vector<SqlType>& types,
                                       StateName state) {
  return OperatorPtr(std::make_unique<SetOperator>(node, types, state));
}

}  // namespace millrace::dataflow
