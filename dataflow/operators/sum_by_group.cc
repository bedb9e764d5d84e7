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
        payload_bytes_(place_states()),
        groups_(state.part(0), types_at(input_types, node.group), payload_bytes_) {
    for (const SqlType type : types_at(input_types, node.group)) key_builders_.emplace_back(type);
    StateParts parts(state, 2);
    for (size_t c = 0; c < calls_.size(); ++c) {
      calls_[c].selects = node.calls[c].distinct || node.calls[c].filter.has_value();
      inputs_.emplace_back(node.calls[c], node.group, input_types, parts);
    }
  }

  void probe(std::span<const Delta* const> inputs, const StepContext&, OperatorOutput& out) override {
    const Delta& input = *inputs[0];
    if (input.empty()) return;
    begin();
    const uint64_t moves = groups_.moves();
    for (const DeltaBatch& batch : input) {
      const size_t known = payloads_.size();
      batch_begins_.push_back(static_cast<uint32_t>(known));
      find_groups(batch);
      for (Call& call : calls_) read_answers(call, known, payloads_.size(), failed_before_);
      for (size_t c = 0; c < calls_.size(); ++c) add(batch, calls_[c], inputs_[c]);
    }
    batch_begins_.push_back(static_cast<uint32_t>(payloads_.size()));
    if (input.size() > 1 && groups_.moves() != moves) find_moved(input);
    leave_groups();
    emit(input, out);
    for (Call& call : calls_) call.answers.reset();  // so that its memory is used again
    erase_empty(input);
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

  void begin() {
    payloads_.clear();
    first_rows_.clear();
    row_counts_.clear();
    existed_.clear();
    emptied_.clear();
    batch_begins_.clear();
  }

  void locate(const DeltaBatch& batch) {
    hashes_.resize(batch.rows());
    storage::hash_keys(batch, group_, hashes_);
    payload_of_row_.resize(batch.rows());
    groups_.find_or_insert(batch, group_, hashes_, payload_of_row_);
  }

  // Numbers the groups of the tick in the order of their first rows.
  void find_groups(const DeltaBatch& batch) {
    locate(batch);
    number_of_row_.resize(batch.rows());
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      char* payload = payload_of_row_[row];
      int64_t word = load_word(payload);
      if (!is_numbered(word)) {
        row_counts_.push_back(word);
        existed_.push_back(word != 0);
        word = kNumbered + static_cast<int64_t>(payloads_.size());
        store_word(payload, word);
        payloads_.push_back(payload);
        first_rows_.push_back(row);
      }
      const auto number = static_cast<uint32_t>(word - kNumbered);
      number_of_row_[row] = number;
      row_counts_[number] += batch.weight(row);
    }
  }

  // New groups of a later batch have moved those of an earlier one. From now on nothing moves.
  void find_moved(const Delta& input) {
    for (size_t b = 0; b < input.size(); ++b) {
      if (batch_begins_[b] == batch_begins_[b + 1]) continue;
      locate(input[b]);
      for (uint32_t i = batch_begins_[b]; i < batch_begins_[b + 1]; ++i) {
        payloads_[i] = payload_of_row_[first_rows_[i]];
      }
    }
  }

  // Appends the call's answer for the groups [begin, end) of the tick.
  void read_answers(Call& call, size_t begin, size_t end, Failures& failures) {
    states_.resize(end - begin);
    for (size_t i = begin; i < end; ++i) states_[i - begin] = state_of(payloads_[i], call);
    expr::ErrorSink failed;
    call.spec->finish_rows({.states = states_, .values = call.values, .failed = failed});
    if (failed.empty()) return;
    for (expr::ErrorSink::RowError& failure : failed.take()) {
      failures.try_emplace(static_cast<uint32_t>(begin) + failure.row, std::move(failure.error));
    }
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

  // Reads the answers after the tick, behind those before it, and gives the groups their numbers of rows.
  void leave_groups() {
    for (size_t begin = 0; begin < payloads_.size(); begin += kBatchRows / 2) {
      const size_t end = std::min(begin + kBatchRows / 2, payloads_.size());
      for (size_t i = begin; batch_begins_.size() > 2 && i < end; ++i) {
        __builtin_prefetch(payloads_[i], 1);
        __builtin_prefetch(payloads_[i] + payload_bytes_ - 1, 1);
      }
      for (Call& call : calls_) read_answers(call, begin, end, failed_after_);
      for (size_t i = begin; i < end; ++i) {
        store_word(payloads_[i], row_counts_[i]);
        if (row_counts_[i] == 0 && is_zero(payloads_[i])) emptied_.push_back(static_cast<uint32_t>(i));
      }
    }
    for (Call& call : calls_) call.answers = call.values.finish();
  }

  void emit(const Delta& input, OperatorOutput& out) {
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
  void emit_groups(const Delta& input, size_t begin, size_t end, OperatorOutput& out) {
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
    append_keys(input);
    for (ColumnBuilder& builder : key_builders_) columns.push_back(builder.finish());
    const bool all = picked_.size() == 2 * payloads_.size();
    for (const Call& call : calls_) {
      columns.push_back(all ? call.answers : Column::gather(call.answers, picked_));
    }
    auto weights = std::make_shared<std::vector<int64_t>>(picked_.size(), 1);
    std::fill_n(weights->begin(), retracted, -1);
    out.add(DeltaBatch(picked_.size(), std::move(columns), std::move(weights)));
  }

  // Of the groups picked, whose numbers rise but for once: so a batch's are picked together.
  void append_keys(const Delta& input) {
    const auto groups = static_cast<uint32_t>(payloads_.size());
    const auto number = [&](size_t i) { return picked_[i] < groups ? picked_[i] : picked_[i] - groups; };
    for (size_t i = 0; i < picked_.size();) {
      const auto next = std::upper_bound(batch_begins_.begin(), batch_begins_.end(), number(i));
      const auto batch = static_cast<size_t>(next - batch_begins_.begin()) - 1;
      key_rows_.clear();
      for (; i < picked_.size() && batch_begins_[batch] <= number(i) && number(i) < *next; ++i) {
        key_rows_.push_back(first_rows_[number(i)]);
      }
      for (size_t c = 0; c < group_columns_.size(); ++c) {
        key_builders_[c].append_rows(input[batch].column_ptr(group_columns_[c]), key_rows_);
      }
    }
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

  bool is_zero(const char* payload) const {
    return std::all_of(payload, payload + payload_bytes_, [](char byte) { return byte == 0; });
  }

  // A group is forgotten when nothing is left of it. Between the parts of a tick its rows may add up to zero while
  // its sums do not.
  void erase_empty(const Delta& input) {
    std::vector<uint32_t> gone;
    size_t next = 0;
    for (size_t b = 0; b < input.size() && next < emptied_.size(); ++b) {
      gone.clear();
      for (; next < emptied_.size() && emptied_[next] < batch_begins_[b + 1]; ++next) {
        gone.push_back(first_rows_[emptied_[next]]);
      }
      if (gone.empty()) continue;
      if (input.size() > 1) {
        hashes_.resize(input[b].rows());
        storage::hash_keys(input[b], group_, hashes_);
      }
      groups_.erase(input[b], gone, group_, hashes_);
    }
  }

  const storage::KeyColumns group_;
  const Columns group_columns_;
  std::vector<Call> calls_;
  const size_t payload_bytes_;
  storage::GroupTable groups_;
  std::vector<CallInput> inputs_;
  std::vector<ColumnBuilder> key_builders_;

  // Of the tick in progress. By row of the batch in hand:
  std::vector<uint64_t> hashes_;
  std::vector<char*> payload_of_row_;
  std::vector<uint32_t> number_of_row_;
  // By group:
  std::vector<char*> payloads_;
  std::vector<uint32_t> first_rows_;  // in the batch that names them
  std::vector<int64_t> row_counts_;   // after the tick
  std::vector<uint8_t> existed_;      // with rows
  std::vector<uint8_t> changed_;
  std::vector<uint32_t> emptied_;       // their numbers, ascending
  std::vector<uint32_t> batch_begins_;  // the first new number in each batch, then the number of groups
  Failures failed_before_;
  Failures failed_after_;
  // For a while:
  std::vector<std::byte*> states_;
  std::vector<uint32_t> picked_;  // answers
  std::vector<uint32_t> key_rows_;
};

}  // namespace

bool is_sum_by_group(const AggregateNode& node, const std::vector<SqlType>& input_types) {
  if (node.group.empty() || needs_representatives(types_at(input_types, node.group))) return false;
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
