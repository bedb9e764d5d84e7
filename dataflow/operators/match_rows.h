// Building a join's output rows: columns of a row in flight beside columns of a row at rest.
#pragma once

#include "dataflow/circuit_plan.h"
#include "dataflow/operator.h"
#include "dataflow/shared_arrangement.h"
#include "expr/program.h"
#include "types/row_layout.h"

namespace millrace::dataflow {

// Both inputs of a join and the state of each, keyed by the join's keys.
struct JoinSides {
  const SharedArrangement* left;
  const SharedArrangement* right;  // null for semi and anti joins without residual: they only count
  const std::vector<SqlType>& left_types;
  const std::vector<SqlType>& right_types;
};

storage::KeyColumns key_columns(const Columns& columns);

// Appends rows (left columns, right columns); tests the residual on whole batches of them.
//
// A pair is two places until it is flushed: the columns are then made one by one, each in one loop over the pairs.
// So the batches and the packed rows given to add() have to stay where they are until the next flush().
class PairBuilder {
 public:
  static Result<PairBuilder> make(const JoinSides& sides, const expr::ExprPtr& residual);

  // Where pairs that pass the residual go: the batch, and for each row the number given to add().
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void on_pairs(const DeltaBatch& pairs, std::span<const uint32_t> numbers) = 0;
  };

  void add(const DeltaBatch& left, size_t left_row, const RowLayout& layout, PackedRow right, int64_t weight,
           uint32_t number);
  void add(const RowLayout& layout, PackedRow left, const DeltaBatch& right, size_t right_row, int64_t weight,
           uint32_t number);
  void add(const DeltaBatch& left, size_t left_row, const DeltaBatch& right, size_t right_row, int64_t weight,
           uint32_t number);
  bool full() const { return weights_.size() >= kBatchRows; }
  // Hands over what has been added. Pairs on which the residual fails go to `errors`.
  void flush(const StepContext& context, std::vector<ErrorChange>& errors, Sink& sink);

 private:
  // Where one side's rows of the pending pairs are: in a batch, or packed.
  struct Pending {
    const DeltaBatch* batch = nullptr;
    const RowLayout* layout = nullptr;
    std::vector<uint32_t> rows;
    std::vector<PackedRow> packed;
  };

  PairBuilder(const JoinSides& sides, std::optional<expr::ExprProgram> residual);

  // Later pairs come from these; those before them go into the columns first when they came from elsewhere.
  void take_from(const DeltaBatch* left, const RowLayout* left_layout, const DeltaBatch* right,
                 const RowLayout* right_layout);
  void append_pending();
  void append_side(Pending& side, std::span<ColumnBuilder> columns);
  void end_pair(int64_t weight, uint32_t number) {
    weights_.push_back(weight);
    numbers_.push_back(number);
  }

  size_t left_columns_;
  std::vector<ColumnBuilder> columns_;
  Pending left_;
  Pending right_;
  std::vector<int64_t> weights_;
  std::vector<uint32_t> numbers_;
  std::optional<expr::ExprProgram> residual_;
};

// Finds pairs within one tick's two deltas by key.
class DeltaIndex {
 public:
  // Indexes `delta` by `key`; NULL keys are left out unless `null_safe`.
  DeltaIndex(const Delta& delta, const storage::KeyColumns& key, bool null_safe);

  bool empty() const { return entries_.empty(); }
  // Calls visit(batch, row) for each indexed row whose key equals that of row `row` of `probe`.
  template <class Visit>
  void find(const DeltaBatch& probe, size_t row, const storage::KeyColumns& probe_key, uint64_t hash,
            Visit visit) const {
    const auto [begin, end] = std::equal_range(entries_.begin(), entries_.end(), Entry{hash, 0, 0}, by_hash);
    for (auto entry = begin; entry != end; ++entry) {
      const DeltaBatch& batch = delta_[entry->batch];
      if (same_key(batch, entry->row, probe, row, probe_key)) visit(batch, entry->row);
    }
  }

 private:
  struct Entry {
    uint64_t hash;
    uint32_t batch;
    uint32_t row;
  };
  static bool by_hash(const Entry& a, const Entry& b) { return a.hash < b.hash; }
  bool same_key(const DeltaBatch& batch, size_t row, const DeltaBatch& probe, size_t probe_row,
                const storage::KeyColumns& probe_key) const;

  const Delta& delta_;
  const storage::KeyColumns& key_;
  std::vector<Entry> entries_;  // by hash, then in the delta's order
};

}  // namespace millrace::dataflow
