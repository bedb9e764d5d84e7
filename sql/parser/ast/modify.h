// Statements that change rows.
#pragma once

#include "sql/parser/ast/query.h"

namespace millrace::sql::ast {

// SET a = x has one column; SET (a, b) = (SELECT ..) has several and one row-valued expression.
struct Assignment {
  std::vector<Target> columns;  // names only
  ExprPtr value;                // for several columns: a Row or a Sublink
  bool multiple = false;
  Location location = -1;
};

struct OnConflict {
  bool update = false;  // DO UPDATE; else DO NOTHING
  bool has_target = false;
  Exprs target;  // (a, b): columns, or expressions
  ExprPtr target_where;
  std::string constraint;  // ON CONSTRAINT name
  std::vector<Assignment> assignments;
  ExprPtr where;
  Location location = -1;
};

struct Insert {
  ObjectName table;
  std::string alias;
  std::vector<Target> columns;  // names only; empty: all
  QueryPtr source;              // null: DEFAULT VALUES
  std::optional<OnConflict> on_conflict;
  std::vector<Target> returning;
  std::optional<With> with;
  std::string overriding;  // "SYSTEM", "USER"; empty: none
};

struct Update {
  ObjectName table;
  std::string alias;
  bool only = false;
  std::vector<Assignment> assignments;
  std::vector<TableRefPtr> from;
  ExprPtr where;
  std::vector<Target> returning;
  std::optional<With> with;
};

struct Delete {
  ObjectName table;
  std::string alias;
  bool only = false;
  std::vector<TableRefPtr> using_;
  ExprPtr where;
  std::vector<Target> returning;
  std::optional<With> with;
};

struct Truncate {
  std::vector<ObjectName> tables;
  bool restart_identity = false;
  bool cascade = false;
};

// A name with a value, of WITH (..) lists: COPY, EXPLAIN, CREATE TABLE, views, our own statements.
struct Option {
  std::string name;  // lower case
  // A word, string or number as text; several for a list; none for a bare name.
  std::vector<std::string> values;
  bool is_default = false;
  Location location = -1;
};

struct Copy {
  ObjectName table;  // or
  std::shared_ptr<Statement> query;
  std::vector<std::string> columns;
  bool from = false;
  bool program = false;
  std::string filename;  // empty: STDIN, STDOUT
  std::vector<Option> options;
  ExprPtr where;
};

}  // namespace millrace::sql::ast
