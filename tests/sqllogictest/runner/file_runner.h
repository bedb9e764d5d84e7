// Runs the records of one file, in order, against one server.
//
// One-shot, a query is asked where it stands. Incrementally it has been a materialized view since
// before its tables got their rows (incremental_views.h), and the view is read where the query
// stands; where its rows have an order (nosort), the query is asked as well and the view is compared
// without order. What cannot be a view is asked one-shot and listed.
//
// Threads: one for a FileRunner; several may run side by side when each has a sandbox of its own.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sqllogictest/runner/connection_pool.h"
#include "tests/sqllogictest/runner/created_objects.h"
#include "tests/sqllogictest/runner/engine_kind.h"
#include "tests/sqllogictest/runner/file_report.h"
#include "tests/sqllogictest/runner/incremental_views.h"
#include "tests/sqllogictest/runner/record.h"
#include "tests/sqllogictest/runner/sandbox.h"

namespace millrace::slt {

struct RunMode {
  EngineKind engine = EngineKind::kMillrace;
  bool incremental = false;
};

// What the server said, for a run that writes expectations instead of checking them.
struct RecordedAnswer {
  const Record* record = nullptr;
  std::vector<std::string> values;  // of a query, in its sort mode's order
  std::string sqlstate;             // of a statement that was to fail
};

class FileRunner {
 public:
  // REQUIRES: `file` outlives the runner. `endpoint` is the sandbox's.
  FileRunner(const TestFile& file, RunMode mode, Endpoint endpoint);

  // Call once. `go_on` is asked before each record, with the failures so far.
  FileReport run(const std::function<bool(size_t failed)>& go_on);

  // After run(): closes the connections and hands over what is still there.
  CreatedObjects take_created();
  // After run(): in the order of the records; those that were answered.
  const std::vector<RecordedAnswer>& answers() const { return answers_; }

 private:
  using Verdict = std::optional<std::string>;  // nothing, or what is wrong

  std::vector<bool> active_records() const;
  bool applies(const Record& record) const;
  Verdict run_record(const Record& record, size_t index);
  Verdict run_statement(const Record& record, const Statement& statement, Connection& connection, size_t index);
  Verdict run_query(const Record& record, const Query& query, Connection& connection);
  Verdict ask(const Record& record, const Query& query, Connection& connection,
              std::optional<std::vector<std::string>>& answer);
  Verdict read_view(const Query& query, const std::string& view, Connection& connection,
                    const std::optional<std::vector<std::string>>& ordered_answer);
  Verdict check_label(const Query& query, const std::vector<std::string>& values);
  Verdict refresh_views(Connection& connection);

  const TestFile& file_;
  const RunMode mode_;
  ConnectionPool pool_;
  IncrementalViews views_;
  CreatedObjects created_;
  FileReport report_;
  bool has_views_ = false;  // the file has created materialized views itself
  std::map<std::string, std::pair<size_t, HashedValues>> first_with_label_;  // its line, its result
  std::vector<RecordedAnswer> answers_;
};

}  // namespace millrace::slt
