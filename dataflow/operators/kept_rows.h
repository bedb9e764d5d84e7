// The rows that aggregate calls of one GROUP BY keep in order. Calls that want the same rows in the same order
// share them: min(x), max(x) and every percentile of x cost one tree.
#pragma once

#include <memory>
#include <vector>

#include "dataflow/operators/sequence_layout.h"
#include "dataflow/operators/stateful_call.h"
#include "storage/ordered_arrangement.h"

namespace millrace::dataflow {

struct KeptRows {
  KeptRows(SequenceLayout own_layout, ArrangementId state)
      : layout(std::move(own_layout)), rows(state, RowLayout(layout.types), layout.group, layout.order) {}

  const SequenceLayout layout;
  storage::OrderedArrangement rows;
};

class KeptRowsPool {
 public:
  struct Share {
    std::shared_ptr<KeptRows> rows;
    bool is_first;  // who got it first applies the ticks, and checkpoints it
  };
  Share get(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
            StateParts& parts);

 private:
  struct Entry {
    const AggregateCall* call;
    std::shared_ptr<KeptRows> rows;
  };
  std::vector<Entry> entries_;
};

// A call over kept rows: what is left to say is how its value is read from them.
class KeptRowsCall : public StatefulCall {
 public:
  explicit KeptRowsCall(KeptRowsPool::Share share) : kept_(std::move(share.rows)), is_first_(share.is_first) {}

  void apply(const CallRows& rows) final;
  std::vector<CheckpointJob> pin_checkpoint() final;
  Status restore(storage::CheckpointReader& reader) final;
  void add_statistics(Circuit::ViewStatistics& statistics) const final;

 protected:
  const SequenceLayout& layout() const { return kept_->layout; }
  const storage::OrderedArrangement& rows() const { return kept_->rows; }

 private:
  const std::shared_ptr<KeptRows> kept_;
  const bool is_first_;
};

// The laws, one a file.
std::unique_ptr<StatefulCall> make_extreme_call(const AggregateCall& call, const Columns& group,
                                                KeptRowsPool::Share share);
std::unique_ptr<StatefulCall> make_sequence_call(const AggregateCall& call, const Columns& group,
                                                 KeptRowsPool::Share share);
std::unique_ptr<StatefulCall> make_frequency_call(const AggregateCall& call, const Columns& group,
                                                  const std::vector<SqlType>& input_types, StateParts& parts);

}  // namespace millrace::dataflow
