#include "tests/sqllogictest/runner/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

namespace millrace::slt {
namespace {

using ResultHandle = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr const char* kConnectionLost = "08006";
constexpr const char* kDeadlinePassed = "57014";

ServerError error_of(const PGresult* result, const PGconn* connection) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state != nullptr ? state : kConnectionLost, message != nullptr ? message : PQerrorMessage(connection)};
}

Answer answer_of(const PGresult* result) {
  Answer answer{.columns = static_cast<size_t>(PQnfields(result)), .rows = {}, .affected = 0};
  answer.rows.reserve(static_cast<size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    Row values;
    values.reserve(answer.columns);
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back(std::nullopt);
      } else {
        values.emplace_back(
            std::string(PQgetvalue(result, row, column), static_cast<size_t>(PQgetlength(result, row, column))));
      }
    }
    answer.rows.push_back(std::move(values));
  }
  answer.affected = std::strtoull(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
  return answer;
}

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

tl::expected<Connection, ServerError> Connection::open(const Endpoint& endpoint) {
  // The first dbname is expanded as a connection string; a later one overrides its database.
  const char* keywords[] = {"dbname", "client_encoding", endpoint.database.empty() ? nullptr : "dbname", nullptr};
  const char* values[] = {endpoint.url.c_str(), "UTF8", endpoint.database.c_str(), nullptr};
  Connection opened(PQconnectdbParams(keywords, values, /*expand_dbname=*/1), endpoint.deadline_ms);
  if (!opened.alive()) return tl::unexpected(ServerError{kConnectionLost, PQerrorMessage(opened.connection_.get())});
  PQsetNoticeProcessor(opened.connection_.get(), [](void*, const char*) {}, nullptr);
  return opened;
}

bool Connection::wait_for_answer() {
  while (PQisBusy(connection_.get()) != 0) {
    pollfd descriptor{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&descriptor, 1, deadline_ms_);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    if (PQconsumeInput(connection_.get()) == 0) return true;  // PQgetResult says what happened
  }
  return true;
}

tl::expected<Answer, ServerError> Connection::run(const std::string& sql) {
  if (!alive() || PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    return tl::unexpected(ServerError{kConnectionLost, "no connection to the server"});
  }
  Answer answer;
  std::optional<ServerError> failure;
  while (true) {
    if (!wait_for_answer()) {
      connection_.reset();
      return tl::unexpected(ServerError{kDeadlinePassed, "no answer within the deadline"});
    }
    const ResultHandle result(PQgetResult(connection_.get()), &PQclear);
    if (!result) break;
    switch (PQresultStatus(result.get())) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY: answer = answer_of(result.get()); break;
      case PGRES_COPY_IN: PQputCopyEnd(connection_.get(), "a test file carries no COPY data"); break;
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        connection_.reset();
        return tl::unexpected(ServerError{kConnectionLost, "COPY TO is not part of this dialect"});
      default: failure = error_of(result.get(), connection_.get()); break;
    }
  }
  if (failure) return tl::unexpected(std::move(*failure));
  return answer;
}

bool Connection::alive() const { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }

bool Connection::in_transaction() const {
  if (!alive()) return false;
  const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool Connection::transaction_failed() const {
  return alive() && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

}  // namespace millrace::slt
