#include <unordered_map>

#include "dataflow/operators/match_tracker.h"

namespace millrace::dataflow {
namespace {

class RowTracker final : public MatchTracker {
 public:
  RowTracker(TrackedSide side, PairBuilder pairs, ArrangementId state)
      : side_(std::move(side)),
        pairs_(std::move(pairs)),
        counts_(state, RowLayout(side_.left_types), side_.left_key,
                side_.null_safe ? storage::NullKeys::kEqual : storage::NullKeys::kSkip),
        partners_(side_.left_types) {}

  void step(const Delta& left, const Delta& right, const StepContext& context, DeltaBuilder* matched,
            DeltaBuilder* unmatched) override {
    move_rows_whose_partners_changed(right, context, matched, unmatched);
    if (!left.empty()) place_left(concatenate(left), right, context, matched, unmatched);
  }

  CheckpointJob pin_checkpoint() override { return pin_segments(counts_); }
  Status restore(storage::CheckpointReader& reader) override { return counts_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += counts_.row_count();
    statistics.state_bytes += counts_.bytes();
  }

 private:
  // Collects { x : w(y) } for pairs (x, y): how the number of x's partners changes.
  class CountPartners final : public PairBuilder::Sink {
   public:
    CountPartners(size_t left_columns, DeltaBuilder& partners) : left_columns_(left_columns), partners_(partners) {}
    void on_pairs(const DeltaBatch& pairs, std::span<const uint32_t>) override {
      const DeltaBatch left = pairs.with_columns(
          {pairs.columns().begin(), pairs.columns().begin() + static_cast<std::ptrdiff_t>(left_columns_)});
      for (size_t row = 0; row < left.rows(); ++row) partners_.append_row(left, row, left.weight(row));
    }

   private:
    size_t left_columns_;
    DeltaBuilder& partners_;
  };

  template <class Add>
  class ForEachMatch final : public storage::MatchSink {
   public:
    ForEachMatch(const StepControl& control, Add add) : control_(control), add_(std::move(add)) {}
    void on_matches(std::span<const storage::Match> matches) override {
      if (enough()) return;
      for (const storage::Match& match : matches) add_(match);
    }
    bool enough() const override { return control_.stopped(); }

   private:
    const StepControl& control_;
    Add add_;
  };

  void move_rows_whose_partners_changed(const Delta& right, const StepContext& context, DeltaBuilder* matched,
                                        DeltaBuilder* unmatched) {
    CountPartners count(side_.left_types.size(), partners_);
    std::vector<ErrorChange> ignored;
    for (const DeltaBatch& batch : right) {
      ForEachMatch add(context.control, [&](const storage::Match& match) {
        pairs_.add(side_.left->state().layout(), match.row, batch, match.probe_row, batch.weight(match.probe_row), 0);
        if (pairs_.full()) pairs_.flush(context, ignored, count);
      });
      side_.left->state().find(batch, side_.right_key, storage::hash_keys(batch, side_.right_key), add);
    }
    pairs_.flush(context, ignored, count);
    if (partners_.rows() == 0) return;
    const DeltaBatch changed = partners_.finish();
    std::vector<storage::WeightChange> moves;
    counts_.apply(changed, storage::hash_keys(changed, side_.left_key), moves);
    for (const storage::WeightChange& move : moves) {
      if ((move.before > 0) == (move.after > 0)) continue;
      const int64_t weight = side_.left->state().weight_of(changed, move.row);
      const int64_t sign = move.after > 0 ? 1 : -1;
      if (matched != nullptr) matched->append_row(changed, move.row, sign * weight);
      if (unmatched != nullptr) unmatched->append_row(changed, move.row, -sign * weight);
    }
  }

  void place_left(const DeltaBatch& batch, const Delta& right, const StepContext& context, DeltaBuilder* matched,
                  DeltaBuilder* unmatched) {
    // The distinct rows, and how much of each comes or goes.
    struct Change {
      uint32_t row;
      int64_t weight = 0;
    };
    const RowLayout& layout = side_.left->state().layout();
    std::unordered_map<std::string, size_t> index;
    std::vector<Change> changes;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      const auto [found, added] = index.try_emplace(layout.pack(batch, row), changes.size());
      if (added) changes.push_back({.row = row});
      changes[found->second].weight += batch.weight(row);
    }
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, side_.left_key);
    const DeltaIndex right_index(right, side_.right_key, side_.null_safe);
    std::vector<uint32_t> forgotten;
    for (const Change& change : changes) {
      if (context.control.stopped()) return;
      const bool comparable = side_.null_safe || !storage::key_has_null(batch, change.row, side_.left_key);
      const int64_t before = comparable ? side_.left->state().weight_of(batch, change.row) : 0;
      if (comparable && before == 0) count_partners(batch, change.row, hashes[change.row], right_index, context);
      const bool matches = comparable && counts_.weight_of(batch, change.row) > 0;
      DeltaBuilder* target = matches ? matched : unmatched;
      if (target != nullptr && change.weight != 0) target->append_row(batch, change.row, change.weight);
      if (comparable && before + change.weight == 0) forgotten.push_back(change.row);
    }
    for (const uint32_t row : forgotten) {
      const int64_t count = counts_.weight_of(batch, row);
      if (count != 0) add_count(batch, row, -count);
    }
  }

  // A row new to L: its partners in R as it is after this tick.
  void count_partners(const DeltaBatch& batch, uint32_t row, uint64_t hash, const DeltaIndex& right_index,
                      const StepContext& context) {
    CountPartners count(side_.left_types.size(), partners_);
    std::vector<ErrorChange> ignored;
    ForEachMatch add(context.control, [&](const storage::Match& match) {
      pairs_.add(batch, row, side_.right->state().layout(), match.row, match.weight, 0);
      if (pairs_.full()) pairs_.flush(context, ignored, count);
    });
    side_.right->state().find_one(batch, row, side_.left_key, hash, add);
    right_index.find(batch, row, side_.left_key, hash, [&](const DeltaBatch& other, size_t other_row) {
      if (context.control.stopped()) return;
      pairs_.add(batch, row, other, other_row, other.weight(other_row), 0);
      if (pairs_.full()) pairs_.flush(context, ignored, count);
    });
    pairs_.flush(context, ignored, count);
    if (partners_.rows() == 0) return;
    const DeltaBatch found = partners_.finish();
    int64_t total = 0;
    for (size_t i = 0; i < found.rows(); ++i) total += found.weight(i);
    if (total != 0) add_count(batch, row, total);
  }

  void add_count(const DeltaBatch& batch, uint32_t row, int64_t change) {
    const DeltaBatch one = batch.gather(std::span(&row, 1));
    counts_.apply(DeltaBatch(1, one.columns(), std::make_shared<const std::vector<int64_t>>(1, change)));
  }

  const TrackedSide side_;
  PairBuilder pairs_;
  storage::HashArrangement counts_;  // a row's weight here is the weight of its partners
  DeltaBuilder partners_;
};

}  // namespace

Result<std::unique_ptr<MatchTracker>> track_by_row(TrackedSide side, const expr::ExprPtr& residual,
                                                   ArrangementId state) {
  const JoinSides sides{
      .left = side.left, .right = side.right, .left_types = side.left_types, .right_types = side.right_types};
  TRY(PairBuilder pairs, PairBuilder::make(sides, residual));
  return std::unique_ptr<MatchTracker>(std::make_unique<RowTracker>(std::move(side), std::move(pairs), state));
}

}  // namespace millrace::dataflow
