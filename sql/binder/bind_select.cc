#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "expr/program.h"
#include "sql/binder/expr_binder.h"
#include "sql/binder/select_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

Result<BoundRelation> SelectBinder::bind(const ast::Query& query, const ast::Select& select) {
  block_.window_clause = &select.windows;
  TRY(binder_.bind_from(select.from, block_));
  if (block_.input == nullptr) block_.input = make_single_row();
  TRY(targets_, binder_.bind_targets(select.targets, block_, Clause::kSelect));
  TRY(bind_where(select));
  if (select.having != nullptr) {
    TRY(having_, binder_.bind_boolean(*select.having, block_, Clause::kHaving));
    block_.grouped = true;
  }
  TRY(bind_order_by(query.order_by));
  TRY(bind_group_by(select));
  TRY(bind_distinct_on(select));
  TRY(check_window_clause(select));
  return finish(select);
}

// Windows that nobody uses have to be right all the same.
Status SelectBinder::check_window_clause(const ast::Select& select) {
  for (const ast::WindowDefinition& definition : select.windows) {
    for (const ast::WindowDefinition* before = &select.windows.front(); before != &definition; ++before) {
      if (before->name == definition.name) {
        return SqlError(sqlstate::kWindowingError, fmt::format("window \"{}\" is already defined", definition.name))
            .at(definition.location);
      }
    }
    TRY(ExprBinder(binder_, block_, Clause::kWindow).bind_window_definition(definition));
  }
  return {};
}

template <class Use>
void SelectBinder::for_window_expressions(const Use& use) {
  for (PendingWindow& pending : block_.windows) {
    for (ExprPtr& argument : pending.arguments) use(argument);
    if (pending.filter != nullptr) use(pending.filter);
    for (ExprPtr& key : pending.window.partition) use(key);
    for (OrderItem& item : pending.window.order) use(item.value);
  }
}

// The WHERE's subqueries are joined before the others, so they are kept apart.
Status SelectBinder::bind_where(const ast::Select& select) {
  if (select.where == nullptr) return {};
  std::vector<PendingApply> later = std::move(block_.applies);
  block_.applies.clear();
  TRY(binder_.bind_conjuncts(*select.where, block_, Clause::kWhere, where_));
  where_applies_ = std::move(block_.applies);
  block_.applies = std::move(later);
  return {};
}

// A bare name in GROUP BY is an input column first, an output second; in ORDER BY the other way round.
Result<ExprPtr> SelectBinder::bind_output_reference(const ast::Expr& item, Clause clause, bool names_first) {
  const auto* column = item.as<ast::ColumnRef>();
  const auto* constant = item.as<ast::Constant>();
  const std::string_view place = clause == Clause::kGroupBy   ? "GROUP BY"
                                 : clause == Clause::kOrderBy ? "ORDER BY"
                                                              : "DISTINCT ON";
  if (column != nullptr && column->names.size() == 1 && !column->star) {
    const std::string& name = column->names[0];
    const bool is_input = !names_first && std::any_of(block_.scope.star.begin(), block_.scope.star.end(),
                                                      [&](const ScopeColumn& input) { return input.name == name; });
    ExprPtr found;
    for (const OutputColumn& target : targets_) {
      if (is_input || target.name != name) continue;
      if (found != nullptr && !structurally_equal(*found, *target.value)) {
        return SqlError(sqlstate::kAmbiguousColumn, fmt::format("{} \"{}\" is ambiguous", place, name))
            .at(item.location);
      }
      found = target.value;
    }
    if (found != nullptr) return found;
  }
  if (constant != nullptr) {
    if (constant->kind != ast::Constant::Kind::kInteger) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("non-integer constant in {}", place)).at(item.location);
    }
    if (constant->integer < 1 || static_cast<size_t>(constant->integer) > targets_.size()) {
      return SqlError(sqlstate::kInvalidColumnReference,
                      fmt::format("{} position {} is not in select list", place, constant->integer))
          .at(item.location);
    }
    return targets_[static_cast<size_t>(constant->integer - 1)].value;
  }
  return binder_.bind_expr(item, block_, clause);
}

Status SelectBinder::bind_order_by(const std::vector<ast::SortItem>& items) {
  for (const ast::SortItem& item : items) {
    TRY(ExprPtr value, bind_output_reference(*item.expression, Clause::kOrderBy, true));
    TRY(OrderItem order, order_item(item, std::move(value)));
    order_.push_back(std::move(order));
  }
  return {};
}

Status SelectBinder::bind_distinct_on(const ast::Select& select) {
  for (const ast::ExprPtr& item : select.distinct_on) {
    TRY(ExprPtr value, bind_output_reference(*item, Clause::kDistinctOn, true));
    distinct_on_.push_back(std::move(value));
  }
  for (size_t i = 0; i < distinct_on_.size() && i < order_.size(); ++i) {
    const bool matches = std::any_of(distinct_on_.begin(), distinct_on_.end(),
                                     [&](const ExprPtr& key) { return structurally_equal(*key, *order_[i].value); });
    if (!matches) {
      return SqlError(sqlstate::kInvalidColumnReference,
                      "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
          .at(select.distinct_on[i]->location);
    }
  }
  return {};
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

Status SelectBinder::bind_group_by(const ast::Select& select) {
  if (select.group_by.empty()) return {};
  has_group_by_ = true;
  block_.grouped = true;
  for (const ast::GroupItem& item : select.group_by) {
    const auto* plain = std::get_if<ast::ExprPtr>(&item.item);
    if (plain == nullptr) {
      const auto& set = std::get<ast::GroupingSet>(item.item);
      if (set.kind == ast::GroupingSet::Kind::kEmpty) continue;
      return not_supported("GROUPING SETS, ROLLUP and CUBE", "Write one query for each grouping and unite them.")
          .at(set.location);
    }
    std::vector<const ast::Expr*> items = {plain->get()};
    if (const auto* row = (*plain)->as<ast::Row>(); row != nullptr && !row->explicit_row) {
      items.clear();  // (a, b) groups by both
      for (const ast::ExprPtr& field : row->fields) items.push_back(field.get());
    }
    for (const ast::Expr* each : items) {
      TRY(ExprPtr value, bind_group_expression(*each));
      const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const GroupExpression& group) {
        return structurally_equal(*group.value, *value);
      });
      if (known) continue;
      const auto* column = value->as<expr::ColumnRef>();
      const ColumnId id = column != nullptr ? column->index : binder_.columns().add("group", value->type());
      groups_.push_back({std::move(value), id});
    }
  }
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
  for (const ScopeTable& table : block_.scope.tables) {
    if (table.relation == ObjectId()) continue;
    const catalog::Object* object = binder_.context().catalog->find(table.relation);
    const auto* details = object == nullptr ? nullptr : object->as<catalog::Table>();
    if (details == nullptr || details->unique.empty() || !details->unique[0].primary) continue;
    const std::vector<uint32_t>& key = details->unique[0].columns;
    const bool grouped = std::all_of(key.begin(), key.end(), [&](uint32_t index) {
      return index < table.columns.size() && grouped_ids_.contains(table.columns[index].id);
    });
    if (!grouped) continue;
    for (const ScopeColumn& column : table.columns) {
      if (!used.contains(column.id) || !grouped_ids_.insert(column.id).second) continue;
      groups_.push_back({binder_.columns().ref(column.id), column.id});
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
  Aggregate aggregate;
  for (const GroupExpression& group : groups_) {
    if (group.value->as<expr::ColumnRef>() == nullptr) computed.push_back({group.id, group.value});
    aggregate.group.push_back(group.id);
  }
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
    aggregate.calls.push_back(std::move(call));
  }
  aggregate.input = make_map(std::move(block_.input), std::move(computed));
  block_.input = make_rel(std::move(aggregate));
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
  for (const GroupExpression& group : groups_) grouped_ids_.insert(group.id);
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
  for (const PendingAggregate& pending : block_.aggregates) {
    for (const ExprPtr& argument : pending.direct) {
      Status grouped = check_grouped(replace_groups(argument));
      if (!grouped) {
        return std::move(grouped).error().with_detail(
            "Direct arguments of an ordered-set aggregate must use only grouped columns.");
      }
    }
  }
  for (const PendingApply& apply : block_.applies) {
    const ColumnSet used = free_columns(*apply.right);
    const ColumnIds inputs = columns_of(*block_.input);
    for (const ColumnId id : inputs) {
      if (!used.contains(id) || grouped_ids_.contains(id)) continue;
      const auto use =
          std::find_if(block_.uses.begin(), block_.uses.end(), [&](const ColumnUse& u) { return u.id == id; });
      if (use == block_.uses.end()) continue;
      return SqlError(sqlstate::kGroupingError,
                      fmt::format("subquery uses ungrouped column \"{}\" from outer query", use->name))
          .at(use->location);
    }
  }
  add_aggregates();
  return {};
}

Result<RelPtr> SelectBinder::distinct_on(BoundRelation& relation, const ColumnIds& ids,
                                         const std::vector<ColumnId>& keys) {
  TopK top;
  top.partition = keys;
  top.limit = 1;
  top.columns = ids;
  for (const OrderItem& item : relation.order) {
    top.order.push_back({item.value->as<expr::ColumnRef>()->index, item.descending, item.nulls_first});
  }
  top.input = std::move(relation.root);
  return make_rel(std::move(top));
}

Result<RelPtr> SelectBinder::distinct(BoundRelation& relation, const ColumnIds& ids) {
  for (const ColumnId id : ids) {
    const SqlType type = binder_.columns().type(id);
    if (type.info().compare == nullptr) {
      return SqlError(sqlstate::kUndefinedFunction,
                      fmt::format("could not identify an equality operator for type {}", type.to_string()));
    }
  }
  for (const OrderItem& item : relation.order) {
    if (std::find(ids.begin(), ids.end(), item.value->as<expr::ColumnRef>()->index) == ids.end()) {
      return SqlError(sqlstate::kInvalidColumnReference,
                      "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
          .at(item.location);
    }
  }
  return make_rel(Distinct{std::move(relation.root), ids});
}

Result<BoundRelation> SelectBinder::finish(const ast::Select& select) {
  std::vector<PendingApply> later = std::move(block_.applies);
  block_.applies = std::move(where_applies_);
  binder_.apply_conjuncts(block_, std::move(where_));
  block_.applies = std::move(block_.applies_below_aggregate);
  binder_.flush_applies(block_);
  block_.applies = std::move(later);

  if (block_.grouped) TRY(group());
  binder_.flush_applies(block_);
  if (having_ != nullptr) block_.input = make_filter(std::move(block_.input), {having_});
  binder_.flush_windows(block_);
  binder_.flush_table_functions(block_);

  BoundRelation relation;
  relation.root = std::move(block_.input);
  relation.outputs = std::move(targets_);
  relation.order = std::move(order_);
  if (!select.distinct) {
    if (keep_unknown_) return relation;
    TRY(binder_.settle_outputs(relation));
    return relation;
  }
  // DISTINCT ON's keys travel through settle_outputs as if they were sort keys.
  const size_t order_count = relation.order.size();
  for (ExprPtr& key : distinct_on_) relation.order.push_back({key, false, false});
  TRY(const ColumnIds ids, binder_.settle_outputs(relation));
  std::vector<ColumnId> keys;
  for (size_t i = order_count; i < relation.order.size(); ++i) {
    keys.push_back(relation.order[i].value->as<expr::ColumnRef>()->index);
  }
  relation.order.resize(order_count);
  if (keys.empty()) {
    Result<RelPtr> made = distinct(relation, ids);
    if (!made) return std::move(made).error();
    relation.root = std::move(*made);
  } else {
    TRY(relation.root, distinct_on(relation, ids, keys));
  }
  return relation;
}

}  // namespace millrace::sql
