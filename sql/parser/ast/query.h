// SELECT, VALUES, set operations, and what stands in FROM.
#pragma once

#include <optional>
#include <variant>

#include "sql/parser/ast/expression.h"

namespace millrace::sql::ast {

struct Statement;

struct Alias {
  std::string name;  // empty: none
  std::vector<std::string> columns;
};

struct RelationRef {
  ObjectName name;
  Alias alias;
  bool only = false;
};

struct SubqueryRef {
  QueryPtr query;
  Alias alias;
  bool lateral = false;
};

struct ColumnSpec {  // of f() AS t(a int, b text)
  std::string name;
  TypeName type;
};

struct FunctionRef {
  struct Item {
    ExprPtr call;  // any expression in function's place
    std::vector<ColumnSpec> column_specs;
  };
  std::vector<Item> functions;  // several: ROWS FROM (..)
  Alias alias;
  std::vector<ColumnSpec> column_specs;
  bool with_ordinality = false;
  bool lateral = false;
  bool rows_from = false;
};

enum class JoinType : uint8_t { kInner, kLeft, kRight, kFull };

struct TableRef;
using TableRefPtr = std::unique_ptr<TableRef>;

struct JoinRef {
  JoinType type = JoinType::kInner;
  bool natural = false;
  bool cross = false;  // neither ON nor USING nor NATURAL
  TableRefPtr left;
  TableRefPtr right;
  std::vector<std::string> using_columns;
  std::string using_alias;
  ExprPtr on;
  Alias alias;
};

struct UnsupportedTableRef {
  std::string what;
};

struct TableRef {
  std::variant<RelationRef, SubqueryRef, FunctionRef, JoinRef, UnsupportedTableRef> kind;
  Location location = -1;
};

struct Target {
  ExprPtr expression;
  std::string name;  // AS; empty: none. In UPDATE and INSERT: the column
  // INSERT (c.f, a[1]), UPDATE SET c.f = ..: has more than a column's name. Not supported.
  bool has_indirection = false;
  Location location = -1;
};

struct GroupingSet {
  enum class Kind : uint8_t { kEmpty, kSimple, kRollup, kCube, kSets };
  Kind kind;
  Exprs expressions;
  std::vector<GroupingSet> sets;
  Location location = -1;
};

struct GroupItem {
  std::variant<ExprPtr, GroupingSet> item;
};

struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  std::shared_ptr<Statement> statement;  // a query, or INSERT/UPDATE/DELETE
  std::optional<bool> materialized;
  bool has_search_or_cycle = false;
  Location location = -1;
};

struct With {
  std::vector<CommonTable> tables;
  bool recursive = false;
  Location location = -1;
};

struct Select {
  bool distinct = false;
  Exprs distinct_on;  // DISTINCT ON (..); `distinct` is true as well
  std::vector<Target> targets;
  std::vector<TableRefPtr> from;
  ExprPtr where;
  std::vector<GroupItem> group_by;
  bool group_distinct = false;
  ExprPtr having;
  std::vector<WindowDefinition> windows;
};

struct Values {
  std::vector<Exprs> rows;
};

enum class SetOperator : uint8_t { kUnion, kIntersect, kExcept };

struct SetOperation {
  SetOperator op;
  bool all = false;
  QueryPtr left;
  QueryPtr right;
};

struct Query {
  std::variant<Select, Values, SetOperation> body;
  std::optional<With> with;
  std::vector<SortItem> order_by;
  ExprPtr limit;  // a NULL constant for LIMIT ALL
  ExprPtr offset;
  bool with_ties = false;
  std::string locking;  // "FOR UPDATE"; empty: none
  ObjectName into;      // SELECT INTO; empty: none
  Location location = -1;
};

}  // namespace millrace::sql::ast
