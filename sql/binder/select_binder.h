// Binds one SELECT. Private to sql/binder/.
//
// Names are bound in PostgreSQL's order (FROM, the select list, WHERE, GROUP BY, HAVING, ORDER BY), so
// that of several errors the same one is reported; the plan is put together afterwards, bottom up:
//
//   FROM, subqueries of WHERE, WHERE, [group expressions, aggregates,] subqueries of the select list,
//   HAVING, windows, set-returning functions, DISTINCT
#pragma once

#include "sql/binder/query_binder.h"

namespace millrace::sql {

class SelectBinder {
 public:
  SelectBinder(QueryBinder& binder, Block* outer, bool keep_unknown) : binder_(binder), keep_unknown_(keep_unknown) {
    block_.parent = outer;
  }

  Result<BoundRelation> bind(const ast::Query& query, const ast::Select& select);

 private:
  // `input` is its column below the aggregation, `id` the one above: another only with grouping sets,
  // where it is NULL in the sets it is not in.
  struct GroupExpression {
    expr::ExprPtr value;
    ColumnId input;
    ColumnId id;
  };
  using GroupSet = std::vector<size_t>;  // into groups_, ascending

  Status bind_where(const ast::Select& select);
  Status bind_group_by(const ast::Select& select);
  Result<expr::ExprPtr> bind_group_expression(const ast::Expr& item);
  Result<GroupSet> add_group(const ast::Expr& item);
  Result<std::vector<GroupSet>> expand(const ast::GroupingSet& set);
  Status settle_group_sets(std::vector<std::vector<GroupSet>> items, bool distinct);
  Status bind_order_by(const std::vector<ast::SortItem>& items);
  Result<expr::ExprPtr> bind_output_reference(const ast::Expr& item, Clause clause, bool names_first);
  Status bind_distinct_on(const ast::Select& select);
  Status check_window_clause(const ast::Select& select);

  // GROUP BY and aggregates: replaces what they compute by columns in every later expression.
  Status group();
  void mark_below_aggregate(ColumnSet used);
  void add_aggregates();
  RelPtr aggregate_set(const RelExpr& input, const GroupSet& set, const std::vector<Aggregate::Call>& calls,
                       const ColumnIds& columns, ColumnIds& made);
  void add_dependent_columns();
  // Calls it for every expression that a window is made from.
  template <class Use>
  void for_window_expressions(const Use& use);
  Status check_groupings();
  Status check_direct_arguments() const;
  int32_t grouping_value(const PendingGrouping& grouping, const GroupSet& set) const;
  Status check_grouped_subqueries();
  expr::ExprPtr replace_groups(const expr::ExprPtr& expr) const;
  Status check_grouped(const expr::ExprPtr& expr) const;
  Status check_grouped(const ColumnSet& used) const;

  Result<BoundRelation> finish(const ast::Select& select);
  Result<RelPtr> distinct(BoundRelation& relation, const ColumnIds& ids);
  Result<RelPtr> distinct_on(BoundRelation& relation, const ColumnIds& ids, const std::vector<ColumnId>& keys);

  QueryBinder& binder_;
  const bool keep_unknown_;
  Block block_;
  std::vector<OutputColumn> targets_;
  std::vector<PendingApply> where_applies_;
  std::vector<expr::ExprPtr> where_;
  std::vector<GroupExpression> groups_;
  std::vector<GroupSet> group_sets_;  // empty: all of groups_ in one
  expr::ExprPtr having_;
  std::vector<OrderItem> order_;
  std::vector<expr::ExprPtr> distinct_on_;
  ColumnSet grouped_ids_;  // inputs of groups_
};

}  // namespace millrace::sql
