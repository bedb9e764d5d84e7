// Clients that keep the server waiting, or guess.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <thread>

#include "pgwire/frontend_messages.h"
#include "pgwire/raw_client.h"
#include "pgwire/scram.h"
#include "pgwire/test_server.h"

namespace millrace::pgwire {
namespace {

// The last error before the connection was closed.
std::string fate(RawClient& client) {
  client.tags_until_closed();
  return client.severity() + " " + client.state();
}

TEST(TimeoutsTest, WhoDoesNotLogInIsNotWaitedForLong) {
  TestServer server({.authentication_ns = 20'000'000});
  RawClient silent(server.address());
  EXPECT_EQ(fate(silent), "FATAL 57014");
  // Half a message is no more than none.
  RawClient slow(server.address());
  slow.send(startup_packet().substr(0, 5));
  EXPECT_EQ(fate(slow), "FATAL 57014");
  // In the middle of the proof.
  server.engine().users["millrace"] = scram_verifier("sesame", "salty salt", 4096);
  RawClient half(server.address());
  half.send(startup_packet());
  EXPECT_EQ(fate(half), "FATAL 57014");
}

TEST(TimeoutsTest, AnIdleSessionEnds) {
  TestServer server;
  server.engine().idle_limits.session_ms = 1;
  RawClient client(server.address());
  client.send(startup_packet());
  EXPECT_EQ(fate(client), "FATAL 57P05");
}

TEST(TimeoutsTest, AnIdleTransactionEnds) {
  TestServer server;
  server.engine().idle_limits.in_transaction_ms = 1;
  RawClient client(server.address());
  client.send(startup_packet());
  client.tags_until("Z");
  client.send(encoded(Query{"begin"}));
  EXPECT_EQ(fate(client), "FATAL 25P03");
  // A failed one too.
  RawClient failed(server.address());
  failed.send(startup_packet());
  failed.tags_until("Z");
  failed.send(encoded(Query{"begin"}) + encoded(Query{"fail"}));
  EXPECT_EQ(fate(failed), "FATAL 25P03");
  // Outside of a transaction it is for ever: the server ends it when it stops.
  RawClient outside(server.address());
  outside.send(startup_packet());
  outside.tags_until("Z");
  outside.send(encoded(Query{"rows 1"}));
  outside.tags_until("Z");
  ASSERT_TRUE(server.stop());
  EXPECT_EQ(fate(outside), "FATAL 57P01");
}

TEST(TimeoutsTest, ATerminatedSessionEnds) {
  TestServer server;
  RawClient idle(server.address());
  idle.send(startup_packet());
  idle.tags_until("Z");
  RawClient busy(server.address());
  busy.send(startup_packet());
  busy.tags_until("Z");
  busy.send(encoded(Query{"wait"}));
  while (server.engine().waits() == 0) std::this_thread::yield();
  server.engine().terminate_all = true;
  EXPECT_EQ(fate(idle), "FATAL 57P01");
  EXPECT_EQ(fate(busy), "FATAL 57P01");
}

TEST(TimeoutsTest, WrongPasswordsAreAnsweredLaterAndLater) {
  constexpr int64_t kFirstNs = 10'000'000;
  TestServer server({.refusal_ns = kFirstNs, .refusal_ns_max = 4 * kFirstNs});
  server.engine().users["millrace"] = scram_verifier("sesame", "salty salt", 4096);
  const auto clock = system_clock();
  const auto log_in = [&](const std::string& password) {
    PGconn* connection = PQconnectdb((server.conninfo() + " password=" + password).c_str());
    const std::string message = PQstatus(connection) == CONNECTION_OK ? "in" : PQerrorMessage(connection);
    PQfinish(connection);
    return message;
  };
  for (int64_t least : {kFirstNs, 2 * kFirstNs, 4 * kFirstNs, 4 * kFirstNs}) {
    const int64_t began = clock->monotonic_ns();
    EXPECT_NE(log_in("Sesame").find("password authentication failed"), std::string::npos);
    EXPECT_GE(clock->monotonic_ns() - began, least);
  }
  EXPECT_EQ(log_in("sesame"), "in");
}

}  // namespace
}  // namespace millrace::pgwire
