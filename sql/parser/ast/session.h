// Statements about the session: transactions, settings, prepared statements, EXPLAIN.
#pragma once

#include "sql/parser/ast/modify.h"

namespace millrace::sql::ast {

struct Transaction {
  enum class Kind : uint8_t {
    kBegin,
    kStart,
    kCommit,
    kRollback,
    kSavepoint,
    kRelease,
    kRollbackTo,
    kPrepare,
    kCommitPrepared,
    kRollbackPrepared,
  };
  Kind kind;
  std::vector<Option> modes;  // transaction_isolation, transaction_read_only, transaction_deferrable
  std::string savepoint;
  bool chain = false;
};

struct Set {
  enum class Kind : uint8_t { kValue, kDefault, kReset, kResetAll, kTransaction, kSessionCharacteristics };
  Kind kind;
  std::string name;
  std::vector<std::string> values;  // as text
  std::vector<Option> modes;        // kTransaction, kSessionCharacteristics
  bool local = false;
};

struct Show {
  std::string name;
};

struct Prepare {
  std::string name;
  std::vector<TypeName> types;
  std::shared_ptr<Statement> statement;
  std::string statement_text;  // as written
};

struct Execute {
  std::string name;
  Exprs arguments;
};

struct Deallocate {
  std::string name;  // empty: all
};

struct DeclareCursor {
  std::string name;
  QueryPtr query;
  bool hold = false;
  bool no_scroll = false;
};

// FETCH and MOVE.
struct Fetch {
  enum class Direction : uint8_t { kForward, kBackward, kAbsolute, kRelative };
  std::string cursor;
  Direction direction = Direction::kForward;
  int64_t count = 1;  // INT64_MAX: ALL
  bool move = false;
};

struct CloseCursor {
  std::string name;  // empty: all
};

struct Discard {
  enum class What : uint8_t { kAll, kPlans, kSequences, kTemporary };
  What what;
};

struct Explain {
  std::shared_ptr<Statement> statement;
  std::vector<Option> options;
};

// Accepted and without effect: VACUUM, ANALYZE, LISTEN (nobody can NOTIFY) ...
struct Nothing {
  std::string tag;
};

struct RefreshMaterializedView {
  ObjectName name;
};

}  // namespace millrace::sql::ast
