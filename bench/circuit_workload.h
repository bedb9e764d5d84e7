// A workload through a real circuit: one view over relations of integers, one worker.
#pragma once

#include <initializer_list>
#include <vector>

#include "base/rng.h"
#include "bench/workload.h"
#include "dataflow/circuit.h"

namespace millrace::bench {

inline constexpr ObjectId kLeft{1};
inline constexpr ObjectId kRight{2};
inline constexpr ObjectId kView{10};

// Nodes of a plan in a few words.
class PlanWriter {
 public:
  dataflow::NodeIndex add(dataflow::NodeKind kind, std::vector<SqlType> types);
  dataflow::NodeIndex input(ObjectId relation, std::vector<SqlType> types);
  dataflow::NodeIndex map(dataflow::NodeIndex input, std::vector<expr::ExprPtr> filters,
                          std::vector<expr::ExprPtr> outputs);
  dataflow::NodeIndex aggregate(dataflow::NodeIndex input, dataflow::Columns group,
                                std::vector<dataflow::AggregateCall> calls);
  dataflow::NodeIndex join(dataflow::NodeIndex left, dataflow::NodeIndex right, uint32_t left_key, uint32_t right_key);

  expr::ExprPtr column(dataflow::NodeIndex node, uint32_t index) const;
  expr::ExprPtr call(const std::string& symbol, expr::ExprPtr a, int64_t b) const;
  dataflow::AggregateCall aggregate_call(const std::string& name, dataflow::NodeIndex input,
                                         dataflow::Columns arguments) const;
  const std::vector<SqlType>& types(dataflow::NodeIndex node) const { return plan_.nodes[node].types; }
  // The last node is the root.
  dataflow::CircuitPlan finish();

 private:
  dataflow::CircuitPlan plan_;
};

class CircuitWorkload : public Workload {
 public:
  explicit CircuitWorkload(const Options& options);
  ~CircuitWorkload() override;

  void load() override;
  void prepare(size_t ticks) override;
  void run(size_t i) override;
  uint64_t answer() const override { return answer_; }
  uint64_t state_rows() const override { return circuit_->statistics(kView).state_rows; }
  uint64_t state_bytes() const override { return circuit_->statistics(kView).state_bytes; }

 protected:
  virtual dataflow::CircuitPlan plan() const = 0;
  // Feeds everything there is at first, a tick at a time, through step().
  virtual void load_rows() = 0;
  // Appends one change to the next tick of kLeft.
  virtual void append_change(DeltaBuilder& builder) = 0;
  // The types of kLeft.
  virtual std::vector<SqlType> types() const = 0;

  void step(const dataflow::InputChanges& changes);
  // Feeds `count` rows to a relation in batches of kBatchRows, several a tick.
  template <class AppendRow>
  void load_relation(ObjectId relation, const std::vector<SqlType>& row_types, uint64_t count, AppendRow append_row) {
    DeltaBuilder builder(row_types);
    dataflow::InputChanges changes;
    Delta& delta = changes[relation];
    for (uint64_t i = 0; i < count; ++i) {
      append_row(builder, i);
      builder.end_row(1);
      if (builder.rows() == kBatchRows || i + 1 == count) delta.push_back(builder.finish());
      if (delta.size() == 50 || i + 1 == count) {
        step(changes);
        delta.clear();
      }
    }
  }

  const Options options_;
  SplitMix64 random_{1};

  virtual uint64_t hash_row(const DeltaBatch& batch, size_t row) const;
  static uint64_t hash_values(std::initializer_list<int64_t> values);

 private:
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<dataflow::Circuit> circuit_;
  uint64_t tick_ = 0;
  uint64_t answer_ = 0;
  std::vector<dataflow::InputChanges> prepared_;
};

}  // namespace millrace::bench
