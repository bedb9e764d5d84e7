#include "engine/table_changes.h"

namespace millrace::engine {

storage::HashArrangement& TableChanges::index(const storage::KeyColumns& columns) const {
  Index* index = nullptr;
  for (Index& made : indexes_) {
    if (made.rows.key() == columns) index = &made;
  }
  if (index == nullptr) {
    index = &indexes_.emplace_back(Index{
        .rows = storage::HashArrangement(ArrangementId(0), RowLayout(types_), columns, storage::NullKeys::kEqual)});
  }
  for (; index->taken < log_.size(); ++index->taken) index->rows.apply(log_[index->taken]);
  return index->rows;
}

void TableChanges::rewind(size_t mark) {
  for (Index& index : indexes_) {
    for (; index.taken > mark; --index.taken) index.rows.apply(log_[index.taken - 1].negate());
  }
  log_.resize(mark);
}

Delta TableChanges::take() {
  Delta taken;
  Delta few;
  size_t few_rows = 0;
  const auto put_together = [&] {
    if (!few.empty()) taken.push_back(concatenate(few));
    few.clear();
    few_rows = 0;
  };
  for (DeltaBatch& batch : log_) {
    if (few_rows + batch.rows() > kBatchRows) put_together();
    few_rows += batch.rows();
    few.push_back(std::move(batch));
  }
  put_together();
  log_.clear();
  indexes_.clear();
  return taken;
}

void TableChanges::find(const DeltaBatch& probe, size_t row, const storage::KeyColumns& probe_columns,
                        const storage::KeyColumns& columns, const Visitor& visit) const {
  class Visit final : public storage::MatchSink {
   public:
    explicit Visit(const Visitor& visit) : visit_(visit) {}
    void on_matches(std::span<const storage::Match> matches) override {
      for (const storage::Match& match : matches) visit_(match.row, match.weight);
    }

   private:
    const Visitor& visit_;
  };
  if (log_.empty()) return;
  Visit sink(visit);
  index(columns).find_one(probe, row, probe_columns, storage::hash_key(probe, row, probe_columns), sink);
}

int64_t TableChanges::weight_of(const DeltaBatch& source, size_t row) const {
  if (log_.empty()) return 0;
  // Any index will do; without one, by the whole row.
  return index(indexes_.empty() ? storage::first_columns(types_.size()) : indexes_.front().rows.key())
      .weight_of(source, row);
}

int64_t TableChanges::weight_of(PackedRow row) const {
  if (log_.empty()) return 0;
  DeltaBuilder builder(types_);
  RowLayout(types_).unpack(row, builder);
  builder.end_row(1);
  return weight_of(builder.finish(), 0);
}

Delta TableChanges::net() const {
  Delta net;
  if (log_.empty()) return net;
  DeltaBuilder builder(types_);
  const storage::HashArrangement& rows =
      index(indexes_.empty() ? storage::first_columns(types_.size()) : indexes_.front().rows.key());
  rows.scan([&](PackedRow row, int64_t weight) {
    rows.layout().unpack(row, builder);
    builder.end_row(weight);
    if (builder.rows() == kBatchRows) net.push_back(builder.finish());
  });
  if (builder.rows() > 0) net.push_back(builder.finish());
  return net;
}

}  // namespace millrace::engine
