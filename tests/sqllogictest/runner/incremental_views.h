// Makes every query of a file a materialized view, as early as it can be one.
//
// A view is attempted at the file's start and after each statement that defines something, until it
// succeeds; so it is there before its tables get their rows, and what is compared later went through
// every change one by one. A query that a file asks several times is one view, compared each time.
//
//   before a DROP or ALTER   the views over the named objects (also over views over them) are dropped,
//                            so that the statement meets what it would meet without them;
//   after it                 they are attempted again;
//   SET and RESET            a view keeps the settings of its creation, so all are made again.
//
// Nothing is created while a transaction is open: a failed attempt would end it, and a view shows
// committed rows only.
//
// Threads: one at a time. Holds `pool` by reference.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/sqllogictest/runner/connection_pool.h"
#include "tests/sqllogictest/runner/engine_kind.h"
#include "tests/sqllogictest/runner/record.h"
#include "tests/sqllogictest/runner/sql_shape.h"

namespace millrace::slt {

// The view can be read by this name.
struct ReadyView {
  std::string name;
};
// The server says that this query cannot be a view (0A000).
struct UnsupportedView {
  std::string reason;
};
// The query stands in an open transaction, or is no query at all but, say, an INSERT .. RETURNING.
struct NoView {};
struct FailedView {
  ServerError error;
};
using ViewOutcome = std::variant<ReadyView, UnsupportedView, NoView, FailedView>;

class IncrementalViews {
 public:
  IncrementalViews(EngineKind engine, ConnectionPool& pool) : engine_(engine), pool_(pool) {}

  // The names of the runner's own views begin so.
  static constexpr std::string_view kNamePrefix = "slt_view_";

  // `queries` are those that will be asked, with the index of their record.
  void plan(const std::vector<std::pair<size_t, const Record*>>& queries);

  // Call around each statement of the file, with the connection it runs on. `record_index` is the
  // statement's own: only views that are read later are worth having.
  void before_statement(const StatementShape& shape, Connection& connection);
  void after_statement(const StatementShape& shape, size_t record_index);

  // The view of a query that is about to be asked on `connection`.
  ViewOutcome view_for(const Record& record, Connection& connection);

  void drop_all();

 private:
  struct Pending {};
  using State = std::variant<Pending, ReadyView, UnsupportedView>;
  struct View {
    std::string sql;
    size_t columns = 0;
    std::set<std::string> words;
    size_t last_use = 0;
    State state = Pending{};
  };
  using Key = std::pair<std::string, size_t>;  // the query, its columns

  void create_pending(size_t record_index);
  std::optional<ServerError> create(View& view, Connection& connection);
  void drop(View& view, Connection& connection);
  void finish_drops(Connection& connection);
  std::set<std::string> words_below(const View& view) const;

  const EngineKind engine_;
  ConnectionPool& pool_;
  std::deque<View> views_;
  std::map<Key, View*> by_query_;
  size_t names_given_ = 0;

  // For each object the file created: the words of its definition.
  std::map<std::string, std::set<std::string>> definitions_;
  // Something changed and nothing was attempted since, because a transaction was open.
  bool attempt_is_due_ = true;
  // Dropped inside a transaction that may yet take it back.
  std::vector<std::string> half_dropped_;
};

}  // namespace millrace::slt
