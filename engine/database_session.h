// A session over the database: transactions, statements, their rows.
//
// One statement alone is a transaction: it is committed before it is answered, and run again when another
// transaction was faster. Several in one query string or before one Sync are one implicit transaction,
// committed by end_of_messages(). BEGIN .. COMMIT reads at one tick throughout.
//
// Split by duty: database_session.cc speaks to the connection, run_statement.cc runs bound statements,
// session_commit.cc commits.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "engine/catalog_names.h"
#include "engine/copy_in.h"
#include "engine/cursors.h"
#include "engine/database.h"
#include "engine/prepared.h"
#include "engine/query_pool.h"
#include "engine/query_runner.h"
#include "engine/sequences.h"
#include "engine/session.h"
#include "engine/session_directory.h"
#include "engine/session_settings.h"
#include "engine/statement_wait.h"
#include "engine/system/system_rows.h"
#include "engine/table_writes.h"
#include "engine/transaction.h"

namespace millrace::engine {

class DatabaseSession final : public Session {
 public:
  // `closed` is called by the destructor.
  DatabaseSession(Database& database, QueryPool& pool, const SystemRows& system, SessionOptions options,
                  std::function<void()> closed);
  ~DatabaseSession() override;

  Status apply_startup_settings();

  Result<std::vector<QueryPartPtr>> split(std::string_view query) override;
  Result<PreparedPtr> prepare(const QueryPartPtr& part) override;
  Result<PreparedPtr> prepare(std::string_view query, std::span<const uint32_t> types) override;
  Status name_statement(std::string_view name, const PreparedPtr& statement) override;
  void forget_statement(std::string_view name) override;
  Result<PortalPtr> bind(const PreparedPtr& statement, std::span<const RawParameter> parameters) override;

  void execute(const PortalPtr& portal, uint64_t max_rows, RowWriter& rows, Completion done) override;
  Status copy_data(std::string_view bytes) override;
  void copy_done(Completion done) override;
  void copy_fail(std::string_view reason) override;

  TransactionStatus transaction_status() const override;
  void statement_failed() override;
  void end_of_messages(Completion done) override;
  bool has_implicit_transaction() const override { return transaction_ != nullptr && !in_block_; }

  bool try_point_read(const PortalPtr& portal, RowWriter& rows, std::string& tag) override;
  PortalPtr find_point_read(std::string_view query) override;

  const TextContext& text_context() const override { return text_; }
  std::vector<std::pair<std::string, std::string>> take_changed_settings() override {
    return settings_.take_reportable();
  }

  IdleLimits idle_limits() const override { return settings_.idle_limits(); }

  void cancel() override;
  void check_deadline() override;
  bool terminated() const override { return entry_.terminated(); }

  const SessionOptions& options() const { return options_; }

 private:
  // One run of a portal, shared by the steps that may happen on different threads.
  struct Run {
    std::shared_ptr<BoundPortal> portal;
    uint64_t max_rows;
    RowWriter* rows;
    Completion done;
    int attempts = 0;
  };
  using RunPtr = std::shared_ptr<Run>;

  // --- database_session.cc ---
  sql::BindContext bind_context(const catalog::CatalogPtr& catalog);
  Result<PreparedStatementPtr> bind_statement(const sql::ParsedStatement& parsed, std::vector<SqlType> declared);
  Status rebind(BoundPortal& portal);
  // Of statements whose columns only the session knows: EXECUTE, FETCH.
  void add_columns(sql::BoundResult& bound);
  void deliver(const RunPtr& run);
  void refresh_text();
  catalog::CatalogPtr current_catalog() const;

  // --- run_statement.cc ---
  void start(const RunPtr& run);
  void run_statement(const RunPtr& run);
  struct RunBound;
  friend struct RunBound;
  const std::vector<ObjectId>* relations_of(const sql::BoundStatement& statement) const;
  bool wait_until_readable(const RunPtr& run);
  expr::EvalContext eval_context(const Transaction& transaction);
  QueryEnvironment environment(Transaction& transaction, const expr::EvalContext& eval, StatementGuard& guard);
  Transaction& open_transaction();
  // With what its foreign keys bring on.
  Status add_write(ObjectId table, TableWrite write, const sql::BoundQuery* source, const QueryEnvironment& env);
  void finish(const RunPtr& run, Result<Outcome> outcome);

  // --- session_commit.cc ---
  // Ends the open transaction; `done` gets 40001 and the like when it cannot be committed.
  void commit(std::function<void(Status)> done);
  void rollback();
  void end_transaction(bool committed);
  // Calls `done` when the views just created can be read, or have failed. A cancelled CREATE takes them back.
  void wait_for_views(const std::vector<ObjectId>& views, bool alone, std::function<void(Status)> done);
  void take_back(const std::vector<ObjectId>& views, SqlError why, std::function<void(Status)> done, int attempts);

  Database& database_;
  QueryPool& pool_;
  const SystemRows& system_;
  const SessionOptions options_;
  const std::function<void()> closed_;
  SessionSettings settings_;
  TextContext text_;  // the settings', with the transaction's clock and names
  std::shared_ptr<const CatalogNames> names_;
  catalog::CatalogPtr names_catalog_;
  std::map<std::string, PreparedStatementPtr, std::less<>> named_;  // PREPARE, and the protocol's
  Cursors cursors_;
  std::unique_ptr<Transaction> transaction_;
  bool in_block_ = false;
  bool failed_ = false;
  size_t parts_ = 1;  // statements of the query string being run; 0: extended protocol
  WallTime transaction_start_;
  std::unique_ptr<CopyIn> copy_;
  SessionSequences sequences_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> deadline_ns_{INT64_MAX};  // of the running statement
  StatementWaits waits_;
  SessionEntry entry_;  // last: others find the session while it is whole
};

// The reader of the calling network thread; null on other threads. Set by SessionFactory::register_reader.
storage::Reader*& this_thread_reader();

}  // namespace millrace::engine
