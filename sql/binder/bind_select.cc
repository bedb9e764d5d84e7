#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
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
  if (block_.self_reference && !block_.aggregates.empty()) {
    return SqlError(sqlstate::kInvalidRecursion,
                    "aggregate functions are not allowed in a recursive query's recursive term")
        .at(block_.aggregates[0].location);
  }
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
