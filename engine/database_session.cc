#include "engine/database_session.h"

#include <strings.h>

#include <algorithm>

#include "expr/program.h"

namespace millrace::engine {

DatabaseSession::DatabaseSession(Database& database, QueryPool& pool, const SystemRows& system, SessionOptions options,
                                 std::function<void()> closed)
    : database_(database),
      pool_(pool),
      system_(system),
      options_(std::move(options)),
      closed_(std::move(closed)),
      sequences_(database),
      entry_(database.sessions(), *this, static_cast<uint32_t>(database.rng().next_u64()),
             {.user = options_.user,
              .database = options_.database,
              .client_address = options_.client_address,
              .started = database.clock().now(),
              .state_change = database.clock().now()}) {
  refresh_text();
}

DatabaseSession::~DatabaseSession() { closed_(); }

void DatabaseSession::cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  waits_.interrupt(SqlError(sqlstate::kQueryCanceled, "canceling statement due to user request"));
}

void DatabaseSession::check_deadline() {
  if (database_.clock().monotonic_ns() <= deadline_ns_.load(std::memory_order_relaxed)) return;
  waits_.interrupt(SqlError(sqlstate::kQueryCanceled, "canceling statement due to statement timeout"));
}

Status DatabaseSession::apply_startup_settings() {
  for (const auto& [name, value] : options_.settings) TRY(settings_.set(name, value, /*local=*/false));
  settings_.make_defaults();
  refresh_text();
  return {};
}

// What text forms depend on besides the settings: the transaction's clock and the names of now.
void DatabaseSession::refresh_text() {
  const catalog::CatalogPtr catalog = current_catalog();
  if (names_ == nullptr || names_catalog_ != catalog) {
    names_catalog_ = catalog;
    names_ = std::make_shared<const CatalogNames>(catalog, settings_.search_path());
  }
  if (transaction_ == nullptr) transaction_start_ = database_.clock().now();
  text_ = settings_.text();
  text_.now = transaction_start_;
  text_.names = names_.get();
}

catalog::CatalogPtr DatabaseSession::current_catalog() const {
  return transaction_ != nullptr ? transaction_->catalog : database_.world().get()->catalog;
}

sql::BindContext DatabaseSession::bind_context(const catalog::CatalogPtr& catalog) {
  refresh_text();
  sql::BindContext context;
  context.catalog = catalog;
  context.search_path = settings_.search_path();
  context.user = options_.user;
  context.database = options_.database;
  context.text = text_;
  return context;
}

Result<std::vector<QueryPartPtr>> DatabaseSession::split(std::string_view query) {
  TRY(std::vector<sql::ParsedStatement> statements, sql::parse(query));
  parts_ = statements.size();
  std::vector<QueryPartPtr> parts;
  for (sql::ParsedStatement& statement : statements)
    parts.push_back(std::make_shared<ParsedPart>(std::move(statement)));
  return parts;
}

Result<PreparedStatementPtr> DatabaseSession::bind_statement(const sql::ParsedStatement& parsed,
                                                             std::vector<SqlType> declared) {
  const catalog::CatalogPtr catalog = current_catalog();
  sql::BindContext context = bind_context(catalog);
  context.parameter_types = declared;
  TRY(sql::BoundResult bound, sql::bind(parsed, context));
  add_columns(bound);
  return std::make_shared<const Prepared>(parsed, std::move(declared), std::move(bound), catalog, context.search_path);
}

void DatabaseSession::add_columns(sql::BoundResult& bound) {
  if (const auto* execute = std::get_if<sql::BoundExecute>(&bound.statement)) {
    const auto found = named_.find(execute->name);
    if (found != named_.end()) bound.columns = found->second->columns();
  } else if (const auto* fetch = std::get_if<sql::BoundFetch>(&bound.statement); fetch != nullptr && !fetch->move) {
    if (const Result<Cursor*> cursor = cursors_.find(fetch->cursor)) bound.columns = (*cursor)->columns();
  }
}

Status DatabaseSession::name_statement(std::string_view name, const PreparedPtr& statement) {
  const auto prepared = std::static_pointer_cast<const Prepared>(statement);
  if (named_.try_emplace(std::string(name), prepared).second) return {};
  return SqlError(sqlstate::kDuplicatePreparedStatement,
                  "prepared statement \"" + std::string(name) + "\" already exists");
}

void DatabaseSession::forget_statement(std::string_view name) {
  if (const auto found = named_.find(name); found != named_.end()) named_.erase(found);
}

Result<PreparedPtr> DatabaseSession::prepare(const QueryPartPtr& part) {
  const sql::ParsedStatement& parsed = static_cast<const ParsedPart&>(*part).statement;
  if (failed_ && !sql::is_transaction_end(parsed)) {
    return SqlError(sqlstate::kInFailedSqlTransaction,
                    "current transaction is aborted, commands ignored until end of transaction block");
  }
  TRY(PreparedStatementPtr prepared, bind_statement(parsed, {}));
  return PreparedPtr(std::move(prepared));
}

Result<PreparedPtr> DatabaseSession::prepare(std::string_view query, std::span<const uint32_t> types) {
  TRY(std::vector<sql::ParsedStatement> statements, sql::parse(query));
  parts_ = 0;
  if (statements.size() > 1) {
    return SqlError(sqlstate::kSyntaxError, "cannot insert multiple commands into a prepared statement");
  }
  std::vector<SqlType> declared;
  for (const uint32_t type : types) {
    const TypeInfo* info = type == 0 ? nullptr : find_type(type);
    if (type != 0 && info == nullptr) {
      return SqlError(sqlstate::kUndefinedObject, "type with OID " + std::to_string(type) + " does not exist");
    }
    declared.push_back(info == nullptr || type == oid::kUnknown ? SqlType() : SqlType(*info));
  }
  if (statements.empty()) {
    sql::BoundResult nothing;
    nothing.statement = sql::EmptyStatement{};
    return PreparedPtr(std::make_shared<const Prepared>(sql::ParsedStatement{}, std::move(declared), std::move(nothing),
                                                        current_catalog(), settings_.search_path()));
  }
  if (failed_ && !sql::is_transaction_end(statements.front())) {
    return SqlError(sqlstate::kInFailedSqlTransaction,
                    "current transaction is aborted, commands ignored until end of transaction block");
  }
  TRY(PreparedStatementPtr prepared, bind_statement(statements.front(), std::move(declared)));
  return PreparedPtr(std::move(prepared));
}

Result<PortalPtr> DatabaseSession::bind(const PreparedPtr& statement, std::span<const RawParameter> parameters) {
  const auto prepared = std::static_pointer_cast<const Prepared>(statement);
  const std::vector<SqlType>& types = prepared->parameter_types();
  if (parameters.size() != types.size()) {
    return SqlError(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(parameters.size()) +
                                                      " parameters, but prepared statement requires " +
                                                      std::to_string(types.size()));
  }
  std::vector<Value> values;
  Arena arena;
  for (size_t i = 0; i < types.size(); ++i) {
    const RawParameter& raw = parameters[i];
    if (raw.is_null) {
      values.push_back(Value::null(types[i]));
      continue;
    }
    const TypeInfo& info = types[i].info();
    TRY(const Slot slot,
        raw.is_binary ? info.receive(raw.bytes, types[i], arena) : info.parse(raw.bytes, types[i], text_, arena));
    values.emplace_back(types[i], slot);
  }
  return PortalPtr(std::make_shared<BoundPortal>(prepared, std::move(values)));
}

namespace {

SqlError changed_columns() {
  return SqlError(sqlstate::kFeatureNotSupported, "cached plan must not change result type")
      .with_hint("Prepare the statement again.");
}

}  // namespace

Status check_columns(const std::vector<ResultColumn>& promised, const std::vector<ResultColumn>& given) {
  const bool same = std::equal(promised.begin(), promised.end(), given.begin(), given.end(),
                               [](const ResultColumn& a, const ResultColumn& b) { return a.type == b.type; });
  if (!same) return changed_columns();
  return {};
}

// Names may have changed their meaning since the statement was bound.
Status DatabaseSession::rebind(BoundPortal& portal) {
  if (portal.prepared->parsed().tree == nullptr) return {};
  if (portal.prepared->bound_against(current_catalog(), settings_.search_path())) return {};
  TRY(PreparedStatementPtr again, bind_statement(portal.prepared->parsed(), portal.prepared->declared()));
  const bool same_parameters = again->parameter_types() == portal.prepared->parameter_types();
  if (!same_parameters) return changed_columns();
  TRY(check_columns(portal.prepared->columns(), again->columns()));
  portal.prepared = std::move(again);
  return {};
}

void DatabaseSession::execute(const PortalPtr& portal, uint64_t max_rows, RowWriter& rows, Completion done) {
  auto run = std::make_shared<Run>();
  run->portal = std::static_pointer_cast<BoundPortal>(portal);
  run->max_rows = max_rows;
  run->rows = &rows;
  run->done = std::move(done);
  if (run->portal->ran) {
    deliver(run);
    return;
  }
  cancelled_.store(false, std::memory_order_relaxed);
  const int64_t timeout_ms = settings_.statement_timeout_ms();
  deadline_ns_ = timeout_ms > 0 ? database_.clock().monotonic_ns() + timeout_ms * 1'000'000 : INT64_MAX;
  entry_.runs(run->portal->prepared->parsed().text, settings_.application_name(), database_.clock().now(),
              transaction_ != nullptr ? transaction_start_ : database_.clock().now());
  start(run);
}

// Sends rows until they end, max_rows are sent, or the connection's buffer is full.
void DatabaseSession::deliver(const RunPtr& run) {
  BoundPortal& portal = *run->portal;
  uint64_t sent = 0;
  while (portal.batch < portal.rows.size()) {
    if (run->rows->full()) {
      Outcome paused;
      paused.kind = OutcomeKind::kPaused;
      run->done(std::move(paused));
      return;
    }
    const DeltaBatch& batch = portal.rows[portal.batch];
    std::vector<uint32_t> picked;
    std::vector<int64_t> weights;
    while (portal.row < batch.rows() && (run->max_rows == 0 || sent < run->max_rows)) {
      int64_t copies = batch.weight(portal.row) - portal.copies_sent;
      if (run->max_rows > 0) copies = std::min(copies, static_cast<int64_t>(run->max_rows - sent));
      picked.push_back(static_cast<uint32_t>(portal.row));
      weights.push_back(copies);
      sent += static_cast<uint64_t>(copies);
      portal.copies_sent += copies;
      if (portal.copies_sent == batch.weight(portal.row)) {
        ++portal.row;
        portal.copies_sent = 0;
      }
    }
    const bool whole = picked.size() == batch.rows() && run->max_rows == 0;
    run->rows->write(whole ? batch
                           : DeltaBatch(picked.size(), batch.gather(picked).columns(),
                                        std::make_shared<const std::vector<int64_t>>(std::move(weights))));
    if (portal.row == batch.rows()) {
      ++portal.batch;
      portal.row = 0;
    }
    if (run->max_rows > 0 && sent >= run->max_rows) break;
  }
  portal.rows_sent += sent;
  // A portal that gave exactly max_rows is suspended even when nothing is left, as PostgreSQL's is.
  if (run->max_rows > 0 && sent >= run->max_rows) {
    Outcome suspended;
    suspended.kind = OutcomeKind::kSuspended;
    run->done(std::move(suspended));
    return;
  }
  Outcome outcome = portal.outcome;
  if (portal.counts_rows) outcome.tag += " " + std::to_string(portal.rows_sent);
  portal.rows.clear();
  portal.batch = 0;
  run->done(std::move(outcome));
}

TransactionStatus DatabaseSession::transaction_status() const {
  if (failed_) return TransactionStatus::kFailed;
  return in_block_ ? TransactionStatus::kInBlock : TransactionStatus::kIdle;
}

void DatabaseSession::statement_failed() {
  copy_.reset();
  if (in_block_) {
    failed_ = true;
  } else {
    rollback();
  }
}

void DatabaseSession::end_of_messages(Completion done) {
  parts_ = 1;
  if (in_block_ || transaction_ == nullptr) {
    const SessionState in_block = failed_ ? SessionState::kIdleInFailedTransaction : SessionState::kIdleInTransaction;
    entry_.rests(in_block_ ? in_block : SessionState::kIdle, database_.clock().now());
    done(Outcome{});
    return;
  }
  commit([this, done = std::move(done)](Status committed) {
    entry_.rests(SessionState::kIdle, database_.clock().now());
    if (committed) {
      done(Outcome{});
    } else {
      done(std::move(committed).error());
    }
  });
}

Status DatabaseSession::copy_data(std::string_view bytes) {
  if (copy_ == nullptr) return SqlError(sqlstate::kProtocolViolation, "no COPY is in progress");
  if (database_.memory().over()) {
    return SqlError(sqlstate::kOutOfMemory, "out of memory").with_hint("Copy fewer rows at once.");
  }
  return copy_->take(bytes, text_);
}

void DatabaseSession::copy_fail(std::string_view) { copy_.reset(); }

bool DatabaseSession::try_point_read(const PortalPtr& portal, RowWriter& rows, std::string& tag) {
  storage::Reader* reader = this_thread_reader();
  if (reader == nullptr || transaction_ != nullptr || failed_) return false;
  auto& bound = static_cast<BoundPortal&>(*portal);
  const auto* query = std::get_if<sql::BoundQuery>(&bound.prepared->statement());
  if (query == nullptr || !query->point_read || bound.ran) return false;
  const WorldPtr world = database_.world().get();
  if (!bound.prepared->bound_against(world->catalog, settings_.search_path())) return false;
  const sql::PointRead& read = *query->point_read;
  const Relation* relation = world->find(read.relation);
  if (relation == nullptr || relation->rows() == nullptr || relation->readiness() != Readiness::kReady) return false;
  // The World was taken first: a tick that is newer than it has what it names.
  const TickId tick = reader->quiescent();
  if (tick < relation->readable_since() || relation->errors().error_at(tick)) return false;

  const storage::ServedIndex& index = *relation->rows();
  DeltaBuilder key(index.key_layout().types());
  for (size_t i = 0; i < read.key.size(); ++i) {
    const expr::ExprPtr& part = read.key[i];
    const Value* value = nullptr;
    if (const auto* constant = part->as<expr::Constant>()) value = &constant->value;
    if (const auto* parameter = part->as<expr::Parameter>()) value = &bound.parameters[parameter->number - 1];
    if (value == nullptr) return false;
    if (value->is_null()) {
      tag = "SELECT 0";
      return true;
    }
    key.column(i).append_slot(value->slot());
  }
  key.end_row(1);
  const std::string packed = index.key_layout().pack(key.finish(), 0);
  std::vector<SqlType> types;
  for (const uint32_t column : read.projection) types.push_back(index.layout().type(column));
  DeltaBuilder found(types);
  uint64_t count = 0;
  index.find(tick, packed, index.hash_of(packed), [&](const storage::ServedRow& row) {
    for (size_t c = 0; c < read.projection.size(); ++c) {
      index.layout().unpack_column(row.row, read.projection[c], found.column(c));
    }
    found.end_row(row.weight);
    count += static_cast<uint64_t>(row.weight);
    return true;
  });
  if (count > 0) rows.write(found.finish());
  tag = "SELECT " + std::to_string(count);
  return true;
}

namespace {

// Short enough to be parsed and bound on the network thread, and of the shape of a point read.
bool may_be_point_read(std::string_view query) {
  constexpr size_t kBytesMax = 512;
  if (query.size() > kBytesMax) return false;
  const auto begin = query.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || strncasecmp(query.data() + begin, "select", 6) != 0) return false;
  return query.find('=') != std::string_view::npos && query.find(';') >= query.size() - 1;
}

}  // namespace

PortalPtr DatabaseSession::find_point_read(std::string_view query) {
  if (transaction_ != nullptr || failed_ || !may_be_point_read(query)) return nullptr;
  const Result<std::vector<QueryPartPtr>> parts = split(query);
  if (!parts || parts->size() != 1) return nullptr;
  const Result<PreparedPtr> prepared = prepare(parts->front());
  if (!prepared) return nullptr;  // The ordinary path will say why.
  const auto& bound = static_cast<const Prepared&>(**prepared);
  const auto* select = std::get_if<sql::BoundQuery>(&bound.statement());
  if (select == nullptr || !select->point_read || !bound.parameter_types().empty()) return nullptr;
  return std::make_shared<BoundPortal>(std::static_pointer_cast<const Prepared>(*prepared), std::vector<Value>{});
}

storage::Reader*& this_thread_reader() {
  thread_local storage::Reader* reader = nullptr;
  return reader;
}

}  // namespace millrace::engine
