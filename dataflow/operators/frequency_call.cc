// mode: distinct rows by how often they are there.
//
// Let n(r) be the number of rows of a group that equal r. Two pieces of ordered state,
//
//     rows:         (group, arguments)                      every row with its weight
//     frequencies:  (group), by n descending, then the call's order
//                                                           one row for each distinct one
//
// so a row that comes or goes moves one row of the second: O(log n). Of equal rows with several spellings the
// first by bytes stands for all.
#include "base/check.h"
#include "dataflow/operators/kept_rows.h"
#include "dataflow/operators/match_rows.h"
#include "dataflow/operators/representatives.h"
#include "dataflow/operators/sequence_layout.h"
#include "storage/group_table.h"

namespace millrace::dataflow {
namespace {

std::vector<SqlType> with_number(std::vector<SqlType> types) {
  types.push_back(type_of(oid::kInt8));
  return types;
}

std::vector<storage::OrderColumn> by_number_first(const SequenceLayout& layout) {
  std::vector<storage::OrderColumn> order = layout.order;
  order.insert(order.begin(), {.column = ColumnIndex(static_cast<uint32_t>(layout.types.size())), .descending = true});
  return order;
}

// The distinct rows of one group, most frequent first.
class GroupFrequencies final : public expr::OrderedRows {
 public:
  GroupFrequencies(const storage::OrderedArrangement& rows, const storage::OrderedArrangement& frequencies,
                   const SequenceLayout& layout, const storage::KeyColumns& group, const DeltaBatch& input, size_t row)
      : rows_(rows), frequencies_(frequencies), layout_(layout), group_(group), input_(input), row_(row) {}

  int64_t count() const override { return rows_.group_weight(input_, row_, group_); }

  void visit(int64_t place, const Visitor& visit) const override {
    std::vector<std::optional<Slot>> values(layout_.arguments.size());
    const RowLayout& stored_layout = frequencies_.layout();
    frequencies_.visit(input_, row_, group_, 0, [&](const storage::OrderedRow& stored) {
      const int64_t number = stored_layout.slot(stored.row, layout_.types.size()).i64;
      place -= number;
      if (place >= 0) return true;
      for (size_t i = 0; i < values.size(); ++i) {
        const uint32_t column = layout_.arguments[i];
        values[i] = stored_layout.is_null(stored.row, column) ? std::nullopt
                                                              : std::optional(stored_layout.slot(stored.row, column));
      }
      return visit(values, number);
    });
  }

  int64_t before(expr::RowValues) const override { MILLRACE_UNREACHABLE("a rank among frequencies"); }
  int64_t through(expr::RowValues) const override { MILLRACE_UNREACHABLE("a rank among frequencies"); }

 private:
  const storage::OrderedArrangement& rows_;
  const storage::OrderedArrangement& frequencies_;
  const SequenceLayout& layout_;
  const storage::KeyColumns& group_;  // of the input
  const DeltaBatch& input_;
  const size_t row_;
};

class FrequencyCall final : public StatefulCall {
 public:
  FrequencyCall(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input_types,
                StateParts& parts)
      : spec_(*call.spec),
        result_type_(call.type),
        direct_(call.direct),
        layout_(call, group, input_types),
        group_(key_columns(group)),
        all_(storage::first_columns(layout_.types.size())),
        rows_(parts.take(), RowLayout(layout_.types), all_, {}),
        frequencies_(parts.take(), RowLayout(with_number(layout_.types)), layout_.group, by_number_first(layout_)),
        moved_(with_number(layout_.types)) {}

  void apply(const CallRows& call_rows) override {
    const DeltaBatch rows = layout_.stored_rows(call_rows);
    if (rows.empty()) return;
    storage::GroupTable seen(ArrangementId(0), layout_.types, sizeof(int64_t));
    std::vector<char*> payloads(rows.rows());
    std::vector<uint32_t> touched;
    seen.find_or_insert(rows, all_, storage::hash_keys(rows, all_), payloads, &touched);
    for (const uint32_t row : touched) append_frequency(rows, row, -1);
    rows_.apply(rows);
    for (const uint32_t row : touched) append_frequency(rows, row, 1);
    frequencies_.apply(moved_.finish());
  }

  CallValue value(const DeltaBatch& input, size_t row, const expr::EvalContext& context, Arena& arena) const override {
    const GroupFrequencies rows(rows_, frequencies_, layout_, group_, input, row);
    const std::vector<Value> direct = direct_values(direct_, input, row);
    return spec_.read({.rows = rows,
                       .direct = direct,
                       .argument_types = layout_.argument_types,
                       .result_type = result_type_,
                       .context = context,
                       .arena = arena});
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(pin_ordered(rows_));
    jobs.push_back(pin_ordered(frequencies_));
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(rows_.restore(reader));
    return frequencies_.restore(reader);
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    statistics.state_rows += rows_.row_count() + frequencies_.row_count();
    statistics.state_bytes += rows_.bytes() + frequencies_.bytes();
  }

 private:
  // The row that stands in `frequencies_` for the rows that equal this one, as `rows_` is now.
  void append_frequency(const DeltaBatch& rows, uint32_t row, int64_t weight) {
    const int64_t number = rows_.group_weight(rows, row, all_);
    if (number <= 0) return;
    rows_.visit(rows, row, all_, 0, [&](const storage::OrderedRow& first) {
      for (size_t c = 0; c < layout_.types.size(); ++c) rows_.layout().unpack_column(first.row, c, moved_.column(c));
      return false;
    });
    moved_.column(layout_.types.size()).append<int64_t>(number);
    moved_.end_row(weight);
  }

  const expr::AggregateSpec& spec_;
  const SqlType result_type_;
  const std::vector<ColumnOrConstant> direct_;
  const SequenceLayout layout_;
  const storage::KeyColumns group_;  // of the input
  const storage::KeyColumns all_;    // of stored rows
  storage::OrderedArrangement rows_;
  storage::OrderedArrangement frequencies_;
  DeltaBuilder moved_;
};

}  // namespace

std::unique_ptr<StatefulCall> make_frequency_call(const AggregateCall& call, const Columns& group,
                                                  const std::vector<SqlType>& input_types, StateParts& parts) {
  return std::make_unique<FrequencyCall>(call, group, input_types, parts);
}

}  // namespace millrace::dataflow
