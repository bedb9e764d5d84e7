// The oracle of sequence aggregates: a group's rows in a vector, sorted by comparing values one by one. Shares
// with the operators what an aggregate reads out of rows in order (expr/aggregates/, with tests of its own), but
// neither how rows are kept nor how they are found.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "expr/ordered_rows.h"
#include "types/row_layout.h"

namespace millrace::dataflow {

class NaiveSequence final : public expr::OrderedRows {
 public:
  using Row = std::pair<std::string, int64_t>;  // packed row of the operator's input, weight

  NaiveSequence(const AggregateCall& call, const Columns& group, const std::vector<SqlType>& input,
                const std::vector<Row>& group_rows)
      : call_(call), layout_(input), stored_(group) {
    const auto store = [&](uint32_t column) {
      if (std::find(stored_.begin(), stored_.end(), column) == stored_.end()) stored_.push_back(column);
    };
    for (const SortKey& key : call.order) store(key.column);
    for (const uint32_t column : call.arguments) store(column);
    for (const auto& [row, weight] : group_rows) {
      if (call.filter && (layout_.is_null(row, *call.filter) || !layout_.slot(row, *call.filter).boolean())) continue;
      if (call.spec->skips_nulls && layout_.is_null(row, call.arguments[0])) continue;
      rows_.push_back({row, packed(row), weight});
    }
    sort();
    unite([](const Entry& a, const Entry& b) { return a.stored == b.stored; });
    const auto equal = [&](const Entry& a, const Entry& b) { return compare_arguments(a, b) == 0; };
    switch (call.spec->form) {
      case expr::SequenceForm::kRows:
        if (call.distinct) distinct(equal);
        break;
      case expr::SequenceForm::kDistinct: distinct(equal); break;
      case expr::SequenceForm::kByFrequency:
        unite(equal);
        std::ranges::stable_sort(rows_, [](const Entry& a, const Entry& b) { return a.weight > b.weight; });
        break;
    }
  }

  int64_t count() const override {
    int64_t sum = 0;
    for (const Entry& row : rows_) sum += row.weight;
    return sum;
  }
  void visit(int64_t place, const Visitor& visit) const override {
    for (const Entry& row : rows_) {
      place -= row.weight;
      if (place >= 0) continue;
      if (!visit(values(row.input, call_.arguments), row.weight)) return;
    }
  }
  int64_t before(expr::RowValues sort_values) const override {
    return weight_where([&](const Entry& row) { return compare_sort(row, sort_values) < 0; });
  }
  int64_t through(expr::RowValues sort_values) const override {
    return weight_where([&](const Entry& row) { return compare_sort(row, sort_values) <= 0; });
  }

 private:
  struct Entry {
    std::string input;
    std::string stored;  // the columns that the operator keeps
    int64_t weight;
  };
  using Values = std::vector<std::optional<Slot>>;

  std::string packed(const std::string& row) const {
    std::vector<SqlType> types;
    for (const uint32_t column : stored_) types.push_back(layout_.type(column));
    DeltaBuilder one(types);
    for (size_t i = 0; i < stored_.size(); ++i) layout_.unpack_column(row, stored_[i], one.column(i));
    one.end_row(1);
    return RowLayout(types).pack(one.finish(), 0);
  }
  Values values(const std::string& row, const Columns& columns) const {
    Values values;
    for (const uint32_t column : columns) {
      values.push_back(layout_.is_null(row, column) ? std::nullopt : std::optional(layout_.slot(row, column)));
    }
    return values;
  }
  static int compare(const std::optional<Slot>& a, const std::optional<Slot>& b, SqlType type, bool descending,
                     bool nulls_first) {
    if (!a || !b) return a.has_value() == b.has_value() ? 0 : a.has_value() == nulls_first ? 1 : -1;
    const int order = type.info().compare(*a, *b, type);
    return descending ? -order : order;
  }
  int compare_sort(const Entry& row, expr::RowValues sort_values) const {
    for (size_t i = 0; i < call_.order.size(); ++i) {
      const SortKey& key = call_.order[i];
      const int order = compare(values(row.input, {key.column})[0], sort_values[i], layout_.type(key.column),
                                key.descending, key.nulls_first);
      if (order != 0) return order;
    }
    return 0;
  }
  int compare_arguments(const Entry& a, const Entry& b) const {
    const Values left = values(a.input, call_.arguments);
    const Values right = values(b.input, call_.arguments);
    for (size_t i = 0; i < left.size(); ++i) {
      const int order = compare(left[i], right[i], layout_.type(call_.arguments[i]), false, false);
      if (order != 0) return order;
    }
    return 0;
  }

  void sort() {
    Columns sort_columns;
    for (const SortKey& key : call_.order) sort_columns.push_back(key.column);
    std::ranges::sort(rows_, [&](const Entry& a, const Entry& b) {
      int order = compare_sort(a, values(b.input, sort_columns));
      if (order == 0) order = compare_arguments(a, b);
      return order != 0 ? order < 0 : a.stored < b.stored;
    });
  }
  // Makes one of neighbours that are the same: the first, with their weights.
  template <class Same>
  void unite(Same same) {
    std::vector<Entry> united;
    for (Entry& row : rows_) {
      if (!united.empty() && same(united.back(), row)) {
        united.back().weight += row.weight;
      } else {
        united.push_back(std::move(row));
      }
    }
    rows_ = std::move(united);
  }
  template <class Same>
  void distinct(Same same) {
    unite(same);
    for (Entry& row : rows_) row.weight = 1;
  }
  template <class Test>
  int64_t weight_where(Test test) const {
    int64_t sum = 0;
    for (const Entry& row : rows_) sum += test(row) ? row.weight : 0;
    return sum;
  }

  const AggregateCall& call_;
  const RowLayout layout_;
  Columns stored_;
  std::vector<Entry> rows_;
};

}  // namespace millrace::dataflow
