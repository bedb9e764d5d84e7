// A database of a test's own, spoken to in SQL: no sockets, real recovery.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/database.h"
#include "engine/session_service.h"

namespace millrace::engine {

// Rows as text, columns joined by '|', as psql -At prints them.
class TextRows final : public RowWriter {
 public:
  void write(const DeltaBatch& rows) override {
    for (size_t row = 0; row < rows.rows(); ++row) {
      std::string text;
      for (size_t c = 0; c < rows.column_count(); ++c) {
        if (c > 0) text += '|';
        const Column& column = rows.column(c);
        if (!column.is_null(row)) column.type().info().format(column.slot(row), column.type(), TextContext{}, text);
      }
      for (int64_t copy = 0; copy < rows.weight(row); ++copy) lines.push_back(text);
    }
  }
  bool full() const override { return false; }

  std::vector<std::string> lines;
};

// One client. Threads: one.
class TestClient {
 public:
  explicit TestClient(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  // Runs a query string as the simple protocol does: the last statement's rows, or the error.
  Result<std::vector<std::string>> run(std::string_view sql) {
    std::vector<std::string> lines;
    TRY(const std::vector<QueryPartPtr> parts, session_->split(sql));
    for (const QueryPartPtr& part : parts) {
      Result<std::vector<std::string>> answer = run(part);
      if (!answer) {
        session_->statement_failed();
        return answer;
      }
      lines = *std::move(answer);
    }
    TRY(wait([&](Completion done) { session_->end_of_messages(std::move(done)); }));
    return lines;
  }

  // "ok", rows joined by newlines, or the SQLSTATE.
  std::string operator()(std::string_view sql) { return in_words(run(sql)); }

  // The extended protocol.
  Result<PreparedPtr> prepare(std::string_view sql) { return session_->prepare(sql, {}); }
  std::string execute(const PreparedPtr& prepared) {
    Result<std::vector<std::string>> answer = run(prepared);
    if (!answer) session_->statement_failed();
    const Status ended = wait([&](Completion done) { session_->end_of_messages(std::move(done)); });
    if (answer && !ended) answer = ended.error();
    return in_words(answer);
  }

  const std::string& tag() const { return tag_; }
  Session& session() { return *session_; }

 private:
  static std::string in_words(const Result<std::vector<std::string>>& answer) {
    if (!answer) return "ERROR " + std::string(answer.error().state().str()) + ": " + answer.error().message();
    std::string text;
    for (const std::string& line : *answer) text += (text.empty() ? "" : "\n") + line;
    return text;
  }

  Result<std::vector<std::string>> run(const QueryPartPtr& part) {
    TRY(const PreparedPtr prepared, session_->prepare(part));
    return run(prepared);
  }
  Result<std::vector<std::string>> run(const PreparedPtr& prepared) {
    TRY(const PortalPtr portal, session_->bind(prepared, {}));
    TextRows rows;
    TRY(wait([&](Completion done) { session_->execute(portal, 0, rows, std::move(done)); }));
    return std::move(rows.lines);
  }

  template <class Start>
  Status wait(Start start) {
    std::mutex mutex;
    std::condition_variable finished;
    std::optional<Result<Outcome>> outcome;
    start([&](Result<Outcome> result) {
      const std::scoped_lock lock(mutex);
      outcome = std::move(result);
      finished.notify_one();
    });
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return outcome.has_value(); });
    if (!*outcome) return std::move(*outcome).error();
    if (!(*outcome)->tag.empty()) tag_ = (*outcome)->tag;
    return {};
  }

  std::unique_ptr<Session> session_;
  std::string tag_;
};

class TestDatabase {
 public:
  // `options`: all but the directory.
  explicit TestDatabase(const std::string& name, DatabaseOptions options = {})
      : options_(std::move(options)), directory_(std::filesystem::temp_directory_path() / ("millrace_" + name)) {
    std::filesystem::remove_all(directory_);
    open();
  }
  ~TestDatabase() {
    close();
    std::filesystem::remove_all(directory_);
  }

  TestClient connect() { return TestClient(*service_->open({.user = "millrace", .database = "millrace"})); }
  Database& database() { return *database_; }

  // A clean stop and start.
  void restart() {
    close();
    open();
  }

 private:
  void open() {
    options_.data_directory = directory_.string();
    Result<std::unique_ptr<Database>> opened =
        Database::open(options_, {.clock = *clock_, .rng = *rng_, .executor = *executor_, .fs = *fs_});
    MILLRACE_CHECK(opened.has_value(), opened ? "" : opened.error().message().c_str());
    database_ = *std::move(opened);
    database_->start();
    service_ = std::make_unique<SessionService>(*database_, SessionServiceOptions{});
  }
  void close() {
    service_.reset();
    database_->stop();
    database_.reset();
  }

  DatabaseOptions options_;
  std::filesystem::path directory_;
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Rng> rng_ = system_rng();
  std::unique_ptr<Executor> executor_ = thread_executor(2);
  std::unique_ptr<Fs> fs_ = system_fs();
  std::unique_ptr<Database> database_;
  std::unique_ptr<SessionService> service_;
};

}  // namespace millrace::engine
