// Binds the items of one FROM. Private to sql/binder/.
#pragma once

#include "sql/binder/expr_binder.h"

namespace millrace::sql {

class FromBinder {
 public:
  // `outer`: what a subquery that is not LATERAL may see.
  FromBinder(QueryBinder& binder, Block& block, Block* outer) : binder_(binder), block_(block), outer_(outer) {}

  // Adds one item to the block's plan and names.
  Status add(const ast::TableRef& ref);

 private:
  struct Item {
    RelPtr plan;
    Scope scope;
    bool lateral = false;  // may refer to what stands before it
  };

  Result<Item> bind(const ast::TableRef& ref);
  // A side of a join that a recursive reference must not be in when `obstacle` names it.
  Result<Item> bind_side(const ast::TableRef& ref, const char* obstacle);
  Result<Item> bind_kind(const ast::RelationRef& node, const ast::TableRef& at);
  Result<Item> bind_kind(const ast::SubqueryRef& node, const ast::TableRef& at);
  Result<Item> bind_kind(const ast::FunctionRef& node, const ast::TableRef& at);
  Result<Item> bind_kind(const ast::JoinRef& node, const ast::TableRef& at);
  Result<Item> bind_kind(const ast::UnsupportedTableRef& node, const ast::TableRef& at);
  Result<Item> bind_common_table(const CommonTables::Entry& entry, const ast::Alias& alias);
  // AS t(a, b): names for the first columns.
  static Status rename(ScopeTable& table, const ast::Alias& alias);
  static Scope scope_of(ScopeTable table);
  static ScopeTable table_of(const Plan& plan, const std::vector<OutputColumn>& outputs);

  // functions, in bind_from_function.cc
  struct Function;
  Result<std::vector<Function>> bind_functions(const ast::FunctionRef& node);
  Result<Function> bind_function(const ast::Expr& call, std::span<const ast::ExprPtr> arguments,
                                 const std::vector<ast::ColumnSpec>& specs);
  Result<Function> value_function(const ast::Expr& call, std::string name, const std::vector<ast::ColumnSpec>& specs);
  Result<std::vector<CompositeField>> fields_of_call(const expr::TableFunction& function,
                                                     const std::vector<SqlType>& arguments,
                                                     const std::vector<ast::ColumnSpec>& specs) const;
  Status make_table_function(Function& function) const;
  static RelPtr single_value(Function& function, ColumnTable& columns);
  Status refuse_windowing(const std::string& name) const;

  Result<RelPtr> make_join(ast::JoinType type, RelPtr left, RelPtr right, bool lateral,
                           std::vector<expr::ExprPtr> predicates, std::vector<PendingApply> applies);
  Result<RelPtr> join_on_subqueries(ast::JoinType type, RelPtr left, RelPtr right, bool lateral,
                                    std::vector<expr::ExprPtr> predicates, std::vector<PendingApply> applies);
  Status merge_columns(const ast::JoinRef& node, const Scope& left, const Scope& right, Scope& joined,
                       std::vector<expr::ExprPtr>& predicates, std::vector<Map::Computed>& merged);

  QueryBinder& binder_;
  Block& block_;
  Block* outer_;
};

}  // namespace millrace::sql
