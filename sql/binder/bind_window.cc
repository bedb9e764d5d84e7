// Window functions: calls with OVER, window definitions and their frames.
#include <fmt/format.h>

#include <algorithm>

#include "expr/program.h"
#include "expr/range_bound.h"
#include "sql/binder/expr_binder.h"

namespace millrace::sql {

using dataflow::FrameBound;
using dataflow::FrameEdge;
using dataflow::FrameMode;
using expr::ExprPtr;

namespace {

// PostgreSQL's FRAMEOPTION bits (nodes/parsenodes.h).
constexpr int32_t kNonDefault = 0x1;
constexpr int32_t kRows = 0x4;
constexpr int32_t kGroups = 0x8;
constexpr int32_t kStartUnboundedPreceding = 0x20;
constexpr int32_t kEndUnboundedFollowing = 0x100;
constexpr int32_t kStartCurrentRow = 0x200;
constexpr int32_t kEndCurrentRow = 0x400;
constexpr int32_t kStartOffsetPreceding = 0x800;
constexpr int32_t kEndOffsetPreceding = 0x1000;
constexpr int32_t kExcludeCurrentRow = 0x8000;
constexpr int32_t kExcludeGroup = 0x10000;
constexpr int32_t kExcludeTies = 0x20000;

FrameEdge start_of(int32_t options) {
  if ((options & kStartUnboundedPreceding) != 0) return FrameEdge::kUnboundedPreceding;
  if ((options & kStartCurrentRow) != 0) return FrameEdge::kCurrentRow;
  return (options & kStartOffsetPreceding) != 0 ? FrameEdge::kPreceding : FrameEdge::kFollowing;
}

FrameEdge end_of(int32_t options) {
  if ((options & kEndUnboundedFollowing) != 0) return FrameEdge::kUnboundedFollowing;
  if ((options & kEndCurrentRow) != 0) return FrameEdge::kCurrentRow;
  return (options & kEndOffsetPreceding) != 0 ? FrameEdge::kPreceding : FrameEdge::kFollowing;
}

std::string_view word_of(FrameMode mode) {
  switch (mode) {
    case FrameMode::kRows: return "ROWS";
    case FrameMode::kRange: return "RANGE";
    case FrameMode::kGroups: return "GROUPS";
  }
  return "";
}

SqlError windowing_error(std::string message) { return SqlError(sqlstate::kWindowingError, std::move(message)); }

bool same(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::ranges::equal(a, b, [](const ExprPtr& x, const ExprPtr& y) { return structurally_equal(*x, *y); });
}

bool same(const std::vector<OrderItem>& a, const std::vector<OrderItem>& b) {
  return std::ranges::equal(a, b, [](const OrderItem& x, const OrderItem& y) {
    return x.descending == y.descending && x.nulls_first == y.nulls_first && structurally_equal(*x.value, *y.value);
  });
}

bool same(const FrameBound& a, const FrameBound& b) {
  if (a.edge != b.edge) return false;
  if (a.edge != FrameEdge::kPreceding && a.edge != FrameEdge::kFollowing) return true;
  return structurally_equal(*expr::make_constant(a.offset), *expr::make_constant(b.offset));
}

bool same(const dataflow::WindowFrame& a, const dataflow::WindowFrame& b) {
  return a.mode == b.mode && a.exclude == b.exclude && same(a.start, b.start) && same(a.end, b.end);
}

bool same_window(const WindowSpec& a, const WindowSpec& b) {
  return same(a.partition, b.partition) && same(a.order, b.order);
}

bool same_call(const PendingWindow& a, const PendingWindow& b) {
  const auto is_volatile = [](const ExprPtr& e) { return e->volatility() == expr::Volatility::kVolatile; };
  return a.function == b.function && a.aggregate == b.aggregate && same(a.arguments, b.arguments) &&
         (a.filter == nullptr) == (b.filter == nullptr) &&
         (a.filter == nullptr || structurally_equal(*a.filter, *b.filter)) && same_window(a.window, b.window) &&
         same(a.window.frame, b.window.frame) && std::ranges::none_of(a.arguments, is_volatile);
}

// Ranks and neighbours look at the partition, whatever the frame.
bool has_frame(const expr::WindowFunction& function) {
  using Kind = expr::WindowFunctionKind;
  return function.which == Kind::kFirstValue || function.which == Kind::kLastValue || function.which == Kind::kNthValue;
}

}  // namespace

const PendingWindow* ExprBinder::find_window_in(const std::vector<ExprPtr>& exprs) const {
  for (const ExprPtr& each : exprs) {
    ColumnSet used;
    add_referenced(each, used);
    for (const PendingWindow& window : block_.windows) {
      if (used.contains(window.id)) return &window;
    }
  }
  return nullptr;
}

Status ExprBinder::check_window_call(const ast::FunctionCall& node, const expr::ResolvedCall& call) const {
  const std::string& name = node.name.last();
  if (call.candidate.window == nullptr && call.candidate.aggregate == nullptr) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("OVER specified, but {} is not a window function nor an aggregate function", name));
  }
  if (node.within_group) {
    return call.candidate.window != nullptr
               ? SqlError(sqlstate::kWrongObjectType, fmt::format("window function {} cannot have WITHIN GROUP", name))
               : SqlError(sqlstate::kFeatureNotSupported,
                          fmt::format("OVER is not supported for ordered-set aggregate {}", name));
  }
  const auto unsupported = [](const char* what) {
    return SqlError(sqlstate::kFeatureNotSupported, fmt::format("{}", what));
  };
  if (node.distinct) return unsupported("DISTINCT is not implemented for window functions");
  if (call.candidate.aggregate != nullptr && !node.star && node.arguments.empty()) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("{}(*) must be used to call a parameterless aggregate function", name));
  }
  if (!node.order_by.empty()) return unsupported("aggregate ORDER BY is not implemented for window functions");
  if (call.candidate.window != nullptr && node.filter != nullptr) {
    return unsupported("FILTER is not implemented for non-aggregate window functions");
  }
  if (clause_ != Clause::kSelect && clause_ != Clause::kOrderBy && clause_ != Clause::kDistinctOn) {
    if (clause_ == Clause::kAggregateArgument) {
      return SqlError(sqlstate::kGroupingError, "aggregate function calls cannot contain window function calls");
    }
    return windowing_error(fmt::format("window functions are not allowed in {}", clause_name(clause_)));
  }
  return {};
}

ExprBinder::Bound ExprBinder::bind_window(const ast::FunctionCall& node, const ast::Expr& at) {
  TRY(const std::string name, function_name(node.name));
  const size_t functions_before = block_.table_functions.size();
  TRY(std::vector<ExprPtr> arguments, bind_all(node.arguments));
  TRY(const expr::ResolvedCall call, expr::resolve_function(name, types_of(arguments)));
  TRY(check_window_call(node, call));
  TRY(arguments, coerce_arguments(std::move(arguments), call.argument_types));
  if (block_.table_functions.size() > functions_before) {
    return SqlError(sqlstate::kFeatureNotSupported, "window function calls cannot contain set-returning function calls")
        .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.");
  }
  if (const PendingWindow* inner = find_window_in(arguments)) {
    return windowing_error("window function calls cannot be nested").at(inner->location);
  }
  const expr::AggregateSpec* aggregate = call.candidate.aggregate;
  const bool foldable = aggregate == nullptr || aggregate->law == expr::AggregateLaw::kLinear ||
                        aggregate->law == expr::AggregateLaw::kOrdered;
  if (!foldable) {
    return not_supported(fmt::format("aggregate function {} over a window", aggregate->to_string()),
                         "count, sum, avg, min, max and their like are built; join with a GROUP BY for others.");
  }
  PendingWindow pending{.id = 0,
                        .function = call.candidate.window,
                        .aggregate = aggregate,
                        .arguments = std::move(arguments),
                        .filter = nullptr,
                        .window = {},
                        .location = at.location};
  if (node.filter != nullptr) {
    TRY(pending.filter, ExprBinder(binder_, block_, Clause::kSelect).bind_boolean(*node.filter, "FILTER"));
    if (const PendingWindow* inner = find_window_in({pending.filter})) {
      return windowing_error("window functions are not allowed in FILTER").at(inner->location);
    }
  }
  ExprBinder window(binder_, block_, Clause::kWindow);
  if (!node.over->name.empty()) {
    TRY(pending.window, window.named_window(node.over->name, node.over->location));
  } else {
    TRY(pending.window, window.bind_window_definition(*node.over));
  }
  if (pending.function != nullptr && !has_frame(*pending.function)) pending.window.frame = {};
  for (ExprPtr& argument : pending.arguments) argument = expr::fold_constants(argument);
  return add_window(std::move(pending), call.result_type);
}

ExprBinder::Bound ExprBinder::add_window(PendingWindow pending, SqlType type) {
  for (const PendingWindow& other : block_.windows) {
    if (same_call(other, pending)) return binder_.columns_.ref(other.id);
  }
  const std::string& name = pending.function != nullptr ? pending.function->name : pending.aggregate->name;
  pending.id = binder_.columns_.add(name, type);
  block_.windows.push_back(std::move(pending));
  return binder_.columns_.ref(block_.windows.back().id);
}

Result<WindowSpec> ExprBinder::named_window(const std::string& name, ast::Location location) {
  if (block_.window_clause != nullptr) {
    for (const ast::WindowDefinition& definition : *block_.window_clause) {
      if (definition.name == name) return bind_window_definition(definition);
    }
  }
  return SqlError(sqlstate::kUndefinedObject, fmt::format("window \"{}\" does not exist", name)).at(location);
}

Result<WindowSpec> ExprBinder::bind_window_definition(const ast::WindowDefinition& definition) {
  WindowSpec window;
  const std::string& base = definition.base_name;
  if (!base.empty()) {
    // Of the WINDOW clause only those that stand before this one.
    const ast::WindowDefinition* found = nullptr;
    for (size_t i = 0; block_.window_clause != nullptr && i < block_.window_clause->size(); ++i) {
      const ast::WindowDefinition& other = (*block_.window_clause)[i];
      if (&other == &definition) break;
      if (other.name == base) found = &other;
    }
    if (found == nullptr) {
      return SqlError(sqlstate::kUndefinedObject, fmt::format("window \"{}\" does not exist", base))
          .at(definition.location);
    }
    TRY(window, bind_window_definition(*found));
    if (!definition.partition_by.empty()) {
      return windowing_error(fmt::format("cannot override PARTITION BY clause of window \"{}\"", base))
          .at(definition.location);
    }
    if (!definition.order_by.empty() && !window.order.empty()) {
      return windowing_error(fmt::format("cannot override ORDER BY clause of window \"{}\"", base))
          .at(definition.location);
    }
    if (window.has_frame) {
      SqlError error = windowing_error(fmt::format("cannot copy window \"{}\" because it has a frame clause", base));
      const bool only_name =
          definition.name.empty() && definition.order_by.empty() && (definition.frame_options & kNonDefault) == 0;
      if (only_name) error = std::move(error).with_hint("Omit the parentheses in this OVER clause.");
      return std::move(error).at(definition.location);
    }
  }
  for (const ast::ExprPtr& item : definition.partition_by) {
    TRY(ExprPtr key, bind(*item));
    TRY(key, coercions().settle(key));
    if (key->type().info().compare == nullptr) {
      return SqlError(sqlstate::kUndefinedFunction,
                      fmt::format("could not identify an ordering operator for type {}", key->type().to_string()))
          .with_hint("Use an explicit ordering operator or modify the query.")
          .at(item->location);
    }
    window.partition.push_back(std::move(key));
  }
  for (const ast::SortItem& item : definition.order_by) {
    TRY(ExprPtr value, bind(*item.expression));
    TRY(value, coercions().settle(value));
    TRY(OrderItem order, order_item(item, std::move(value)));
    window.order.push_back(std::move(order));
  }
  TRY(bind_frame(definition, window));
  return window;
}

Status ExprBinder::bind_frame(const ast::WindowDefinition& definition, WindowSpec& window) {
  const int32_t options = definition.frame_options;
  window.has_frame = (options & kNonDefault) != 0;
  dataflow::WindowFrame& frame = window.frame;
  frame = {};
  if (!window.has_frame) return {};
  frame.mode = (options & kRows) != 0     ? FrameMode::kRows
               : (options & kGroups) != 0 ? FrameMode::kGroups
                                          : FrameMode::kRange;
  frame.start.edge = start_of(options);
  frame.end.edge = end_of(options);
  frame.exclude = (options & kExcludeCurrentRow) != 0 ? dataflow::FrameExclusion::kCurrentRow
                  : (options & kExcludeGroup) != 0    ? dataflow::FrameExclusion::kGroup
                  : (options & kExcludeTies) != 0     ? dataflow::FrameExclusion::kTies
                                                      : dataflow::FrameExclusion::kNone;
  const bool has_offset = definition.start_offset != nullptr || definition.end_offset != nullptr;
  if (frame.mode == FrameMode::kRange && has_offset && window.order.size() != 1) {
    return windowing_error("RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
        .at(definition.location);
  }
  if (frame.mode == FrameMode::kGroups && window.order.empty()) {
    return windowing_error("GROUPS mode requires an ORDER BY clause").at(definition.location);
  }
  if (definition.start_offset != nullptr) {
    TRY(frame.start.offset, bind_frame_offset(*definition.start_offset, window, frame.mode, true));
  }
  if (definition.end_offset != nullptr) {
    TRY(frame.end.offset, bind_frame_offset(*definition.end_offset, window, frame.mode, false));
  }
  return {};
}

Result<Value> ExprBinder::bind_frame_offset(const ast::Expr& offset, const WindowSpec& window, FrameMode mode,
                                            bool is_start) {
  TRY(ExprPtr bound, bind(offset));
  if (bound->has_columns()) {
    return SqlError(sqlstate::kInvalidColumnReference,
                    fmt::format("argument of {} must not contain variables", word_of(mode)))
        .at(ast::begin_of(offset));
  }
  SqlType target = type_of(oid::kInt8);
  if (mode == FrameMode::kRange) {
    const SqlType column = window.order.front().value->type();
    const auto wanted = expr::range_offset_type(column, bound->type());
    const bool fits =
        wanted && (is_unknown(bound) || expr::can_coerce(bound->type(), *wanted, expr::CastContext::kImplicit));
    if (!fits) {
      const bool any_offset = expr::range_offset_type(column, type_of(oid::kUnknown)).has_value();
      SqlError error(
          sqlstate::kFeatureNotSupported,
          any_offset
              ? fmt::format(
                    "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {} and offset type {}",
                    column.to_string(), bound->type().to_string())
              : fmt::format("RANGE with offset PRECEDING/FOLLOWING is not supported for column type {}",
                            column.to_string()));
      if (any_offset) error = std::move(error).with_hint("Cast the offset value to an appropriate type.");
      return std::move(error).at(ast::begin_of(offset));
    }
    target = *wanted;
  } else if (!is_unknown(bound) && !expr::can_coerce(bound->type(), target, expr::CastContext::kAssignment)) {
    return SqlError(sqlstate::kDatatypeMismatch, fmt::format("argument of {} must be type bigint, not type {}",
                                                             word_of(mode), bound->type().to_string()))
        .at(ast::begin_of(offset));
  }
  TRY(bound, coercions().coerce(bound, target, expr::CastContext::kAssignment));
  bound = expr::fold_constants(bound);
  const auto* constant = bound->as<expr::Constant>();
  if (constant == nullptr) {
    return not_supported("a frame offset that is not a constant", "Write the number itself.").at(ast::begin_of(offset));
  }
  const char* which = is_start ? "starting" : "ending";
  if (constant->value.is_null()) {
    return SqlError(sqlstate::kNullValueNotAllowed, fmt::format("frame {} offset must not be null", which));
  }
  if (mode == FrameMode::kRange) {
    TRY(expr::check_range_offset(constant->value));
  } else if (constant->value.slot().i64 < 0) {
    return SqlError(expr::kInvalidFrameOffset, fmt::format("frame {} offset must not be negative", which));
  }
  return constant->value;
}

// One node for all calls over the same partitions in the same order.
void QueryBinder::flush_windows(Block& block) {
  std::vector<PendingWindow> rest = std::move(block.windows);
  block.windows.clear();
  while (!rest.empty()) {
    const WindowSpec spec = rest.front().window;
    std::vector<Map::Computed> computed;
    const ColumnIds made = columns_of(*block.input);
    const ColumnSet own(made.begin(), made.end());
    const auto column_of = [&](const ExprPtr& value, const char* name) -> ColumnId {
      const auto* column = value->as<expr::ColumnRef>();
      if (column != nullptr && own.contains(column->index)) return column->index;
      for (const Map::Computed& other : computed) {
        const bool reusable = value->volatility() != expr::Volatility::kVolatile;
        if (reusable && structurally_equal(*other.value, *value)) return other.id;
      }
      computed.push_back({columns_.add(name, value->type()), value});
      return computed.back().id;
    };
    Window window;
    for (const ExprPtr& key : spec.partition) {
      if (!key->is<expr::Constant>()) window.partition.push_back(column_of(key, "partition"));
    }
    for (const OrderItem& item : spec.order) {
      window.order.push_back({column_of(item.value, "order"), item.descending, item.nulls_first});
    }
    std::vector<PendingWindow> others;
    for (PendingWindow& pending : rest) {
      if (!same_window(pending.window, spec)) {
        others.push_back(std::move(pending));
        continue;
      }
      Window::Call call{pending.id, pending.function, pending.aggregate, {}, std::nullopt, pending.window.frame};
      for (const ExprPtr& argument : pending.arguments) {
        const bool constant = pending.function != nullptr && argument->is<expr::Constant>();
        call.arguments.push_back(constant ? argument : columns_.ref(column_of(argument, "argument")));
      }
      if (pending.filter != nullptr) call.filter = column_of(pending.filter, "filter");
      window.calls.push_back(std::move(call));
    }
    window.input = make_map(std::move(block.input), std::move(computed));
    block.input = make_rel(std::move(window));
    rest = std::move(others);
  }
}

}  // namespace millrace::sql
