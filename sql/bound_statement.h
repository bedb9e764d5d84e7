// What binding makes of a statement: names resolved, types settled, queries planned. engine/ executes
// these and never sees an AST.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "dataflow/circuit_plan.h"
#include "expr/expr.h"

namespace millrace::sql {

struct ResultColumn {
  std::string name;
  SqlType type;
  ObjectId relation;       // where the column comes from unchanged; 0: computed
  uint32_t attribute = 0;  // 1-based there
};

// What is done to a one-shot query's rows after the circuit: ORDER BY, OFFSET, LIMIT, then only the
// first `visible_columns` are shown (the rest are sort keys). Limits are expressions without columns.
struct Finishing {
  std::vector<dataflow::SortKey> order;
  expr::ExprPtr limit;   // null: none
  expr::ExprPtr offset;  // null: none
  bool with_ties = false;
  uint32_t visible_columns = 0;
};

// Equality on all key columns of one served relation and a projection: answered on the network thread.
struct PointRead {
  ObjectId relation;
  std::vector<expr::ExprPtr> key;    // constants or parameters, in the order of the relation's key
  std::vector<uint32_t> projection;  // columns of the relation
};

struct BoundQuery {
  dataflow::CircuitPlan plan;  // its root's first columns are `columns`; Parameter nodes may stand in it
  std::vector<ResultColumn> columns;
  Finishing finishing;
  std::optional<PointRead> point_read;
  std::vector<ObjectId> relations;  // everything read, ascending, views expanded to what they read
  bool volatile_or_now = false;     // uses now(), random() ...: not foldable across executions
};

struct Returning {
  std::vector<expr::ExprPtr> outputs;  // over the affected row's columns (new ones for UPDATE)
  std::vector<ResultColumn> columns;
};

// A CHECK constraint, over the table's columns: violated (23514) where it is false. NOT NULL stands in the
// catalog's columns.
struct RowCheck {
  std::string constraint;
  expr::ExprPtr condition;
};

// The columns of a new row that come last: defaults that are volatile (nextval(), random()) and must be
// asked once a row, and generated columns. The source leaves them NULL.
struct RowCompletion {
  struct Column {
    uint32_t column;
    expr::ExprPtr value;
  };
  std::vector<Column> defaults;   // over no columns
  std::vector<Column> generated;  // over the row's columns, defaults included
  bool empty() const { return defaults.empty() && generated.empty(); }
};

enum class ConflictAction : uint8_t { kError, kNothing, kUpdate };

struct BoundInsert {
  ObjectId table;
  // Every column of the table in order, casts and typmods applied; then, for each of completion.defaults,
  // whether (bool) the row takes it.
  BoundQuery source;
  RowCompletion completion;
  ConflictAction on_conflict = ConflictAction::kError;
  std::vector<uint32_t> conflict_key;        // columns of the arbiter constraint; empty: any
  std::vector<expr::ExprPtr> update_values;  // kUpdate: new row, over old row ++ excluded row
  expr::ExprPtr update_where;                // kUpdate: null is true
  std::vector<RowCheck> checks;
  std::optional<Returning> returning;
};

// `source` yields the old row's columns, then (UPDATE) the new row's. A row is changed at most once.
struct BoundUpdate {
  ObjectId table;
  BoundQuery source;
  std::vector<RowCheck> checks;
  std::optional<Returning> returning;
};

struct BoundDelete {
  ObjectId table;
  BoundQuery source;
  std::optional<Returning> returning;
};

struct BoundTruncate {
  std::vector<ObjectId> tables;
  std::vector<ObjectId> restarted;  // RESTART IDENTITY: the sequences of their columns
};

enum class CopyFormat : uint8_t { kText, kCsv, kBinary };

struct CopyOptions {
  CopyFormat format = CopyFormat::kText;
  char delimiter = '\t';
  std::string null_text = "\\N";
  bool header = false;
  char quote = '"';
  char escape = '"';
};

struct BoundCopyIn {
  ObjectId table;
  std::vector<uint32_t> columns;
  // Values of the other columns: over no columns, in table order (null pointer for copied columns).
  std::vector<expr::ExprPtr> defaults;
  RowCompletion completion;
  std::vector<RowCheck> checks;
  CopyOptions options;
};

struct BoundCopyOut {
  BoundQuery source;
  CopyOptions options;
};

struct BoundCreateSchema {
  std::string name;
  bool if_not_exists = false;
};

// CREATE of one object; `plan` for materialized views. `objects` has several for FOR ALL TABLES: the
// source first. Ids are assigned by the engine: references among `objects` use their position as id.
struct BoundCreate {
  std::vector<catalog::Object> objects;
  bool if_not_exists = false;
  bool or_replace = false;
  std::optional<dataflow::CircuitPlan> plan;
  std::optional<BoundQuery> rows;  // CREATE TABLE AS: its first contents
};

struct BoundDrop {
  std::vector<ObjectId> objects;         // everything that goes, dependents (CASCADE) first
  std::vector<catalog::Object> altered;  // what loses a foreign key or a default, as it is to be
  std::vector<std::string> schemas;
  std::vector<std::string> notices;  // "table \"t\" does not exist, skipping", "drop cascades to ..."
  std::string tag;                   // "DROP TABLE"
};

struct BoundAlter {
  catalog::Object object;  // as it is to be: rename, set schema, comment, ...
  std::string tag;
  std::optional<int64_t> restart;  // ALTER SEQUENCE .. RESTART
};

// ALTER TABLE. Unless it `rewrites` the table keeps its rows and its id.
struct BoundAlterTable {
  ObjectId table;
  catalog::Object object;               // as it is to be, under the id it has
  std::vector<catalog::Object> others;  // its indexes and sequences and what refers to it, as they are to be
  std::vector<ObjectId> dropped;        // indexes and sequences that go with a column
  std::vector<RowCheck> checks;
  // Set when the rows that are there matter: what they become, as the source of an INSERT. They must satisfy the
  // constraints; with `rewrites` (their shape or their key changes) they take the place of what is stored.
  std::optional<BoundQuery> rows;
  bool rewrites = false;
  RowCompletion completion;
  std::vector<std::string> notices;
};

enum class TransactionAction : uint8_t { kBegin, kCommit, kRollback, kSavepoint, kRelease, kRollbackTo };

struct BoundTransaction {
  TransactionAction action;
  bool read_only = false;
  bool chain = false;
  std::string savepoint;
  std::string tag;
};

struct BoundSet {
  std::string name;   // lower case
  std::string value;  // textual; see `reset`
  bool local = false;
  bool reset = false;  // SET .. TO DEFAULT, RESET x; RESET ALL has an empty name
};

struct BoundShow {
  std::string name;  // a setting; "all"
};

struct BoundExplain {
  std::vector<std::string> rows;
  bool json = false;
};

struct BoundPrepare {
  std::string name;
  std::string statement_text;
  std::vector<SqlType> parameter_types;
};

struct BoundExecute {
  std::string name;
  std::vector<Value> arguments;
};

struct BoundDeallocate {
  std::string name;  // empty: all
};

struct BoundDeclareCursor {
  std::string name;
  bool hold = false;
  bool no_scroll = false;
  BoundQuery query;
};

// FETCH and MOVE. What columns FETCH returns only the session knows.
struct BoundFetch {
  enum class Direction : uint8_t { kForward, kBackward, kAbsolute, kRelative };
  std::string cursor;
  Direction direction;
  int64_t count;  // INT64_MAX: ALL
  bool move;
};

struct BoundCloseCursor {
  std::string name;  // empty: all
};

struct BoundDiscard {
  bool all;  // DISCARD ALL; otherwise there is nothing to discard
  std::string tag;
};

// Accepted and without effect here: its command tag is all there is to it (LISTEN, VACUUM ...).
struct BoundNothing {
  std::string tag;
  std::string notice;
};

struct EmptyStatement {};

using BoundStatement =
    std::variant<EmptyStatement, BoundQuery, BoundInsert, BoundUpdate, BoundDelete, BoundTruncate, BoundCopyIn,
                 BoundCopyOut, BoundCreateSchema, BoundCreate, BoundDrop, BoundAlter, BoundAlterTable, BoundTransaction,
                 BoundSet, BoundShow, BoundExplain, BoundPrepare, BoundExecute, BoundDeallocate, BoundDeclareCursor,
                 BoundFetch, BoundCloseCursor, BoundDiscard, BoundNothing>;

}  // namespace millrace::sql
