#include "dataflow/operators/aggregate.h"

#include <algorithm>
#include <cstring>

#include "base/byte_stream.h"
#include "base/hash.h"
#include "dataflow/operators/group_aggregate.h"
#include "dataflow/operators/kept_rows.h"
#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/operators/sum_by_group.h"
#include "dataflow/shared_arrangement.h"
#include "types/type_info.h"

namespace millrace::dataflow {
namespace {

// What is kept for one group in memory during a tick: its row count and the states of its linear calls,
// in one allocation that the aggregate functions may fill as they like.
class GroupStates {
 public:
  explicit GroupStates(const std::vector<AggregateCall>& calls) {
    size_t offset = sizeof(int64_t);
    for (const AggregateCall& call : calls) {
      const expr::AggregateSpec& spec = *call.spec;
      if (spec.law != expr::AggregateLaw::kLinear) {
        offsets_.push_back(0);
        continue;
      }
      offset = (offset + spec.state_alignment - 1) / spec.state_alignment * spec.state_alignment;
      offsets_.push_back(offset);
      offset += spec.state_bytes;
      linear_.push_back(&spec);
      linear_offsets_.push_back(offsets_.back());
    }
    bytes_ = (offset + 15) / 16 * 16;
  }

  size_t bytes() const { return bytes_; }
  size_t offset(size_t call) const { return offsets_[call]; }

  static int64_t rows(const std::byte* group) {
    int64_t rows;
    std::memcpy(&rows, group, sizeof rows);
    return rows;
  }
  static void add_rows(std::byte* group, int64_t change) {
    const int64_t rows = GroupStates::rows(group) + change;
    std::memcpy(group, &rows, sizeof rows);
  }

  void construct(std::byte* group) const {
    std::memset(group, 0, bytes_);
    for (size_t i = 0; i < linear_.size(); ++i) {
      if (!linear_[i]->trivial) linear_[i]->construct(group + linear_offsets_[i]);
    }
  }
  void destroy(std::byte* group) const {
    for (size_t i = 0; i < linear_.size(); ++i) {
      if (!linear_[i]->trivial) linear_[i]->destroy(group + linear_offsets_[i]);
    }
  }
  std::string save(const std::byte* group) const {
    ByteWriter out;
    out.signed_varint(rows(group));
    for (size_t i = 0; i < linear_.size(); ++i) {
      const std::byte* state = group + linear_offsets_[i];
      if (linear_[i]->trivial) {
        out.string({reinterpret_cast<const char*>(state), linear_[i]->state_bytes});
        continue;
      }
      std::string bytes;
      linear_[i]->save(state, bytes);
      out.string(bytes);
    }
    return out.take();
  }
  // What save() gives for a group that has seen nothing, or whose rows have all gone again.
  std::string save_new() const {
    Arena arena;
    auto* group = reinterpret_cast<std::byte*>(arena.allocate(bytes_, 16));
    construct(group);
    std::string bytes = save(group);
    destroy(group);
    return bytes;
  }
  void load(std::string_view bytes, std::byte* group) const {
    ByteReader in(bytes);
    const int64_t rows = in.signed_varint();
    std::memcpy(group, &rows, sizeof rows);
    for (size_t i = 0; i < linear_.size(); ++i) {
      const std::string_view saved = in.string();
      std::byte* state = group + linear_offsets_[i];
      if (linear_[i]->trivial) {
        std::memcpy(state, saved.data(), std::min(saved.size(), linear_[i]->state_bytes));
      } else {
        linear_[i]->load(saved, state);
      }
    }
    MILLRACE_CHECK(in.ok(), "an aggregate's saved state cannot be read");
  }

 private:
  std::vector<size_t> offsets_;  // by call
  std::vector<const expr::AggregateSpec*> linear_;
  std::vector<size_t> linear_offsets_;
  size_t bytes_ = 0;
};

// Of the 256 that a node may name.
constexpr size_t kStatePiecesMax = 200;

// A group that the tick touches.
struct TouchedGroup {
  uint32_t row;  // the first of the group in the tick's input
  std::byte* states;
  bool stored;   // before the tick, if only with sums that do not cancel yet
  bool existed;  // with rows
  std::vector<std::optional<CallValue>> before;
};

class Aggregate final : public Operator {
 public:
  Aggregate(const AggregateNode& node, const std::vector<SqlType>& input_types,
            const std::vector<SqlType>& output_types, StateName state)
      : calls_(node.calls),
        group_(key_columns(node.group)),
        group_columns_(node.group),
        states_(node.calls),
        groups_(state.part(0), types_at(input_types, node.group), storage::kVariablePayload),
        output_types_(output_types),
        result_(output_types) {
    const std::vector<SqlType> types = types_at(input_types, node.group);
    if (needs_representatives(types)) representatives_.emplace(state.part(1), types);
    StateParts parts(state, 2);
    KeptRowsPool pool;
    for (const AggregateCall& call : calls_) {
      inputs_.emplace_back(call, node.group, input_types, parts);
      stateful_.push_back(make_stateful_call(call, node.group, input_types, parts, pool));
    }
  }

  bool run_first() const override { return group_.empty(); }

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    context_ = &context.eval;
    const DeltaBatch input = inputs[0]->empty() ? DeltaBatch() : concatenate(*inputs[0]);
    arena_.reset();
    find_groups(input);
    const std::vector<ColumnPtr> old_names = names(input);
    update(input);
    const std::vector<ColumnPtr> new_names = names(input);
    const bool whole_groups = !takes_parts();  // values as large as their groups: many of them may take long
    for (size_t i = 0; i < touched_.size(); ++i) {
      if (whole_groups && !context.control.go_on()) break;
      emit(input, touched_[i], i, old_names, new_names, out);
    }
    store(input);
    if (result_.rows() > 0) out.add(result_.finish());
  }

  // A value that is written anew for each changed group would be for each part.
  bool takes_parts() const override {
    return std::ranges::none_of(calls_, [](const AggregateCall& call) { return call.spec->whole_group; });
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_segments(groups_));
    if (representatives_) jobs.push_back(representatives_->pin_checkpoint());
    for (size_t c = 0; c < calls_.size(); ++c) {
      for (CheckpointJob& job : inputs_[c].pin_checkpoint()) jobs.push_back(std::move(job));
      if (!stateful_[c]) continue;
      for (CheckpointJob& job : stateful_[c]->pin_checkpoint()) jobs.push_back(std::move(job));
    }
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(groups_.restore(reader));
    if (representatives_) TRY(representatives_->restore(reader));
    for (size_t c = 0; c < calls_.size(); ++c) {
      TRY(inputs_[c].restore(reader));
      if (stateful_[c]) TRY(stateful_[c]->restore(reader));
    }
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += groups_.group_count();
    statistics.state_bytes += groups_.bytes();
    if (representatives_) representatives_->add_statistics(statistics);
    for (size_t c = 0; c < calls_.size(); ++c) {
      inputs_[c].add_statistics(statistics);
      if (stateful_[c]) stateful_[c]->add_statistics(statistics);
    }
  }

 private:
  // Loads the states of the tick's groups, and what the groups answered before it.
  void find_groups(const DeltaBatch& input) {
    touched_.clear();
    group_of_row_.assign(input.rows(), 0);
    if (group_.empty()) {
      touch(input, 0, kHashSeed);
      return;
    }
    hashes_ = storage::hash_keys(input, group_);
    std::vector<SqlType> types;
    for (const uint32_t column : group_columns_) types.push_back(input.column(column).type());
    // Numbers the distinct groups of the tick.
    storage::GroupTable numbers(ArrangementId(0), types, sizeof(uint64_t));
    std::vector<char*> number_of(input.rows());
    numbers.find_or_insert(input, group_, hashes_, number_of);
    for (uint32_t row = 0; row < input.rows(); ++row) {
      uint64_t number;
      std::memcpy(&number, number_of[row], sizeof number);
      if (number == 0) {
        touch(input, row, hashes_[row]);
        number = touched_.size();
        std::memcpy(number_of[row], &number, sizeof number);
      }
      group_of_row_[row] = static_cast<uint32_t>(number - 1);
    }
  }

  void touch(const DeltaBatch& input, uint32_t row, uint64_t hash) {
    TouchedGroup& group = touched_.emplace_back();
    group.row = row;
    group.states = reinterpret_cast<std::byte*>(arena_.allocate(states_.bytes(), 16));
    states_.construct(group.states);
    const std::string_view saved = groups_.get(input, row, group_, hash);
    group.stored = saved.data() != nullptr;
    if (group.stored) states_.load(saved, group.states);
    group.existed = group.stored && exists(group);
    if (group.existed) group.before = answers(input, group);
  }

  bool exists(const TouchedGroup& group) const { return GroupStates::rows(group.states) != 0 || group_.empty(); }

  std::vector<std::optional<CallValue>> answers(const DeltaBatch& input, const TouchedGroup& group) {
    std::vector<std::optional<CallValue>> values;
    for (size_t c = 0; c < calls_.size(); ++c) {
      if (stateful_[c]) {
        values.emplace_back(stateful_[c]->value(input, group.row, *context_, arena_));
      } else {
        values.emplace_back(calls_[c].spec->finish(group.states + states_.offset(c), calls_[c].type, arena_));
      }
    }
    return values;
  }

  void update(const DeltaBatch& input) {
    for (uint32_t row = 0; row < input.rows(); ++row) {
      GroupStates::add_rows(touched_[group_of_row_[row]].states, input.weight(row));
    }
    if (representatives_ && !input.empty()) representatives_->apply(group_columns(input));
    for (size_t c = 0; c < calls_.size() && !input.empty(); ++c) {
      const CallRows rows = inputs_[c].select(input);
      if (rows.batch.empty()) continue;
      if (stateful_[c]) {
        stateful_[c]->apply(rows);
        continue;
      }
      std::vector<std::byte*> targets;
      targets.reserve(rows.origin.size());
      for (const uint32_t row : rows.origin) targets.push_back(touched_[group_of_row_[row]].states + states_.offset(c));
      std::vector<ColumnPtr> arguments;
      for (const uint32_t column : calls_[c].arguments) arguments.push_back(rows.batch.column_ptr(column));
      calls_[c].spec->update({.states = targets,
                              .arguments = arguments,
                              .weights = rows.batch.weights() ? rows.batch.weights()->data() : nullptr});
    }
  }

  // How each touched group spells its key, one row a group; NULLs where the group is empty. Only needed
  // where spellings differ.
  std::vector<ColumnPtr> names(const DeltaBatch& input) {
    if (!representatives_ || input.empty()) return {};
    const DeltaBatch keys = group_columns(input);
    std::vector<SqlType> types;
    for (const ColumnPtr& column : keys.columns()) types.push_back(column->type());
    DeltaBuilder builder(types);
    for (const TouchedGroup& group : touched_) {
      if (!representatives_->append(keys, group.row, builder)) {
        for (size_t c = 0; c < types.size(); ++c) builder.column(c).append_null();
      }
      builder.end_row(1);
    }
    return builder.finish().columns();
  }

  DeltaBatch group_columns(const DeltaBatch& input) const {
    std::vector<ColumnPtr> columns;
    for (const uint32_t column : group_columns_) columns.push_back(input.column_ptr(column));
    return input.with_columns(std::move(columns));
  }

  void emit(const DeltaBatch& input, TouchedGroup& group, size_t number, const std::vector<ColumnPtr>& old_names,
            const std::vector<ColumnPtr>& new_names, OperatorOutput& out) {
    const bool exists = this->exists(group);
    if (exists && group.existed && same_name(old_names, new_names, number)) {
      const std::vector<std::optional<CallValue>> after = answers(input, group);
      if (same(group.before, after)) return;
      append(input, group, number, old_names, group.before, -1, out);
      append(input, group, number, new_names, after, 1, out);
      return;
    }
    if (group.existed) append(input, group, number, old_names, group.before, -1, out);
    if (exists) append(input, group, number, new_names, answers(input, group), 1, out);
  }

  static bool same_name(const std::vector<ColumnPtr>& a, const std::vector<ColumnPtr>& b, size_t number) {
    for (size_t c = 0; c < a.size(); ++c) {
      if (a[c]->is_null(number) != b[c]->is_null(number)) return false;
      if (!a[c]->is_null(number) && !same_slot(a[c]->slot(number), b[c]->slot(number), a[c]->type())) return false;
    }
    return true;
  }

  static bool same_slot(const Slot& a, const Slot& b, SqlType type) {
    if (type.physical() == Physical::kBytes) return a.bytes == b.bytes;
    return std::memcmp(&a, &b, physical_bytes(type.physical())) == 0;
  }

  bool same(const std::vector<std::optional<CallValue>>& a, const std::vector<std::optional<CallValue>>& b) const {
    for (size_t c = 0; c < calls_.size(); ++c) {
      const CallValue& x = *a[c];
      const CallValue& y = *b[c];
      if (x.has_value() != y.has_value()) return false;
      if (!x.has_value()) {
        if (!(x.error() == y.error())) return false;
        continue;
      }
      if ((*x).has_value() != (*y).has_value()) return false;
      if ((*x).has_value() && !same_slot(**x, **y, calls_[c].type)) return false;
    }
    return true;
  }

  // A row of the output, or the error that stands for it.
  void append(const DeltaBatch& input, const TouchedGroup& group, size_t number, const std::vector<ColumnPtr>& names,
              const std::vector<std::optional<CallValue>>& values, int64_t weight, OperatorOutput& out) {
    for (const std::optional<CallValue>& value : values) {
      if (value->has_value()) continue;
      out.errors.push_back({value->error(), weight});
      return;
    }
    const size_t width = group_columns_.size();
    for (size_t c = 0; c < width; ++c) {
      if (names.empty()) {
        result_.column(c).append_from(input.column(group_columns_[c]), group.row);
      } else {
        result_.column(c).append_from(*names[c], number);
      }
    }
    for (size_t c = 0; c < calls_.size(); ++c) {
      const std::optional<Slot>& slot = **values[c];
      if (slot) {
        result_.column(width + c).append_slot(*slot);
      } else {
        result_.column(width + c).append_null();
      }
    }
    result_.end_row(weight);
    if (result_.rows() == kBatchRows) out.add(result_.finish());
  }

  // A group is forgotten when nothing is left of it. Between the parts of a tick its rows may add up to zero while
  // its sums do not.
  void store(const DeltaBatch& input) {
    std::vector<uint32_t> gone;
    for (TouchedGroup& group : touched_) {
      const uint64_t hash = group_.empty() ? kHashSeed : hashes_[group.row];
      const std::string saved = states_.save(group.states);
      if (exists(group) || saved != nothing_) {
        groups_.put(input, group.row, group_, hash, saved);
      } else if (group.stored) {
        gone.push_back(group.row);
      }
      states_.destroy(group.states);
    }
    if (!gone.empty()) groups_.erase(input, gone, group_, hashes_);
  }

  const std::vector<AggregateCall> calls_;
  const storage::KeyColumns group_;
  const Columns group_columns_;
  const GroupStates states_;
  const std::string nothing_ = states_.save_new();
  storage::GroupTable groups_;
  std::optional<Representatives> representatives_;
  std::vector<CallInput> inputs_;
  std::vector<std::unique_ptr<StatefulCall>> stateful_;  // null: linear
  const std::vector<SqlType> output_types_;

  // Of the tick in progress.
  const expr::EvalContext* context_ = nullptr;
  Arena arena_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> group_of_row_;
  std::vector<TouchedGroup> touched_;
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_aggregate(const AggregateNode& node, const std::vector<SqlType>& input_types,
                                   const std::vector<SqlType>& output_types, StateName state) {
  size_t pieces = 0;
  for (const AggregateCall& call : node.calls) {
    pieces += state_pieces(call);
    if (pieces > kStatePiecesMax) {
      return not_supported("more than " + std::to_string(kStatePiecesMax / 2) +
                               " aggregates with ORDER BY, WITHIN GROUP, DISTINCT, min or max in one query",
                           "Split the aggregates over several views and join these.");
    }
  }
  if (is_sum_by_group(node, input_types)) return make_sum_by_group(node, input_types, state);
  return OperatorPtr(std::make_unique<Aggregate>(node, input_types, output_types, state));
}

}  // namespace millrace::dataflow
