#include "dataflow/operators/window.h"

#include <deque>

#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/operators/window/call.h"
#include "dataflow/operators/window/frame.h"
#include "dataflow/operators/window/output.h"
#include "storage/order_key.h"
#include "storage/ordered_arrangement.h"
#include "storage/ordered_tree.h"

namespace millrace::dataflow {
namespace {

using storage::OrderedEntry;
using window::Changes;
using window::Partition;
using window::Stretch;
using window::Stretches;

std::vector<storage::OrderColumn> order_columns(const std::vector<SortKey>& keys) {
  std::vector<storage::OrderColumn> columns;
  for (const SortKey& key : keys) {
    columns.push_back(
        {.column = ColumnIndex(key.column), .descending = key.descending, .nulls_first = key.nulls_first});
  }
  return columns;
}

bool needs_groups(const WindowCall& call) {
  if (call.function != nullptr && call.function->which == expr::WindowFunctionKind::kDenseRank) return true;
  return window::Frames::needs_groups(call.frame);
}

// A partition that the tick changes.
struct Touched {
  std::string prefix;
  std::span<const OrderedEntry> changes;
  std::vector<Stretch> stretches;
  window::RowOutputs old;
};

class Window final : public Operator {
 public:
  Window(const WindowNode& node, const std::vector<SqlType>& input_types, const std::vector<SqlType>& output_types,
         StateName state)
      : node_(node),
        layout_(input_types),
        output_layout_(output_types),
        summaries_(layout_),
        rows_(state.part(0), layout_, key_columns(node.partition), order_columns(node.order)),
        trees_{layout_, rows_.tree(), nullptr},
        calls_(make_calls()),
        walk_(layout_, output_layout_, calls_),
        result_(output_types) {
    for (const WindowCall& call : node_.calls) {
      if (needs_groups(call)) trees_.groups = &groups_;
    }
    rows_.summarize(summaries_.all());
  }

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    if (inputs[0]->empty()) return;
    const storage::OrderedChanges changes = rows_.sorted(concatenate(*inputs[0]));
    std::vector<Touched> touched = partitions_of(changes.entries);
    for (Touched& each : touched) {
      if (context.control.stopped()) return;
      const Partition before(trees_, each.prefix, context.eval);
      each.stretches = stretches_of(before, each.changes);
      walk_.run(before, each.stretches, context.control,
                [&](window::RowOutput output) { each.old.push_back(std::move(output)); });
    }
    apply(changes);
    for (Touched& each : touched) {
      if (context.control.stopped()) return;
      const Partition after(trees_, each.prefix, context.eval);
      window::Difference difference(output_layout_, std::move(each.old), result_, out);
      walk_.run(after, each.stretches, context.control,
                [&](window::RowOutput output) { difference.add(std::move(output)); });
      difference.finish();
    }
    if (result_.rows() > 0) out.add(result_.finish());
  }

  // Places are counted, which takes weights that are not below zero; and where every value of a partition
  // changes, each part would cost the whole of it.
  bool takes_parts() const override { return false; }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_ordered(rows_));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(rows_.restore(reader));
    if (trees_.groups != nullptr) restore_groups();
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += rows_.row_count();
    statistics.state_bytes += rows_.bytes() + groups_.memory();
  }

 private:
  std::vector<std::unique_ptr<window::Call>> make_calls() {
    const window::CallContext context{node_, layout_};
    std::vector<std::unique_ptr<window::Call>> calls;
    for (const WindowCall& call : node_.calls) {
      if (call.aggregate != nullptr) {
        calls.push_back(window::make_frame_aggregate(call, context, summaries_));
        continue;
      }
      switch (call.function->which) {
        case expr::WindowFunctionKind::kRowNumber:
        case expr::WindowFunctionKind::kRank:
        case expr::WindowFunctionKind::kDenseRank:
        case expr::WindowFunctionKind::kPercentRank:
        case expr::WindowFunctionKind::kCumeDist:
        case expr::WindowFunctionKind::kNtile: calls.push_back(window::make_rank(call, context)); break;
        case expr::WindowFunctionKind::kLag:
        case expr::WindowFunctionKind::kLead: calls.push_back(window::make_neighbour(call, context)); break;
        case expr::WindowFunctionKind::kFirstValue:
        case expr::WindowFunctionKind::kLastValue:
        case expr::WindowFunctionKind::kNthValue: calls.push_back(window::make_frame_value(call, context)); break;
      }
    }
    return calls;
  }

  std::vector<Touched> partitions_of(std::span<const OrderedEntry> changes) const {
    std::vector<Touched> touched;
    for (size_t begin = 0; begin < changes.size();) {
      Touched& each = touched.emplace_back();
      storage::append_order_key(layout_, changes[begin].row(), rows_.group(), each.prefix);
      size_t end = begin + 1;
      while (end < changes.size() && changes[end].bytes.starts_with(each.prefix)) ++end;
      each.changes = changes.subspan(begin, end - begin);
      begin = end;
    }
    return touched;
  }

  std::vector<Stretch> stretches_of(const Partition& before, std::span<const OrderedEntry> rows) const {
    const Changes changes(rows);
    Stretches stretches;
    for (const auto& call : calls_) call->reach(before, changes, stretches);
    for (const OrderedEntry& row : rows) stretches.add_row(row.bytes);
    return stretches.take();
  }

  void apply(const storage::OrderedChanges& changes) {
    if (trees_.groups == nullptr) return rows_.apply(changes);
    // A group is there while it has rows.
    std::vector<OrderedEntry> groups;
    for (const Changes::Key& key : Changes(changes.entries).keys) {
      const int64_t rows = rows_of(key.key);
      const int64_t change = (rows + key.weight > 0 ? 1 : 0) - (rows > 0 ? 1 : 0);
      if (change != 0) groups.push_back({key.key, static_cast<uint32_t>(key.key.size()), change});
    }
    rows_.apply(changes);
    groups_.apply(groups);
  }

  int64_t rows_of(std::string_view key) const {
    size_t nodes = 0;
    const std::string end = storage::OrderedTree::end_of(key);
    const storage::OrderedTree& tree = rows_.tree();
    return (end.empty() ? tree.sums().weight : tree.weight_before(end, nodes)) - tree.weight_before(key, nodes);
  }

  void restore_groups() {
    std::deque<std::string> keys;
    std::vector<OrderedEntry> groups;
    rows_.tree().visit({}, 0, [&](const OrderedEntry& entry) {
      if (!keys.empty() && entry.key() == keys.back()) return true;
      keys.emplace_back(entry.key());
      groups.push_back({keys.back(), entry.key_bytes, 1});
      return true;
    });
    groups_.apply(groups);
  }

  const WindowNode node_;
  const RowLayout layout_;
  const RowLayout output_layout_;
  window::Summaries summaries_;  // outlives the states that the rows' tree keeps
  storage::OrderedArrangement rows_;
  storage::OrderedTree groups_;  // of peers, by key, with weight 1
  window::Trees trees_;
  std::vector<std::unique_ptr<window::Call>> calls_;
  window::Walk walk_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_window(const WindowNode& node, const std::vector<SqlType>& input_types,
                                const std::vector<SqlType>& output_types, StateName state) {
  for (const WindowCall& call : node.calls) {
    if (call.aggregate == nullptr) continue;
    const expr::AggregateLaw law = call.aggregate->law;
    if (law != expr::AggregateLaw::kLinear && law != expr::AggregateLaw::kOrdered) {
      return not_supported("the aggregate " + call.aggregate->to_string() + " over a window",
                           "Linear aggregates, min and max are built; join with a GROUP BY for others.");
    }
  }
  return OperatorPtr(std::make_unique<Window>(node, input_types, output_types, state));
}

}  // namespace millrace::dataflow
