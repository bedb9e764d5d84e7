// An engine for tests of the protocol: a few words stand for statements, everything is in memory.
//
//   rows N            N rows (i int4, t text, n int8): (k, 'row k', NULL when k is odd); weights 1
//   twice             one row of weight 2
//   echo              its one parameter, of the type Parse says (text unless said)
//   wide N            one row, a text of N bytes
//   write             "INSERT 0 1", counted in committed() when its transaction is
//   write_refused     the same, but the commit fails with 40001
//   begin commit rollback
//   fail [K]          22012 at byte K
//   remark            a notice
//   wait              until cancelled
//   copyin            lines of any text; collected in copied()
//   copyout N         N lines
//   point K           a point read: (K int8), by the fast path
//   set NAME VALUE    a setting that is reported
//   nodata            returns no rows; tag "DO"
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "engine/session.h"
#include "types/type_info.h"

namespace millrace::pgwire {

class FakeEngine final : public engine::SessionFactory {
 public:
  using Job = std::function<void()>;
  // `pool` runs jobs, `elsewhere` runs the completions of commits.
  FakeEngine(std::function<void(Job)> pool, std::function<void(Job)> elsewhere)
      : pool_(std::move(pool)), elsewhere_(std::move(elsewhere)) {}

  std::map<std::string, engine::Credentials, std::less<>> users;  // empty: no password
  size_t sessions_max = 100;
  std::atomic<bool> terminate_all{false};
  engine::IdleLimits idle_limits;

  int committed() const { return committed_; }
  int waits() const { return waits_; }  // begun
  int cancelled() const { return cancelled_; }
  int sessions() const { return open_; }
  std::string copied() const {
    const std::lock_guard lock(mutex_);
    return copied_;
  }

  engine::Credentials credentials(std::string_view user) override {
    engine::Credentials credentials;
    if (users.empty()) return credentials;
    if (const auto found = users.find(user); found != users.end()) return found->second;
    credentials.password_required = true;
    credentials.user_exists = false;
    credentials.salt = "stable fake salt";
    credentials.stored_key = credentials.server_key = std::string(32, 'x');
    return credentials;
  }
  Result<std::unique_ptr<engine::Session>> open(const engine::SessionOptions& options) override;
  void run(std::function<void()> job) override { pool_(std::move(job)); }
  std::pair<uint32_t, uint32_t> cancel_key(const engine::Session& session) override;
  void cancel(uint32_t id, uint32_t secret) override;
  size_t register_reader() override { return 0; }
  void quiescent(size_t) override {}

 private:
  class FakeSession;

  const std::function<void(Job)> pool_;
  const std::function<void(Job)> elsewhere_;
  std::atomic<int> committed_{0}, waits_{0}, cancelled_{0}, open_{0};
  mutable std::mutex mutex_;
  std::string copied_;
  uint32_t next_id_ = 1;
  std::map<uint32_t, FakeSession*> by_id_;
};

namespace fake {

struct Prepared final : engine::PreparedStatement {
  std::string word;
  int64_t argument = 0;
  std::string rest;
  std::vector<SqlType> types;
  std::vector<engine::ResultColumn> result;
  const std::vector<SqlType>& parameter_types() const override { return types; }
  const std::vector<engine::ResultColumn>& columns() const override { return result; }
};

struct Part final : engine::QueryPart {
  explicit Part(std::string text) : text(std::move(text)) {}
  std::string text;
};

struct OpenedPortal final : engine::Portal {
  std::shared_ptr<const Prepared> prepared;
  bool is_null = false;
  Slot value;
  Arena arena;
  int64_t done = 0;
  bool copying = false;
  const engine::PreparedStatement& statement() const override { return *prepared; }
};

}  // namespace fake

class FakeEngine::FakeSession final : public engine::Session {
 public:
  FakeSession(FakeEngine& engine, uint32_t id, const engine::SessionOptions& options) : engine_(engine), id_(id) {
    ++engine_.open_;
    changed_ = {{"server_version", "15.0"},
                {"server_encoding", "UTF8"},
                {"client_encoding", "UTF8"},
                {"DateStyle", "ISO, MDY"},
                {"integer_datetimes", "on"},
                {"standard_conforming_strings", "on"},
                {"session_authorization", options.user}};
    for (const auto& setting : options.settings) changed_.push_back(setting);
  }
  ~FakeSession() override {
    const std::lock_guard lock(engine_.mutex_);
    engine_.by_id_.erase(id_);
    --engine_.open_;
  }
  uint32_t id() const { return id_; }

  Result<std::vector<engine::QueryPartPtr>> split(std::string_view query) override {
    std::vector<engine::QueryPartPtr> parts;
    while (!query.empty()) {
      const size_t end = std::min(query.find(';'), query.size());
      std::string text(query.substr(0, end));
      while (text.starts_with(' ')) text.erase(0, 1);
      if (!text.empty()) parts.push_back(std::make_shared<fake::Part>(text));
      query.remove_prefix(std::min(end + 1, query.size()));
    }
    return parts;
  }
  Result<engine::PreparedPtr> prepare(const engine::QueryPartPtr& part) override {
    return prepare(static_cast<const fake::Part&>(*part).text, {});
  }
  Result<engine::PreparedPtr> prepare(std::string_view text, std::span<const uint32_t> types) override {
    if (text.ends_with(';')) text.remove_suffix(1);
    auto prepared = std::make_shared<fake::Prepared>();
    const size_t blank = std::min(text.find(' '), text.size());
    prepared->word = text.substr(0, blank);
    prepared->rest = text.substr(std::min(blank + 1, text.size()));
    std::from_chars(prepared->rest.data(), prepared->rest.data() + prepared->rest.size(), prepared->argument);
    const std::string& word = prepared->word;
    if (word == "echo") {
      uint32_t type = types.empty() || types[0] == 0 ? oid::kText : types[0];
      if (find_type(type) == nullptr) return SqlError(sqlstate::kUndefinedObject, "no such type");
      prepared->types.push_back(type_of(type));
      prepared->result.push_back({"echo", type_of(type), ObjectId(0)});
    } else if (word == "rows" || word == "twice") {
      prepared->result = {{"i", type_of(oid::kInt4), ObjectId(20001), 1},
                          {"t", type_of(oid::kText), ObjectId(20001), 2},
                          {"n", type_of(oid::kInt8), ObjectId(0)}};
    } else if (word == "wide") {
      prepared->result = {{"wide", type_of(oid::kText), ObjectId(0)}};
    } else if (word == "point") {
      prepared->result = {{"k", type_of(oid::kInt8), ObjectId(20002), 1}};
    } else if (!known(word)) {
      return std::move(SqlError(sqlstate::kSyntaxError, "syntax error at or near \"" + word + "\"")).at(0);
    }
    return prepared;
  }
  Result<engine::PortalPtr> bind(const engine::PreparedPtr& statement,
                                 std::span<const engine::RawParameter> parameters) override {
    auto portal = std::make_shared<fake::OpenedPortal>();
    portal->prepared = std::static_pointer_cast<const fake::Prepared>(statement);
    if (!parameters.empty()) {
      portal->is_null = parameters[0].is_null;
      const SqlType type = portal->prepared->types[0];
      if (!portal->is_null && parameters[0].is_binary) {
        TRY(portal->value, type.info().receive(portal->arena.copy(parameters[0].bytes), type, portal->arena));
      } else if (!portal->is_null) {
        TRY(portal->value, type.info().parse(portal->arena.copy(parameters[0].bytes), type, context_, portal->arena));
      }
    }
    return portal;
  }

  void execute(const engine::PortalPtr& given, uint64_t max_rows, engine::RowWriter& rows,
               engine::Completion done) override {
    auto& portal = static_cast<fake::OpenedPortal&>(*given);
    const fake::Prepared& prepared = *portal.prepared;
    const std::string& word = prepared.word;
    if (status_ == engine::TransactionStatus::kFailed && word != "rollback" && word != "commit") {
      return done(SqlError(sqlstate::kInFailedSqlTransaction, "current transaction is aborted"));
    }
    if (word == "wait") {
      engine_.elsewhere_([this, done = std::move(done)] {
        waiting_ = done;
        ++engine_.waits_;
      });
      return;
    }
    done(run(portal, prepared, max_rows, rows));
  }
  Status copy_data(std::string_view bytes) override {
    if (bytes.find("bad") != std::string_view::npos) return SqlError(sqlstate::kBadCopyFileFormat, "bad line");
    copy_ += bytes;
    return {};
  }
  void copy_done(engine::Completion done) override {
    {
      const std::lock_guard lock(engine_.mutex_);
      engine_.copied_ += copy_;
    }
    const auto lines = std::count(copy_.begin(), copy_.end(), '\n');
    copy_.clear();
    done(engine::Outcome{.tag = "COPY " + std::to_string(lines)});
  }
  void copy_fail(std::string_view) override { copy_.clear(); }

  engine::TransactionStatus transaction_status() const override { return status_; }
  void statement_failed() override {
    if (status_ == engine::TransactionStatus::kInBlock) status_ = engine::TransactionStatus::kFailed;
    pending_ = 0;
    refuse_ = false;
  }
  void end_of_messages(engine::Completion done) override {
    if (status_ != engine::TransactionStatus::kIdle || pending_ == 0) return done(engine::Outcome{});
    commit(std::move(done));
  }
  bool has_implicit_transaction() const override { return pending_ > 0; }

  bool try_point_read(const engine::PortalPtr& given, engine::RowWriter& rows, std::string& tag) override {
    auto& portal = static_cast<fake::OpenedPortal&>(*given);
    if (portal.prepared->word != "point") return false;
    write_point(*portal.prepared, rows);
    tag = "SELECT 1";
    return true;
  }
  engine::PortalPtr find_point_read(std::string_view query) override {
    if (!query.starts_with("point ")) return nullptr;
    return *bind(*prepare(query, {}), {});
  }

  const TextContext& text_context() const override { return context_; }
  std::vector<std::pair<std::string, std::string>> take_changed_settings() override {
    return std::exchange(changed_, {});
  }
  void check_deadline() override {}
  bool terminated() const override { return engine_.terminate_all; }
  engine::IdleLimits idle_limits() const override { return engine_.idle_limits; }
  Status name_statement(std::string_view, const engine::PreparedPtr&) override { return {}; }
  void forget_statement(std::string_view) override {}
  void cancel() override {
    engine_.elsewhere_([&engine = engine_, id = id_] {
      std::unique_lock lock(engine.mutex_);
      const auto found = engine.by_id_.find(id);
      if (found == engine.by_id_.end() || !found->second->waiting_) return;
      ++engine.cancelled_;
      const engine::Completion done = std::exchange(found->second->waiting_, nullptr);
      lock.unlock();
      done(SqlError(sqlstate::kQueryCanceled, "canceling statement due to user request"));
    });
  }

 private:
  static bool known(std::string_view word) {
    for (const std::string_view one : {"write", "write_refused", "begin", "commit", "rollback", "fail", "remark",
                                       "wait", "copyin", "copyout", "set", "nodata", ""}) {
      if (one == word) return true;
    }
    return false;
  }

  Result<engine::Outcome> run(fake::OpenedPortal& portal, const fake::Prepared& prepared, uint64_t max_rows,
                              engine::RowWriter& rows) {
    const std::string& word = prepared.word;
    if (word == "rows") return write_rows(portal, prepared.argument, max_rows, rows);
    if (word == "copyout") return write_lines(portal, prepared.argument, rows);
    if (word == "") return engine::Outcome{.kind = engine::OutcomeKind::kEmpty};
    if (word == "copyin") return engine::Outcome{.kind = engine::OutcomeKind::kCopyIn, .copy_columns = 2};
    if (word == "fail") {
      return std::move(SqlError(sqlstate::kDivisionByZero, "division by zero").with_hint("Do not."))
          .at(static_cast<int32_t>(prepared.argument));
    }
    engine::Outcome outcome{.tag = "DO"};
    if (word == "echo") {
      DeltaBuilder builder(prepared.types);
      portal.is_null ? builder.column(0).append_null() : builder.column(0).append_slot(portal.value);
      builder.end_row(1);
      rows.write(builder.finish());
      outcome.tag = "SELECT 1";
    } else if (word == "twice") {
      rows.write(make_rows(1, 1, 2));
      outcome.tag = "SELECT 2";
    } else if (word == "wide") {
      DeltaBuilder builder({type_of(oid::kText)});
      builder.column(0).append_bytes(std::string(static_cast<size_t>(prepared.argument), 'w'));
      builder.end_row(1);
      rows.write(builder.finish());
      outcome.tag = "SELECT 1";
    } else if (word == "point") {
      write_point(prepared, rows);
      outcome.tag = "SELECT 1";
    } else if (word == "write" || word == "write_refused") {
      ++pending_;
      refuse_ |= word == "write_refused";
      outcome.tag = "INSERT 0 1";
    } else if (word == "remark") {
      outcome.notices.push_back({"NOTICE", sqlstate::kSuccessfulCompletion, "remarkable", "a detail", "a hint"});
    } else if (word == "set") {
      const size_t blank = std::min(prepared.rest.find(' '), prepared.rest.size());
      changed_.emplace_back(prepared.rest.substr(0, blank),
                            prepared.rest.substr(std::min(blank + 1, prepared.rest.size())));
      outcome.tag = "SET";
    } else if (word == "begin") {
      status_ = engine::TransactionStatus::kInBlock;
      outcome.tag = "BEGIN";
    } else if (word == "commit") {
      engine_.committed_ += pending_;
      pending_ = 0;
      outcome.tag = status_ == engine::TransactionStatus::kFailed ? "ROLLBACK" : "COMMIT";
      status_ = engine::TransactionStatus::kIdle;
    } else if (word == "rollback") {
      pending_ = 0;
      status_ = engine::TransactionStatus::kIdle;
      outcome.tag = "ROLLBACK";
    }
    return outcome;
  }

  Result<engine::Outcome> write_rows(fake::OpenedPortal& portal, int64_t count, uint64_t max_rows,
                                     engine::RowWriter& rows) {
    uint64_t written = 0;
    while (portal.done < count) {
      if (max_rows > 0 && written == max_rows) return engine::Outcome{.kind = engine::OutcomeKind::kSuspended};
      if (rows.full()) return engine::Outcome{.kind = engine::OutcomeKind::kPaused};
      rows.write(make_rows(portal.done + 1, 1, 1));
      ++portal.done;
      ++written;
    }
    return engine::Outcome{.tag = "SELECT " + std::to_string(count)};
  }
  Result<engine::Outcome> write_lines(fake::OpenedPortal& portal, int64_t count, engine::RowWriter& rows) {
    if (!portal.copying) {
      portal.copying = true;
      return engine::Outcome{.kind = engine::OutcomeKind::kCopyOut, .copy_columns = 1};
    }
    while (portal.done < count) {
      if (rows.full()) return engine::Outcome{.kind = engine::OutcomeKind::kPaused};
      DeltaBuilder builder({type_of(oid::kText)});
      builder.column(0).append_bytes("line " + std::to_string(++portal.done) + "\n");
      builder.end_row(1);
      rows.write(builder.finish());
    }
    return engine::Outcome{.tag = "COPY " + std::to_string(count)};
  }
  static DeltaBatch make_rows(int64_t first, int64_t count, int64_t weight) {
    DeltaBuilder builder({type_of(oid::kInt4), type_of(oid::kText), type_of(oid::kInt8)});
    for (int64_t k = first; k < first + count; ++k) {
      builder.column(0).append(static_cast<int32_t>(k));
      builder.column(1).append_bytes("row " + std::to_string(k));
      k % 2 == 1 ? builder.column(2).append_null() : builder.column(2).append(k * 1'000'000'000'000);
      builder.end_row(weight);
    }
    return builder.finish();
  }
  static void write_point(const fake::Prepared& prepared, engine::RowWriter& rows) {
    DeltaBuilder builder({type_of(oid::kInt8)});
    builder.column(0).append(prepared.argument);
    builder.end_row(1);
    rows.write(builder.finish());
  }
  void commit(engine::Completion done) {
    engine_.elsewhere_([this, done = std::move(done)] {
      const bool refuse = std::exchange(refuse_, false);
      const int writes = std::exchange(pending_, 0);
      if (refuse) return done(SqlError(sqlstate::kSerializationFailure, "could not serialize access"));
      engine_.committed_ += writes;
      done(engine::Outcome{});
    });
  }
  FakeEngine& engine_;
  const uint32_t id_;
  TextContext context_;
  std::vector<std::pair<std::string, std::string>> changed_;
  engine::TransactionStatus status_ = engine::TransactionStatus::kIdle;
  int pending_ = 0;
  bool refuse_ = false;
  std::string copy_;
  engine::Completion waiting_;  // touched elsewhere alone
};

inline Result<std::unique_ptr<engine::Session>> FakeEngine::open(const engine::SessionOptions& options) {
  if (options.database == "nowhere") {
    return SqlError(sqlstate::kInvalidCatalogName, "database \"nowhere\" does not exist");
  }
  const std::lock_guard lock(mutex_);
  if (by_id_.size() >= sessions_max) return SqlError(sqlstate::kTooManyConnections, "too many connections");
  const uint32_t id = next_id_++;
  auto session = std::make_unique<FakeSession>(*this, id, options);
  by_id_.emplace(id, session.get());
  return session;
}

inline std::pair<uint32_t, uint32_t> FakeEngine::cancel_key(const engine::Session& session) {
  const uint32_t id = static_cast<const FakeSession&>(session).id();
  return {id, id * 7 + 1};
}

inline void FakeEngine::cancel(uint32_t id, uint32_t secret) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found != by_id_.end() && secret == id * 7 + 1) found->second->cancel();
}

}  // namespace millrace::pgwire
