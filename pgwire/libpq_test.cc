// The protocol as a real client speaks it: libpq, simple, extended, pipelined, binary, COPY, SCRAM, cancel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <thread>

#include "pgwire/scram.h"
#include "pgwire/test_server.h"
#include "types/wire_order.h"

namespace millrace::pgwire {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Client = std::unique_ptr<PGconn, Finish>;
using Answer = std::unique_ptr<PGresult, Finish>;

class LibpqTest : public testing::Test {
 protected:
  Client connect(const std::string& more = "") {
    Client client(PQconnectdb((server_.conninfo() + " " + more).c_str()));
    EXPECT_EQ(PQstatus(client.get()), CONNECTION_OK) << PQerrorMessage(client.get());
    return client;
  }
  static Answer exec(const Client& client, const std::string& text) {
    return Answer(PQexec(client.get(), text.c_str()));
  }
  static std::string state(const Answer& answer) {
    const char* code = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    return code == nullptr ? "" : code;
  }
  static std::string value(const Answer& answer, int row, int column) {
    return PQgetisnull(answer.get(), row, column) ? "NULL" : PQgetvalue(answer.get(), row, column);
  }

  TestServer server_;
};

TEST_F(LibpqTest, SimpleQueries) {
  const Client client = connect();
  EXPECT_STREQ(PQparameterStatus(client.get(), "server_version"), "15.0");
  EXPECT_EQ(PQserverVersion(client.get()), 150000);
  Answer answer = exec(client, "rows 3");
  ASSERT_EQ(PQresultStatus(answer.get()), PGRES_TUPLES_OK) << PQerrorMessage(client.get());
  ASSERT_EQ(PQntuples(answer.get()), 3);
  EXPECT_STREQ(PQcmdStatus(answer.get()), "SELECT 3");
  EXPECT_EQ(value(answer, 1, 0) + "|" + value(answer, 1, 1) + "|" + value(answer, 1, 2), "2|row 2|2000000000000");
  EXPECT_EQ(value(answer, 2, 2), "NULL");
  EXPECT_EQ(PQftype(answer.get(), 0), oid::kInt4);
  EXPECT_EQ(PQfsize(answer.get(), 0), 4);
  EXPECT_EQ(PQftable(answer.get(), 1), 20001U);
  EXPECT_EQ(PQftablecol(answer.get(), 1), 2);
  answer = exec(client, "twice");
  ASSERT_EQ(PQntuples(answer.get()), 2);
  EXPECT_EQ(value(answer, 0, 1), value(answer, 1, 1));
  EXPECT_EQ(PQresultStatus(exec(client, "").get()), PGRES_EMPTY_QUERY);
  EXPECT_EQ(PQresultStatus(exec(client, " ; ").get()), PGRES_EMPTY_QUERY);
  EXPECT_STREQ(PQcmdStatus(exec(client, "nodata").get()), "DO");
  // The fast path.
  answer = exec(client, "point 42");
  EXPECT_EQ(value(answer, 0, 0), "42");
  // A setting that changes is reported.
  exec(client, "set TimeZone Mars");
  EXPECT_STREQ(PQparameterStatus(client.get(), "TimeZone"), "Mars");
}

TEST_F(LibpqTest, AQueryOfSeveralStatementsIsOneTransaction) {
  const Client client = connect();
  EXPECT_EQ(PQresultStatus(exec(client, "write; rows 1; write").get()), PGRES_COMMAND_OK);
  EXPECT_EQ(server_.engine().committed(), 2);
  Answer answer = exec(client, "write; fail; write");
  EXPECT_EQ(state(answer), "22012");
  EXPECT_EQ(server_.engine().committed(), 2);
  // What failed in the end was not told as done before.
  ASSERT_EQ(PQsendQuery(client.get(), "write; write_refused"), 1);
  std::vector<std::string> told;
  while (PGresult* result = PQgetResult(client.get())) {
    const Answer one(result);
    told.push_back(PQresultStatus(result) == PGRES_COMMAND_OK ? PQcmdStatus(result) : state(one));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"INSERT 0 1", "40001"}));
  EXPECT_EQ(server_.engine().committed(), 2);
}

TEST_F(LibpqTest, ErrorsHaveTheirFieldsAndPositionsCountCharacters) {
  const Client client = connect();
  Answer answer = exec(client, "nodata; fail 3");
  EXPECT_EQ(state(answer), "22012");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY), "division by zero");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_HINT), "Do not.");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_STATEMENT_POSITION), "4");
  // "fail 9 \u00e9\u20ac": byte 9 begins the third character after "fail 9 ", the tenth in all minus one byte.
  answer = exec(client, "fail 9 \xc3\xa9\xe2\x82\xac");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_STATEMENT_POSITION), "9");
  answer = exec(client, "gibberish");
  EXPECT_EQ(state(answer), "42601");
  EXPECT_STREQ(PQresultErrorField(answer.get(), PG_DIAG_STATEMENT_POSITION), "1");
  EXPECT_EQ(state(exec(client, "rows \xff")), "22021");
  EXPECT_EQ(state(exec(client, "echo")), "42P02");
  EXPECT_EQ(PQresultStatus(exec(client, "rows 1").get()), PGRES_TUPLES_OK);
}

TEST_F(LibpqTest, NoticesArrive) {
  const Client client = connect();
  std::string heard;
  PQsetNoticeReceiver(
      client.get(),
      [](void* to, const PGresult* notice) {
        *static_cast<std::string*>(to) += PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
      },
      &heard);
  exec(client, "remark");
  EXPECT_EQ(heard, "remarkable");
}

TEST_F(LibpqTest, PreparedStatementsInTextAndBinary) {
  const Client client = connect();
  const Oid int8_type = oid::kInt8;
  Answer answer(PQprepare(client.get(), "e", "echo", 1, &int8_type));
  ASSERT_EQ(PQresultStatus(answer.get()), PGRES_COMMAND_OK) << PQerrorMessage(client.get());
  answer.reset(PQdescribePrepared(client.get(), "e"));
  ASSERT_EQ(PQnparams(answer.get()), 1);
  EXPECT_EQ(PQparamtype(answer.get(), 0), oid::kInt8);
  EXPECT_EQ(PQnfields(answer.get()), 1);

  for (const int64_t number : {int64_t{0}, int64_t{-1}, INT64_MAX, INT64_MIN}) {
    std::string binary;
    append_big_endian(number, binary);
    const std::string text = std::to_string(number);
    for (const int parameter_format : {0, 1}) {
      for (const int result_format : {0, 1}) {
        const char* data = parameter_format == 1 ? binary.data() : text.c_str();
        const int length = 8;
        answer.reset(PQexecPrepared(client.get(), "e", 1, &data, &length, &parameter_format, result_format));
        ASSERT_EQ(PQntuples(answer.get()), 1) << PQerrorMessage(client.get());
        EXPECT_EQ(PQfformat(answer.get(), 0), result_format);
        EXPECT_EQ(std::string(PQgetvalue(answer.get(), 0, 0), static_cast<size_t>(PQgetlength(answer.get(), 0, 0))),
                  result_format == 1 ? binary : text);
      }
    }
  }
  const char* none = nullptr;
  answer.reset(PQexecPrepared(client.get(), "e", 1, &none, nullptr, nullptr, 0));
  EXPECT_EQ(value(answer, 0, 0), "NULL");
  const char* bad = "twelve";
  answer.reset(PQexecPrepared(client.get(), "e", 1, &bad, nullptr, nullptr, 0));
  EXPECT_EQ(state(answer), "22P02");
  answer.reset(PQexecPrepared(client.get(), "nope", 0, nullptr, nullptr, nullptr, 0));
  EXPECT_EQ(state(answer), "26000");
  answer.reset(PQexecPrepared(client.get(), "e", 0, nullptr, nullptr, nullptr, 0));
  EXPECT_EQ(state(answer), "08P01");
  answer.reset(PQprepare(client.get(), "e", "echo", 0, nullptr));
  EXPECT_EQ(state(answer), "42P05");
  const char* broken = "\xff";
  answer.reset(PQexecParams(client.get(), "echo", 1, nullptr, &broken, nullptr, nullptr, 0));
  EXPECT_EQ(state(answer), "22021");
  const char* text = "h\xc3\xa9llo";
  answer.reset(PQexecParams(client.get(), "echo", 1, nullptr, &text, nullptr, nullptr, 0));
  EXPECT_EQ(value(answer, 0, 0), text);
  // All rows in binary.
  answer.reset(PQexecParams(client.get(), "rows 4", 0, nullptr, nullptr, nullptr, nullptr, 1));
  ASSERT_EQ(PQntuples(answer.get()), 4);
  EXPECT_EQ(read_big_endian<int32_t>({PQgetvalue(answer.get(), 3, 0), 4}), 4);
  EXPECT_EQ(read_big_endian<int64_t>({PQgetvalue(answer.get(), 3, 2), 8}), 4'000'000'000'000);
}

TEST_F(LibpqTest, APipelineAnswersInOrderAndSkipsAfterAnError) {
  const Client client = connect();
  ASSERT_EQ(PQenterPipelineMode(client.get()), 1);
  const auto send = [&](const char* text) {
    ASSERT_EQ(PQsendQueryParams(client.get(), text, 0, nullptr, nullptr, nullptr, nullptr, 0), 1);
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 50; ++i) send(("point " + std::to_string(i)).c_str());
    send("write");
    send("rows 2");
    ASSERT_EQ(PQpipelineSync(client.get()), 1);
    send("write");
    send("fail");
    send("write");
    ASSERT_EQ(PQpipelineSync(client.get()), 1);
  }
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> told;
    for (int syncs = 0; syncs < 2;) {
      const Answer answer(PQgetResult(client.get()));
      if (answer == nullptr) continue;
      switch (PQresultStatus(answer.get())) {
        case PGRES_PIPELINE_SYNC:
          ++syncs;
          told.push_back("sync");
          break;
        case PGRES_PIPELINE_ABORTED: told.push_back("skipped"); break;
        case PGRES_FATAL_ERROR: told.push_back(state(answer)); break;
        case PGRES_TUPLES_OK: told.push_back(value(answer, 0, 0)); break;
        default: told.push_back(PQcmdStatus(answer.get()));
      }
    }
    std::vector<std::string> expected;
    for (int i = 0; i < 50; ++i) expected.push_back(std::to_string(i));
    for (const char* one : {"INSERT 0 1", "1", "sync", "INSERT 0 1", "22012", "skipped", "sync"}) {
      expected.push_back(one);
    }
    EXPECT_EQ(told, expected);
  }
  EXPECT_EQ(server_.engine().committed(), 3);
}

TEST_F(LibpqTest, TransactionBlocks) {
  const Client client = connect();
  EXPECT_EQ(PQtransactionStatus(client.get()), PQTRANS_IDLE);
  exec(client, "begin");
  EXPECT_EQ(PQtransactionStatus(client.get()), PQTRANS_INTRANS);
  exec(client, "write");
  EXPECT_EQ(server_.engine().committed(), 0);
  exec(client, "fail");
  EXPECT_EQ(PQtransactionStatus(client.get()), PQTRANS_INERROR);
  EXPECT_EQ(state(exec(client, "rows 1")), "25P02");
  EXPECT_STREQ(PQcmdStatus(exec(client, "commit").get()), "ROLLBACK");
  EXPECT_EQ(PQtransactionStatus(client.get()), PQTRANS_IDLE);
  EXPECT_EQ(server_.engine().committed(), 0);
  exec(client, "begin");
  exec(client, "write");
  exec(client, "commit");
  EXPECT_EQ(server_.engine().committed(), 1);
}

TEST_F(LibpqTest, CopyBothWays) {
  const Client client = connect();
  Answer answer = exec(client, "copyin");
  ASSERT_EQ(PQresultStatus(answer.get()), PGRES_COPY_IN);
  EXPECT_EQ(PQnfields(answer.get()), 2);
  std::string sent;
  for (int i = 0; i < 20'000; ++i) sent += std::to_string(i) + "\tsome text\n";
  for (size_t at = 0; at < sent.size(); at += 777) {
    const auto size = static_cast<int>(std::min<size_t>(777, sent.size() - at));
    ASSERT_EQ(PQputCopyData(client.get(), sent.data() + at, size), 1);
  }
  ASSERT_EQ(PQputCopyEnd(client.get(), nullptr), 1);
  answer.reset(PQgetResult(client.get()));
  EXPECT_STREQ(PQcmdStatus(answer.get()), "COPY 20000") << PQerrorMessage(client.get());
  EXPECT_EQ(PQgetResult(client.get()), nullptr);
  EXPECT_EQ(server_.engine().copied(), sent);

  answer = exec(client, "copyin");
  ASSERT_EQ(PQputCopyEnd(client.get(), "changed my mind"), 1);
  answer.reset(PQgetResult(client.get()));
  EXPECT_EQ(state(answer), "57014");
  EXPECT_EQ(PQgetResult(client.get()), nullptr);

  answer = exec(client, "copyin");
  PQputCopyData(client.get(), "bad\n", 4);
  PQputCopyData(client.get(), "more\n", 5);
  ASSERT_EQ(PQputCopyEnd(client.get(), nullptr), 1);
  answer.reset(PQgetResult(client.get()));
  EXPECT_EQ(state(answer), "22P04");
  EXPECT_EQ(PQgetResult(client.get()), nullptr);

  answer = exec(client, "copyout 30000");
  ASSERT_EQ(PQresultStatus(answer.get()), PGRES_COPY_OUT);
  int lines = 0;
  char* line = nullptr;
  while (PQgetCopyData(client.get(), &line, 0) > 0) {
    EXPECT_EQ(std::string(line), "line " + std::to_string(++lines) + "\n");
    PQfreemem(line);
  }
  EXPECT_EQ(lines, 30000);
  answer.reset(PQgetResult(client.get()));
  EXPECT_STREQ(PQcmdStatus(answer.get()), "COPY 30000");
  EXPECT_EQ(PQgetResult(client.get()), nullptr);
  EXPECT_EQ(PQresultStatus(exec(client, "rows 1").get()), PGRES_TUPLES_OK);
}

TEST_F(LibpqTest, ManyRowsPassABoundedBuffer) {
  const Client client = connect();
  const Answer answer = exec(client, "rows 200000");
  ASSERT_EQ(PQntuples(answer.get()), 200000);
  EXPECT_EQ(value(answer, 199999, 1), "row 200000");
}

TEST_F(LibpqTest, CancelEndsTheStatementAlone) {
  const Client client = connect();
  const std::unique_ptr<PGcancel, void (*)(PGcancel*)> cancel(PQgetCancel(client.get()), PQfreeCancel);
  ASSERT_EQ(PQsendQuery(client.get(), "wait"), 1);
  char error[256];
  while (server_.engine().cancelled() == 0) ASSERT_EQ(PQcancel(cancel.get(), error, sizeof error), 1) << error;
  const Answer answer(PQgetResult(client.get()));
  EXPECT_EQ(state(answer), "57014");
  EXPECT_EQ(PQgetResult(client.get()), nullptr);
  EXPECT_EQ(PQresultStatus(exec(client, "rows 1").get()), PGRES_TUPLES_OK);
}

TEST_F(LibpqTest, AClientThatLeavesCancelsWhatItRan) {
  Client client = connect();
  ASSERT_EQ(PQsendQuery(client.get(), "wait"), 1);
  while (server_.engine().waits() == 0) std::this_thread::yield();
  client.reset();
  while (server_.engine().sessions() > 0) std::this_thread::yield();
  EXPECT_EQ(server_.engine().cancelled(), 1);
}

TEST_F(LibpqTest, StoppingTellsWhoIsThere) {
  const Client idle = connect();
  const Client busy = connect();
  ASSERT_EQ(PQsendQuery(busy.get(), "wait"), 1);
  ASSERT_TRUE(server_.stop());
  EXPECT_EQ(state(Answer(PQgetResult(busy.get()))), "57P01");
  EXPECT_EQ(PQresultStatus(exec(idle, "rows 1").get()), PGRES_FATAL_ERROR);
}

TEST_F(LibpqTest, RefusesToConnect) {
  const auto refused = [&](const std::string& more) {
    const Client client(PQconnectdb((server_.conninfo() + " " + more).c_str()));
    return std::string(PQerrorMessage(client.get()));
  };
  EXPECT_THAT(refused("dbname=nowhere"), testing::HasSubstr("database \"nowhere\" does not exist"));
  EXPECT_THAT(refused("replication=database"), testing::HasSubstr("replication"));
  EXPECT_THAT(refused("sslmode=require"), testing::HasSubstr("server does not support SSL"));
  const Client client = connect("options='-c search_path=a\\\\ b --work-mem=1MB'");
  EXPECT_STREQ(PQparameterStatus(client.get(), "search_path"), "a b");
  EXPECT_STREQ(PQparameterStatus(client.get(), "work_mem"), "1MB");
}

TEST_F(LibpqTest, Scram) {
  server_.engine().users["millrace"] = scram_verifier("sesame", "salty salt", 4096);
  const Client client = connect("password=sesame");
  EXPECT_EQ(PQresultStatus(exec(client, "rows 1").get()), PGRES_TUPLES_OK);
  EXPECT_EQ(PQconnectionUsedPassword(client.get()), 1);
  for (const char* wrong : {"password=Sesame", "password=sesame user=nobody"}) {
    const Client refused(PQconnectdb((server_.conninfo() + " " + wrong).c_str()));
    EXPECT_THAT(PQerrorMessage(refused.get()), testing::HasSubstr("password authentication failed for user"));
  }
}

TEST(LibpqLimitsTest, TooManyConnectionsAreToldSo) {
  TestServer server({.connections_max = 2});
  const std::string conninfo = server.conninfo();
  const Client first(PQconnectdb(conninfo.c_str()));
  const Client second(PQconnectdb(conninfo.c_str()));
  ASSERT_EQ(PQstatus(second.get()), CONNECTION_OK);
  const Client third(PQconnectdb(conninfo.c_str()));
  EXPECT_THAT(PQerrorMessage(third.get()), testing::HasSubstr("too many clients"));
  EXPECT_EQ(server.server().statistics().refused, 1U);
}

}  // namespace
}  // namespace millrace::pgwire
