// Running bound statements: which transaction they read and write in, what they answer.
#include <algorithm>
#include <deque>

#include "engine/alter_table.h"
#include "engine/column_types.h"
#include "engine/foreign_keys.h"
#include "engine/row_completion.h"
#include "engine/run_bound.h"
#include "expr/expr_rewrite.h"
#include "expr/program.h"

namespace millrace::engine {
namespace {

constexpr int kAttemptsMax = 10'000;  // one transaction wins each tick, so everybody's turn comes

Notice warning(SqlState state, std::string message) {
  Notice result;
  result.severity = "WARNING";
  result.state = state;
  result.message = std::move(message);
  return result;
}

// One row of text columns: SHOW, EXPLAIN.
Delta text_rows(size_t columns, const std::vector<std::vector<std::string>>& rows) {
  DeltaBuilder builder(std::vector<SqlType>(columns, type_of(oid::kText)));
  for (const std::vector<std::string>& row : rows) {
    for (size_t c = 0; c < columns; ++c) builder.column(c).append_bytes(row[c]);
    builder.end_row(1);
  }
  Delta delta;
  if (builder.rows() > 0) delta.push_back(builder.finish());
  return delta;
}

}  // namespace

Outcome complete(std::string tag) {
  Outcome outcome;
  outcome.tag = std::move(tag);
  return outcome;
}

Notice notice(std::string message) {
  Notice result;
  result.severity = "NOTICE";
  result.state = sqlstate::kSuccessfulCompletion;
  result.message = std::move(message);
  return result;
}

expr::EvalContext DatabaseSession::eval_context(const Transaction& transaction) {
  expr::EvalContext context;
  context.text = text_;
  context.statement_start = database_.clock().now();
  context.clock = context.statement_start;
  context.current_user = options_.user;
  context.session_user = options_.user;
  context.database = options_.database;
  context.time_zone_name = settings_.time_zone_name();
  context.rng = &database_.rng();
  sequences_.use(transaction.catalog, transaction.read_only);
  context.sequences = &sequences_;
  return context;
}

QueryEnvironment DatabaseSession::environment(Transaction& transaction, const expr::EvalContext& eval,
                                              StatementGuard& guard) {
  return {.world = *transaction.world,
          .catalog = transaction.catalog,
          .tick = transaction.pin.tick(),
          .registry = database_.registry(),
          .own_writes = transaction.writes,
          .history = database_.history(),
          .clock = database_.clock(),
          .executor = database_.executor(),
          .eval = eval,
          .guard = guard,
          .system_rows = [this, &transaction](const catalog::Object& relation) -> Result<Delta> {
            if (relation.as<catalog::Sequence>() != nullptr) {
              TRY(const SequencePosition position, sequences_.position(relation.id));
              return Delta{sequence_row(position, 1)};
            }
            return system_.rows(relation, SystemContext{.database = database_,
                                                        .world = transaction.world,
                                                        .catalog = transaction.catalog,
                                                        .settings = settings_,
                                                        .user = options_.user,
                                                        .database_name = options_.database,
                                                        .text = text_});
          }};
}

Transaction& DatabaseSession::open_transaction() {
  if (transaction_ == nullptr) {
    transaction_start_ = database_.clock().now();
    transaction_ = std::make_unique<Transaction>();
    // The World first: a tick published after it has all that it names.
    transaction_->world = database_.world().get();
    transaction_->catalog = transaction_->world->catalog;
    transaction_->pin = database_.registry().pin("session", database_.clock().monotonic_ns());
    transaction_->read_only = settings_.read_only_by_default();
    settings_.begin_transaction();
    refresh_text();
  }
  return *transaction_;
}

const std::vector<ObjectId>* DatabaseSession::relations_of(const sql::BoundStatement& statement) const {
  if (const auto* query = std::get_if<sql::BoundQuery>(&statement)) return &query->relations;
  if (const auto* insert = std::get_if<sql::BoundInsert>(&statement)) return &insert->source.relations;
  if (const auto* update = std::get_if<sql::BoundUpdate>(&statement)) return &update->source.relations;
  if (const auto* remove = std::get_if<sql::BoundDelete>(&statement)) return &remove->source.relations;
  if (const auto* alter = std::get_if<sql::BoundAlterTable>(&statement); alter != nullptr && alter->rows) {
    return &alter->rows->relations;
  }
  if (const auto* copy = std::get_if<sql::BoundCopyOut>(&statement)) return &copy->source.relations;
  if (const auto* declare = std::get_if<sql::BoundDeclareCursor>(&statement)) return &declare->query.relations;
  if (const auto* create = std::get_if<sql::BoundCreate>(&statement); create != nullptr && create->rows) {
    return &create->rows->relations;
  }
  return nullptr;
}

void DatabaseSession::start(const RunPtr& run) {
  if (failed_ && !sql::is_transaction_end(run->portal->prepared->parsed())) {
    finish(run, SqlError(sqlstate::kInFailedSqlTransaction,
                         "current transaction is aborted, commands ignored until end of transaction block"));
    return;
  }
  if (Status bound = rebind(*run->portal); !bound) {
    finish(run, std::move(bound).error());
    return;
  }
  if (wait_until_readable(run)) return;
  run_statement(run);
}

// True when the statement reads a view that is still being built: it goes on when that is done.
bool DatabaseSession::wait_until_readable(const RunPtr& run) {
  const std::vector<ObjectId>* relations = relations_of(run->portal->prepared->statement());
  if (relations == nullptr) return false;
  const WorldPtr world = transaction_ != nullptr ? transaction_->world : database_.world().get();
  for (const ObjectId id : *relations) {
    const auto found = world->relations.find(id);
    if (found == world->relations.end()) continue;
    const RelationPtr& relation = found->second;
    const Readiness readiness = relation->readiness();
    if (readiness == Readiness::kReady) continue;
    if (readiness == Readiness::kFailed) {
      finish(run, relation->failure());
      return true;
    }
    if (transaction_ != nullptr) {
      finish(run, SqlError(sqlstate::kObjectNotInPrerequisiteState,
                           "\"" + relation->object().name.name + "\" is still being built")
                      .with_hint("Read it outside of a transaction block: the read then waits for it."));
      return true;
    }
    const StatementWaits::WaitPtr wait = waits_.begin([this, run](SqlError why) {
      pool_.run([this, run, why = std::move(why)]() mutable { finish(run, std::move(why)); });
    });
    // It may have been cancelled before anybody could see the wait.
    if (cancelled_.load(std::memory_order_relaxed)) cancel();
    relation->when_settled([this, run, wait] {
      if (wait->take()) pool_.run([this, run] { start(run); });
    });
    return true;
  }
  return false;
}

// A write joins the transaction.
Status DatabaseSession::add_write(ObjectId table, TableWrite write, const sql::BoundQuery* source,
                                  const QueryEnvironment& env) {
  Transaction& transaction = *transaction_;
  if (transaction.read_only) {
    return SqlError(sqlstate::kReadOnlySqlTransaction, "cannot execute a write in a read-only transaction");
  }
  if (source != nullptr) {
    for (const ObjectId read : source->relations) {
      const catalog::Object* object = transaction.catalog->find(read);
      if (object != nullptr && object->as<catalog::Table>() != nullptr) transaction.depends_on.insert(read);
    }
  }
  std::deque<std::pair<ObjectId, TableWrite>> to_follow;
  const auto join = [&](ObjectId changed, TableWrite change) -> Status {
    if (change.reads_table) transaction.depends_on.insert(changed);
    if (change.change.empty()) return {};
    transaction.writes.try_emplace(changed, column_types(*transaction.catalog->find(changed)))
        .first->second.add(change.change);
    to_follow.emplace_back(changed, std::move(change));
    return {};
  };
  TRY(join(table, std::move(write)));
  for (; !to_follow.empty(); to_follow.pop_front()) {
    const auto& [changed, change] = to_follow.front();
    TRY(follow_foreign_keys(*transaction.catalog->find(changed), change, env, transaction.depends_on, join));
  }
  return {};
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::EmptyStatement&) const {
  Outcome outcome;
  outcome.kind = OutcomeKind::kEmpty;
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundQuery& query) const {
  TRY(const sql::BoundQuery bound, concrete(query));
  TRY(portal().rows, run_query(bound, env));
  portal().counts_rows = true;
  return complete("SELECT");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundInsert& insert) const {
  sql::BoundInsert bound = insert;
  TRY(bound.source, concrete(insert.source));
  for (expr::ExprPtr& value : bound.update_values) value = expr::bind_parameters(value, parameters());
  if (bound.update_where) bound.update_where = expr::bind_parameters(bound.update_where, parameters());
  TRY(TableWrite write, run_insert(bound, env));
  return written("INSERT 0 ", insert.table, std::move(write), &bound.source, insert.returning);
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundUpdate& update) const {
  sql::BoundUpdate bound = update;
  TRY(bound.source, concrete(update.source));
  TRY(TableWrite write, run_update(bound, env));
  return written("UPDATE ", update.table, std::move(write), &bound.source, update.returning);
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundDelete& remove) const {
  sql::BoundDelete bound = remove;
  TRY(bound.source, concrete(remove.source));
  TRY(TableWrite write, run_delete(bound, env));
  return written("DELETE ", remove.table, std::move(write), &bound.source, remove.returning);
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::written(
    const std::string& tag, ObjectId table, TableWrite write, const sql::BoundQuery* source,
    const std::optional<sql::Returning>& returning) const {
  if (returning) {
    sql::Returning bound = *returning;
    for (expr::ExprPtr& output : bound.outputs) output = expr::bind_parameters(output, parameters());
    TRY(portal().rows, run_returning(bound, write.affected, env));
  }
  Outcome outcome = complete(tag + std::to_string(write.rows));
  TRY(session.add_write(table, std::move(write), source, env));
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundTruncate& truncate) const {
  if (transaction.read_only) {
    return SqlError(sqlstate::kReadOnlySqlTransaction, "cannot execute TRUNCATE TABLE in a read-only transaction");
  }
  // The tables of one statement may refer to each other: all are emptied before any is followed.
  for (const ObjectId table : truncate.tables) {
    TRY(const TableWrite write, run_truncate(table, env));
    transaction.writes.try_emplace(table, column_types(*transaction.catalog->find(table)))
        .first->second.add(write.change);
    transaction.depends_on.insert(table);
  }
  for (const ObjectId id : truncate.restarted) {
    const int64_t start = transaction.catalog->find(id)->as<catalog::Sequence>()->start;
    TRY(session.sequences_.set(id, start, /*is_called=*/false));
  }
  return complete("TRUNCATE TABLE");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundCopyIn& copy) const {
  if (copy.options.format == sql::CopyFormat::kBinary) {
    return not_supported("COPY in binary format", "Use the text or CSV format.");
  }
  std::vector<std::optional<Value>> defaults;
  for (const expr::ExprPtr& value : copy.defaults) {
    if (value == nullptr) {
      defaults.emplace_back();
      continue;
    }
    TRY(Value evaluated, expr::evaluate_one(value, env.eval));
    defaults.emplace_back(std::move(evaluated));
  }
  session.copy_ = std::make_unique<CopyIn>(*transaction.catalog->find(copy.table), copy, std::move(defaults));
  Outcome outcome;
  outcome.kind = OutcomeKind::kCopyIn;
  outcome.copy_columns = static_cast<uint32_t>(copy.columns.size());
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundCopyOut& copy) const {
  if (copy.options.format == sql::CopyFormat::kBinary) {
    return not_supported("COPY in binary format", "Use the text or CSV format.");
  }
  TRY(const sql::BoundQuery bound, concrete(copy.source));
  TRY(const Delta rows, run_query(bound, env));
  // A line is a row of one text column: the connection sends it as copy data.
  DeltaBuilder lines({type_of(oid::kText)});
  uint64_t count = 0;
  std::vector<std::optional<std::string>> fields;
  const auto add_line = [&](int64_t copies) {
    std::string line;
    append_copy_line(fields, copy.options, line);
    lines.column(0).append_bytes(line);
    lines.end_row(copies);
  };
  if (copy.options.header) {
    fields.clear();
    for (const ResultColumn& column : bound.columns) fields.emplace_back(column.name);
    add_line(1);
  }
  for (const DeltaBatch& batch : rows) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      fields.clear();
      for (const ColumnPtr& column : batch.columns()) {
        fields.emplace_back();
        if (column->is_null(row)) continue;
        fields.back().emplace();
        column->type().info().format(column->slot(row), column->type(), env.eval.text, *fields.back());
      }
      add_line(batch.weight(row));
      count += static_cast<uint64_t>(batch.weight(row));
    }
  }
  if (lines.rows() > 0) portal().rows.push_back(lines.finish());
  Outcome outcome = complete("COPY " + std::to_string(count));
  outcome.kind = OutcomeKind::kCopyOut;
  outcome.copy_columns = static_cast<uint32_t>(bound.columns.size());
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundTransaction& statement) const {
  Outcome outcome = complete(statement.tag);
  switch (statement.action) {
    case sql::TransactionAction::kBegin:
      if (session.in_block_) {
        outcome.notices.push_back(
            warning(sqlstate::kActiveSqlTransaction, "there is already a transaction in progress"));
      }
      session.in_block_ = true;
      transaction.read_only |= statement.read_only;
      return outcome;
    case sql::TransactionAction::kCommit:
      if (!session.in_block_) {
        outcome.notices.push_back(warning(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
      }
      if (session.failed_) {
        session.rollback();
        outcome.tag = "ROLLBACK";
        return outcome;
      }
      session.commit([session = &session, run = run, outcome](Status committed) mutable {
        if (committed) {
          session->finish(run, std::move(outcome));
        } else {
          session->finish(run, std::move(committed).error());
        }
      });
      return std::optional<Outcome>();
    case sql::TransactionAction::kRollback:
      if (!session.in_block_) {
        outcome.notices.push_back(warning(sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress"));
      }
      session.rollback();
      return outcome;
    case sql::TransactionAction::kSavepoint:
      TRY(require_block("SAVEPOINT"));
      transaction.savepoints.push_back(transaction.save(statement.savepoint, session.settings_.snapshot()));
      return outcome;
    case sql::TransactionAction::kRelease: {
      TRY(require_block("RELEASE SAVEPOINT"));
      TRY(const size_t savepoint, transaction.find_savepoint(statement.savepoint));
      transaction.savepoints.resize(savepoint);
      session.cursors_.release(savepoint);
      return outcome;
    }
    case sql::TransactionAction::kRollbackTo: {
      TRY(require_block("ROLLBACK TO SAVEPOINT"));
      TRY(const size_t savepoint, transaction.find_savepoint(statement.savepoint));
      transaction.rewind(savepoint);
      session.cursors_.rewind(savepoint);
      session.settings_.go_back_to(transaction.savepoints[savepoint].settings);
      session.failed_ = false;
      session.names_.reset();
      session.refresh_text();
      return outcome;
    }
  }
  MILLRACE_UNREACHABLE("transaction action");
}

Status DatabaseSession::RunBound::require_block(const char* what) const {
  if (session.in_block_) return {};
  return SqlError(sqlstate::kNoActiveSqlTransaction, std::string(what) + " can only be used in transaction blocks");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundSet& set) const {
  Outcome outcome = complete(set.reset ? "RESET" : "SET");
  if (set.reset) {
    TRY(session.settings_.reset(set.name));
  } else {
    TRY(session.settings_.set(set.name, set.value, set.local));
  }
  if (set.name == "transaction_read_only") transaction.read_only = set.value == "on";
  session.names_.reset();
  session.refresh_text();
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundShow& show) const {
  if (show.name == "all") {
    std::vector<std::vector<std::string>> rows;
    for (const SessionSettings::Row& row : session.settings_.rows())
      rows.push_back({row.name, row.value, row.description});
    portal().rows = text_rows(3, rows);
  } else {
    TRY(const std::string value, session.settings_.show(show.name));
    portal().rows = text_rows(1, {{value}});
  }
  return complete("SHOW");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundExplain& explain) const {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& row : explain.rows) rows.push_back({row});
  portal().rows = text_rows(1, rows);
  return complete("EXPLAIN");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundPrepare& prepare) const {
  if (session.named_.contains(prepare.name)) {
    return SqlError(sqlstate::kDuplicatePreparedStatement,
                    "prepared statement \"" + prepare.name + "\" already exists");
  }
  TRY(std::vector<sql::ParsedStatement> statements, sql::parse(prepare.statement_text));
  TRY(session.named_[prepare.name], session.bind_statement(statements.front(), prepare.parameter_types));
  return complete("PREPARE");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundExecute& execute) const {
  const auto found = session.named_.find(execute.name);
  if (found == session.named_.end()) {
    return SqlError(sqlstate::kInvalidSqlStatementName, "prepared statement \"" + execute.name + "\" does not exist");
  }
  if (std::holds_alternative<sql::BoundExecute>(found->second->statement())) {
    return not_supported("EXECUTE of a prepared statement that is an EXECUTE itself",
                         "Execute the statement that it names.");
  }
  TRY(check_columns(portal().prepared->columns(), found->second->columns()));
  const std::vector<SqlType>& types = found->second->parameter_types();
  if (types.size() != execute.arguments.size()) {
    return SqlError(sqlstate::kSyntaxError,
                    "wrong number of parameters for prepared statement \"" + execute.name + "\"")
        .with_detail("Expected " + std::to_string(types.size()) + " parameters but got " +
                     std::to_string(execute.arguments.size()) + ".");
  }
  std::vector<Value> values;
  for (size_t i = 0; i < types.size(); ++i) {
    const Value& argument = execute.arguments[i];
    if (argument.is_null() || argument.type().same_base(types[i])) {
      values.push_back(argument.is_null() ? Value::null(types[i]) : argument);
      continue;
    }
    TRY(Value converted, Value::parse(types[i], argument.to_string(env.eval.text), env.eval.text));
    values.push_back(std::move(converted));
  }
  run->portal->prepared = found->second;
  run->portal->parameters = std::move(values);
  session.start(run);
  return std::optional<Outcome>();
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundDeallocate& deallocate) const {
  Outcome outcome = complete(deallocate.name.empty() ? "DEALLOCATE ALL" : "DEALLOCATE");
  outcome.deallocated = deallocate.name;
  if (deallocate.name.empty()) {
    session.named_.clear();
  } else if (session.named_.erase(deallocate.name) == 0) {
    return SqlError(sqlstate::kInvalidSqlStatementName,
                    "prepared statement \"" + deallocate.name + "\" does not exist");
  }
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundDeclareCursor& declare) const {
  if (!declare.hold) TRY(require_block("DECLARE CURSOR"));
  TRY(const sql::BoundQuery bound, concrete(declare.query));
  TRY(Delta rows, run_query(bound, env));
  TRY(session.cursors_.declare(declare.name, Cursor(bound.columns, std::move(rows), declare.no_scroll), declare.hold,
                               transaction.savepoints.size()));
  return complete("DECLARE CURSOR");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundFetch& fetch) const {
  TRY(Cursor * cursor, session.cursors_.find(fetch.cursor));
  if (!fetch.move) TRY(check_columns(portal().prepared->columns(), cursor->columns()));
  TRY(Delta rows, cursor->fetch(fetch.direction, fetch.count));
  size_t count = 0;
  for (const DeltaBatch& batch : rows) count += batch.rows();
  if (!fetch.move) portal().rows = std::move(rows);
  return complete((fetch.move ? "MOVE " : "FETCH ") + std::to_string(count));
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundCloseCursor& close) const {
  if (close.name.empty()) {
    session.cursors_.close_all();
    return complete("CLOSE CURSOR ALL");
  }
  TRY(session.cursors_.close(close.name));
  return complete("CLOSE CURSOR");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundDiscard& discard) const {
  Outcome outcome = complete(discard.tag);
  if (!discard.all) return outcome;
  if (session.in_block_) {
    return SqlError(sqlstate::kActiveSqlTransaction, "DISCARD ALL cannot run inside a transaction block");
  }
  session.cursors_.close_all();
  session.named_.clear();
  outcome.deallocated = "";
  TRY(session.settings_.reset(""));
  session.names_.reset();
  session.refresh_text();
  return outcome;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundNothing& nothing) const {
  Outcome outcome = complete(nothing.tag);
  if (!nothing.notice.empty()) outcome.notices.push_back(notice(nothing.notice));
  return outcome;
}

void DatabaseSession::run_statement(const RunPtr& run) {
  Transaction& transaction = open_transaction();
  if (Status bound = rebind(*run->portal); !bound) {  // Definitions may have changed until this moment.
    finish(run, std::move(bound).error());
    return;
  }
  const expr::EvalContext eval = eval_context(transaction);
  StatementGuard guard(database_.clock(), database_.memory(), cancelled_, deadline_ns_.load(std::memory_order_relaxed));
  const QueryEnvironment env = environment(transaction, eval, guard);
  // Held here: EXECUTE puts another statement in the portal.
  const PreparedStatementPtr prepared = run->portal->prepared;
  Result<std::optional<Outcome>> answer = std::visit(RunBound{*this, run, env, transaction}, prepared->statement());
  if (!answer) {
    finish(run, std::move(answer).error());
    return;
  }
  if (!answer->has_value()) return;
  const bool alone = !in_block_ && parts_ == 1 && transaction_ != nullptr && copy_ == nullptr;
  if (!alone) {
    finish(run, **std::move(answer));
    return;
  }
  commit([this, run, outcome = **std::move(answer)](Status committed) mutable {
    if (committed) {
      finish(run, std::move(outcome));
      return;
    }
    const bool lost = committed.error().state() == sqlstate::kSerializationFailure;
    if (!lost || ++run->attempts >= kAttemptsMax) {
      finish(run, std::move(committed).error());
      return;
    }
    run->portal->rows.clear();
    pool_.run([this, run] { start(run); });
  });
}

// The outcome is known: rows and tag, or the error, go to the connection.
void DatabaseSession::finish(const RunPtr& run, Result<Outcome> outcome) {
  if (!outcome) {
    if (outcome.error().state() == sqlstate::kOutOfMemory) database_.memory().freed();
    run->done(std::move(outcome));
    return;
  }
  run->portal->ran = true;
  run->portal->outcome = *std::move(outcome);
  std::erase_if(run->portal->outcome.notices, [&](const Notice& n) { return !settings_.wants_message(n.severity); });
  const OutcomeKind kind = run->portal->outcome.kind;
  if (kind == OutcomeKind::kCopyIn || kind == OutcomeKind::kEmpty) {
    run->done(run->portal->outcome);
    return;
  }
  if (kind == OutcomeKind::kCopyOut) {
    // First how the data will look; execute() is called again for the data.
    Outcome announced = run->portal->outcome;
    run->portal->outcome.kind = OutcomeKind::kComplete;
    run->portal->outcome.notices.clear();
    run->done(std::move(announced));
    return;
  }
  deliver(run);
}

void DatabaseSession::copy_done(Completion done) {
  if (copy_ == nullptr) {
    done(SqlError(sqlstate::kProtocolViolation, "no COPY is in progress"));
    return;
  }
  const std::unique_ptr<CopyIn> copy = std::move(copy_);
  Transaction& transaction = open_transaction();
  const expr::EvalContext eval = eval_context(transaction);
  StatementGuard guard(database_.clock(), database_.memory(), cancelled_, deadline_ns_.load(std::memory_order_relaxed));
  const QueryEnvironment env = environment(transaction, eval, guard);
  const auto insert = [&]() -> Status {
    TRY(Delta rows, copy->finish(text_));
    const catalog::Object& table = *transaction.catalog->find(copy->statement().table);
    TRY(rows, complete_rows(table, copy->statement().completion, std::move(rows), eval));
    TRY(TableWrite write, insert_rows(copy->statement().table, copy->statement().checks, std::move(rows), env));
    return add_write(copy->statement().table, std::move(write), nullptr, env);
  };
  if (Status inserted = insert(); !inserted) {
    done(std::move(inserted).error());
    return;
  }
  Outcome outcome = complete("COPY " + std::to_string(copy->rows()));
  if (in_block_) {
    done(std::move(outcome));
    return;
  }
  commit([done = std::move(done), outcome = std::move(outcome)](Status committed) mutable {
    if (committed) {
      done(std::move(outcome));
    } else {
      done(std::move(committed).error());
    }
  });
}

}  // namespace millrace::engine
