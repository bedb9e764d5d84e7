#include "tests/types_agreement/referee.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {
namespace {

using ResultPtr = std::unique_ptr<PGresult, void (*)(PGresult*)>;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "types_agreement: %s\n", why.c_str());
  std::exit(2);
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

Answer answer_of(const PGresult* result) {
  Answer answer;
  const ExecStatusType status = PQresultStatus(result);
  answer.ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
  if (!answer.ok) {
    answer.state = field(result, PG_DIAG_SQLSTATE);
    answer.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    answer.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    return answer;
  }
  for (int i = 0; i < PQnfields(result) && PQntuples(result) > 0; ++i) {
    if (PQgetisnull(result, 0, i)) {
      answer.values.emplace_back();
    } else {
      answer.values.emplace_back(std::string(PQgetvalue(result, 0, i), static_cast<size_t>(PQgetlength(result, 0, i))));
    }
  }
  return answer;
}

}  // namespace

Referee::Referee(const char* url) : connection_(PQconnectdb(url), PQfinish) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) give_up(PQerrorMessage(connection_.get()));
  must("SET client_min_messages = error");
}

void Referee::must(const std::string& sql) {
  const Answer answer = ask(sql);
  if (!answer.ok) give_up(sql + ": " + answer.message);
}

Answer Referee::ask(const std::string& sql) {
  const ResultPtr result(PQexec(connection_.get(), sql.c_str()), PQclear);
  return answer_of(result.get());
}

std::vector<Answer> Referee::ask_all(const std::string& sql, std::span<const uint32_t> types,
                                     const std::vector<std::vector<Parameter>>& rows) {
  PGconn* const connection = connection_.get();
  const ResultPtr prepared(PQprepare(connection, "", sql.c_str(), static_cast<int>(types.size()), types.data()),
                           PQclear);
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return {rows.size(), answer_of(prepared.get())};

  std::vector<Answer> answers;
  if (PQenterPipelineMode(connection) != 1) give_up("no pipeline mode");
  constexpr size_t kWindow = 64;  // what may be on its way at once
  for (size_t begin = 0; begin < rows.size(); begin += kWindow) {
    const size_t end = std::min(begin + kWindow, rows.size());
    for (size_t i = begin; i < end; ++i) {
      std::vector<const char*> values;
      std::vector<int> lengths, formats;
      for (const Parameter& parameter : rows[i]) {
        values.push_back(parameter.bytes.c_str());
        lengths.push_back(static_cast<int>(parameter.bytes.size()));
        formats.push_back(parameter.binary ? 1 : 0);
      }
      if (PQsendQueryPrepared(connection, "", static_cast<int>(values.size()), values.data(), lengths.data(),
                              formats.data(), 0) != 1 ||
          PQpipelineSync(connection) != 1) {
        give_up(PQerrorMessage(connection));
      }
    }
    for (size_t i = begin; i < end; ++i) {
      const ResultPtr result(PQgetResult(connection), PQclear);
      if (result == nullptr) give_up(PQerrorMessage(connection));
      answers.push_back(answer_of(result.get()));
      if (PQgetResult(connection) != nullptr) give_up("more results than statements");
      const ResultPtr sync(PQgetResult(connection), PQclear);
      if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) give_up("out of step with the server");
    }
  }
  if (PQexitPipelineMode(connection) != 1) give_up(PQerrorMessage(connection));
  return answers;
}

}  // namespace millrace
