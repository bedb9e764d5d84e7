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

struct Explain {
  std::shared_ptr<Statement> statement;
  std::vector<Option> options;
};

// Accepted and without effect: DISCARD, VACUUM, ANALYZE, LISTEN ...
struct Nothing {
  std::string tag;
};

struct RefreshMaterializedView {
  ObjectName name;
};

}  // namespace millrace::sql::ast
