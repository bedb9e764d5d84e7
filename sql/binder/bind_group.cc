// GROUP BY: its items, grouping sets, and what may be named beside aggregates.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "expr/expr_rewrite.h"
#include "expr/program.h"
#include "sql/binder/expr_binder.h"
#include "sql/binder/select_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

namespace {

ExprPtr integer(int32_t value) { return expr::make_constant(Value(type_of(oid::kInt4), Slot::of_i32(value))); }

}  // namespace

template <class Use>
void SelectBinder::for_window_expressions(const Use& use) {
  for (PendingWindow& pending : block_.windows) {
    for (ExprPtr& argument : pending.arguments) use(argument);
    if (pending.filter != nullptr) use(pending.filter);
    for (ExprPtr& key : pending.window.partition) use(key);
    for (OrderItem& item : pending.window.order) use(item.value);
  }
}

Result<ExprPtr> SelectBinder::bind_group_expression(const ast::Expr& item) {
  const size_t aggregates = block_.aggregates.size();
  TRY(ExprPtr value, bind_output_reference(item, Clause::kGroupBy, false));
  TRY(value, binder_.coercions().settle(value));
  ColumnSet used;
  add_referenced(value, used);
  for (size_t i = 0; i < aggregates; ++i) {
    if (used.contains(block_.aggregates[i].id)) {
      return SqlError(sqlstate::kGroupingError, "aggregate functions are not allowed in GROUP BY").at(item.location);
    }
  }
  for (const PendingWindow& window : block_.windows) {
    if (used.contains(window.id)) {
      return SqlError(sqlstate::kWindowingError, "window functions are not allowed in GROUP BY").at(item.location);
    }
  }
  mark_below_aggregate(std::move(used));
  if (value->type().info().compare == nullptr) {
    return SqlError(sqlstate::kUndefinedFunction,
                    fmt::format("could not identify an equality operator for type {}", value->type().to_string()))
        .at(item.location);
  }
  return value;
}

// Groups by `item`, or by each field of (a, b); known expressions are found again.
Result<SelectBinder::GroupSet> SelectBinder::add_group(const ast::Expr& item) {
  std::vector<const ast::Expr*> items = {&item};
  if (const auto* row = item.as<ast::Row>(); row != nullptr && !row->explicit_row) {
    items.clear();
    for (const ast::ExprPtr& field : row->fields) items.push_back(field.get());
  }
  GroupSet out;
  for (const ast::Expr* each : items) {
    TRY(ExprPtr value, bind_group_expression(*each));
    const auto known = std::find_if(groups_.begin(), groups_.end(), [&](const GroupExpression& group) {
      return structurally_equal(*group.value, *value);
    });
    out.push_back(static_cast<size_t>(known - groups_.begin()));
    if (known != groups_.end()) continue;
    const auto* column = value->as<expr::ColumnRef>();
    const ColumnId id = column != nullptr ? column->index : binder_.columns().add("group", value->type());
    groups_.push_back({std::move(value), id, id});
  }
  return out;
}

namespace {

constexpr size_t kGroupSetsMax = 4096;
constexpr size_t kCubeMax = 12;

std::vector<size_t> united(const std::vector<size_t>& a, const std::vector<size_t>& b) {
  std::set<size_t> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  return {all.begin(), all.end()};
}

}  // namespace

Result<std::vector<SelectBinder::GroupSet>> SelectBinder::expand(const ast::GroupingSet& set) {
  using Kind = ast::GroupingSet::Kind;
  std::vector<GroupSet> elements;
  for (const ast::ExprPtr& item : set.expressions) {
    TRY(GroupSet element, add_group(*item));
    elements.push_back(united(element, {}));
  }
  std::vector<GroupSet> out;
  switch (set.kind) {
    case Kind::kEmpty: return std::vector<GroupSet>{{}};
    case Kind::kSimple: {
      GroupSet all;
      for (const GroupSet& element : elements) all = united(all, element);
      return std::vector<GroupSet>{std::move(all)};
    }
    case Kind::kRollup:
      out.emplace_back();
      for (const GroupSet& element : elements) out.push_back(united(out.back(), element));
      return out;
    case Kind::kCube:
      if (elements.size() > kCubeMax) {
        return SqlError(sqlstate::kTooManyColumns, fmt::format("CUBE is limited to {} elements", kCubeMax))
            .at(set.location);
      }
      for (size_t chosen = 0; chosen < size_t{1} << elements.size(); ++chosen) {
        GroupSet one;
        for (size_t i = 0; i < elements.size(); ++i) {
          if ((chosen >> i & 1) != 0) one = united(one, elements[i]);
        }
        out.push_back(std::move(one));
      }
      return out;
    case Kind::kSets:
      out = std::move(elements);
      for (const ast::GroupingSet& inner : set.sets) {
        TRY(std::vector<GroupSet> more, expand(inner));
        out.insert(out.end(), more.begin(), more.end());
      }
      return out;
  }
  return out;
}

Status SelectBinder::bind_group_by(const ast::Select& select) {
  if (select.group_by.empty()) return {};
  block_.grouped = true;
  std::vector<std::vector<GroupSet>> items;
  for (const ast::GroupItem& item : select.group_by) {
    if (const auto* plain = std::get_if<ast::ExprPtr>(&item.item)) {
      TRY(GroupSet set, add_group(**plain));
      items.push_back({united(set, {})});
    } else {
      TRY(std::vector<GroupSet> sets, expand(std::get<ast::GroupingSet>(item.item)));
      items.push_back(std::move(sets));
    }
  }
  return settle_group_sets(std::move(items), select.group_distinct);
}

// The items' sets multiplied. A single one of everything is a plain GROUP BY.
Status SelectBinder::settle_group_sets(std::vector<std::vector<GroupSet>> items, bool distinct) {
  std::vector<GroupSet> sets = {{}};
  for (const std::vector<GroupSet>& item : items) {
    if (sets.size() * item.size() > kGroupSetsMax) {
      return SqlError(sqlstate::kStatementTooComplex,
                      fmt::format("too many grouping sets present (maximum {})", kGroupSetsMax));
    }
    std::vector<GroupSet> product;
    for (const GroupSet& a : sets) {
      for (const GroupSet& b : item) product.push_back(united(a, b));
    }
    sets = std::move(product);
  }
  if (distinct) {
    std::sort(sets.begin(), sets.end());
    sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  }
  if (sets.size() == 1 && sets[0].size() == groups_.size()) return {};
  for (GroupExpression& group : groups_) group.id = binder_.columns().add("group", group.value->type());
  group_sets_ = std::move(sets);
  return {};
}

ExprPtr SelectBinder::replace_groups(const ExprPtr& expr) const {
  if (groups_.empty() || expr == nullptr) return expr;
  for (const GroupExpression& group : groups_) {
    if (structurally_equal(*expr, *group.value)) return binder_.columns().ref(group.id);
  }
  if (expr->children().empty()) return expr;
  std::vector<ExprPtr> children;
  children.reserve(expr->children().size());
  for (const ExprPtr& child : expr->children()) children.push_back(replace_groups(child));
  return expr::with_children(expr, std::move(children));
}

Status SelectBinder::check_grouped(const ColumnSet& used) const {
  // Columns of enclosing queries are constants here.
  const ColumnIds inputs = columns_of(*block_.input);
  const ColumnSet own(inputs.begin(), inputs.end());
  for (const ColumnUse& use : block_.uses) {
    if (!used.contains(use.id) || grouped_ids_.contains(use.id)) continue;
    if (!own.contains(use.id)) continue;
    return SqlError(sqlstate::kGroupingError,
                    fmt::format("column \"{}\" must appear in the GROUP BY clause or be used in an aggregate function",
                                use.name))
        .at(use.location);
  }
  return {};
}

Status SelectBinder::check_grouped(const ExprPtr& expr) const {
  ColumnSet used;
  add_referenced(expr, used);
  return check_grouped(used);
}

// A table whose primary key is grouped has one row a group: its other columns are as good as grouped.
void SelectBinder::add_dependent_columns() {
  ColumnSet used;
  for (const OutputColumn& target : targets_) add_referenced(target.value, used);
  for (const OrderItem& item : order_) add_referenced(item.value, used);
  for (const ExprPtr& key : distinct_on_) add_referenced(key, used);
  add_referenced(having_, used);
  for_window_expressions([&](const ExprPtr& expr) { add_referenced(expr, used); });
  for (const PendingApply& apply : block_.applies) used.merge(free_columns(*apply.right));
  for (const PendingTableFunction& pending : block_.table_functions) {
    for (const ExprPtr& argument : pending.call.arguments) add_referenced(argument, used);
  }
  const auto always_grouped = [&](ColumnId id) {
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].input != id || groups_[i].value->as<expr::ColumnRef>() == nullptr) continue;
      return std::all_of(group_sets_.begin(), group_sets_.end(),
                         [&](const GroupSet& set) { return std::find(set.begin(), set.end(), i) != set.end(); });
    }
    return false;
  };
  for (const ScopeTable& table : block_.scope.tables) {
    if (table.relation == ObjectId()) continue;
    const catalog::Object* object = binder_.context().catalog->find(table.relation);
    const auto* details = object == nullptr ? nullptr : object->as<catalog::Table>();
    if (details == nullptr || details->unique.empty() || !details->unique[0].primary) continue;
    const std::vector<uint32_t>& key = details->unique[0].columns;
    const bool grouped = std::all_of(key.begin(), key.end(), [&](uint32_t index) {
      return index < table.columns.size() && always_grouped(table.columns[index].id);
    });
    if (!grouped) continue;
    for (const ScopeColumn& column : table.columns) {
      if (!used.contains(column.id) || !grouped_ids_.insert(column.id).second) continue;
      for (GroupSet& set : group_sets_) set.push_back(groups_.size());
      const ColumnId id = group_sets_.empty() ? column.id : binder_.columns().copy_of(column.id);
      groups_.push_back({binder_.columns().ref(column.id), column.id, id});
    }
  }
}

void SelectBinder::add_aggregates() {
  std::vector<Map::Computed> computed;
  const auto column_of = [&](const ExprPtr& value) -> ColumnId {
    if (const auto* column = value->as<expr::ColumnRef>()) return column->index;
    for (const Map::Computed& other : computed) {
      if (structurally_equal(*other.value, *value)) return other.id;
    }
    computed.push_back({binder_.columns().add("argument", value->type()), value});
    return computed.back().id;
  };
  for (const GroupExpression& group : groups_) {
    if (group.value->as<expr::ColumnRef>() == nullptr) computed.push_back({group.input, group.value});
  }
  std::vector<Aggregate::Call> calls;
  for (const PendingAggregate& pending : block_.aggregates) {
    Aggregate::Call call{pending.id, pending.spec, {}, pending.distinct, std::nullopt};
    for (const ExprPtr& argument : pending.arguments) call.arguments.push_back(column_of(argument));
    if (pending.filter != nullptr) call.filter = column_of(pending.filter);
    for (const OrderItem& item : pending.order) {
      call.order.push_back({column_of(item.value), item.descending, item.nulls_first});
    }
    for (const ExprPtr& argument : pending.direct) {
      const ExprPtr value = expr::fold_constants(argument);
      if (const auto* constant = value->as<expr::Constant>()) {
        call.direct.push_back({std::nullopt, constant->value});
      } else {
        call.direct.push_back({column_of(value), Value::null(value->type())});
      }
    }
    calls.push_back(std::move(call));
  }
  RelPtr input = make_map(std::move(block_.input), std::move(computed));
  if (group_sets_.empty()) {
    ColumnIds group;
    for (const GroupExpression& each : groups_) group.push_back(each.input);
    std::vector<Map::Computed> groupings;  // everything is grouped by
    for (const PendingGrouping& grouping : block_.groupings) groupings.push_back({grouping.id, integer(0)});
    block_.input =
        make_map(make_rel(Aggregate{std::move(input), std::move(group), std::move(calls)}), std::move(groupings));
    return;
  }
  Union sum;
  for (const GroupExpression& group : groups_) sum.columns.push_back(group.id);
  for (const Aggregate::Call& call : calls) sum.columns.push_back(call.id);
  for (const PendingGrouping& grouping : block_.groupings) sum.columns.push_back(grouping.id);
  for (const GroupSet& set : group_sets_) {
    ColumnIds made;
    sum.inputs.push_back(aggregate_set(*input, set, calls, sum.columns, made));
    sum.input_columns.push_back(std::move(made));
  }
  block_.input = make_rel(std::move(sum));
}

// The groups of one set, with NULL for what it does not group by: the columns `columns`, under the ids `made`.
RelPtr SelectBinder::aggregate_set(const RelExpr& input, const GroupSet& set, const std::vector<Aggregate::Call>& calls,
                                   const ColumnIds& columns, ColumnIds& made) {
  ColumnTable& table = binder_.columns();
  ColumnIds group;
  for (const size_t index : set) group.push_back(groups_[index].input);
  std::vector<Map::Computed> constants;
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (std::find(set.begin(), set.end(), i) != set.end()) {
      made.push_back(groups_[i].input);
    } else {
      made.push_back(table.copy_of(columns[i]));
      constants.push_back({made.back(), expr::make_null(table.type(columns[i]))});
    }
  }
  std::vector<Aggregate::Call> own = calls;
  for (Aggregate::Call& call : own) {
    call.id = table.copy_of(call.id);
    made.push_back(call.id);
    for (Aggregate::Direct& direct : call.direct) {  // NULL as the column is
      if (direct.column && std::find(group.begin(), group.end(), *direct.column) == group.end()) direct.column.reset();
    }
  }
  for (const PendingGrouping& grouping : block_.groupings) {
    made.push_back(table.copy_of(grouping.id));
    constants.push_back({made.back(), integer(grouping_value(grouping, set))});
  }
  return make_map(make_rel(Aggregate{clone(input), std::move(group), std::move(own)}), std::move(constants));
}

// A bit an argument, the last one lowest: set when `set` does not group by it.
int32_t SelectBinder::grouping_value(const PendingGrouping& grouping, const GroupSet& set) const {
  uint32_t bits = 0;
  for (const PendingGrouping::Argument& argument : grouping.arguments) {
    const bool grouped = std::any_of(set.begin(), set.end(), [&](size_t index) {
      return structurally_equal(*groups_[index].value, *argument.value);
    });
    bits = bits << 1 | (grouped ? 0 : 1);
  }
  return static_cast<int32_t>(bits);
}

Status SelectBinder::check_groupings() {
  for (PendingGrouping& grouping : block_.groupings) {
    for (PendingGrouping::Argument& argument : grouping.arguments) {
      TRY(argument.value, binder_.coercions().settle(argument.value));
      const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const GroupExpression& group) {
        return structurally_equal(*group.value, *argument.value);
      });
      if (known) continue;
      return SqlError(sqlstate::kGroupingError,
                      "arguments to GROUPING must be grouping expressions of the associated query level")
          .at(argument.location);
    }
  }
  return {};
}

// Those of WITHIN GROUP are worth the same for all rows of a group.
Status SelectBinder::check_direct_arguments() const {
  for (const PendingAggregate& pending : block_.aggregates) {
    for (const ExprPtr& argument : pending.direct) {
      Status grouped = check_grouped(replace_groups(argument));
      if (!grouped) {
        return std::move(grouped).error().with_detail(
            "Direct arguments of an ordered-set aggregate must use only grouped columns.");
      }
      const ExprPtr value = expr::fold_constants(argument);
      const bool plain = value->as<expr::Constant>() != nullptr || value->as<expr::ColumnRef>() != nullptr;
      if (!plain && !group_sets_.empty()) {
        return not_supported("an expression as a direct argument beside grouping sets",
                             "Compute it in a subquery and group by it.")
            .at(pending.location);
      }
    }
  }
  return {};
}

// Subqueries see the groups' columns.
Status SelectBinder::check_grouped_subqueries() {
  const ColumnIds inputs = columns_of(*block_.input);
  for (PendingApply& apply : block_.applies) {
    const ColumnSet used = free_columns(*apply.right);
    for (const ColumnId id : inputs) {
      if (!used.contains(id) || grouped_ids_.contains(id)) continue;
      const auto use =
          std::find_if(block_.uses.begin(), block_.uses.end(), [&](const ColumnUse& u) { return u.id == id; });
      if (use == block_.uses.end()) continue;
      return SqlError(sqlstate::kGroupingError,
                      fmt::format("subquery uses ungrouped column \"{}\" from outer query", use->name))
          .at(use->location);
    }
    if (group_sets_.empty()) continue;
    std::map<ColumnId, ColumnId> names;
    for (const GroupExpression& group : groups_) names[group.input] = group.id;
    rename_references(*apply.right, names);
  }
  return {};
}

// A set-returning function that is grouped by runs before the grouping, with those that its arguments come from.
void SelectBinder::mark_below_aggregate(ColumnSet used) {
  std::vector<PendingTableFunction>& calls = block_.table_functions;
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    const ColumnIds& columns = call->call.columns;
    if (std::none_of(columns.begin(), columns.end(), [&](ColumnId id) { return used.contains(id); })) continue;
    call->below_aggregate = true;
    for (const ExprPtr& argument : call->call.arguments) add_referenced(argument, used);
  }
}

Status SelectBinder::group() {
  for (const PendingTableFunction& pending : block_.table_functions) {
    if (!pending.below_aggregate) continue;
    for (size_t i = 0; i < pending.call.columns.size(); ++i) {
      block_.uses.push_back({pending.call.columns[i], pending.call.fields[i].name, -1});
    }
  }
  binder_.flush_table_functions(block_, true);
  for (const GroupExpression& group : groups_) grouped_ids_.insert(group.input);
  add_dependent_columns();
  for (OutputColumn& target : targets_) target.value = replace_groups(target.value);
  for (OrderItem& item : order_) item.value = replace_groups(item.value);
  for (ExprPtr& key : distinct_on_) key = replace_groups(key);
  for (PendingTableFunction& pending : block_.table_functions) {
    for (ExprPtr& argument : pending.call.arguments) argument = replace_groups(argument);
  }
  having_ = replace_groups(having_);
  for_window_expressions([&](ExprPtr& expr) { expr = replace_groups(expr); });

  for (const OutputColumn& target : targets_) TRY(check_grouped(target.value));
  if (having_ != nullptr) TRY(check_grouped(having_));
  for (const OrderItem& item : order_) TRY(check_grouped(item.value));
  for (const ExprPtr& key : distinct_on_) TRY(check_grouped(key));
  Status windows;
  for_window_expressions([&](const ExprPtr& expr) {
    if (windows) windows = check_grouped(expr);
  });
  TRY(std::move(windows));
  for (const PendingTableFunction& pending : block_.table_functions) {
    for (const ExprPtr& argument : pending.call.arguments) TRY(check_grouped(argument));
  }
  TRY(check_direct_arguments());
  TRY(check_grouped_subqueries());
  TRY(check_groupings());
  add_aggregates();
  return {};
}

}  // namespace millrace::sql
