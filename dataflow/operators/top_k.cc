#include "dataflow/operators/top_k.h"

#include <algorithm>
#include <map>

#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "storage/group_table.h"
#include "storage/ordered_arrangement.h"
#include "types/type_info.h"

namespace millrace::dataflow {
namespace {

std::vector<storage::OrderColumn> order_columns(const std::vector<SortKey>& keys) {
  std::vector<storage::OrderColumn> columns;
  for (const SortKey& key : keys) {
    columns.push_back(
        {.column = ColumnIndex(key.column), .descending = key.descending, .nulls_first = key.nulls_first});
  }
  return columns;
}

class TopK final : public Operator {
 public:
  TopK(const TopKNode& node, const std::vector<SqlType>& types, StateName state)
      : node_(node),
        types_(types),
        partition_(key_columns(node.partition)),
        rows_(state.part(0), RowLayout(types), partition_, order_columns(node.order)),
        result_(types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    if (inputs[0]->empty()) return;
    const DeltaBatch changes = concatenate(*inputs[0]);
    const std::vector<uint32_t> partitions = touched_partitions(changes);
    std::vector<Shown> shown(partitions.size());
    for (size_t i = 0; i < partitions.size(); ++i) add_shown(changes, partitions[i], -1, shown[i]);
    rows_.apply(changes);
    for (size_t i = 0; i < partitions.size(); ++i) {
      add_shown(changes, partitions[i], 1, shown[i]);
      for (const auto& [row, weight] : shown[i]) {
        if (weight == 0) continue;
        rows_.layout().unpack(row, result_);
        result_.end_row(weight);
        if (result_.rows() == kBatchRows) out.add(result_.finish());
      }
    }
    if (result_.rows() > 0) out.add(result_.finish());
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_ordered(rows_));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override { return rows_.restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += rows_.row_count();
    statistics.state_bytes += rows_.bytes();
  }

 private:
  using Shown = std::map<std::string, int64_t>;  // packed row -> weight after minus before

  // One row of each partition that changes.
  std::vector<uint32_t> touched_partitions(const DeltaBatch& changes) const {
    if (partition_.empty()) return {0};
    std::vector<SqlType> types;
    for (const ColumnIndex column : partition_) types.push_back(types_[column.value()]);
    storage::GroupTable seen(ArrangementId(0), types, sizeof(int64_t));
    std::vector<char*> payloads(changes.rows());
    std::vector<uint32_t> first_rows;
    seen.find_or_insert(changes, partition_, storage::hash_keys(changes, partition_), payloads, &first_rows);
    return first_rows;
  }

  void add_shown(const DeltaBatch& changes, uint32_t partition_row, int64_t sign, Shown& shown) const {
    auto skip = static_cast<uint64_t>(node_.offset);
    uint64_t left = node_.limit ? static_cast<uint64_t>(*node_.limit) : UINT64_MAX;
    if (left == 0) return;
    // visit() starts at the row that holds the first place to be shown; of its copies some may come before.
    int64_t before = -1;
    std::string last;
    rows_.visit(changes, partition_row, partition_, skip, [&](const storage::OrderedRow& row) {
      if (row.weight <= 0) return true;  // Transiently negative: not there.
      if (before < 0) before = std::clamp<int64_t>(static_cast<int64_t>(skip) - weight_before(row.row), 0, row.weight);
      const uint64_t copies = static_cast<uint64_t>(row.weight - before);
      before = 0;
      if (left == 0) {
        if (!ties(last, row.row)) return false;
        shown[std::string(row.row)] += sign * static_cast<int64_t>(copies);
        return true;
      }
      uint64_t taken = std::min(copies, left);
      left -= taken;
      if (left == 0 && node_.with_ties) taken = copies;
      shown[std::string(row.row)] += sign * static_cast<int64_t>(taken);
      if (left == 0 && node_.with_ties) last = row.row;
      return left > 0 || node_.with_ties;
    });
  }

  int64_t weight_before(PackedRow row) const {
    DeltaBuilder one(types_);
    rows_.layout().unpack(row, one);
    one.end_row(1);
    return rows_.weight_before(one.finish(), 0);
  }

  bool ties(PackedRow a, PackedRow b) const {
    const RowLayout& layout = rows_.layout();
    for (const SortKey& key : node_.order) {
      const bool a_null = layout.is_null(a, key.column);
      if (a_null != layout.is_null(b, key.column)) return false;
      const SqlType type = layout.type(key.column);
      if (!a_null && type.info().compare(layout.slot(a, key.column), layout.slot(b, key.column), type) != 0)
        return false;
    }
    return true;
  }

  const TopKNode node_;
  const std::vector<SqlType> types_;
  const storage::KeyColumns partition_;
  storage::OrderedArrangement rows_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_top_k(const TopKNode& node, const std::vector<SqlType>& types, StateName state) {
  return OperatorPtr(std::make_unique<TopK>(node, types, state));
}

}  // namespace millrace::dataflow
