// Aggregates that are functions of the group's rows in order: array_agg, percentile_cont, rank.
//
//     answer(g)  =  read(rows of g, ordered)
//
// A change of the rows costs O(log n); read() finds a place or a rank in O(log n), and takes O(n) only where the
// value is the whole group.
#include "base/check.h"
#include "dataflow/operators/kept_rows.h"
#include "dataflow/operators/match_rows.h"

namespace millrace::dataflow {
namespace {

// The rows of one group, out of the arrangement of all.
class GroupRows final : public expr::OrderedRows {
 public:
  GroupRows(const storage::OrderedArrangement& rows, const SequenceLayout& layout, const storage::KeyColumns& group,
            const DeltaBatch& input, size_t row)
      : rows_(rows), layout_(layout), group_(group), input_(input), row_(row) {}

  int64_t count() const override { return rows_.group_weight(input_, row_, group_); }

  void visit(int64_t place, const Visitor& visit) const override {
    std::vector<std::optional<Slot>> values(layout_.arguments.size());
    rows_.visit(input_, row_, group_, static_cast<uint64_t>(place), [&](const storage::OrderedRow& stored) {
      if (stored.weight <= 0) return true;  // Transiently negative: not there.
      for (size_t i = 0; i < values.size(); ++i) {
        const uint32_t column = layout_.arguments[i];
        values[i] = rows_.layout().is_null(stored.row, column) ? std::nullopt
                                                               : std::optional(rows_.layout().slot(stored.row, column));
      }
      return visit(values, stored.weight);
    });
  }

  int64_t before(expr::RowValues sort_values) const override { return rows_.weight_before_peers(peer(sort_values), 0); }
  int64_t through(expr::RowValues sort_values) const override {
    return rows_.weight_through_peers(peer(sort_values), 0);
  }

 private:
  // A stored row of this group with these sort columns. Only ranks ask for one: a stored row of theirs is the
  // group's columns, then the sort columns.
  DeltaBatch peer(expr::RowValues sort_values) const {
    MILLRACE_CHECK(group_.size() + sort_values.size() == layout_.types.size(), "a rank by other columns");
    DeltaBuilder one(layout_.types);
    for (size_t i = 0; i < group_.size(); ++i) one.column(i).append_from(input_.column(group_[i].value()), row_);
    for (size_t i = 0; i < sort_values.size(); ++i) {
      ColumnBuilder& column = one.column(group_.size() + i);
      sort_values[i] ? column.append_slot(*sort_values[i]) : column.append_null();
    }
    one.end_row(1);
    return one.finish();
  }

  const storage::OrderedArrangement& rows_;
  const SequenceLayout& layout_;
  const storage::KeyColumns& group_;  // of the input
  const DeltaBatch& input_;
  const size_t row_;
};

class SequenceCall final : public KeptRowsCall {
 public:
  SequenceCall(const AggregateCall& call, const Columns& group, KeptRowsPool::Share share)
      : KeptRowsCall(std::move(share)),
        spec_(*call.spec),
        result_type_(call.type),
        direct_(call.direct),
        group_(key_columns(group)) {}

  CallValue value(const DeltaBatch& input, size_t row, const expr::EvalContext& context, Arena& arena) const override {
    const GroupRows group_rows(rows(), layout(), group_, input, row);
    const std::vector<Value> direct = direct_values(direct_, input, row);
    return spec_.read({.rows = group_rows,
                       .direct = direct,
                       .argument_types = layout().argument_types,
                       .result_type = result_type_,
                       .context = context,
                       .arena = arena});
  }

 private:
  const expr::AggregateSpec& spec_;
  const SqlType result_type_;
  const std::vector<ColumnOrConstant> direct_;
  const storage::KeyColumns group_;  // of the input
};

}  // namespace

std::unique_ptr<StatefulCall> make_sequence_call(const AggregateCall& call, const Columns& group,
                                                 KeptRowsPool::Share share) {
  return std::make_unique<SequenceCall>(call, group, std::move(share));
}

}  // namespace millrace::dataflow
