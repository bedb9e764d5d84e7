// Any statement.
#pragma once

#include "sql/parser/ast/define.h"
#include "sql/parser/ast/modify.h"
#include "sql/parser/ast/query.h"
#include "sql/parser/ast/session.h"
#include "sql/parser/ast/streaming.h"

namespace millrace::sql::ast {

// In the grammar, not in Millrace: 0A000 when it is bound, so that a failed transaction and the
// statements before it behave as they should.
struct UnsupportedStatement {
  std::string what;
  std::string hint;
};

using StatementKind =
    std::variant<Query, Insert, Update, Delete, Truncate, Copy, CreateTable, CreateTableAs, CreateView, CreateIndex,
                 CreateSchema, CreateSequence, AlterSequence, AlterTable, Drop, Rename, SetSchema, Comment, Transaction,
                 Set, Show, Prepare, Execute, Deallocate, DeclareCursor, Fetch, CloseCursor, Discard, Explain, Nothing,
                 RefreshMaterializedView, CreateSecret, CreateConnection, ValidateConnection, CreateSource, ShowObjects,
                 ShowCreate, UnsupportedStatement>;

struct Statement {
  StatementKind kind;
  Location location = -1;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&kind);
  }
};

}  // namespace millrace::sql::ast
