#include "sql/physical/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "expr/expr_rewrite.h"
#include "expr/program.h"
#include "sql/physical/circuit_writer.h"
#include "sql/plan/join_predicates.h"

namespace millrace::sql {
namespace {

using dataflow::NodeIndex;
using expr::ExprPtr;

// Stands for a column that is only there because a node cannot have none.
constexpr ColumnId kNoColumn = ~ColumnId{0};
// A computed join key, once the join is made: nobody above knows it. Ids from here up are not the plan's.
constexpr ColumnId kSpare = kNoColumn - 1000;
// A computed column is folded into what uses it up to this depth; views on views would otherwise double
// an expression at each level.
constexpr uint32_t kFoldedDepthMax = 12;

// A node and what is still to be done to its rows: filters and computed columns, over the node's columns.
struct Stream {
  NodeIndex node = 0;
  ColumnIds layout;
  std::vector<ExprPtr> filters;
  std::map<ColumnId, ExprPtr> computed;
};

ColumnSet set_of(const ColumnIds& ids) { return {ids.begin(), ids.end()}; }

ColumnIds unique(const ColumnIds& ids) {
  ColumnIds out;
  for (const ColumnId id : ids) {
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  return out;
}

// A mistake in a rule or in the lowering itself costs one query, not the process.
SqlError wrong_plan(std::string_view what) {
  return SqlError(sqlstate::kInternalError, fmt::format("the planner made a wrong plan: {}", what))
      .with_hint("Please report the query; the server and its data are not affected.");
}

class Lowering {
 public:
  explicit Lowering(const ColumnTable& columns) : columns_(columns) {}

  Result<dataflow::CircuitPlan> run(const RelExpr& plan, const ColumnIds& outputs) {
    TRY(Stream stream, lower(plan, set_of(outputs)));
    const NodeIndex root = materialize(stream, outputs);
    if (lost_column_) return wrong_plan("it uses a column that is not there");
    return std::move(writer_).finish(root);
  }

 private:
  Result<Stream> lower(const RelExpr& rel, const ColumnSet& needed) {
    return std::visit([&](const auto& kind) { return lower_kind(kind, needed); }, rel.kind);
  }
  Result<Stream> lower_kind(const Get& get, const ColumnSet& needed);
  Result<Stream> lower_kind(const Rows& rows, const ColumnSet& needed);
  Result<Stream> lower_kind(const Filter& filter, const ColumnSet& needed);
  Result<Stream> lower_kind(const Map& map, const ColumnSet& needed);
  Result<Stream> lower_kind(const Join& join, const ColumnSet& needed);
  Result<Stream> lower_kind(const Apply& apply, const ColumnSet& needed);
  Result<Stream> lower_kind(const Aggregate& aggregate, const ColumnSet& needed);
  Result<Stream> lower_kind(const Distinct& distinct, const ColumnSet& needed);
  Result<Stream> lower_kind(const TopK& top, const ColumnSet& needed);
  Result<Stream> lower_kind(const Window& window, const ColumnSet& needed);
  Result<Stream> lower_kind(const Union& sum, const ColumnSet& needed);
  Result<Stream> lower_kind(const SetOperation& operation, const ColumnSet& needed);
  Result<Stream> lower_kind(const AtMostOne& one, const ColumnSet& needed);
  Result<Stream> lower_kind(const TableFunction& function, const ColumnSet& needed);
  Result<Stream> lower_kind(const Recursion& recursion, const ColumnSet& needed);
  Result<Stream> lower_kind(const WorkingTable& working, const ColumnSet& needed);

  // Lowers and materializes: the wanted columns (at least one), each once, in the given order or in
  // the one that costs nothing.
  enum class Order : uint8_t { kGiven, kAny };
  Result<Stream> lower_exactly(const RelExpr& rel, ColumnIds wanted, Order order = Order::kAny);
  Result<Stream> lower_side(const RelExpr& rel, const ColumnSet& needed, const std::vector<ExprPtr>& filters,
                            const std::vector<ExprPtr>& keys, dataflow::Columns& key_positions);

  NodeIndex materialize(const Stream& stream, const ColumnIds& wanted);
  // Any column of the stream, to have one: made up when it has none of the plan's.
  static ColumnId some_column(Stream& stream);
  NodeIndex no_rows(const std::vector<SqlType>& types) { return writer_.add(dataflow::ConstantNode{}, types); }
  void add_filter(Stream& stream, const ExprPtr& predicate) {
    const ExprPtr filter = expr::fold_constants(resolve(stream, predicate));
    for (const ExprPtr& term : expr::conjuncts(filter)) stream.filters.push_back(term);
  }
  // An expression over ids as one over the stream's own columns.
  ExprPtr resolve(const Stream& stream, const ExprPtr& expression) const;
  ExprPtr positioned(const ExprPtr& expression, const ColumnIds& layout);
  // A column that an earlier step forgot is noted, and the query refused at the end.
  uint32_t position(const ColumnIds& layout, ColumnId id);
  dataflow::Columns positions(const ColumnIds& layout, const ColumnIds& ids);
  std::vector<SqlType> types(const ColumnIds& layout) const;

  const ColumnTable& columns_;
  CircuitWriter writer_;
  bool lost_column_ = false;
};

std::vector<SqlType> Lowering::types(const ColumnIds& layout) const {
  std::vector<SqlType> out;
  out.reserve(layout.size());
  for (const ColumnId id : layout) out.push_back(id == kNoColumn ? type_of(oid::kBool) : columns_.type(id));
  return out;
}

uint32_t Lowering::position(const ColumnIds& layout, ColumnId id) {
  const auto found = std::find(layout.begin(), layout.end(), id);
  if (found == layout.end()) {
    lost_column_ = true;
    return 0;
  }
  return static_cast<uint32_t>(found - layout.begin());
}

dataflow::Columns Lowering::positions(const ColumnIds& layout, const ColumnIds& ids) {
  dataflow::Columns out;
  for (const ColumnId id : ids) out.push_back(position(layout, id));
  return out;
}

ExprPtr Lowering::positioned(const ExprPtr& expression, const ColumnIds& layout) {
  if (!expression->has_columns()) return expression;
  return expr::substitute_columns(
      expression, [&](uint32_t id, SqlType type) { return expr::make_column(position(layout, id), type); });
}

ExprPtr Lowering::resolve(const Stream& stream, const ExprPtr& expression) const {
  if (stream.computed.empty() || !expression->has_columns()) return expression;
  return expr::substitute_columns(expression, [&](uint32_t id, SqlType type) {
    const auto found = stream.computed.find(id);
    return found == stream.computed.end() ? expr::make_column(id, type) : found->second;
  });
}

ColumnId Lowering::some_column(Stream& stream) {
  for (const ColumnId id : stream.layout) {
    if (id < kSpare) return id;
  }
  stream.computed[kNoColumn] = expr::make_bool(true);
  return kNoColumn;
}

NodeIndex Lowering::materialize(const Stream& stream, const ColumnIds& wanted) {
  if (stream.filters.empty() && wanted == stream.layout) return stream.node;
  const std::vector<SqlType> output_types = types(wanted);
  dataflow::MapNode map{stream.node, {}, {}};
  for (const ExprPtr& filter : stream.filters) {
    if (const auto* constant = filter->as<expr::Constant>()) {
      if (constant->value.is_null() || !constant->value.slot().boolean()) return no_rows(output_types);
      continue;
    }
    map.filters.push_back(positioned(filter, stream.layout));
  }
  bool all_constant = true;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const ColumnId id = wanted[i];
    const auto computed = stream.computed.find(id);
    ExprPtr value = computed != stream.computed.end()
                        ? expr::fold_constants(positioned(computed->second, stream.layout))
                        : expr::make_column(position(stream.layout, id), output_types[i]);
    all_constant = all_constant && value->is<expr::Constant>();
    map.outputs.push_back(std::move(value));
  }
  const auto* base = std::get_if<dataflow::ConstantNode>(&writer_.node(stream.node).kind);
  if (base != nullptr && base->rows.size() == 1 && map.filters.empty() && all_constant) {
    std::vector<Value> row;
    for (const ExprPtr& output : map.outputs) row.push_back(output->as<expr::Constant>()->value);
    return writer_.add(dataflow::ConstantNode{{std::move(row)}}, output_types);
  }
  return writer_.add(std::move(map), output_types);
}

// The ids in the order in which the stream has them; computed ones behind.
ColumnIds as_in(const Stream& stream, const ColumnIds& ids) {
  ColumnIds out;
  for (const ColumnId id : stream.layout) {
    const bool wanted = std::find(ids.begin(), ids.end(), id) != ids.end();
    if (wanted && !stream.computed.contains(id)) out.push_back(id);
  }
  for (const ColumnId id : ids) {
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  return out;
}

Result<Stream> Lowering::lower_exactly(const RelExpr& rel, ColumnIds wanted, Order order) {
  wanted = unique(wanted);
  TRY(Stream stream, lower(rel, set_of(wanted)));
  if (order == Order::kAny) wanted = as_in(stream, wanted);
  if (wanted.empty()) wanted = {some_column(stream)};
  const NodeIndex node = materialize(stream, wanted);
  return Stream{node, std::move(wanted), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Get& get, const ColumnSet& needed) {
  dataflow::InputNode input{get.relation, {}};
  ColumnIds layout;
  for (size_t i = 0; i < get.columns.size(); ++i) {
    if (!needed.contains(get.columns[i])) continue;
    input.columns.push_back(get.attributes[i]);
    layout.push_back(get.columns[i]);
  }
  if (layout.empty() && !get.columns.empty()) {
    // The narrowest one, to count rows by.
    size_t narrowest = 0;
    for (size_t i = 1; i < get.columns.size(); ++i) {
      const auto bytes = [&](size_t k) { return physical_bytes(columns_.type(get.columns[k]).physical()); };
      if (bytes(i) < bytes(narrowest)) narrowest = i;
    }
    input.columns.push_back(get.attributes[narrowest]);
    layout.push_back(get.columns[narrowest]);
  }
  const NodeIndex node = writer_.add(std::move(input), types(layout));
  return Stream{node, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Rows& rows, const ColumnSet& needed) {
  ColumnIds layout;
  std::vector<size_t> kept;
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    if (!needed.contains(rows.columns[i])) continue;
    layout.push_back(rows.columns[i]);
    kept.push_back(i);
  }
  if (layout.empty()) layout.push_back(kNoColumn);
  dataflow::ConstantNode constants;
  std::vector<std::vector<ExprPtr>> others;  // rows that only running can tell: now(), $1, 1/0
  for (const auto& row : rows.rows) {
    std::vector<ExprPtr> values;
    for (const size_t i : kept) values.push_back(expr::fold_constants(row[i]));
    if (kept.empty()) values.push_back(expr::make_bool(true));
    const bool constant =
        std::all_of(values.begin(), values.end(), [](const ExprPtr& v) { return v->is<expr::Constant>(); });
    if (!constant) {
      others.push_back(std::move(values));
      continue;
    }
    std::vector<Value> out;
    for (const ExprPtr& value : values) out.push_back(value->as<expr::Constant>()->value);
    constants.rows.push_back(std::move(out));
  }
  const std::vector<SqlType> row_types = types(layout);
  if (others.empty()) return Stream{writer_.add(std::move(constants), row_types), std::move(layout), {}, {}};
  dataflow::UnionNode sum;
  const NodeIndex single = writer_.add(dataflow::ConstantNode{{{expr::make_bool(true)->as<expr::Constant>()->value}}},
                                       {type_of(oid::kBool)});
  for (auto& values : others)
    sum.inputs.push_back(writer_.add(dataflow::MapNode{single, {}, std::move(values)}, row_types));
  if (!constants.rows.empty()) sum.inputs.push_back(writer_.add(std::move(constants), row_types));
  const NodeIndex node = sum.inputs.size() == 1 ? sum.inputs[0] : writer_.add(std::move(sum), row_types);
  return Stream{node, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Filter& filter, const ColumnSet& needed) {
  ColumnSet below = needed;
  for (const ExprPtr& predicate : filter.predicates) add_referenced(predicate, below);
  TRY(Stream stream, lower(*filter.input, below));
  for (const ExprPtr& predicate : filter.predicates) add_filter(stream, predicate);
  return stream;
}

Result<Stream> Lowering::lower_kind(const Map& map, const ColumnSet& needed) {
  ColumnSet below = needed;
  bool is_volatile = false;
  for (const Map::Computed& computed : map.computed) {
    if (!needed.contains(computed.id)) continue;
    below.erase(computed.id);
  }
  for (const Map::Computed& computed : map.computed) {
    if (needed.contains(computed.id)) add_referenced(computed.value, below);
  }
  TRY(Stream stream, lower(*map.input, below));
  std::map<ColumnId, ExprPtr> added;
  for (const Map::Computed& computed : map.computed) {
    if (!needed.contains(computed.id)) continue;
    added[computed.id] = resolve(stream, computed.value);
    is_volatile = is_volatile || computed.value->volatility() == expr::Volatility::kVolatile ||
                  added[computed.id]->depth() > kFoldedDepthMax;
  }
  stream.computed.merge(added);
  if (!is_volatile) return stream;
  // Computed here, once, whoever uses it.
  ColumnIds wanted;
  for (const ColumnId id : needed) {
    const bool there = stream.computed.contains(id) ||
                       std::find(stream.layout.begin(), stream.layout.end(), id) != stream.layout.end();
    if (there) wanted.push_back(id);
  }
  const NodeIndex node = materialize(stream, wanted);
  return Stream{node, std::move(wanted), {}, {}};
}

// One input of a join with its keys as columns.
Result<Stream> Lowering::lower_side(const RelExpr& rel, const ColumnSet& needed, const std::vector<ExprPtr>& filters,
                                    const std::vector<ExprPtr>& keys, dataflow::Columns& key_positions) {
  ColumnSet below;
  const ColumnSet own = set_of(columns_of(rel));
  for (const ColumnId id : needed) {
    if (own.contains(id)) below.insert(id);
  }
  const ColumnSet wanted = below;
  for (const ExprPtr& filter : filters) add_referenced(filter, below);
  for (const ExprPtr& key : keys) add_referenced(key, below);
  TRY(Stream stream, lower(rel, below));
  for (const ExprPtr& filter : filters) add_filter(stream, filter);
  ColumnSet plain = wanted;
  for (const ExprPtr& key : keys) {
    if (const auto* column = key->as<expr::ColumnRef>()) plain.insert(column->index);
  }
  ColumnIds layout = as_in(stream, ColumnIds(plain.begin(), plain.end()));
  // Keys that are no plain columns get positions behind those, and ids of their own.
  if (layout.empty() && keys.empty()) layout.push_back(some_column(stream));
  ColumnId spare = kNoColumn - 1;  // down to kSpare
  for (const ExprPtr& key : keys) {
    if (const auto* column = key->as<expr::ColumnRef>()) {
      key_positions.push_back(position(layout, column->index));
      continue;
    }
    stream.computed[spare] = resolve(stream, key);
    key_positions.push_back(static_cast<uint32_t>(layout.size()));
    layout.push_back(spare--);
  }
  // types() does not know the spare columns: the node is made by hand.
  if (spare == kNoColumn - 1) return Stream{materialize(stream, layout), std::move(layout), {}, {}};
  dataflow::MapNode map{stream.node, {}, {}};
  std::vector<SqlType> output_types;
  for (const ExprPtr& filter : stream.filters) map.filters.push_back(positioned(filter, stream.layout));
  for (const ColumnId id : layout) {
    const auto computed = stream.computed.find(id);
    ExprPtr value = computed != stream.computed.end() ? positioned(computed->second, stream.layout)
                    : id == kNoColumn ? expr::make_column(position(stream.layout, id), type_of(oid::kBool))
                                      : expr::make_column(position(stream.layout, id), columns_.type(id));
    output_types.push_back(value->type());
    map.outputs.push_back(std::move(value));
  }
  const NodeIndex node = writer_.add(std::move(map), std::move(output_types));
  return Stream{node, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Join& join, const ColumnSet& needed) {
  using dataflow::JoinKind;
  const ColumnIds left_ids = columns_of(*join.left);
  const ColumnIds right_ids = columns_of(*join.right);
  JoinPredicates predicates = classify(join.predicates, set_of(left_ids), set_of(right_ids));
  const bool inner = join.kind == JoinKind::kInner;
  const bool keeps_left = join.kind == JoinKind::kLeft || join.kind == JoinKind::kAnti || join.kind == JoinKind::kFull;
  // Rows of a side that has to be kept may not be filtered before the join.
  std::vector<ExprPtr>& residual = predicates.residual;
  if (keeps_left) {
    residual.insert(residual.end(), predicates.left_only.begin(), predicates.left_only.end());
    predicates.left_only.clear();
  }
  if (join.kind == JoinKind::kFull) {
    residual.insert(residual.end(), predicates.right_only.begin(), predicates.right_only.end());
    predicates.right_only.clear();
  }
  // One rule for all keys. Among null-safe ones a plain key only has to lose its NULLs on the right,
  // where nobody keeps them (of a full join's pairs afterwards).
  const bool any_null_safe =
      std::any_of(predicates.keys.begin(), predicates.keys.end(), [](const JoinKey& k) { return k.null_safe; });
  const bool all_null_safe =
      std::all_of(predicates.keys.begin(), predicates.keys.end(), [](const JoinKey& k) { return k.null_safe; });
  std::vector<ExprPtr> left_keys;
  std::vector<ExprPtr> right_keys;
  for (const JoinKey& key : predicates.keys) {
    if (any_null_safe && !all_null_safe && !key.null_safe) {
      if (join.kind == JoinKind::kFull) {
        residual.push_back(expr::make_not(expr::make_is_null(key.right)));
        left_keys.push_back(key.left);
        right_keys.push_back(key.right);
        continue;
      }
      predicates.right_only.push_back(expr::make_not(expr::make_is_null(key.right)));
    }
    left_keys.push_back(key.left);
    right_keys.push_back(key.right);
  }
  ColumnSet below = needed;
  for (const ExprPtr& predicate : residual) add_referenced(predicate, below);
  dataflow::JoinNode node;
  node.kind = join.kind;
  node.null_safe = any_null_safe;
  TRY(const Stream left, lower_side(*join.left, below, predicates.left_only, left_keys, node.left_keys));
  const bool both = inner || join.kind == JoinKind::kLeft || join.kind == JoinKind::kFull;
  TRY(const Stream right, lower_side(*join.right, below, predicates.right_only, right_keys, node.right_keys));
  node.left = left.node;
  node.right = right.node;
  ColumnIds layout = left.layout;
  layout.insert(layout.end(), right.layout.begin(), right.layout.end());
  std::vector<SqlType> output_types = writer_.node(left.node).types;
  if (both) {
    const std::vector<SqlType>& more = writer_.node(right.node).types;
    output_types.insert(output_types.end(), more.begin(), more.end());
  }
  if (!residual.empty()) node.residual = positioned(expr::fold_constants(expr::make_and(residual)), layout);
  const NodeIndex index = writer_.add(std::move(node), std::move(output_types));
  if (!both) layout = left.layout;
  // Spare key columns are known to nobody above.
  for (ColumnId& id : layout) {
    if (id > kSpare && id != kNoColumn) id = kSpare;
  }
  return Stream{index, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Apply&, const ColumnSet&) {
  return wrong_plan("a correlated subquery is left");
}

Result<Stream> Lowering::lower_kind(const Aggregate& aggregate, const ColumnSet& needed) {
  std::vector<const Aggregate::Call*> calls;
  for (const Aggregate::Call& call : aggregate.calls) {
    if (needed.contains(call.id)) calls.push_back(&call);
  }
  const bool nothing_left = calls.empty() && aggregate.group.empty();
  if (nothing_left && aggregate.calls.empty()) {
    // HAVING without aggregates: one row, whatever comes in.
    const NodeIndex single = writer_.add(dataflow::ConstantNode{{{expr::make_bool(true)->as<expr::Constant>()->value}}},
                                         {type_of(oid::kBool)});
    return Stream{single, {kNoColumn}, {}, {}};
  }
  if (nothing_left) calls.push_back(&aggregate.calls.front());
  ColumnIds wanted = aggregate.group;
  for (const Aggregate::Call* call : calls) {
    for (const ColumnId* id : columns_of(const_cast<Aggregate::Call&>(*call))) wanted.push_back(*id);
  }
  TRY(const Stream input, lower_exactly(*aggregate.input, std::move(wanted)));
  dataflow::AggregateNode node;
  node.input = input.node;
  ColumnIds layout = unique(aggregate.group);
  node.group = positions(input.layout, layout);
  for (const Aggregate::Call* call : calls) {
    dataflow::AggregateCall out;
    out.spec = call->spec;
    out.arguments = positions(input.layout, call->arguments);
    out.distinct = call->distinct;
    if (call->filter) out.filter = position(input.layout, *call->filter);
    out.type = columns_.type(call->id);
    for (const Aggregate::SortKey& key : call->order) {
      out.order.push_back({position(input.layout, key.column), key.descending, key.nulls_first});
    }
    for (const Aggregate::Direct& direct : call->direct) {
      out.direct.push_back({std::nullopt, direct.constant});
      if (direct.column) out.direct.back().column = position(input.layout, *direct.column);
    }
    node.calls.push_back(std::move(out));
    layout.push_back(call->id);
  }
  const NodeIndex index = writer_.add(std::move(node), types(layout));
  return Stream{index, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Distinct& distinct, const ColumnSet&) {
  TRY(Stream input, lower_exactly(*distinct.input, distinct.columns));
  input.node = writer_.add(dataflow::DistinctNode{input.node}, types(input.layout));
  return input;
}

Result<Stream> Lowering::lower_kind(const TopK& top, const ColumnSet& needed) {
  if (!top.limit && top.offset == 0) return lower(*top.input, needed);
  // What the query sees breaks ties, so it comes first.
  ColumnIds wanted = top.columns;
  wanted.insert(wanted.end(), top.partition.begin(), top.partition.end());
  for (const TopK::Key& key : top.order) wanted.push_back(key.column);
  const ColumnIds there = columns_of(*top.input);
  for (const ColumnId id : there) {
    if (needed.contains(id)) wanted.push_back(id);
  }
  TRY(Stream input, lower_exactly(*top.input, std::move(wanted), top.columns.empty() ? Order::kAny : Order::kGiven));
  dataflow::TopKNode node;
  node.input = input.node;
  node.partition = positions(input.layout, unique(top.partition));
  for (const TopK::Key& key : top.order) {
    node.order.push_back({position(input.layout, key.column), key.descending, key.nulls_first});
  }
  node.offset = top.offset;
  node.limit = top.limit;
  node.with_ties = top.with_ties;
  input.node = writer_.add(std::move(node), types(input.layout));
  return input;
}

Result<Stream> Lowering::lower_kind(const Window& window, const ColumnSet& needed) {
  std::vector<const Window::Call*> calls;
  for (const Window::Call& call : window.calls) {
    if (needed.contains(call.id)) calls.push_back(&call);
  }
  if (calls.empty()) return lower(*window.input, needed);
  ColumnIds wanted = window.partition;
  for (const TopK::Key& key : window.order) wanted.push_back(key.column);
  for (const Window::Call* call : calls) {
    if (call->filter) wanted.push_back(*call->filter);
    for (const ExprPtr& argument : call->arguments) {
      if (const auto* column = argument->as<expr::ColumnRef>()) wanted.push_back(column->index);
    }
  }
  for (const ColumnId id : columns_of(*window.input)) {
    if (needed.contains(id)) wanted.push_back(id);
  }
  TRY(const Stream input, lower_exactly(*window.input, std::move(wanted)));
  dataflow::WindowNode node;
  node.input = input.node;
  node.partition = positions(input.layout, unique(window.partition));
  for (const TopK::Key& key : window.order) {
    node.order.push_back({position(input.layout, key.column), key.descending, key.nulls_first});
  }
  ColumnIds layout = input.layout;
  for (const Window::Call* call : calls) {
    dataflow::WindowCall out{.function = call->function,
                             .aggregate = call->aggregate,
                             .arguments = {},
                             .filter = {},
                             .frame = call->frame,
                             .type = columns_.type(call->id)};
    for (const ExprPtr& argument : call->arguments) {
      if (const auto* constant = argument->as<expr::Constant>()) {
        out.arguments.push_back({std::nullopt, constant->value});
      } else {
        const auto* column = argument->as<expr::ColumnRef>();
        out.arguments.push_back({position(input.layout, column == nullptr ? kNoColumn : column->index), {}});
      }
    }
    if (call->filter) out.filter = position(input.layout, *call->filter);
    node.calls.push_back(std::move(out));
    layout.push_back(call->id);
  }
  const NodeIndex index = writer_.add(std::move(node), types(layout));
  return Stream{index, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const Union& sum, const ColumnSet& needed) {
  std::vector<size_t> kept;
  ColumnIds layout;
  for (size_t i = 0; i < sum.columns.size(); ++i) {
    if (!needed.contains(sum.columns[i]) && !(layout.empty() && i + 1 == sum.columns.size())) continue;
    kept.push_back(i);
    layout.push_back(sum.columns[i]);
  }
  dataflow::UnionNode node;
  for (size_t k = 0; k < sum.inputs.size(); ++k) {
    ColumnIds wanted;
    for (const size_t i : kept) wanted.push_back(sum.input_columns[k][i]);
    TRY(Stream input, lower(*sum.inputs[k], set_of(wanted)));
    if (wanted.empty()) {
      input.computed[kNoColumn] = expr::make_bool(true);
      wanted = {kNoColumn};
    }
    node.inputs.push_back(materialize(input, wanted));
  }
  if (layout.empty()) layout = {kNoColumn};
  const NodeIndex index = node.inputs.size() == 1 ? node.inputs[0] : writer_.add(std::move(node), types(layout));
  return Stream{index, std::move(layout), {}, {}};
}

Result<Stream> Lowering::lower_kind(const SetOperation& operation, const ColumnSet&) {
  dataflow::SetOperationNode node;
  node.operation = operation.operation;
  node.all = operation.all;
  TRY(const Stream left, lower(*operation.left, set_of(operation.left_columns)));
  TRY(const Stream right, lower(*operation.right, set_of(operation.right_columns)));
  node.left = materialize(left, operation.left_columns);
  node.right = materialize(right, operation.right_columns);
  const NodeIndex index = writer_.add(std::move(node), types(operation.columns));
  return Stream{index, operation.columns, {}, {}};
}

Result<Stream> Lowering::lower_kind(const AtMostOne& one, const ColumnSet& needed) {
  ColumnIds wanted = one.partition;
  for (const ColumnId id : columns_of(*one.input)) {
    if (needed.contains(id)) wanted.push_back(id);
  }
  TRY(Stream input, lower_exactly(*one.input, std::move(wanted)));
  input.node = writer_.add(dataflow::AtMostOneNode{input.node, positions(input.layout, unique(one.partition))},
                           types(input.layout));
  return input;
}

Result<Stream> Lowering::lower_kind(const TableFunction& function, const ColumnSet& needed) {
  ColumnSet below;
  for (const ColumnId id : columns_of(*function.input)) {
    if (needed.contains(id)) below.insert(id);
  }
  for (const TableFunction::Call& call : function.calls) {
    for (const ExprPtr& argument : call.arguments) add_referenced(argument, below);
  }
  TRY(Stream input, lower_exactly(*function.input, ColumnIds(below.begin(), below.end())));
  dataflow::TableFunctionNode node;
  node.input = input.node;
  ColumnIds given;
  for (const TableFunction::Call& call : function.calls) {
    dataflow::TableFunctionNode::Call lowered{call.function, {}, call.fields};
    for (const ExprPtr& argument : call.arguments) {
      lowered.arguments.push_back(positioned(expr::fold_constants(argument), input.layout));
    }
    node.calls.push_back(std::move(lowered));
    given.insert(given.end(), call.columns.begin(), call.columns.end());
  }
  node.with_ordinality = function.ordinality.has_value();
  node.outer = function.outer;
  input.layout.insert(input.layout.end(), given.begin(), given.end());
  if (function.ordinality) input.layout.push_back(*function.ordinality);
  input.node = writer_.add(std::move(node), types(input.layout));
  return input;
}

Result<Stream> Lowering::lower_kind(const Recursion& recursion, const ColumnSet&) {
  dataflow::RecursionNode node;
  node.distinct = recursion.distinct;
  TRY(const Stream base, lower(*recursion.base, set_of(recursion.base_columns)));
  node.inputs.push_back(materialize(base, recursion.base_columns));
  for (size_t i = 0; i < recursion.invariants.size(); ++i) {
    TRY(const Stream input, lower(*recursion.invariants[i], set_of(recursion.invariant_columns[i])));
    node.inputs.push_back(materialize(input, recursion.invariant_columns[i]));
  }
  ColumnIds step_columns = {*recursion.round};
  step_columns.insert(step_columns.end(), recursion.step_columns.begin(), recursion.step_columns.end());
  TRY(dataflow::CircuitPlan step, Lowering(columns_).run(*recursion.step, step_columns));
  node.step = std::make_shared<dataflow::CircuitPlan>(std::move(step));
  const NodeIndex index = writer_.add(std::move(node), types(recursion.columns));
  return Stream{index, recursion.columns, {}, {}};
}

Result<Stream> Lowering::lower_kind(const WorkingTable& working, const ColumnSet& needed) {
  dataflow::InputNode node{dataflow::kWorkingTable, {0}};
  ColumnIds layout = {*working.round};
  for (uint32_t i = 0; i < working.columns.size(); ++i) {
    if (!needed.contains(working.columns[i])) continue;
    node.columns.push_back(i + 1);
    layout.push_back(working.columns[i]);
  }
  const NodeIndex index = writer_.add(std::move(node), types(layout));
  return Stream{index, std::move(layout), {}, {}};
}

}  // namespace

Result<dataflow::CircuitPlan> lower(const Plan& plan, const ColumnTable& columns) {
  return Lowering(columns).run(*plan.root, plan.outputs);
}

}  // namespace millrace::sql
