#include <cstring>
#include <unordered_map>

#include "dataflow/operators/match_tracker.h"
#include "storage/group_table.h"

namespace millrace::dataflow {
namespace {

class KeyTracker final : public MatchTracker {
 public:
  KeyTracker(TrackedSide side, ArrangementId state)
      : side_(std::move(side)), counts_(state, key_types(side_), sizeof(int64_t)) {}

  void step(const Delta& left, const Delta& right, const StepContext&, DeltaBuilder* matched,
            DeltaBuilder* unmatched) override {
    if (!right.empty()) count_right(concatenate(right), matched, unmatched);
    for (const DeltaBatch& batch : left) place_left(batch, matched, unmatched);
  }

  CheckpointJob pin_checkpoint() override { return pin_segments(counts_); }
  Status restore(storage::CheckpointReader& reader) override { return counts_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += counts_.group_count();
    statistics.state_bytes += counts_.bytes();
  }

 private:
  static std::vector<SqlType> key_types(const TrackedSide& side) {
    std::vector<SqlType> types;
    for (const ColumnIndex column : side.right_key) types.push_back(side.right_types[column.value()]);
    return types;
  }

  struct Touched {
    uint32_t row;  // the first of the key
    char* count;
    int64_t before;
  };

  static int64_t read(const char* payload) {
    int64_t count;
    std::memcpy(&count, payload, sizeof count);
    return count;
  }

  void count_right(DeltaBatch batch, DeltaBuilder* matched, DeltaBuilder* unmatched) {
    if (!side_.null_safe) {
      std::vector<uint32_t> kept;
      for (uint32_t row = 0; row < batch.rows(); ++row) {
        if (!storage::key_has_null(batch, row, side_.right_key)) kept.push_back(row);
      }
      if (kept.size() < batch.rows()) batch = batch.gather(kept);
    }
    if (batch.empty()) return;
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, side_.right_key);
    std::vector<char*> counts(batch.rows());
    counts_.find_or_insert(batch, side_.right_key, hashes, counts);

    std::vector<Touched> touched;
    std::unordered_map<const char*, size_t> seen;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (seen.try_emplace(counts[row], touched.size()).second)
        touched.push_back({row, counts[row], read(counts[row])});
      const int64_t after = read(counts[row]) + batch.weight(row);
      std::memcpy(counts[row], &after, sizeof after);
    }
    std::vector<uint32_t> gone;
    for (const Touched& key : touched) {
      const int64_t after = read(key.count);
      if (after == 0) gone.push_back(key.row);
      if ((key.before > 0) != (after > 0)) toggle(batch, key.row, hashes[key.row], after > 0, matched, unmatched);
    }
    if (!gone.empty()) counts_.erase(batch, gone, side_.right_key, hashes);
  }

  // The rows of L with this key gained, or lost, their last partner.
  void toggle(const DeltaBatch& probe, uint32_t row, uint64_t hash, bool matches, DeltaBuilder* matched,
              DeltaBuilder* unmatched) {
    class Move final : public storage::MatchSink {
     public:
      Move(const RowLayout& layout, int64_t sign, DeltaBuilder* matched, DeltaBuilder* unmatched)
          : layout_(layout), sign_(sign), matched_(matched), unmatched_(unmatched) {}
      void on_matches(std::span<const storage::Match> matches) override {
        for (const storage::Match& match : matches) {
          add(matched_, match, sign_);
          add(unmatched_, match, -sign_);
        }
      }

     private:
      void add(DeltaBuilder* target, const storage::Match& match, int64_t sign) {
        if (target == nullptr) return;
        layout_.unpack(match.row, *target);
        target->end_row(sign * match.weight);
      }
      const RowLayout& layout_;
      int64_t sign_;
      DeltaBuilder* matched_;
      DeltaBuilder* unmatched_;
    };
    Move move(side_.left->state().layout(), matches ? 1 : -1, matched, unmatched);
    side_.left->state().find_one(probe, row, side_.right_key, hash, move);
  }

  void place_left(const DeltaBatch& batch, DeltaBuilder* matched, DeltaBuilder* unmatched) {
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, side_.left_key);
    std::vector<const char*> counts(batch.rows());
    counts_.find(batch, side_.left_key, hashes, counts);
    for (size_t row = 0; row < batch.rows(); ++row) {
      const bool comparable = side_.null_safe || !storage::key_has_null(batch, row, side_.left_key);
      const bool matches = comparable && counts[row] != nullptr && read(counts[row]) > 0;
      DeltaBuilder* target = matches ? matched : unmatched;
      if (target != nullptr) target->append_row(batch, row, batch.weight(row));
    }
  }

  const TrackedSide side_;
  storage::GroupTable counts_;  // key -> weight of R's rows with it
};

}  // namespace

std::unique_ptr<MatchTracker> track_by_key(TrackedSide side, ArrangementId state) {
  return std::make_unique<KeyTracker>(std::move(side), state);
}

}  // namespace millrace::dataflow
