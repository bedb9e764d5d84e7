// Walks one raw parse tree and makes ours. Lives for one statement; the PostgreSQL nodes it reads
// belong to libpg_query's memory context and die after it.
//
// It cannot fail midway: a tree that is too deep is cut and error() says so at the end. What we do not
// have becomes an Unsupported node.
#pragma once

#include "sql/parser/postgres/nodes.h"

namespace millrace::sql {

class Converter {
 public:
  // `text` is the statement's, at `offset` of the whole.
  Converter(std::string_view text, ast::Location offset) : text_(text), offset_(offset) {}

  ast::Statement statement(const Node* node);
  const std::optional<SqlError>& error() const { return error_; }

 private:
  // Counts one level of nesting while it lives; false when there are too many.
  class Level {
   public:
    explicit Level(Converter& converter);
    ~Level() { --converter_.depth_; }
    explicit operator bool() const { return fits_; }

   private:
    Converter& converter_;
    bool fits_;
  };

  ast::Location at(int location) const { return location < 0 ? -1 : location + offset_; }

  // names
  static std::string text(const char* value) { return value == nullptr ? std::string() : std::string(value); }
  static std::vector<std::string> strings(const List* list);
  static ast::ObjectName name(const List* list, ast::Location location = -1);
  ast::ObjectName name(const RangeVar* range) const;
  // Of statements for which PostgreSQL's errors give no position.
  static ast::ObjectName unplaced(ast::ObjectName name) {
    name.location = -1;
    return name;
  }
  ast::TypeName type(const TypeName* node);

  // expressions
  ast::ExprPtr expr(const Node* node);
  ast::Exprs exprs(const List* list);
  ast::ExprKind expr_kind(const Node* node, ast::Location& location);
  ast::ExprKind constant(const A_Const* node, ast::Location& location);
  ast::ExprKind a_expr(const A_Expr* node, ast::Location& location);
  ast::ExprKind between(const A_Expr* node);
  ast::ExprKind bool_expr(const BoolExpr* node, ast::Location& location);
  ast::ExprKind function(const FuncCall* node, ast::Location& location);
  ast::ExprKind sublink(const SubLink* node, ast::Location& location);
  ast::ExprKind case_expr(const CaseExpr* node, ast::Location& location);
  ast::ExprKind indirection(const A_Indirection* node, ast::Location& location);
  ast::ExprKind column_ref(const ColumnRef* node, ast::Location& location);
  ast::ExprKind sql_value(const SQLValueFunction* node, ast::Location& location);
  std::vector<ast::SortItem> sort_items(const List* list);
  ast::WindowDefinition window(const WindowDef* node);

  // queries
  ast::Query query(const SelectStmt* node);
  ast::QueryPtr query_ptr(const Node* node);
  ast::Select select(const SelectStmt* node);
  std::optional<ast::With> with(const WithClause* node);
  std::vector<ast::Target> targets(const List* list);
  ast::TableRefPtr table_ref(const Node* node);
  std::vector<ast::TableRefPtr> table_refs(const List* list);
  ast::FunctionRef function_ref(const RangeFunction* node);
  ast::JoinRef join_ref(const JoinExpr* node);
  bool is_asof(const JoinExpr* node) const;
  ast::Alias alias(const Alias* node);
  std::vector<ast::ColumnSpec> column_specs(const List* list);
  ast::GroupingSet grouping_set(const GroupingSet* node);

  // statements
  ast::StatementKind statement_kind(const Node* node);
  std::optional<ast::StatementKind> query_or_modify(const Node* node);
  std::optional<ast::StatementKind> define(const Node* node);
  std::optional<ast::StatementKind> session(const Node* node);
  std::shared_ptr<ast::Statement> statement_ptr(const Node* node);
  ast::Option option(const DefElem* node);
  std::vector<ast::Option> options(const List* list);
  static std::vector<std::string> option_values(const Node* node);

  ast::Insert insert(const InsertStmt* node);
  ast::Update update(const UpdateStmt* node);
  ast::Delete delete_from(const DeleteStmt* node);
  ast::Copy copy(const CopyStmt* node);
  std::vector<ast::Assignment> assignments(const List* list);

  ast::StatementKind create_table(const CreateStmt* node);
  ast::ColumnDefinition column_definition(const ColumnDef* node);
  ast::Constraint constraint(const Constraint* node);
  ast::StatementKind create_table_as(const CreateTableAsStmt* node);
  ast::StatementKind create_view(const ViewStmt* node);
  ast::StatementKind create_index(const IndexStmt* node);
  ast::StatementKind alter_table(const AlterTableStmt* node);
  ast::TableChange table_change(const AlterTableCmd* node, size_t& defaults_set);
  ast::StatementKind drop(const DropStmt* node);
  ast::StatementKind rename(const RenameStmt* node);
  ast::StatementKind comment(const CommentStmt* node);

  ast::StatementKind transaction(const TransactionStmt* node);
  ast::StatementKind set(const VariableSetStmt* node);
  ast::StatementKind fetch(const FetchStmt* node);

  std::string_view text_;
  ast::Location offset_;
  int depth_ = 0;
  std::optional<SqlError> error_;
};

// Each item of a PostgreSQL list, as a T.
template <class T, class F>
void for_each(const List* list, F visit) {
  for (int i = 0; i < list_length(list); ++i) visit(static_cast<const T*>(list_nth(list, i)));
}

// What ALTER, DROP and COMMENT call an object.
ast::ObjectKind object_kind(ObjectType type, std::string& other);

}  // namespace millrace::sql
