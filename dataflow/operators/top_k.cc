#include "dataflow/operators/top_k.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>

#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "storage/group_table.h"
#include "storage/order_key.h"
#include "storage/ordered_arrangement.h"
#include "storage/row_packer.h"
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
        order_(order_columns(node.order)),
        rows_(state.part(0), RowLayout(types), partition_, order_),
        partition_numbers_(ArrangementId(0), types_at(types, node.partition), sizeof(uint64_t)),
        result_(types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    if (inputs[0]->empty()) return;
    const DeltaBatch changes = concatenate(*inputs[0]);
    find_partitions(changes);
    std::vector<Shown> shown(touched_.size());
    for (size_t i = 0; i < touched_.size(); ++i) add_shown(changes, *touched_[i], -1, shown[i]);
    rows_.apply(changes);
    std::vector<uint32_t> forgotten;
    for (size_t i = 0; i < touched_.size(); ++i) {
      add_shown(changes, *touched_[i], 1, shown[i]);
      for (const auto& [row, weight] : shown[i]) {
        if (weight == 0) continue;
        rows_.layout().unpack(row, result_);
        result_.end_row(weight);
        if (result_.rows() == kBatchRows) out.add(result_.finish());
      }
      if (touched_[i]->last_shown.empty()) forgotten.push_back(touched_[i]->row);
    }
    forget_partitions(changes, forgotten);
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
    statistics.state_bytes += rows_.bytes() + partition_numbers_.bytes() + partitions_.size() * sizeof(Partition);
  }

 private:
  using Shown = std::map<std::string, int64_t>;  // packed row -> weight after minus before

  // A partition with more rows than it shows: changes behind the last one shown change nothing. Others are not
  // remembered. Nothing here is in the checkpoint: what is not known is looked at.
  struct Partition {
    std::string last_shown;  // its place in the order; empty: every change is looked at
    uint32_t row = 0;        // one of the tick's, when touched
    uint64_t touched_in = 0;
  };

  // The partitions whose shown rows a change may concern.
  void find_partitions(const DeltaBatch& changes) {
    touched_.clear();
    ++tick_;
    hashes_.resize(changes.rows());
    storage::hash_keys(changes, partition_, hashes_);
    numbers_.resize(changes.rows());
    partition_numbers_.find_or_insert(changes, partition_, hashes_, numbers_);
    packer_.pack(changes, 0, changes.rows());
    for (uint32_t row = 0; row < changes.rows(); ++row) {
      Partition& partition = partition_of(numbers_[row]);
      if (partition.touched_in == tick_) continue;
      if (!partition.last_shown.empty()) {
        place_.clear();
        storage::append_order_key(changes, row, order_, place_);
        place_ += packer_.rows()[row];
        if (place_ > partition.last_shown) continue;
      }
      partition.touched_in = tick_;
      partition.row = row;
      touched_.push_back(&partition);
    }
  }

  // The number at `place`, and a new partition when there is none.
  Partition& partition_of(char* place) {
    uint64_t number;
    std::memcpy(&number, place, sizeof number);
    if (number == 0) {
      if (free_.empty()) {
        partitions_.emplace_back();
        number = partitions_.size();
      } else {
        number = free_.back();
        free_.pop_back();
      }
      std::memcpy(place, &number, sizeof number);
    }
    return partitions_[number - 1];
  }

  void forget_partitions(const DeltaBatch& changes, std::span<const uint32_t> rows) {
    if (rows.empty()) return;
    for (const uint32_t row : rows) {
      uint64_t number;
      std::memcpy(&number, numbers_[row], sizeof number);
      free_.push_back(number);
    }
    partition_numbers_.erase(changes, rows, partition_, hashes_);
  }

  // Adds what the partition shows. Remembers the last row of it.
  void add_shown(const DeltaBatch& changes, Partition& partition, int64_t sign, Shown& shown) const {
    partition.last_shown.clear();
    auto skip = static_cast<uint64_t>(node_.offset);
    uint64_t left = node_.limit ? static_cast<uint64_t>(*node_.limit) : UINT64_MAX;
    if (left == 0) return;
    // visit() starts at the row that holds the first place to be shown; of its copies some may come before.
    int64_t before = -1;
    std::string last;
    bool more = false;
    rows_.visit(changes, partition.row, partition_, skip, [&](const storage::OrderedRow& row) {
      if (row.weight <= 0) return true;  // Transiently negative: not there.
      if (before < 0) before = std::clamp<int64_t>(static_cast<int64_t>(skip) - weight_before(row.row), 0, row.weight);
      const uint64_t copies = static_cast<uint64_t>(row.weight - before);
      before = 0;
      if (left == 0) {
        more = true;
        if (!node_.with_ties || !ties(last, row.row)) return false;
        shown[std::string(row.row)] += sign * static_cast<int64_t>(copies);
        return true;
      }
      uint64_t taken = std::min(copies, left);
      left -= taken;
      if (left == 0 && node_.with_ties) taken = copies;
      shown[std::string(row.row)] += sign * static_cast<int64_t>(taken);
      if (left > 0) return true;
      if (node_.with_ties) {
        last = row.row;
      } else {
        storage::append_order_key(rows_.layout(), row.row, order_, partition.last_shown);
        partition.last_shown += row.row;
      }
      return true;
    });
    if (!more) partition.last_shown.clear();
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
  const std::vector<storage::OrderColumn> order_;
  storage::OrderedArrangement rows_;
  storage::GroupTable partition_numbers_;  // partition -> 1 + its place in partitions_
  std::deque<Partition> partitions_;
  std::vector<uint64_t> free_;  // numbers
  DeltaBuilder result_;

  // Of the tick in progress.
  uint64_t tick_ = 0;
  storage::RowPacker packer_{rows_.layout()};
  std::vector<uint64_t> hashes_;
  std::vector<char*> numbers_;
  std::vector<Partition*> touched_;
  std::string place_;
};

}  // namespace

Result<OperatorPtr> make_top_k(const TopKNode& node, const std::vector<SqlType>& types, StateName state) {
  return OperatorPtr(std::make_unique<TopK>(node, types, state));
}

}  // namespace millrace::dataflow
