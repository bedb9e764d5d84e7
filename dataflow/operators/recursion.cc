#include "dataflow/operators/recursion.h"

#include <algorithm>
#include <map>

#include "dataflow/nested_circuit.h"
#include "storage/hash_arrangement.h"

namespace millrace::dataflow {
namespace {

using storage::HashArrangement;

constexpr uint32_t kRound = 0;  // the working table's column

std::vector<SqlType> with_round(const std::vector<SqlType>& types) {
  std::vector<SqlType> out = {type_of(oid::kInt8)};
  out.insert(out.end(), types.begin(), types.end());
  return out;
}

storage::KeyColumns behind_round(size_t columns) {
  storage::KeyColumns out;
  for (uint32_t c = 1; c <= columns; ++c) out.emplace_back(c);
  return out;
}

// The first round that has a row, and there its spelling smallest by bytes.
class FirstRow final : public storage::MatchSink {
 public:
  explicit FirstRow(const RowLayout& layout) : layout_(layout) {}
  void on_matches(std::span<const storage::Match> matches) override {
    for (const storage::Match& match : matches) {
      if (match.weight <= 0) continue;
      const int64_t round = layout_.slot(match.row, kRound).i64;
      if (found_ && (round > round_ || (round == round_ && match.row >= row_))) continue;
      found_ = true;
      round_ = round;
      row_ = match.row;
    }
  }
  bool found() const { return found_; }
  int64_t round() const { return round_; }
  PackedRow row() const { return row_; }

 private:
  const RowLayout& layout_;
  bool found_ = false;
  int64_t round_ = 0;
  PackedRow row_;
};

class Recursion final : public Operator {
 public:
  Recursion(bool distinct, const std::vector<SqlType>& types, StateName state, std::unique_ptr<NestedCircuit> step)
      : distinct_(distinct),
        layout_(with_round(types)),
        key_(behind_round(types.size())),
        step_(std::move(step)),
        derived_(state.part(0), layout_, key_, storage::NullKeys::kEqual),
        members_(state.part(1), layout_, key_, storage::NullKeys::kEqual),
        broken_(state.part(2), RowLayout({type_of(oid::kInt8)}), storage::first_columns(1), storage::NullKeys::kEqual),
        moved_(layout_.types()) {}

  bool run_first() const override { return true; }  // the step may be
  // Between parts there may be a cycle, of which there is no end, that is not there in the end.
  bool takes_parts() const override { return false; }

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    if (broken_.row_count() > 0) return;
    rounds_.clear();
    size_t rows = 0;
    for (const DeltaBatch& batch : *inputs[0]) rounds_[0].changed.push_back(in_round(batch, 0));
    std::map<ObjectId, const Delta*> changes;
    for (size_t i = 1; i < inputs.size(); ++i) changes[recursion_input(i)] = inputs[i];
    step(changes, context, out);
    while (!rounds_.empty() && context.control.go_on()) {
      const int64_t number = rounds_.begin()->first;
      const Round round = std::move(rounds_.begin()->second);
      rounds_.erase(rounds_.begin());
      const Delta moved = distinct_ ? move_members(number, round) : round.changed;
      for (const DeltaBatch& batch : moved) {
        rows += batch.rows();
        out.add(without_round(batch));
      }
      if (rows > kRecursionRowsMax) return break_down(out);
      if (number >= kRecursionRoundsMax) {
        note_unfinished(moved, out);
      } else if (!moved.empty()) {
        step({{kWorkingTable, &moved}}, context, out);
      }
    }
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs = step_->pin_checkpoint();
    for (HashArrangement* state : {&derived_, &members_, &broken_}) jobs.push_back(pin_segments(*state));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(step_->restore(reader));
    for (HashArrangement* state : {&derived_, &members_, &broken_}) TRY(state->restore(reader));
    unfinished_ = 0;
    members_.scan([&](PackedRow row, int64_t) {
      if (layout_.slot(row, kRound).i64 >= kRecursionRoundsMax) ++unfinished_;
    });
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    step_->add_statistics(statistics);
    for (const HashArrangement* state : {&derived_, &members_}) {
      statistics.state_rows += state->row_count();
      statistics.state_bytes += state->bytes();
    }
  }

 private:
  struct Round {
    Delta changed;  // of C
    Delta again;    // rows that an earlier round lost: this one may have them
  };

  // Runs the step and sorts what it gives by rounds.
  void step(const std::map<ObjectId, const Delta*>& changes, const StepContext& context, OperatorOutput& out) {
    OperatorOutput given;
    given.begin(context.control, nullptr);
    step_->step(changes, context, given);
    std::move(given.errors.begin(), given.errors.end(), std::back_inserter(out.errors));
    for (const DeltaBatch& batch : given.rows) {
      std::map<int64_t, std::vector<uint32_t>> by_round;
      for (uint32_t row = 0; row < batch.rows(); ++row) by_round[batch.column(kRound).slot(row).i64].push_back(row);
      for (const auto& [round, rows] : by_round) {
        rounds_[round].changed.push_back(by_round.size() == 1 ? batch : batch.gather(rows));
      }
    }
  }

  DeltaBatch in_round(const DeltaBatch& batch, int64_t round) const {
    ColumnBuilder rounds(type_of(oid::kInt8));
    for (size_t row = 0; row < batch.rows(); ++row) rounds.append<int64_t>(round);
    std::vector<ColumnPtr> columns = {rounds.finish()};
    columns.insert(columns.end(), batch.columns().begin(), batch.columns().end());
    return batch.with_columns(std::move(columns));
  }
  static DeltaBatch without_round(const DeltaBatch& batch) {
    return batch.with_columns({batch.columns().begin() + 1, batch.columns().end()});
  }

  // --- UNION

  struct Candidate {
    uint64_t hash;
    const DeltaBatch* batch;
    uint32_t row;
  };

  // Takes the round's changes into C and gives those of W.
  Delta move_members(int64_t number, const Round& round) {
    std::vector<Candidate> candidates;
    std::vector<storage::WeightChange> changes;
    for (const DeltaBatch& batch : round.changed) {
      const std::vector<uint64_t> hashes = storage::hash_keys(batch, key_);
      changes.clear();
      derived_.apply(batch, hashes, changes);
      for (const storage::WeightChange& change : changes)
        candidates.push_back({hashes[change.row], &batch, change.row});
    }
    for (const DeltaBatch& batch : round.again) {
      const std::vector<uint64_t> hashes = storage::hash_keys(batch, key_);
      for (uint32_t row = 0; row < batch.rows(); ++row) candidates.push_back({hashes[row], &batch, row});
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.hash < b.hash; });
    for (size_t i = 0; i < candidates.size(); ++i) {
      bool again = false;  // the same row by another name has been settled
      for (size_t j = i; j-- > 0 && candidates[j].hash == candidates[i].hash && !again;) {
        const std::string other = layout_.pack(*candidates[j].batch, candidates[j].row);
        again = storage::keys_equal(*candidates[i].batch, candidates[i].row, key_, layout_, other, key_);
      }
      if (!again) settle(number, candidates[i]);
    }
    if (moved_.rows() == 0) return {};
    Delta moved = {moved_.finish()};
    members_.apply(moved[0]);
    return moved;
  }

  // Where the row is in W now, as far as the rounds up to this one tell.
  void settle(int64_t number, const Candidate& candidate) {
    FirstRow first(layout_);
    derived_.find_one(*candidate.batch, candidate.row, key_, candidate.hash, first);
    FirstRow member(layout_);
    members_.find_one(*candidate.batch, candidate.row, key_, candidate.hash, member);
    const bool here = first.found() && first.round() <= number;
    if (here && member.found() && first.row() == member.row()) return;
    if (member.found() && (here || member.round() <= number)) add(member.row(), -1);
    if (here) {
      add(first.row(), 1);
    } else if (first.found()) {
      DeltaBuilder again(layout_.types());
      layout_.unpack(first.row(), again);
      again.end_row(1);
      rounds_[first.round()].again.push_back(again.finish());
    }
  }

  void add(PackedRow row, int64_t weight) {
    layout_.unpack(row, moved_);
    moved_.end_row(weight);
  }

  // --- limits

  void note_unfinished(const Delta& moved, OperatorOutput& out) {
    const int64_t before = unfinished_;
    for (const DeltaBatch& batch : moved) {
      std::vector<storage::WeightChange> changes;
      if (distinct_) {  // members_ has them
        for (size_t row = 0; row < batch.rows(); ++row) unfinished_ += batch.weight(row);
        continue;
      }
      members_.apply(batch, storage::hash_keys(batch, key_), changes);
      for (const storage::WeightChange& change : changes) {
        unfinished_ += (change.after > 0 ? 1 : 0) - (change.before > 0 ? 1 : 0);
      }
    }
    if ((before > 0) == (unfinished_ > 0)) return;
    out.errors.push_back({SqlError(sqlstate::kStatementTooComplex,
                                   "the recursion has more than " + std::to_string(kRecursionRoundsMax) + " rounds")
                              .with_hint("Give the recursive term a condition that ends it."),
                          unfinished_ > 0 ? 1 : -1});
  }

  void break_down(OperatorOutput& out) {
    DeltaBuilder mark({type_of(oid::kInt8)});
    mark.column(0).append<int64_t>(1);
    mark.end_row(1);
    broken_.apply(mark.finish());
    rounds_.clear();
    out.clear_rows();
    out.errors.push_back(
        {SqlError(sqlstate::kStatementTooComplex,
                  "the recursion gave more than " + std::to_string(kRecursionRowsMax) + " rows at once")
             .with_hint("Give the recursive term a condition that ends it, and create the view anew."),
         1});
  }

  const bool distinct_;
  const RowLayout layout_;  // of the working table
  const storage::KeyColumns key_;
  std::unique_ptr<NestedCircuit> step_;
  HashArrangement derived_;  // C, of UNION
  HashArrangement members_;  // W, of UNION; of UNION ALL only the last round
  HashArrangement broken_;   // a row when the recursion is
  int64_t unfinished_ = 0;   // rows in the last round

  // Of the tick in progress.
  std::map<int64_t, Round> rounds_;
  DeltaBuilder moved_;
};

}  // namespace

Result<OperatorPtr> make_recursion(const RecursionNode& node, const std::vector<SqlType>& types, StateName state,
                                   StateName step, const expr::EvalContext& context) {
  TRY(std::unique_ptr<NestedCircuit> nested, NestedCircuit::make(step, *node.step, context));
  return OperatorPtr(std::make_unique<Recursion>(node.distinct, types, state, std::move(nested)));
}

}  // namespace millrace::dataflow
