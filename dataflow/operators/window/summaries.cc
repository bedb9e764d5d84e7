// What frames of aggregates add up in the tree: the states of linear aggregates, and ends of the argument's
// order for min and max.
#include <cstring>

#include "base/check.h"
#include "dataflow/operators/window/call.h"
#include "dataflow/operators/window/extreme_summary.h"
#include "storage/order_key.h"

namespace millrace::dataflow::window {
namespace {

using storage::OrderedEntry;

bool passes(const RowLayout& layout, const std::optional<uint32_t>& filter, PackedRow row) {
  return !filter || (!layout.is_null(row, *filter) && layout.slot(row, *filter).boolean());
}

class LinearSummary final : public storage::TreeSummary {
 public:
  LinearSummary(const WindowCall& call, const RowLayout& layout)
      : spec_(*call.aggregate), filter_(call.filter), layout_(layout) {
    for (const ColumnOrConstant& argument : call.arguments) {
      MILLRACE_CHECK(argument.column.has_value(), "an aggregate's argument is a column");
      columns_.push_back(*argument.column);
      builders_.emplace_back(layout.type(*argument.column));
    }
  }

  size_t state_bytes() const override { return spec_.state_bytes; }
  void construct(std::byte* state) const override {
    if (spec_.trivial) {
      std::memset(state, 0, spec_.state_bytes);
    } else {
      spec_.construct(state);
    }
  }
  void destroy(std::byte* state) const override {
    if (!spec_.trivial) spec_.destroy(state);
  }
  bool update(std::byte* state, std::span<const OrderedEntry> entries) const override {
    weights_.clear();
    for (const OrderedEntry& entry : entries) {
      if (!passes(layout_, filter_, entry.row())) continue;
      weights_.push_back(entry.weight);
      for (size_t i = 0; i < columns_.size(); ++i) layout_.unpack_column(entry.row(), columns_[i], builders_[i]);
    }
    if (weights_.empty()) return true;
    states_.assign(weights_.size(), state);
    arguments_.clear();
    for (ColumnBuilder& builder : builders_) arguments_.push_back(builder.finish());
    spec_.update({.states = states_, .arguments = arguments_, .weights = weights_.data()});
    arguments_.clear();  // the builders take them back
    return true;
  }
  void merge(std::byte* into, const std::byte* from) const override { spec_.merge(into, from); }

 private:
  const expr::AggregateSpec& spec_;
  const std::optional<uint32_t> filter_;
  const RowLayout& layout_;
  Columns columns_;
  // Of one update.
  mutable std::vector<ColumnBuilder> builders_;
  mutable std::vector<ColumnPtr> arguments_;
  mutable std::vector<int64_t> weights_;
  mutable std::vector<std::byte*> states_;
};

}  // namespace

ExtremeSummary::ExtremeSummary(const WindowCall& call, const RowLayout& layout)
    : greatest_(call.aggregate->keep_greatest),
      column_(*call.arguments[0].column),
      filter_(call.filter),
      layout_(layout),
      value_layout_({layout.type(*call.arguments[0].column)}) {}

void ExtremeSummary::construct(std::byte* state) const { new (state) Extreme(); }
void ExtremeSummary::destroy(std::byte* state) const { reinterpret_cast<Extreme*>(state)->~Extreme(); }

std::optional<Extreme> ExtremeSummary::of(PackedRow row) const {
  if (layout_.is_null(row, column_) || !passes(layout_, filter_, row)) return std::nullopt;
  Extreme extreme;
  const Slot value = layout_.slot(row, column_);
  storage::append_order_key(value, layout_.type(column_), false, extreme.bytes);
  extreme.key_bytes = extreme.bytes.size();
  const Slot* const values[] = {&value};
  const size_t packed = value_layout_.packed_bytes(values);
  extreme.bytes.resize(extreme.key_bytes + packed);
  value_layout_.pack(values, extreme.bytes.data() + extreme.key_bytes);
  return extreme;
}

bool ExtremeSummary::beats(const Extreme& a, const Extreme& b) const {
  if (a.empty() || b.empty()) return !a.empty();
  return greatest_ ? a.bytes > b.bytes : a.bytes < b.bytes;
}

bool ExtremeSummary::update(std::byte* state, std::span<const OrderedEntry> entries) const {
  Extreme& best = *reinterpret_cast<Extreme*>(state);
  for (const OrderedEntry& entry : entries) {
    std::optional<Extreme> one = of(entry.row());
    if (!one) continue;
    // One that goes may have been the best.
    if (entry.weight < 0 && !beats(best, *one)) return false;
    if (entry.weight > 0 && beats(*one, best)) best = std::move(*one);
  }
  return true;
}

void ExtremeSummary::merge(std::byte* into, const std::byte* from) const {
  Extreme& best = *reinterpret_cast<Extreme*>(into);
  const Extreme& other = *reinterpret_cast<const Extreme*>(from);
  if (beats(other, best)) best = other;
}

std::optional<Slot> ExtremeSummary::value(const Extreme& extreme, Arena& arena) const {
  if (extreme.empty()) return std::nullopt;
  const PackedRow packed = std::string_view(extreme.bytes).substr(extreme.key_bytes);
  const Slot value = value_layout_.slot(packed, 0);
  return value_layout_.type(0).physical() == Physical::kBytes ? Slot::copy_bytes(value.view(), arena) : value;
}

Summaries::~Summaries() = default;

size_t Summaries::number_of(const WindowCall& call) {
  const auto same = [&](const WindowCall& other) {
    if (other.aggregate != call.aggregate || other.filter != call.filter ||
        other.arguments.size() != call.arguments.size()) {
      return false;
    }
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      if (other.arguments[i].column != call.arguments[i].column) return false;
    }
    return true;
  };
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (same(calls_[i])) return i;
  }
  calls_.push_back(call);
  if (call.aggregate->law == expr::AggregateLaw::kOrdered) {
    summaries_.push_back(std::make_unique<ExtremeSummary>(call, layout_));
  } else {
    summaries_.push_back(std::make_unique<LinearSummary>(call, layout_));
  }
  return calls_.size() - 1;
}

std::vector<const storage::TreeSummary*> Summaries::all() const {
  std::vector<const storage::TreeSummary*> all;
  for (const auto& summary : summaries_) all.push_back(summary.get());
  return all;
}

}  // namespace millrace::dataflow::window
