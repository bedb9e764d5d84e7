// Binds one expression of a block. Private to sql/binder/: others go through QueryBinder::bind_expr.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "expr/overload_resolution.h"
#include "sql/binder/query_binder.h"

namespace millrace::sql {

// What the arguments of a call name, its ORDER BY and FILTER included, while they are bound. An aggregate's
// need no grouping, and say which query it belongs to: the innermost whose columns they name.
class AggregateNames {
 public:
  explicit AggregateNames(Block& block) : block_(block), before_(std::move(block.uses)) {
    block.uses.clear();
    for (Block* each = block.parent; each != nullptr; each = each->parent)
      around_.emplace_back(each, each->uses.size());
  }
  // Unless an owner has been found, the names are the query's like any others.
  ~AggregateNames() { block_.uses.insert(block_.uses.begin(), before_.begin(), before_.end()); }
  AggregateNames(const AggregateNames&) = delete;
  AggregateNames& operator=(const AggregateNames&) = delete;

  // The query that an aggregate of these names belongs to: it forgets them.
  Block& take_owner();

 private:
  Block& block_;
  std::vector<ColumnUse> before_;
  std::vector<std::pair<Block*, size_t>> around_;  // enclosing queries, with their uses before
};

class ExprBinder {
 public:
  using Bound = Result<expr::ExprPtr>;

  ExprBinder(QueryBinder& binder, Block& block, Clause clause) : binder_(binder), block_(block), clause_(clause) {}

  // Errors get the expression's place unless they have one.
  Bound bind(const ast::Expr& expr);
  Result<std::vector<expr::ExprPtr>> bind_all(const ast::Exprs& exprs);
  // The same where a.* and (row).* stand for their columns: in ROW() and VALUES.
  Result<std::vector<expr::ExprPtr>> bind_list(const ast::Exprs& exprs);
  // One item of such a list: several values when it ends in .*, with the fields' names.
  struct NamedValue {
    std::string name;
    expr::ExprPtr value;
  };
  Result<std::vector<NamedValue>> expand(const ast::Expr& expr);
  Bound bind_boolean(const ast::Expr& expr, const std::string& what);

  // A top-level conjunct that is EXISTS, IN (SELECT) or their negation, as a semi- or antijoin. False
  // when it is none of them.
  Result<bool> bind_semijoin(const ast::Expr& conjunct);

  // A window of the WINDOW clause, or after OVER.
  Result<WindowSpec> bind_window_definition(const ast::WindowDefinition& definition);

 private:
  // One a form, in bind_expr.cc, bind_operator.cc, bind_function.cc, bind_subquery.cc, ...
  Bound bind_kind(const ast::ColumnRef& node, const ast::Expr& at);
  Bound bind_kind(const ast::Parameter& node, const ast::Expr& at);
  Bound bind_kind(const ast::Constant& node, const ast::Expr& at);
  Bound bind_kind(const ast::TypeCast& node, const ast::Expr& at);
  Bound bind_kind(const ast::Collate& node, const ast::Expr& at);
  Bound bind_kind(const ast::Operator& node, const ast::Expr& at);
  Bound bind_kind(const ast::QuantifiedArray& node, const ast::Expr& at);
  Bound bind_kind(const ast::And& node, const ast::Expr& at);
  Bound bind_kind(const ast::Or& node, const ast::Expr& at);
  Bound bind_kind(const ast::Not& node, const ast::Expr& at);
  Bound bind_kind(const ast::DistinctFrom& node, const ast::Expr& at);
  Bound bind_kind(const ast::NullIf& node, const ast::Expr& at);
  Bound bind_kind(const ast::InList& node, const ast::Expr& at);
  Bound bind_kind(const ast::Between& node, const ast::Expr& at);
  Bound bind_kind(const ast::NullTest& node, const ast::Expr& at);
  Bound bind_kind(const ast::BooleanTest& node, const ast::Expr& at);
  Bound bind_kind(const ast::Case& node, const ast::Expr& at);
  Bound bind_kind(const ast::Coalesce& node, const ast::Expr& at);
  Bound bind_kind(const ast::GreatestLeast& node, const ast::Expr& at);
  Bound bind_kind(const ast::FunctionCall& node, const ast::Expr& at);
  Bound bind_kind(const ast::SqlValueFunction& node, const ast::Expr& at);
  Bound bind_kind(const ast::Row& node, const ast::Expr& at);
  Bound bind_kind(const ast::ArrayConstructor& node, const ast::Expr& at);
  Bound bind_kind(const ast::Indirection& node, const ast::Expr& at);
  Bound bind_kind(const ast::Sublink& node, const ast::Expr& at);
  Bound bind_kind(const ast::SetToDefault& node, const ast::Expr& at);
  Bound bind_kind(const ast::Grouping& node, const ast::Expr& at);
  Bound bind_kind(const ast::UnsupportedExpr& node, const ast::Expr& at);

  // names
  Bound find_column(const std::string& name, const ast::Expr& at);
  Bound find_column(const std::string& schema, const std::string& table, const std::string& name, const ast::Expr& at);
  Bound use(Block& owner, const ScopeColumn& column, const std::string& table, ast::Location location);
  Result<const ScopeTable*> find_table(const std::string& schema, const std::string& table, Block*& owner) const;
  Bound whole_row(const ScopeTable& table, Block& owner, ast::Location location);
  std::vector<const Scope*> levels() const;

  // what is inside a value
  Bound bind_steps(expr::ExprPtr value, std::span<const ast::Indirection::Step> steps);
  Bound subscript(const expr::ExprPtr& value, std::span<const ast::Indirection::Step> steps);
  Bound bind_subscript(const ast::Expr& index);
  Bound slice_array(const expr::ExprPtr& array, std::span<const ast::Indirection::Step> steps);
  Bound subscript_json(const expr::ExprPtr& value, std::span<const ast::Indirection::Step> steps);

  // operators
  Bound call_operator(const std::string& name, std::vector<expr::ExprPtr> arguments);
  Bound compare_rows(const std::string& name, const ast::Row& left, const ast::Row& right);
  Bound compare_row_values(const std::string& name, const std::vector<expr::ExprPtr>& left,
                           const std::vector<expr::ExprPtr>& right);
  Bound in_list(expr::ExprPtr argument, std::vector<expr::ExprPtr> list);
  Bound between(const expr::ExprPtr& argument, const expr::ExprPtr& low, const expr::ExprPtr& high);
  Bound cast_array(const ast::ArrayConstructor& array, SqlType target);

  // functions
  Bound bind_variadic(const ast::FunctionCall& node, const std::string& name);
  Bound call_function(const std::string& name, std::vector<expr::ExprPtr> arguments);

  // aggregates, in bind_aggregate.cc
  Bound bind_aggregate(const ast::FunctionCall& node, const expr::AggregateSpec& spec, std::vector<expr::ExprPtr> args,
                       SqlType type, AggregateNames& names, size_t applies_before, ast::Location location);
  Bound bind_within_group(const ast::FunctionCall& node, const std::string& name, ast::Location location);
  Result<std::vector<expr::ExprPtr>> coerce_within_group(const expr::AggregateSpec& spec,
                                                         std::vector<expr::ExprPtr> all, size_t direct,
                                                         const std::vector<SqlType>& types);
  Status check_aggregate_place(const std::vector<expr::ExprPtr>& arguments, const Block& owner) const;
  Result<std::vector<OrderItem>> bind_aggregate_order(const ast::FunctionCall& node);
  Result<expr::ExprPtr> bind_aggregate_filter(const ast::FunctionCall& node);
  Status check_distinct(PendingAggregate& pending) const;
  Bound add_aggregate(PendingAggregate pending, SqlType type, Block& owner);
  // Subqueries bound since there were `applies_before` of them are joined below the owner's aggregates.
  void join_below_aggregate(size_t applies_before, Block& owner);

  Bound bind_table_function(const expr::TableFunction& function, std::vector<expr::ExprPtr> arguments,
                            ast::Location location);
  Status refuse_table_functions(size_t before, const char* place) const;
  Bound bind_window(const ast::FunctionCall& node, const ast::Expr& at);
  Bound add_window(PendingWindow pending, SqlType type);
  Status check_window_call(const ast::FunctionCall& node, const expr::ResolvedCall& call) const;
  const PendingWindow* find_window_in(const std::vector<expr::ExprPtr>& exprs) const;
  Result<WindowSpec> named_window(const std::string& name, ast::Location location);
  Status bind_frame(const ast::WindowDefinition& definition, WindowSpec& window);
  Result<Value> bind_frame_offset(const ast::Expr& offset, const WindowSpec& window, dataflow::FrameMode mode,
                                  bool is_start);
  Bound cast_by_name(const std::string& name, const expr::ExprPtr& argument);
  Status check_plain_call(const ast::FunctionCall& node) const;
  Result<std::vector<expr::ExprPtr>> coerce_arguments(std::vector<expr::ExprPtr> arguments,
                                                      const std::vector<SqlType>& types);

  // subqueries
  // While it lives, what is bound is a subquery that stands in this expression's clause.
  class SubqueryPlace {
   public:
    SubqueryPlace(QueryBinder& binder, Block& block, Clause clause)
        : obstacle_(binder, "a subquery"), block_(block), outside_(std::exchange(block.subquery_clause, clause)) {}
    ~SubqueryPlace() { block_.subquery_clause = outside_; }
    SubqueryPlace(const SubqueryPlace&) = delete;
    SubqueryPlace& operator=(const SubqueryPlace&) = delete;

   private:
    const QueryBinder::RecursionObstacle obstacle_;
    Block& block_;
    const Clause outside_;
  };
  // 0A000 in a clause that has none.
  Result<std::unique_ptr<SubqueryPlace>> enter_subquery();
  std::vector<PendingApply>& pending();
  Bound scalar_subquery(const ast::Query& query);
  Bound compare_with_row_subquery(const std::string& name, const ast::Row& row, const ast::Query& query);
  Bound exists_subquery(const ast::Query& query);
  Bound array_subquery(const ast::Query& query);
  Bound quantified_subquery(const ast::Sublink& node);
  Result<expr::ExprPtr> compare_with_outputs(const ast::Sublink& node, const std::vector<OutputColumn>& outputs,
                                             const std::string& name);
  Result<const expr::AggregateSpec*> count_rows() const;

  const Coercions& coercions() const { return binder_.coercions_; }

  QueryBinder& binder_;
  Block& block_;
  const Clause clause_;
};

// The operator's name, when it needs no schema: 0A000 for OPERATOR(s.+) of another schema.
Result<std::string> operator_name(const ast::ObjectName& name);
// The function's, folded and without pg_catalog.
Result<std::string> function_name(const ast::ObjectName& name);

}  // namespace millrace::sql
