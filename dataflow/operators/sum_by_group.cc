#include "dataflow/operators/sum_by_group.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include "dataflow/operators/group_aggregate.h"
#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/shared_arrangement.h"

namespace millrace::dataflow {
namespace {

std::vector<SqlType> group_types(const AggregateNode& node, const std::vector<SqlType>& input_types) {
  std::vector<SqlType> types;
  for (const uint32_t column : node.group) types.push_back(input_types[column]);
  return types;
}

// A group's payload: its number of rows, then the calls' states, all zero when new.
//
// While a tick is at work on a group, the tick's own number for it stands in place of the number of rows, which
// no multiset of rows ever reaches.
constexpr int64_t kNumbered = int64_t{1} << 62;

int64_t load_word(const char* payload) {
  int64_t word;
  std::memcpy(&word, payload, sizeof word);
  return word;
}
void store_word(char* payload, int64_t word) { std::memcpy(payload, &word, sizeof word); }

bool is_numbered(int64_t word) { return word >> 61 == kNumbered >> 61; }

struct Call {
  explicit Call(const AggregateCall& planned)
      : arguments(planned.arguments), spec(planned.spec), values(planned.type) {}

  Columns arguments;
  const expr::AggregateSpec* spec;
  size_t offset = 0;     // of its state in the payload
  bool selects = false;  // by FILTER or DISTINCT
  ColumnBuilder values;
  ColumnPtr answers;  // of the tick's groups before it, then after it
};

class SumByGroup final : public Operator {
 public:
  SumByGroup(const AggregateNode& node, const std::vector<SqlType>& input_types, StateName state)
      : group_(key_columns(node.group)),
        group_columns_(node.group),
        calls_(node.calls.begin(), node.calls.end()),
        groups_(state.part(0), group_types(node, input_types), place_states()) {
    for (const SqlType type : group_types(node, input_types)) key_builders_.emplace_back(type);
    StateParts parts(state, 2);
    for (size_t c = 0; c < calls_.size(); ++c) {
      calls_[c].selects = node.calls[c].distinct || node.calls[c].filter.has_value();
      inputs_.emplace_back(node.calls[c], node.group, input_types, parts);
    }
  }

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    if (inputs[0]->empty()) return;
    const DeltaBatch input = concatenate(*inputs[0]);
    find_groups(input);
    for (Call& call : calls_) read_answers(call, failed_before_);
    for (size_t c = 0; c < calls_.size(); ++c) add(input, calls_[c], inputs_[c]);
    for (Call& call : calls_) {
      read_answers(call, failed_after_);
      call.answers = call.values.finish();
    }
    emit(input, out);
    for (Call& call : calls_) call.answers.reset();  // so that its memory is used again
    leave_groups(input);
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_segments(groups_));
    for (CallInput& input : inputs_) {
      for (CheckpointJob& job : input.pin_checkpoint()) jobs.push_back(std::move(job));
    }
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(groups_.restore(reader));
    for (CallInput& input : inputs_) TRY(input.restore(reader));
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += groups_.group_count();
    statistics.state_bytes += groups_.bytes();
    for (const CallInput& input : inputs_) input.add_statistics(statistics);
  }

 private:
  using Failures = std::map<uint32_t, SqlError>;  // by the group's number, the first call's that fails

  // Gives the states their places; the payload's size.
  size_t place_states() {
    size_t end = sizeof(int64_t);
    for (Call& call : calls_) {
      end = (end + call.spec->state_alignment - 1) / call.spec->state_alignment * call.spec->state_alignment;
      call.offset = end;
      end += call.spec->state_bytes;
    }
    return end;
  }

  // Numbers the groups of the tick in the order of their first rows.
  void find_groups(const DeltaBatch& input) {
    const size_t rows = input.rows();
    hashes_.resize(rows);
    storage::hash_keys(input, group_, hashes_);
    payload_of_row_.resize(rows);
    new_rows_.clear();
    groups_.find_or_insert(input, group_, hashes_, payload_of_row_, &new_rows_);

    number_of_row_.resize(rows);
    payloads_.clear();
    first_rows_.clear();
    row_counts_.clear();
    for (uint32_t row = 0; row < rows; ++row) {
      char* payload = payload_of_row_[row];
      int64_t word = load_word(payload);
      if (!is_numbered(word)) {
        row_counts_.push_back(word);
        word = kNumbered + static_cast<int64_t>(payloads_.size());
        store_word(payload, word);
        payloads_.push_back(payload);
        first_rows_.push_back(row);
      }
      const auto number = static_cast<uint32_t>(word - kNumbered);
      number_of_row_[row] = number;
      row_counts_[number] += input.weight(row);
    }
    existed_.assign(payloads_.size(), 1);
    for (const uint32_t row : new_rows_) existed_[number_of_row_[row]] = 0;
  }

  // Appends the call's answer for each group of the tick.
  void read_answers(Call& call, Failures& failures) {
    states_.resize(payloads_.size());
    for (size_t i = 0; i < payloads_.size(); ++i) states_[i] = state_of(payloads_[i], call);
    expr::ErrorSink failed;
    call.spec->finish_rows({.states = states_, .values = call.values, .failed = failed});
    if (failed.empty()) return;
    for (expr::ErrorSink::RowError& failure : failed.take())
      failures.try_emplace(failure.row, std::move(failure.error));
  }

  static std::byte* state_of(char* payload, const Call& call) {
    return reinterpret_cast<std::byte*>(payload + call.offset);
  }

  void add(const DeltaBatch& input, const Call& call, CallInput& call_input) {
    CallRows selected;
    if (call.selects) {
      selected = call_input.select(input);
      if (selected.batch.empty()) return;
    }
    const DeltaBatch& rows = call.selects ? selected.batch : input;
    states_.resize(rows.rows());
    for (size_t i = 0; i < rows.rows(); ++i) {
      states_[i] = state_of(payload_of_row_[call.selects ? selected.origin[i] : i], call);
    }
    std::vector<ColumnPtr> arguments;
    for (const uint32_t column : call.arguments) arguments.push_back(rows.column_ptr(column));
    call.spec->update(
        {.states = states_, .arguments = arguments, .weights = rows.weights() ? rows.weights()->data() : nullptr});
  }

  void emit(const DeltaBatch& input, OperatorOutput& out) {
    const size_t groups = payloads_.size();
    changed_.assign(groups, 0);
    for (const Call& call : calls_) mark_changes(*call.answers);
    for (size_t begin = 0; begin < groups; begin += kBatchRows / 2) {
      emit_groups(input, begin, std::min(begin + kBatchRows / 2, groups), out);
    }
    failed_before_.clear();
    failed_after_.clear();
  }

  void mark_changes(const Column& answers) {
    const size_t groups = payloads_.size();
    if (answers.has_nulls()) {
      for (size_t i = 0; i < groups; ++i) changed_[i] |= answers.is_null(i) != answers.is_null(groups + i);
    }
    const auto compare = [&]<class T>(T) {
      const std::span<const T> values = answers.values<T>();
      for (size_t i = 0; i < groups; ++i) changed_[i] |= std::memcmp(&values[i], &values[groups + i], sizeof(T)) != 0;
    };
    switch (answers.type().physical()) {
      case Physical::kInt8: return compare(int8_t{});
      case Physical::kInt16: return compare(int16_t{});
      case Physical::kInt32:
      case Physical::kFloat32: return compare(int32_t{});
      case Physical::kInt64:
      case Physical::kFloat64: return compare(int64_t{});
      case Physical::kFixed16: return compare(Fixed16{});
      case Physical::kBytes: break;
    }
    const std::span<const StringRef> values = answers.values<StringRef>();
    for (size_t i = 0; i < groups; ++i) changed_[i] |= !(values[i] == values[groups + i]);
  }

  // Retracts the answers of groups [begin, end) where they changed, then inserts the new ones.
  void emit_groups(const DeltaBatch& input, size_t begin, size_t end, OperatorOutput& out) {
    const auto groups = static_cast<uint32_t>(payloads_.size());
    const bool failures = !failed_before_.empty() || !failed_after_.empty();
    picked_.clear();
    for (auto i = static_cast<uint32_t>(begin); i < end; ++i) {
      if (existed_[i] == 0 || !differs(i)) continue;
      if (failures && report(failed_before_, i, -1, out)) continue;
      picked_.push_back(i);
    }
    const size_t retracted = picked_.size();
    for (auto i = static_cast<uint32_t>(begin); i < end; ++i) {
      if (row_counts_[i] == 0 || !differs(i)) continue;
      if (failures && report(failed_after_, i, 1, out)) continue;
      picked_.push_back(groups + i);
    }
    if (picked_.empty()) return;

    std::vector<ColumnPtr> columns;
    columns.reserve(group_.size() + calls_.size());
    key_rows_.resize(picked_.size());
    for (size_t i = 0; i < picked_.size(); ++i) {
      key_rows_[i] = first_rows_[i < retracted ? picked_[i] : picked_[i] - groups];
    }
    for (size_t c = 0; c < group_columns_.size(); ++c) {
      key_builders_[c].append_rows(input.column_ptr(group_columns_[c]), key_rows_);
      columns.push_back(key_builders_[c].finish());
    }
    const bool all = picked_.size() == 2 * payloads_.size();
    for (const Call& call : calls_) {
      columns.push_back(all ? call.answers : Column::gather(call.answers, picked_));
    }
    auto weights = std::make_shared<std::vector<int64_t>>(picked_.size(), 1);
    std::fill_n(weights->begin(), retracted, -1);
    out.add(DeltaBatch(picked_.size(), std::move(columns), std::move(weights)));
  }

  // Is the group's row after the tick another than before it, if it has both?
  bool differs(uint32_t i) const {
    if (existed_[i] == 0 || row_counts_[i] == 0 || changed_[i] != 0) return true;
    const auto before = failed_before_.find(i);
    const auto after = failed_after_.find(i);
    if (before == failed_before_.end() || after == failed_after_.end()) {
      return (before == failed_before_.end()) != (after == failed_after_.end());
    }
    return !(before->second == after->second);
  }

  // The error that stands in place of the group's row, if there is one.
  static bool report(const Failures& failures, uint32_t group, int64_t weight, OperatorOutput& out) {
    const auto failure = failures.find(group);
    if (failure == failures.end()) return false;
    out.errors.push_back({failure->second, weight});
    return true;
  }

  void leave_groups(const DeltaBatch& input) {
    std::vector<uint32_t> gone;
    for (size_t i = 0; i < payloads_.size(); ++i) {
      store_word(payloads_[i], row_counts_[i]);
      if (row_counts_[i] == 0) gone.push_back(first_rows_[i]);
    }
    if (!gone.empty()) groups_.erase(input, gone, group_, hashes_);
  }

  const storage::KeyColumns group_;
  const Columns group_columns_;
  std::vector<Call> calls_;
  storage::GroupTable groups_;
  std::vector<CallInput> inputs_;
  std::vector<ColumnBuilder> key_builders_;

  // Of the tick in progress. By row:
  std::vector<uint64_t> hashes_;
  std::vector<char*> payload_of_row_;
  std::vector<uint32_t> number_of_row_;
  std::vector<uint32_t> new_rows_;  // the first of each new group
  // By group:
  std::vector<char*> payloads_;
  std::vector<uint32_t> first_rows_;
  std::vector<int64_t> row_counts_;  // after the tick
  std::vector<uint8_t> existed_;
  std::vector<uint8_t> changed_;
  Failures failed_before_;
  Failures failed_after_;
  // For a while:
  std::vector<std::byte*> states_;
  std::vector<uint32_t> picked_;  // answers
  std::vector<uint32_t> key_rows_;
};

}  // namespace

bool is_sum_by_group(const AggregateNode& node, const std::vector<SqlType>& input_types) {
  if (node.group.empty() || needs_representatives(group_types(node, input_types))) return false;
  return std::ranges::all_of(node.calls, [](const AggregateCall& call) {
    const expr::AggregateSpec& spec = *call.spec;
    return spec.law == expr::AggregateLaw::kLinear && spec.trivial && spec.state_alignment <= alignof(int64_t) &&
           spec.finish_rows != nullptr;
  });
}

OperatorPtr make_sum_by_group(const AggregateNode& node, const std::vector<SqlType>& input_types, StateName state) {
  return std::make_unique<SumByGroup>(node, input_types, state);
}

}  // namespace millrace::dataflow
