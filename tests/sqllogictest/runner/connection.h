// One client connection, over libpq's simple protocol.
//
// Threads: one at a time. A statement that outlasts its deadline closes the connection: what the
// server makes of it is then unknown, and the test has failed anyway.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/sqllogictest/runner/result_format.h"

struct pg_conn;

namespace millrace::slt {

struct ServerError {
  std::string sqlstate;  // five characters; 08006 for a lost connection, 57014 for a passed deadline
  std::string message;
  std::string to_string() const { return sqlstate + ": " + message; }
};

struct Answer {
  size_t columns = 0;
  std::vector<Row> rows;
  size_t affected = 0;  // from the command tag: "UPDATE 3"
};

struct Endpoint {
  std::string url;       // postgresql://user@host:port/database
  std::string database;  // replaces the url's, unless empty
  int deadline_ms = 60'000;
};

class Connection {
 public:
  static tl::expected<Connection, ServerError> open(const Endpoint& endpoint);

  // The answer of the last statement in `sql` that has one.
  tl::expected<Answer, ServerError> run(const std::string& sql);

  bool alive() const;
  bool in_transaction() const;      // also in a failed one
  bool transaction_failed() const;  // nothing but its end is accepted

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  Connection(pg_conn* connection, int deadline_ms) : connection_(connection), deadline_ms_(deadline_ms) {}

  bool wait_for_answer();

  std::unique_ptr<pg_conn, Close> connection_;
  int deadline_ms_;
};

}  // namespace millrace::slt
