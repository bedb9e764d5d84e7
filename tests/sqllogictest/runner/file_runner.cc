#include "tests/sqllogictest/runner/file_runner.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "tests/sqllogictest/runner/compare.h"
#include "tests/sqllogictest/runner/result_format.h"

namespace millrace::slt {
namespace {

template <class... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};

std::string error_line(const ServerError& error) { return "  + error " + error.to_string() + "\n"; }

using Outcome = tl::expected<Answer, ServerError>;

std::optional<std::string> check(const ExpectOk&, const Outcome& outcome) {
  if (outcome) return std::nullopt;
  return "  - success\n" + error_line(outcome.error());
}

std::optional<std::string> check(const ExpectCount& expect, const Outcome& outcome) {
  if (!outcome) return fmt::format("  - {} rows affected\n", expect.rows) + error_line(outcome.error());
  if (outcome->affected == expect.rows) return std::nullopt;
  return fmt::format("  - {} rows affected\n  + {}\n", expect.rows, outcome->affected);
}

std::optional<std::string> check(const ExpectError& expect, const Outcome& outcome) {
  std::string wanted = "  - error";
  if (!expect.sqlstate.empty()) wanted += " " + expect.sqlstate;
  if (!expect.message_regex.empty()) wanted += " like " + expect.message_regex;
  if (outcome) return wanted + "\n  + success\n";
  const bool state_fits = expect.sqlstate.empty() || expect.sqlstate == outcome.error().sqlstate;
  const bool message_fits =
      expect.message_regex.empty() || re2::RE2::PartialMatch(outcome.error().message, expect.message_regex);
  // A lost server is never the error that was meant.
  const bool answered = !outcome.error().sqlstate.starts_with("08");
  if (state_fits && message_fits && answered) return std::nullopt;
  return wanted + "\n" + error_line(outcome.error());
}

}  // namespace

FileRunner::FileRunner(const TestFile& file, RunMode mode, Endpoint endpoint)
    : file_(file), mode_(mode), pool_(std::move(endpoint)), views_(mode.engine, pool_) {
  report_.path = file.path;
}

bool FileRunner::applies(const Record& record) const {
  return std::all_of(record.conditions.begin(), record.conditions.end(), [&](const Condition& condition) {
    const bool holds =
        condition.name == name_of(mode_.engine) || (condition.name == "incremental" && mode_.incremental);
    return holds == condition.only;
  });
}

std::vector<bool> FileRunner::active_records() const {
  std::vector<bool> active(file_.records.size(), false);
  for (size_t i = 0; i < file_.records.size(); ++i) {
    if (!applies(file_.records[i])) continue;
    if (std::holds_alternative<Halt>(file_.records[i].body)) break;
    active[i] = true;
  }
  return active;
}

FileReport FileRunner::run(const std::function<bool(size_t failed)>& go_on) {
  const std::vector<bool> active = active_records();
  if (mode_.incremental) {
    std::vector<std::pair<size_t, const Record*>> queries;
    for (size_t i = 0; i < active.size(); ++i) {
      const Record& record = file_.records[i];
      if (active[i] && std::holds_alternative<Query>(record.body)) queries.emplace_back(i, &record);
    }
    views_.plan(queries);
  }
  for (size_t i = 0; i < active.size() && go_on(report_.failed); ++i) {
    const Record& record = file_.records[i];
    if (!active[i]) {
      report_.skipped += std::holds_alternative<Halt>(record.body) ? 0 : 1;
      continue;
    }
    if (auto what = run_record(record, i)) {
      ++report_.failed;
      report_.failures.push_back({record.line, record.sql, std::move(*what)});
    } else {
      ++report_.passed;
    }
  }
  return std::move(report_);
}

FileRunner::Verdict FileRunner::run_record(const Record& record, size_t index) {
  const auto connection = pool_.get(record.connection);
  if (!connection) return error_line(connection.error());
  return std::visit(
      Overload{
          [&](const Statement& statement) { return run_statement(record, statement, **connection, index); },
          [&](const Query& query) { return run_query(record, query, **connection); },
          [](const Halt&) { return Verdict(); },
      },
      record.body);
}

FileRunner::Verdict FileRunner::run_statement(const Record& record, const Statement& statement, Connection& connection,
                                              size_t index) {
  const StatementShape shape = shape_of(record.sql);
  if (mode_.incremental) views_.before_statement(shape, connection);
  const Outcome outcome = connection.run(record.sql);
  if (outcome) {
    created_.note(shape);
    has_views_ = has_views_ || (shape.kind == StatementKind::kCreate && shape.words.contains("materialized"));
  } else {
    answers_.push_back({.record = &record, .values = {}, .sqlstate = outcome.error().sqlstate});
  }
  if (mode_.incremental) views_.after_statement(shape, index);
  return std::visit([&](const auto& expect) { return check(expect, outcome); }, statement.expect);
}

FileRunner::Verdict FileRunner::run_query(const Record& record, const Query& query, Connection& connection) {
  if (auto failure = refresh_views(connection)) return failure;
  ViewOutcome outcome = NoView{};
  if (mode_.incremental) outcome = views_.view_for(record, connection);

  std::optional<std::vector<std::string>> answer;
  if (const auto* view = std::get_if<ReadyView>(&outcome)) {
    if (query.sort == SortMode::kNoSort) {
      if (auto failure = ask(record, query, connection, answer)) return failure;
    }
    ++report_.through_views;
    if (auto failure = read_view(query, view->name, connection, answer)) return "  in the view:\n" + *failure;
    return std::nullopt;
  }
  if (const auto* failed = std::get_if<FailedView>(&outcome)) {
    return "  as a materialized view:\n" + error_line(failed->error);
  }
  if (const auto* unsupported = std::get_if<UnsupportedView>(&outcome)) {
    report_.unsupported.push_back({record.line, unsupported->reason});
  }
  return ask(record, query, connection, answer);
}

FileRunner::Verdict FileRunner::ask(const Record& record, const Query& query, Connection& connection,
                                    std::optional<std::vector<std::string>>& answer) {
  const Outcome outcome = connection.run(record.sql);
  if (!outcome) return error_line(outcome.error());
  if (outcome->columns != query.types.size()) {
    return fmt::format("  - {} columns\n  + {} columns\n", query.types.size(), outcome->columns);
  }
  answer = format_rows(query.types, outcome->rows, query.sort);
  answers_.push_back({.record = &record, .values = *answer, .sqlstate = {}});
  const size_t width = query.sort == SortMode::kValueSort ? 1 : query.types.size();
  if (auto difference = diff_values(query.expected, *answer, width)) return difference;
  return check_label(query, *answer);
}

FileRunner::Verdict FileRunner::read_view(const Query& query, const std::string& view, Connection& connection,
                                          const std::optional<std::vector<std::string>>& ordered_answer) {
  if (mode_.engine == EngineKind::kPostgres) {
    const auto refreshed = connection.run("REFRESH MATERIALIZED VIEW " + view);
    if (!refreshed) return error_line(refreshed.error());
  }
  const Outcome outcome = connection.run("SELECT * FROM " + view);
  if (!outcome) return error_line(outcome.error());
  if (outcome->columns != query.types.size()) {
    return fmt::format("  - {} columns\n  + {} columns\n", query.types.size(), outcome->columns);
  }
  auto difference = diff_as_multiset(query, format_rows(query.types, outcome->rows, SortMode::kNoSort), ordered_answer);
  // A label on ordered rows was looked at when the query was asked.
  if (difference || query.sort == SortMode::kNoSort) return difference;
  return check_label(query, format_rows(query.types, outcome->rows, query.sort));
}

FileRunner::Verdict FileRunner::check_label(const Query& query, const std::vector<std::string>& values) {
  if (query.label.empty()) return std::nullopt;
  const HashedValues hashed = hash_values(values);
  const auto [first, is_first] = first_with_label_.try_emplace(query.label, query.results_begin, hashed);
  if (is_first || first->second.second == hashed) return std::nullopt;
  return fmt::format("  label {}: another result than the query that ends at line {}\n", query.label,
                     first->second.first);
}

// PostgreSQL's views are as old as their last REFRESH; Millrace's are never old.
FileRunner::Verdict FileRunner::refresh_views(Connection& connection) {
  if (mode_.engine != EngineKind::kPostgres || !has_views_ || connection.transaction_failed()) return std::nullopt;
  // By oid: a view over a view is the younger one.
  const Outcome views =
      connection.run("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'm' AND relname NOT LIKE '" +
                     std::string(IncrementalViews::kNamePrefix) + "%' ORDER BY oid");
  if (!views) return error_line(views.error());
  for (const Row& row : views->rows) {
    const auto refreshed = connection.run("REFRESH MATERIALIZED VIEW " + *row[0]);
    if (!refreshed) return error_line(refreshed.error());
  }
  return std::nullopt;
}

CreatedObjects FileRunner::take_created() {
  pool_.close_all();
  if (mode_.incremental) views_.drop_all();
  pool_.close_all();
  return std::move(created_);
}

}  // namespace millrace::slt
