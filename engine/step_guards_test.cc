// Statements and views that want more than there is, in SQL.
#include "engine/step_guards.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/test_database.h"

namespace millrace::engine {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

uint64_t resident() {
  const auto clock = system_clock();
  const auto fs = system_fs();
  return MemoryBudget(*clock, *fs, 0).resident_bytes();
}

// Each is one step of a circuit that would never end.
const char* const kEndless[] = {
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b",
    "SELECT count(*) FROM generate_series(1, 1000000) a JOIN generate_series(1, 1000000) b ON a + b < 0",
    "SELECT count(*) FROM generate_series(1, 1000000) a LEFT JOIN generate_series(1, 1000000) b ON a + b < 0",
    "SELECT count(*) FROM generate_series(1, 1000000) a WHERE EXISTS (SELECT FROM generate_series(1, 1000000) b "
    "WHERE a + b < 0)",
    "SELECT count(*) FROM generate_series(1, 1000000000000)",
    "SELECT count(DISTINCT a % 10) FROM generate_series(1, 1000000000) a",
    "SELECT a % 7, max(a) FROM generate_series(1, 1000000000) a GROUP BY 1",
    "SELECT count(*) FROM (SELECT a FROM generate_series(1, 1000000000) a INTERSECT SELECT 1) t",
};

TEST(StepGuardsTest, AStatementEndsAtItsTimeout) {
  TestDatabase database("guard_timeout");
  TestClient sql = database.connect();
  sql("SET statement_timeout = '50ms'");
  for (const char* query : kEndless) {
    EXPECT_EQ(sql(query), "ERROR 57014: canceling statement due to statement timeout") << query;
  }
  EXPECT_EQ(sql("SELECT 1"), "1");
}

TEST(StepGuardsTest, AStatementEndsWhenItIsCancelled) {
  TestDatabase database("guard_cancel");
  TestClient sql = database.connect();
  for (const char* query : kEndless) {
    std::jthread other([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        sql.session().cancel();  // Nothing happens while it does not run yet.
        std::this_thread::yield();
      }
    });
    EXPECT_EQ(sql(query), "ERROR 57014: canceling statement due to user request") << query;
  }
}

TEST(StepGuardsTest, AStatementEndsAtTheMemoryLimit) {
  const uint64_t limit = resident() + 100 * kMiB;
  TestDatabase database("guard_memory", {.memory_limit_bytes = limit});
  TestClient sql = database.connect();
  for (const char* query : {"SELECT a, b FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b",
                            "SELECT * FROM generate_series(1, 1000000000000)",
                            "SELECT repeat('x', 1000) || a FROM generate_series(1, 1000000000000) a"}) {
    EXPECT_EQ(sql(query), "ERROR 53200: out of memory") << query;
    EXPECT_LT(resident(), limit + 100 * kMiB) << query;
    EXPECT_EQ(sql("SELECT count(*) FROM generate_series(1, 1000)"), "1000");
  }
}

// Makes of every row of t as many as t has.
const char* const kPairs =
    "CREATE MATERIALIZED VIEW pairs AS SELECT a.n AS a, b.n AS b, repeat('x', 100) AS text FROM t a, t b";

void expect_given_up(TestClient& sql, const std::string& state) {
  for (const char* read :
       {"SELECT count(*) FROM pairs", "SELECT count(*) FROM pairs WHERE a = 1 AND b = 1", "SELECT * FROM above"}) {
    EXPECT_EQ(sql(read).substr(0, 11), "ERROR " + state) << read;
  }
  EXPECT_EQ(sql("SELECT status FROM millrace.views WHERE name IN ('pairs', 'above')"), "failed\nfailed");
}

TEST(StepGuardsTest, AViewIsGivenUpForMemoryAndTheOthersGoOn) {
  const uint64_t limit = resident() + 150 * kMiB;
  TestDatabase database("guard_tick_memory", {.memory_limit_bytes = limit});
  {
    TestClient sql = database.connect();
    EXPECT_EQ(sql("CREATE TABLE t (n int PRIMARY KEY)"), "");
    EXPECT_EQ(sql("CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM t"), "");
    EXPECT_EQ(sql(kPairs), "");
    EXPECT_EQ(sql("CREATE MATERIALIZED VIEW above AS SELECT count(*) AS n FROM pairs"), "");
    EXPECT_EQ(sql("INSERT INTO t SELECT * FROM generate_series(1, 10)"), "");
    EXPECT_EQ(sql("SELECT * FROM above"), "100");
    EXPECT_EQ(sql("INSERT INTO t SELECT * FROM generate_series(11, 100000)"), "");
    expect_given_up(sql, "53200");
    EXPECT_LT(resident(), limit + limit / 4);
    EXPECT_EQ(sql("SELECT * FROM total"), "100000");
    EXPECT_EQ(sql("INSERT INTO t VALUES (0)"), "");
    EXPECT_EQ(sql("SELECT * FROM total"), "100001");
  }
  // The tick is replayed; then the view is built from what there is, which is no less.
  database.restart();
  {
    TestClient sql = database.connect();
    EXPECT_EQ(sql("SELECT * FROM total"), "100001");
    expect_given_up(sql, "53200");
    EXPECT_EQ(sql("DELETE FROM t WHERE n > 20"), "");
    EXPECT_EQ(sql("DROP MATERIALIZED VIEW pairs CASCADE"), "");
    EXPECT_EQ(sql(kPairs), "");
    EXPECT_EQ(sql("SELECT count(*) FROM pairs"), "441");
  }
  database.restart();
  EXPECT_EQ(database.connect()("SELECT count(*), sum(a) FROM pairs"), "441|4410");
}

TEST(StepGuardsTest, AViewThatKeepsATickTooLongIsGivenUp) {
  TestDatabase database("guard_tick_time", {.view_tick_ns_max = 100'000'000});
  TestClient sql = database.connect();
  EXPECT_EQ(sql("CREATE TABLE t (n int PRIMARY KEY)"), "");
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW pairs AS SELECT a.n AS a, b.n AS b FROM t a, t b WHERE a.n + b.n < 3"), "");
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW above AS SELECT count(*) AS n FROM pairs"), "");
  EXPECT_EQ(sql("INSERT INTO t SELECT * FROM generate_series(1, 200000)"), "");
  expect_given_up(sql, "54000");
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "200000");
  // A view above it cannot be built either.
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW more AS SELECT a FROM pairs"), "");
  EXPECT_EQ(sql("SELECT * FROM more").substr(0, 11), "ERROR 54000");
}

}  // namespace
}  // namespace millrace::engine
