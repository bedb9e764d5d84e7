// Aggregate calls: f(x), f(DISTINCT x ORDER BY y) FILTER (WHERE z), f(x) WITHIN GROUP (ORDER BY y).
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "expr/expr_rewrite.h"
#include "expr/overload_resolution.h"
#include "sql/binder/expr_binder.h"

namespace millrace::sql {

using expr::ExprPtr;
using expr::WithinGroup;

namespace {

bool same(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return structurally_equal(*x, *y); });
}

bool same(const PendingAggregate& a, const PendingAggregate& b) {
  const bool same_filter =
      a.filter == nullptr || b.filter == nullptr ? a.filter == b.filter : structurally_equal(*a.filter, *b.filter);
  return same_filter && a.spec == b.spec && a.distinct == b.distinct && same(a.arguments, b.arguments) &&
         same(a.direct, b.direct) &&
         std::equal(a.order.begin(), a.order.end(), b.order.begin(), b.order.end(),
                    [](const OrderItem& x, const OrderItem& y) {
                      return x.descending == y.descending && x.nulls_first == y.nulls_first &&
                             structurally_equal(*x.value, *y.value);
                    });
}

SqlError no_such_function(const std::string& name, const std::vector<ExprPtr>& arguments, std::string hint) {
  return SqlError(sqlstate::kUndefinedFunction,
                  fmt::format("function {} does not exist",
                              expr::describe_call(expr::FunctionKind::kFunction, name, types_of(arguments))))
      .with_hint(std::move(hint));
}

}  // namespace

Block& AggregateNames::take_owner() {
  Block* owner = &block_;
  if (block_.uses.empty()) {
    const auto used = std::find_if(around_.begin(), around_.end(),
                                   [](const auto& entry) { return entry.first->uses.size() > entry.second; });
    if (used != around_.end()) owner = used->first;
  }
  block_.uses.clear();
  for (const auto& [block, uses] : around_) {
    if (block == owner) block->uses.resize(uses);
  }
  return *owner;
}

void ExprBinder::join_below_aggregate(size_t applies_before, Block& owner) {
  std::vector<PendingApply>& collected = pending();
  if (&collected == &owner.applies_below_aggregate) return;
  const auto first = collected.begin() + static_cast<std::ptrdiff_t>(applies_before);
  std::move(first, collected.end(), std::back_inserter(owner.applies_below_aggregate));
  collected.erase(first, collected.end());
}

Status ExprBinder::check_aggregate_place(const std::vector<ExprPtr>& arguments, const Block& owner) const {
  const Clause place = &owner == &block_ ? clause_ : owner.subquery_clause;
  if (place == Clause::kAggregateArgument) {
    return SqlError(sqlstate::kGroupingError, "aggregate function calls cannot be nested");
  }
  const bool allowed = place == Clause::kSelect || place == Clause::kHaving || place == Clause::kOrderBy ||
                       place == Clause::kDistinctOn || place == Clause::kWindow;
  if (!allowed) {
    return SqlError(sqlstate::kGroupingError,
                    fmt::format("aggregate functions are not allowed in {}", clause_name(place)));
  }
  ColumnSet used;
  for (const ExprPtr& argument : arguments) add_referenced(argument, used);
  const auto check_all = [&](const auto& calls) -> Status {
    for (const auto& call : calls) {
      if (!used.contains(call.id)) continue;
      return SqlError(sqlstate::kGroupingError, "aggregate function calls cannot be nested").at(call.location);
    }
    return {};
  };
  TRY(check_all(owner.aggregates));
  return check_all(owner.groupings);
}

// The call's own ORDER BY. A number there is a number, no place in the select list.
Result<std::vector<OrderItem>> ExprBinder::bind_aggregate_order(const ast::FunctionCall& node) {
  std::vector<OrderItem> order;
  for (const ast::SortItem& item : node.order_by) {
    TRY(ExprPtr value, ExprBinder(binder_, block_, Clause::kAggregateArgument).bind(*item.expression));
    TRY(OrderItem bound, order_item(item, std::move(value)));
    order.push_back(std::move(bound));
  }
  return order;
}

Result<ExprPtr> ExprBinder::bind_aggregate_filter(const ast::FunctionCall& node) {
  if (node.filter == nullptr) return ExprPtr();
  return ExprBinder(binder_, block_, Clause::kFilter).bind_boolean(*node.filter, "FILTER");
}

// What is distinct can only be ordered by what makes it so.
Status ExprBinder::check_distinct(PendingAggregate& pending) const {
  for (const ExprPtr& argument : pending.arguments) {
    if (argument->type().info().compare != nullptr) continue;
    return SqlError(sqlstate::kUndefinedFunction,
                    fmt::format("could not identify an equality operator for type {}", argument->type().to_string()));
  }
  for (OrderItem& item : pending.order) {
    const auto argument =
        std::find_if(pending.arguments.begin(), pending.arguments.end(), [&](const ExprPtr& candidate) {
          if (structurally_equal(*candidate, *item.value)) return true;
          const auto coerced = coercions().coerce(item.value, candidate->type(), expr::CastContext::kImplicit);
          return coerced && structurally_equal(*candidate, **coerced);
        });
    if (argument == pending.arguments.end()) {
      return SqlError(sqlstate::kInvalidColumnReference,
                      "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
          .at(item.location);
    }
    item.value = *argument;
  }
  return {};
}

ExprBinder::Bound ExprBinder::add_aggregate(PendingAggregate pending, SqlType type, Block& owner) {
  for (const PendingAggregate& other : owner.aggregates) {
    if (same(other, pending)) return binder_.columns_.ref(other.id);
  }
  pending.id = binder_.columns_.add(pending.spec->name, type);
  const ColumnId id = pending.id;
  owner.aggregates.push_back(std::move(pending));
  owner.grouped = true;
  return binder_.columns_.ref(id);
}

ExprBinder::Bound ExprBinder::bind_aggregate(const ast::FunctionCall& node, const expr::AggregateSpec& spec,
                                             std::vector<ExprPtr> arguments, SqlType type, AggregateNames& names,
                                             size_t applies_before, ast::Location location) {
  if (!node.star && arguments.empty()) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("{}(*) must be used to call a parameterless aggregate function", spec.name));
  }
  if (spec.within_group != WithinGroup::kNo) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("WITHIN GROUP is required for ordered-set aggregate {}", spec.name));
  }
  TRY(ExprPtr filter, bind_aggregate_filter(node));
  TRY(std::vector<OrderItem> order, bind_aggregate_order(node));
  for (OrderItem& item : order) {
    TRY(item.value, coercions().settle(item.value));
  }
  Block& owner = names.take_owner();
  TRY(check_aggregate_place(arguments, owner));
  join_below_aggregate(applies_before, owner);
  if (type.oid() == oid::kRecord) type = arguments[0]->type();  // of its fields
  PendingAggregate pending{0,        &spec,           std::move(arguments), node.distinct, std::move(filter),
                           location, std::move(order)};
  if (pending.distinct) TRY(check_distinct(pending));
  // Other aggregates do not see an order.
  if (spec.law != expr::AggregateLaw::kSequence) pending.order.clear();
  return add_aggregate(std::move(pending), type, owner);
}

// The direct arguments, then the sort expressions, as the aggregate takes them.
Result<std::vector<ExprPtr>> ExprBinder::coerce_within_group(const expr::AggregateSpec& spec, std::vector<ExprPtr> all,
                                                             size_t direct, const std::vector<SqlType>& types) {
  const size_t sorted = all.size() - direct;
  if (spec.within_group == WithinGroup::kNo) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("{} is not an ordered-set aggregate, so it cannot have WITHIN GROUP", spec.name));
  }
  if (spec.within_group == WithinGroup::kOrderedSet) {
    if (direct == spec.direct_arguments) return coerce_arguments(std::move(all), types);
    return no_such_function(spec.name, all,
                            fmt::format("There is an ordered-set aggregate {}, but it requires {} direct arguments, "
                                        "not {}.",
                                        spec.name, spec.direct_arguments, direct));
  }
  if (direct != sorted) {
    return no_such_function(
        spec.name, all,
        fmt::format("To use the hypothetical-set aggregate {}, the number of hypothetical direct arguments (here {}) "
                    "must match the number of ordering columns (here {}).",
                    spec.name, direct, sorted));
  }
  for (size_t i = 0; i < direct; ++i) {
    std::vector<ExprPtr> pair = {all[direct + i], all[i]};
    TRY(coercions().unify("WITHIN GROUP", pair));
    all[direct + i] = std::move(pair[0]);
    all[i] = std::move(pair[1]);
  }
  return all;
}

ExprBinder::Bound ExprBinder::bind_within_group(const ast::FunctionCall& node, const std::string& name,
                                                ast::Location location) {
  const size_t applies_before = ExprBinder::pending().size();
  const size_t functions_before = block_.table_functions.size();
  TRY(std::vector<ExprPtr> direct, bind_all(node.arguments));
  AggregateNames names(block_);  // those of the direct arguments have to be grouped
  TRY(std::vector<OrderItem> order, bind_aggregate_order(node));
  if (block_.table_functions.size() > functions_before) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    "aggregate function calls cannot contain set-returning function calls")
        .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.")
        .at(block_.table_functions[functions_before].location);
  }

  std::vector<ExprPtr> all = direct;
  for (const OrderItem& item : order) all.push_back(item.value);
  TRY(const expr::ResolvedCall call, expr::resolve_function(name, types_of(all)));
  if (call.candidate.aggregate == nullptr) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("WITHIN GROUP specified, but {} is not an aggregate function", name));
  }
  const expr::AggregateSpec& spec = *call.candidate.aggregate;
  TRY(all, coerce_within_group(spec, std::move(all), direct.size(), call.argument_types));
  TRY(ExprPtr filter, bind_aggregate_filter(node));
  Block& owner = names.take_owner();
  TRY(check_aggregate_place(all, owner));
  PendingAggregate pending{0, &spec, {}, false, std::move(filter), location, std::move(order)};
  pending.direct.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(direct.size()));
  pending.arguments.assign(all.begin() + static_cast<std::ptrdiff_t>(direct.size()), all.end());
  for (size_t i = 0; i < pending.order.size(); ++i) pending.order[i].value = pending.arguments[i];
  join_below_aggregate(applies_before, owner);
  return add_aggregate(std::move(pending), call.result_type, owner);
}

}  // namespace millrace::sql
