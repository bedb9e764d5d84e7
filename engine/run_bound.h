// One bound statement at work: an overload a kind. Private to the session.
//
// run_statement.cc has the statements about rows, transactions and the session; run_definition.cc those that
// define, change and drop objects.
#pragma once

#include "engine/database_session.h"

namespace millrace::engine {

// The outcome of a statement that is done.
Outcome complete(std::string tag);
Notice notice(std::string message);

// Each kind of statement; gives the outcome, or nothing when it finishes the run itself.
struct DatabaseSession::RunBound {
  DatabaseSession& session;
  const RunPtr& run;
  const QueryEnvironment& env;
  Transaction& transaction;

  using Answer = Result<std::optional<Outcome>>;

  BoundPortal& portal() const { return *run->portal; }
  const std::vector<Value>& parameters() const { return run->portal->parameters; }
  Result<sql::BoundQuery> concrete(const sql::BoundQuery& query) const {
    return sql::with_parameters(query, parameters());
  }

  Answer operator()(const sql::EmptyStatement&) const;
  Answer operator()(const sql::BoundQuery& query) const;
  Answer operator()(const sql::BoundInsert& insert) const;
  Answer operator()(const sql::BoundUpdate& update) const;
  Answer operator()(const sql::BoundDelete& remove) const;
  Answer written(const std::string& tag, ObjectId table, TableWrite write, const sql::BoundQuery* source,
                 const std::optional<sql::Returning>& returning) const;
  Answer operator()(const sql::BoundTruncate& truncate) const;
  Answer operator()(const sql::BoundCopyIn& copy) const;
  Answer operator()(const sql::BoundCopyOut& copy) const;
  Answer operator()(const sql::BoundCreateSchema& create) const;
  Answer operator()(const sql::BoundCreate& create) const;
  // A source of a topic that is not there would only wait: better to say so now.
  Status validate_topic(const catalog::Object& object) const;
  Answer operator()(const sql::BoundDrop& drop) const;
  Answer operator()(const sql::BoundAlter& alter) const;
  Answer operator()(const sql::BoundAlterTable& alter) const;
  Answer apply_ddl(DdlStep step, const std::string& tag) const;
  Answer operator()(const sql::BoundTransaction& statement) const;
  Status require_block(const char* what) const;
  Answer operator()(const sql::BoundSet& set) const;
  Answer operator()(const sql::BoundShow& show) const;
  Answer operator()(const sql::BoundExplain& explain) const;
  Answer operator()(const sql::BoundPrepare& prepare) const;
  Answer operator()(const sql::BoundExecute& execute) const;
  Answer operator()(const sql::BoundDeallocate& deallocate) const;
  Answer operator()(const sql::BoundDeclareCursor& declare) const;
  Answer operator()(const sql::BoundFetch& fetch) const;
  Answer operator()(const sql::BoundCloseCursor& close) const;
  // As a pooler leaves the session for its next client.
  Answer operator()(const sql::BoundDiscard& discard) const;
  Answer operator()(const sql::BoundNothing& nothing) const;
};

}  // namespace millrace::engine
