// Statements that define, change and drop objects.
#pragma once

#include "sql/parser/ast/modify.h"

namespace millrace::sql::ast {

enum class ReferentialAction : uint8_t { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };

struct Constraint {
  enum class Kind : uint8_t {
    kNull,
    kNotNull,
    kDefault,
    kIdentity,
    kGenerated,
    kCheck,
    kPrimaryKey,
    kUnique,
    kForeignKey,
    kExclusion,
  };
  Kind kind;
  std::string name;                  // CONSTRAINT name; empty: to be made up
  ExprPtr expression;                // kDefault, kCheck, kGenerated
  std::vector<std::string> columns;  // of a table constraint
  bool generated_always = false;     // kIdentity
  bool nulls_not_distinct = false;
  bool deferrable = false;
  bool no_inherit = false;
  // kForeignKey
  ObjectName references;
  std::vector<std::string> referenced_columns;  // empty: its primary key
  ReferentialAction on_delete = ReferentialAction::kNoAction;
  ReferentialAction on_update = ReferentialAction::kNoAction;
  bool match_full = false;
  bool has_action_columns = false;  // ON DELETE SET NULL (a)
  std::vector<Option> options;      // kIdentity: of its sequence
  Location location = -1;
  std::string text;  // kDefault, kCheck, kGenerated: the expression as written
};

struct ColumnDefinition {
  std::string name;
  TypeName type;
  std::vector<Constraint> constraints;
  ObjectName collation;  // empty: none
  Location location = -1;
};

struct CreateTable {
  ObjectName name;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  std::vector<Option> options;
  bool if_not_exists = false;
  bool temporary = false;
  bool unlogged = false;
  std::string unsupported;  // LIKE, INHERITS, PARTITION BY ..: what it is; empty: nothing
};

// CREATE TABLE .. AS and CREATE MATERIALIZED VIEW.
struct CreateTableAs {
  ObjectName name;
  std::vector<std::string> columns;
  std::shared_ptr<Statement> query;  // a query, or EXECUTE
  std::string query_text;            // as written
  std::vector<Option> options;
  bool materialized_view = false;
  bool or_replace = false;
  bool if_not_exists = false;
  bool temporary = false;
  bool with_no_data = false;
};

struct CreateView {
  ObjectName name;
  std::vector<std::string> columns;
  QueryPtr query;
  std::string query_text;  // as written
  std::vector<Option> options;
  bool or_replace = false;
  bool temporary = false;
  bool check_option = false;
};

struct CreateIndex {
  std::string name;  // empty: to be made up
  ObjectName table;
  std::string method;
  std::vector<SortItem> columns;  // a ColumnRef, or an expression
  ExprPtr where;
  bool has_include = false;
  bool unique = false;
  bool if_not_exists = false;
  bool concurrently = false;
};

struct CreateSchema {
  std::string name;
  bool if_not_exists = false;
  bool has_elements = false;
};

struct CreateSequence {
  ObjectName name;
  std::vector<Option> options;
  bool if_not_exists = false;
  bool temporary = false;
};

struct AlterSequence {
  ObjectName name;
  std::vector<Option> options;
  bool if_exists = false;
};

// One change of ALTER TABLE.
struct TableChange {
  enum class Kind : uint8_t {
    kAddColumn,
    kDropColumn,
    kSetDefault,
    kDropDefault,
    kSetNotNull,
    kDropNotNull,
    kSetType,
    kAddConstraint,
    kDropConstraint,
    kNothing,      // OWNER TO, CLUSTER ON ...: accepted, without meaning here
    kUnsupported,  // `name` is what
  };
  Kind kind;
  std::string name;         // of the column or constraint
  ColumnDefinition column;  // kAddColumn; kSetType: its type
  Constraint constraint;    // kAddConstraint; kSetDefault: its expression and text
  ExprPtr using_value;      // kSetType
  bool if_exists = false;   // kAddColumn: IF NOT EXISTS
  bool cascade = false;
};

struct AlterTable {
  ObjectName name;
  std::vector<TableChange> changes;
  bool if_exists = false;
};

enum class ObjectKind : uint8_t {
  kTable,
  kView,
  kMaterializedView,
  kIndex,
  kSequence,
  kSchema,
  kSource,
  kConnection,
  kSecret,
  kColumn,
  kType,
  kOther,
};

struct Drop {
  ObjectKind kind;
  std::string other;  // kOther: its SQL name
  std::vector<ObjectName> names;
  bool if_exists = false;
  bool cascade = false;
};

struct Rename {
  ObjectKind kind;
  std::string other;
  ObjectName name;
  std::string column;  // of a column: `kind` is its relation's
  bool is_column = false;
  std::string new_name;
  bool if_exists = false;
};

struct SetSchema {
  ObjectKind kind;
  std::string other;
  ObjectName name;
  std::string schema;
  bool if_exists = false;
};

struct Comment {
  ObjectKind kind;
  std::string other;
  ObjectName name;  // of a column: its relation's
  std::string column;
  std::optional<std::string> text;
};

}  // namespace millrace::sql::ast
