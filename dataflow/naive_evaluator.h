// The oracle of this folder's tests: what a plan's answer is, worked out from nothing each time.
//
// Every node is a plain loop over Z-sets in maps and keeps no state. It shares with the operators the
// plan, the types and the evaluation of expressions, which have tests of their own.
#pragma once

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "dataflow/circuit.h"
#include "dataflow/naive_sequence.h"
#include "dataflow/naive_window.h"
#include "expr/program.h"
#include "storage/order_key.h"

namespace millrace::dataflow {

using RowSet = std::map<std::string, int64_t>;    // packed row -> weight
using ErrorSet = std::map<std::string, int64_t>;  // message -> weight

template <class Set>
void add_to(Set& set, std::string key, int64_t weight) {
  const auto entry = set.emplace(std::move(key), 0).first;
  entry->second += weight;
  if (entry->second == 0) set.erase(entry);
}

inline void add_to(RowSet& set, const DeltaBatch& batch, const std::vector<SqlType>& types) {
  const RowLayout layout(types);
  for (size_t row = 0; row < batch.rows(); ++row) add_to(set, layout.pack(batch, row), batch.weight(row));
}

inline DeltaBatch to_batch(const RowSet& rows, const std::vector<SqlType>& types) {
  const RowLayout layout(types);
  DeltaBuilder builder(types);
  for (const auto& [row, weight] : rows) {
    layout.unpack(row, builder);
    builder.end_row(weight);
  }
  return builder.finish();
}

inline std::vector<SqlType> pick(const std::vector<SqlType>& types, const Columns& columns) {
  std::vector<SqlType> picked;
  for (const uint32_t column : columns) picked.push_back(types[column]);
  return picked;
}

inline Columns count_up(size_t count) {
  Columns columns(count);
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

class NaiveEvaluator {
 public:
  NaiveEvaluator(const CircuitPlan& plan, const std::map<ObjectId, RowSet>& relations,
                 const std::map<ObjectId, std::vector<SqlType>>& relation_types)
      : plan_(plan), relations_(relations), relation_types_(relation_types) {
    for (const PlanNode& node : plan.nodes) {
      current_ = &node;
      RowSet out;
      std::visit([&](const auto& kind) { evaluate(kind, out); }, node.kind);
      rows_.push_back(std::move(out));
    }
  }

  const RowSet& rows() const { return rows_[plan_.root]; }
  const ErrorSet& errors() const { return errors_; }

 private:
  using Row = std::pair<std::string, int64_t>;
  using Groups = std::map<std::string, std::vector<Row>>;  // order key of some columns -> rows

  const std::vector<SqlType>& types() const { return current_->types; }
  const std::vector<SqlType>& types(NodeIndex node) const { return plan_.nodes[node].types; }

  static std::string key_of(const RowLayout& layout, const std::string& row, const Columns& columns) {
    std::vector<ColumnIndex> indices;
    for (const uint32_t column : columns) indices.emplace_back(column);
    std::string key;
    storage::append_order_key(layout, row, indices, key);
    return key;
  }
  static std::string project(const std::vector<SqlType>& types, const std::string& row, const Columns& columns) {
    const RowLayout from(types);
    DeltaBuilder one(pick(types, columns));
    for (size_t i = 0; i < columns.size(); ++i) from.unpack_column(row, columns[i], one.column(i));
    one.end_row(1);
    return RowLayout(pick(types, columns)).pack(one.finish(), 0);
  }
  Groups group(NodeIndex input, const Columns& columns) const {
    Groups groups;
    const RowLayout layout(types(input));
    for (const auto& [row, weight] : rows_[input]) groups[key_of(layout, row, columns)].emplace_back(row, weight);
    return groups;
  }

  void evaluate(const InputNode& node, RowSet& out) {
    const std::vector<SqlType>& from = relation_types_.at(node.relation);
    for (const auto& [row, weight] : relations_.at(node.relation)) {
      add_to(out, project(from, row, node.columns), weight);
    }
  }

  void evaluate(const ConstantNode& node, RowSet& out) {
    for (const std::vector<Value>& row : node.rows) {
      DeltaBuilder one(types());
      for (size_t c = 0; c < row.size(); ++c) {
        row[c].is_null() ? one.column(c).append_null() : one.column(c).append_slot(row[c].slot());
      }
      one.end_row(1);
      add_to(out, one.finish(), types());
    }
  }

  // The rows on which `condition` is true; errors with the rows' weights.
  DeltaBatch filter(const expr::ExprPtr& condition, const DeltaBatch& batch, std::vector<uint32_t>* kept_rows) {
    expr::ExprProgram program = std::move(*expr::ExprProgram::compile({condition}));
    std::vector<uint32_t> kept;
    expr::ErrorSink failed;
    program.filter(batch, {}, kept, failed);
    for (const auto& failure : failed.take()) add_to(errors_, failure.error.message(), batch.weight(failure.row));
    if (kept_rows != nullptr) *kept_rows = kept;
    return batch.gather(kept);
  }

  // The results of expressions on the rows on which all succeed.
  DeltaBatch compute(const std::vector<expr::ExprPtr>& exprs, DeltaBatch& batch) {
    expr::ExprProgram program = std::move(*expr::ExprProgram::compile(exprs));
    std::vector<ColumnPtr> results;
    expr::ErrorSink failed;
    program.evaluate(batch, {}, results, failed);
    std::vector<bool> bad(batch.rows());
    for (const auto& failure : failed.take()) {
      bad[failure.row] = true;
      add_to(errors_, failure.error.message(), batch.weight(failure.row));
    }
    std::vector<uint32_t> good;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (!bad[row]) good.push_back(row);
    }
    const DeltaBatch computed = batch.with_columns(std::move(results)).gather(good);
    batch = batch.gather(good);
    return computed;
  }

  void evaluate(const MapNode& node, RowSet& out) {
    DeltaBatch batch = to_batch(rows_[node.input], types(node.input));
    for (const expr::ExprPtr& condition : node.filters) batch = filter(condition, batch, nullptr);
    add_to(out, compute(node.outputs, batch), types());
  }

  // All rows of one call; none when it fails.
  std::optional<DeltaBatch> call(const TableFunctionNode::Call& call, const DeltaBatch& arguments, size_t row,
                                 int64_t weight) {
    std::vector<Value> values;
    bool null = false;
    for (const ColumnPtr& column : arguments.columns()) {
      null |= column->is_null(row);
      values.push_back(column->is_null(row) ? Value::null(column->type()) : Value(column->type(), column->slot(row)));
    }
    std::vector<SqlType> types;
    for (const CompositeField& column : call.columns) types.push_back(column.type);
    DeltaBuilder builder(types);
    if (!null || !call.function->strict) {
      const expr::EvalContext context;
      auto stream = call.function->open({.context = context, .arguments = values, .columns = call.columns});
      if (!stream) {
        add_to(errors_, stream.error().message(), weight);
        return std::nullopt;
      }
      while (*(*stream)->next(1, builder)) {
      }
    }
    return builder.finish();
  }

  void evaluate(const TableFunctionNode& node, RowSet& out) {
    DeltaBatch batch = to_batch(rows_[node.input], types(node.input));
    std::vector<expr::ExprPtr> arguments;
    for (const TableFunctionNode::Call& each : node.calls) {
      arguments.insert(arguments.end(), each.arguments.begin(), each.arguments.end());
    }
    const DeltaBatch computed = compute(arguments, batch);
    for (size_t row = 0; row < batch.rows(); ++row) {
      std::vector<DeltaBatch> given;
      size_t first = 0, longest = 0;
      for (const TableFunctionNode::Call& each : node.calls) {
        const auto begin = computed.columns().begin() + static_cast<ptrdiff_t>(first);
        const auto end = begin + static_cast<ptrdiff_t>(each.arguments.size());
        first += each.arguments.size();
        auto rows = call(each, DeltaBatch(batch.rows(), {begin, end}), row, batch.weight(row));
        if (!rows) break;
        longest = std::max(longest, rows->rows());
        given.push_back(std::move(*rows));
      }
      if (given.size() < node.calls.size()) continue;
      DeltaBuilder result(types());
      for (size_t i = 0; i < std::max<size_t>(longest, node.outer); ++i) {
        size_t c = 0;
        for (; c < batch.column_count(); ++c) result.column(c).append_from(batch.column(c), row);
        for (const DeltaBatch& rows : given) {
          for (const ColumnPtr& column : rows.columns()) {
            i < rows.rows() ? result.column(c).append_from(*column, i) : result.column(c).append_null();
            ++c;
          }
        }
        if (node.with_ordinality) {
          longest > 0 ? result.column(c).append<int64_t>(static_cast<int64_t>(i) + 1) : result.column(c).append_null();
        }
        result.end_row(batch.weight(row));
      }
      add_to(out, result.finish(), types());
    }
  }

  void evaluate(const JoinNode& node, RowSet& out) {
    const std::vector<SqlType>& left_types = types(node.left);
    const std::vector<SqlType>& right_types = types(node.right);
    std::vector<SqlType> pair_types = left_types;
    pair_types.insert(pair_types.end(), right_types.begin(), right_types.end());
    const std::vector<Row> left(rows_[node.left].begin(), rows_[node.left].end());
    const std::vector<Row> right(rows_[node.right].begin(), rows_[node.right].end());
    const RowLayout left_layout(left_types);
    const RowLayout right_layout(right_types);
    const auto has_null = [](const RowLayout& layout, const std::string& row, const Columns& columns) {
      return std::ranges::any_of(columns, [&](uint32_t column) { return layout.is_null(row, column); });
    };
    std::multimap<std::string, size_t> by_key;
    for (size_t r = 0; r < right.size(); ++r) {
      if (!node.null_safe && has_null(right_layout, right[r].first, node.right_keys)) continue;
      by_key.emplace(key_of(right_layout, right[r].first, node.right_keys), r);
    }
    DeltaBuilder builder(pair_types);
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t l = 0; l < left.size(); ++l) {
      if (!node.null_safe && has_null(left_layout, left[l].first, node.left_keys)) continue;
      const auto [begin, end] = by_key.equal_range(key_of(left_layout, left[l].first, node.left_keys));
      for (auto entry = begin; entry != end; ++entry) {
        const size_t r = entry->second;
        for (size_t c = 0; c < left_types.size(); ++c) {
          left_layout.unpack_column(left[l].first, c, builder.column(c));
        }
        for (size_t c = 0; c < right_types.size(); ++c) {
          right_layout.unpack_column(right[r].first, c, builder.column(left_types.size() + c));
        }
        builder.end_row(left[l].second * right[r].second);
        pairs.emplace_back(l, r);
      }
    }
    DeltaBatch joined = builder.finish();
    std::vector<uint32_t> kept(joined.rows());
    std::iota(kept.begin(), kept.end(), 0);
    if (node.residual) joined = filter(node.residual, joined, &kept);
    std::vector<bool> left_matched(left.size());
    std::vector<bool> right_matched(right.size());
    for (const uint32_t pair : kept) {
      left_matched[pairs[pair].first] = true;
      right_matched[pairs[pair].second] = true;
    }
    const bool gives_pairs = node.kind != JoinKind::kSemi && node.kind != JoinKind::kAnti;
    if (gives_pairs) add_to(out, joined, types());
    for (size_t l = 0; l < left.size(); ++l) {
      if (!gives_pairs && left_matched[l] == (node.kind == JoinKind::kSemi)) add_to(out, left[l].first, left[l].second);
      if ((node.kind == JoinKind::kLeft || node.kind == JoinKind::kFull) && !left_matched[l]) {
        add_padded(out, left[l], left_types, {}, right_types);
      }
    }
    for (size_t r = 0; r < right.size(); ++r) {
      if (node.kind == JoinKind::kFull && !right_matched[r]) add_padded(out, right[r], right_types, left_types, {});
    }
  }

  void add_padded(RowSet& out, const Row& row, const std::vector<SqlType>& row_types,
                  const std::vector<SqlType>& before, const std::vector<SqlType>& after) {
    DeltaBuilder one(types());
    for (size_t c = 0; c < before.size(); ++c) one.column(c).append_null();
    for (size_t c = 0; c < row_types.size(); ++c) {
      RowLayout(row_types).unpack_column(row.first, c, one.column(before.size() + c));
    }
    for (size_t c = 0; c < after.size(); ++c) one.column(before.size() + row_types.size() + c).append_null();
    one.end_row(row.second);
    add_to(out, one.finish(), types());
  }

  void evaluate(const AggregateNode& node, RowSet& out) {
    Groups groups = group(node.input, node.group);
    if (node.group.empty()) groups[""];
    for (const auto& [key, rows] : groups) {
      DeltaBuilder builder(types());
      std::string name;
      for (const Row& row : rows) {
        const std::string spelling = project(types(node.input), row.first, node.group);
        if (name.empty() || spelling < name) name = spelling;
      }
      for (size_t c = 0; c < node.group.size(); ++c) {
        RowLayout(pick(types(node.input), node.group)).unpack_column(name, c, builder.column(c));
      }
      bool failed = false;
      for (size_t c = 0; c < node.calls.size() && !failed; ++c) {
        failed = !append_call(node, node.calls[c], rows, builder.column(node.group.size() + c));
      }
      if (failed) continue;
      builder.end_row(1);
      add_to(out, builder.finish(), types());
    }
  }

  bool append_call(const AggregateNode& node, const AggregateCall& call, const std::vector<Row>& group_rows,
                   ColumnBuilder& out) {
    if (call.spec->law == expr::AggregateLaw::kSequence) return append_sequence(node, call, group_rows, out);
    const std::vector<SqlType>& input = types(node.input);
    const RowLayout layout(input);
    Columns stored = node.group;
    stored.insert(stored.end(), call.arguments.begin(), call.arguments.end());
    const RowLayout stored_layout(pick(input, stored));
    RowSet counted;  // (group, arguments) -> weight
    for (const auto& [row, weight] : group_rows) {
      if (call.filter && (layout.is_null(row, *call.filter) || !layout.slot(row, *call.filter).boolean())) continue;
      add_to(counted, project(input, row, stored), weight);
    }
    if (call.distinct) {  // The first spelling by bytes counts.
      std::map<std::string, std::string> values;
      for (const auto& [row, weight] : counted) {
        values.emplace(key_of(stored_layout, row, count_up(stored.size())), row);
      }
      counted.clear();
      for (const auto& [key, row] : values) counted[row] = 1;
    }
    if (call.spec->law == expr::AggregateLaw::kOrdered) {
      append_extreme(call.spec->keep_greatest, counted, stored_layout, out);
      return true;
    }
    const DeltaBatch batch = to_batch(counted, stored_layout.types());
    std::vector<ColumnPtr> arguments(batch.columns().begin() + static_cast<ptrdiff_t>(node.group.size()),
                                     batch.columns().end());
    alignas(16) std::byte state[4096] = {};
    EXPECT_LE(call.spec->state_bytes, sizeof state);
    if (!call.spec->trivial) call.spec->construct(state);
    const std::vector<std::byte*> states(batch.rows(), state);
    call.spec->update(
        {.states = states, .arguments = arguments, .weights = batch.weights() ? batch.weights()->data() : nullptr});
    Arena arena;
    const bool good = append_value(call.spec->finish(state, call.type, arena), out);
    if (!call.spec->trivial) call.spec->destroy(state);
    return good;
  }

  bool append_value(const Result<std::optional<Slot>>& value, ColumnBuilder& out) {
    if (!value) {
      add_to(errors_, value.error().message(), 1);
    } else if (*value) {
      out.append_slot(**value);
    } else {
      out.append_null();
    }
    return value.has_value();
  }

  bool append_sequence(const AggregateNode& node, const AggregateCall& call, const std::vector<Row>& group_rows,
                       ColumnBuilder& out) {
    const std::vector<SqlType>& input = types(node.input);
    const NaiveSequence rows(call, node.group, input, group_rows);
    const RowLayout layout(input);
    std::vector<Value> direct;
    for (const ColumnOrConstant& argument : call.direct) {
      const bool known =
          argument.column && !group_rows.empty() && !layout.is_null(group_rows[0].first, *argument.column);
      direct.push_back(!known ? argument.constant
                              : Value(argument.constant.type(), layout.slot(group_rows[0].first, *argument.column)));
    }
    std::vector<SqlType> argument_types;
    for (const uint32_t column : call.arguments) argument_types.push_back(input[column]);
    Arena arena;
    const expr::EvalContext context;
    return append_value(call.spec->read({.rows = rows,
                                         .direct = direct,
                                         .argument_types = argument_types,
                                         .result_type = call.type,
                                         .context = context,
                                         .arena = arena}),
                        out);
  }

  static void append_extreme(bool greatest, const RowSet& rows, const RowLayout& layout, ColumnBuilder& out) {
    const size_t column = layout.column_count() - 1;
    const SqlType type = layout.type(column);
    const std::string* best = nullptr;
    for (const auto& [row, weight] : rows) {  // by bytes, which settle ties
      if (layout.is_null(row, column)) continue;
      if (best != nullptr) {
        const int order = type.info().compare(layout.slot(row, column), layout.slot(*best, column), type);
        if (greatest ? order < 0 : order >= 0) continue;
      }
      best = &row;
    }
    if (best == nullptr) {
      out.append_null();
    } else {
      layout.unpack_column(*best, column, out);
    }
  }

  void evaluate(const DistinctNode& node, RowSet& out) {
    for (const auto& [key, rows] : group(node.input, count_up(types().size()))) add_to(out, rows.front().first, 1);
  }

  void evaluate(const TopKNode& node, RowSet& out) {
    const RowLayout layout(types());
    const auto compare = [&](const Row& a, const Row& b) {
      for (const SortKey& key : node.order) {
        const bool a_null = layout.is_null(a.first, key.column);
        const bool b_null = layout.is_null(b.first, key.column);
        if (a_null && b_null) continue;
        if (a_null || b_null) return a_null == key.nulls_first ? -1 : 1;
        const SqlType type = layout.type(key.column);
        const int order = type.info().compare(layout.slot(a.first, key.column), layout.slot(b.first, key.column), type);
        if (order != 0) return key.descending ? -order : order;
      }
      return 0;
    };
    for (auto& [key, rows] : group(node.input, node.partition)) {
      std::vector<Row> copies;  // one an occurrence
      for (const Row& row : rows) copies.insert(copies.end(), static_cast<size_t>(row.second), {row.first, 1});
      std::ranges::stable_sort(copies, [&](const Row& a, const Row& b) { return compare(a, b) < 0; });
      const size_t begin = std::min(copies.size(), static_cast<size_t>(node.offset));
      size_t end = node.limit ? std::min(copies.size(), begin + static_cast<size_t>(*node.limit)) : copies.size();
      while (node.with_ties && end > begin && end < copies.size() && compare(copies[end - 1], copies[end]) == 0) ++end;
      for (size_t i = begin; i < end; ++i) add_to(out, copies[i].first, 1);
    }
  }

  void evaluate(const WindowNode& node, RowSet& out) {
    const RowLayout layout(types(node.input));
    for (auto& [key, rows] : group(node.input, node.partition)) {
      std::vector<std::string> copies;
      for (const Row& row : rows) copies.insert(copies.end(), static_cast<size_t>(row.second), row.first);
      const NaiveWindow window(node, layout, std::move(copies));
      for (size_t i = 0; i < window.rows().size(); ++i) {
        Arena arena;
        DeltaBuilder one(types());
        layout_into(layout, window.rows()[i], one);
        std::optional<SqlError> error;
        for (size_t c = 0; c < node.calls.size() && !error; ++c) {
          const auto value = window.answer(node.calls[c], i, arena);
          ColumnBuilder& column = one.column(layout.column_count() + c);
          if (!value) {
            error = value.error();
          } else if (*value) {
            column.append_slot(**value);
          } else {
            column.append_null();
          }
        }
        if (error) {
          add_to(errors_, error->message(), 1);
          continue;
        }
        one.end_row(1);
        add_to(out, one.finish(), types());
      }
    }
  }
  static void layout_into(const RowLayout& layout, const std::string& row, DeltaBuilder& out) {
    for (size_t c = 0; c < layout.column_count(); ++c) layout.unpack_column(row, c, out.column(c));
  }

  void evaluate(const UnionNode& node, RowSet& out) {
    for (const NodeIndex input : node.inputs) {
      for (const auto& [row, weight] : rows_[input]) add_to(out, row, weight);
    }
  }

  void evaluate(const SetOperationNode& node, RowSet& out) {
    const Groups right = group(node.right, count_up(types().size()));
    for (const auto& [key, rows] : group(node.left, count_up(types().size()))) {
      const auto total = [](const std::vector<Row>& of) {
        int64_t sum = 0;
        for (const Row& row : of) sum += row.second;
        return sum;
      };
      const int64_t a = total(rows);
      const int64_t b = right.contains(key) ? total(right.at(key)) : 0;
      int64_t weight = 0;
      if (node.operation == SetOperation::kIntersect) {
        weight = node.all ? std::min(a, b) : b > 0;
      } else {
        weight = node.all ? std::max<int64_t>(a - b, 0) : b == 0;
      }
      if (weight > 0) add_to(out, rows.front().first, weight);
    }
  }

  void evaluate(const AtMostOneNode& node, RowSet& out) {
    out = rows_[node.input];
    for (const auto& [key, rows] : group(node.input, node.partition)) {
      int64_t weight = 0;
      for (const Row& row : rows) weight += row.second;
      if (weight > 1) add_to(errors_, "more than one row returned by a subquery used as an expression", 1);
    }
  }

  // Round after round, each from nothing.
  void evaluate(const RecursionNode& node, RowSet& out) {
    std::map<ObjectId, RowSet> relations;
    std::map<ObjectId, std::vector<SqlType>> relation_types;
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      relations[recursion_input(i)] = rows_[node.inputs[i]];
      relation_types[recursion_input(i)] = types(node.inputs[i]);
    }
    std::vector<SqlType>& working_types = relation_types[kWorkingTable];
    working_types = types();
    working_types.insert(working_types.begin(), type_of(oid::kInt8));
    RowSet working = rows_[node.inputs[0]];
    for (int64_t round = 0; round < 1000; ++round) {
      if (node.distinct) {
        std::erase_if(working, [&](const Row& row) { return out.contains(row.first); });
        for (auto& [row, weight] : working) weight = 1;
      }
      if (working.empty()) return;
      for (const auto& [row, weight] : working) add_to(out, row, weight);
      relations[kWorkingTable].clear();
      DeltaBuilder builder(working_types);
      const RowLayout layout(types());
      for (const auto& [row, weight] : working) {
        builder.column(0).append<int64_t>(round);
        for (size_t c = 0; c < types().size(); ++c) layout.unpack_column(row, c, builder.column(c + 1));
        builder.end_row(weight);
      }
      add_to(relations[kWorkingTable], builder.finish(), working_types);
      const NaiveEvaluator step(*node.step, relations, relation_types);
      working.clear();
      for (const auto& [row, weight] : step.rows()) {
        EXPECT_EQ(RowLayout(working_types).slot(row, 0).i64, round + 1);
        add_to(working, project(working_types, row, pick_behind_first(working_types.size())), weight);
      }
    }
    FAIL() << "the recursion does not end";
  }

  static Columns pick_behind_first(size_t count) {
    Columns columns = count_up(count);
    columns.erase(columns.begin());
    return columns;
  }

  const CircuitPlan& plan_;
  const std::map<ObjectId, RowSet>& relations_;
  const std::map<ObjectId, std::vector<SqlType>>& relation_types_;
  const PlanNode* current_ = nullptr;
  std::vector<RowSet> rows_;  // of each node
  ErrorSet errors_;
};

}  // namespace millrace::dataflow
