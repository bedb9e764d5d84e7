// The engine end to end, in SQL.
#include "engine/database.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "base/rng.h"
#include "engine/test_database.h"

namespace millrace::engine {
namespace {

TEST(DatabaseTest, AViewFollowsItsTable) {
  TestDatabase database("follow");
  TestClient sql = database.connect();
  EXPECT_EQ(sql("CREATE TABLE t (id int PRIMARY KEY, region text, amount int)"), "");
  EXPECT_EQ(
      sql("CREATE MATERIALIZED VIEW v AS SELECT region, count(*) AS n, sum(amount) AS total FROM t GROUP BY region"),
      "");
  EXPECT_EQ(sql("INSERT INTO t VALUES (1, 'EU', 10), (2, 'US', 5), (3, 'EU', 7)"), "");
  EXPECT_EQ(sql.tag(), "INSERT 0 3");
  EXPECT_EQ(sql("SELECT * FROM v ORDER BY region"), "EU|2|17\nUS|1|5");
  EXPECT_EQ(sql("UPDATE t SET region = 'US' WHERE id = 1"), "");
  EXPECT_EQ(sql("SELECT * FROM v ORDER BY region"), "EU|1|7\nUS|2|15");
  EXPECT_EQ(sql("DELETE FROM t WHERE region = 'EU'"), "");
  EXPECT_EQ(sql("SELECT n, total FROM v WHERE region = 'US'"), "2|15");
  EXPECT_EQ(sql("SELECT n FROM v WHERE region = 'EU'"), "");
}

TEST(DatabaseTest, EverythingIsThereAfterARestart) {
  TestDatabase database("restart");
  {
    TestClient sql = database.connect();
    sql("CREATE TABLE t (id int PRIMARY KEY, v int)");
    sql("INSERT INTO t SELECT n, n % 7 FROM generate_series(1, 1000) AS g(n)");
    sql("CREATE MATERIALIZED VIEW by_v AS SELECT v, count(*) AS n, min(id) AS low, max(id) AS high FROM t GROUP BY v");
    sql("DELETE FROM t WHERE id > 990");
  }
  const std::string wanted = database.connect()("SELECT * FROM by_v ORDER BY v");
  for (int i = 0; i < 2; ++i) {
    database.restart();
    TestClient sql = database.connect();
    EXPECT_EQ(sql("SELECT * FROM by_v ORDER BY v"), wanted);
    EXPECT_EQ(sql("SELECT v, count(*), min(id), max(id) FROM t GROUP BY v ORDER BY v"), wanted);
    EXPECT_EQ(sql("INSERT INTO t VALUES (5, 5)").substr(0, 11), "ERROR 23505");
    sql("INSERT INTO t VALUES (2000, 3)");
    sql("DELETE FROM t WHERE id = 2000");
    EXPECT_EQ(sql("SELECT * FROM by_v ORDER BY v"), wanted);
  }
}

TEST(DatabaseTest, ALargeViewIsBuiltBesideTheTicks) {
  TestDatabase database("hydrate");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (id int PRIMARY KEY, v int)");
  sql("INSERT INTO t SELECT n, n % 100 FROM generate_series(1, 20000) AS g(n)");
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW s AS SELECT v, sum(id) AS total FROM t GROUP BY v"), "");
  EXPECT_EQ(sql("SELECT count(*), sum(total) FROM s"), "100|200010000");
  EXPECT_EQ(sql("INSERT INTO t VALUES (20001, 0)"), "");
  EXPECT_EQ(sql("SELECT sum(total) FROM s"), "200030001");
}

TEST(DatabaseTest, ATransactionSeesItsOwnWritesAndNobodyElsesDo) {
  TestDatabase database("transaction");
  TestClient a = database.connect();
  TestClient b = database.connect();
  a("CREATE TABLE t (id int PRIMARY KEY, v int)");
  a("INSERT INTO t VALUES (1, 1)");
  a("BEGIN");
  a("INSERT INTO t VALUES (2, 2)");
  EXPECT_EQ(a("SELECT count(*) FROM t"), "2");
  EXPECT_EQ(b("SELECT count(*) FROM t"), "1");
  a("ROLLBACK");
  EXPECT_EQ(a("SELECT count(*) FROM t"), "1");
  a("BEGIN");
  a("UPDATE t SET v = v + 1 WHERE id = 1");
  a("COMMIT");
  EXPECT_EQ(b("SELECT v FROM t"), "2");
}

TEST(DatabaseTest, TheFirstToCommitWins) {
  TestDatabase database("conflict");
  TestClient a = database.connect();
  TestClient b = database.connect();
  a("CREATE TABLE t (id int PRIMARY KEY, v int)");
  a("INSERT INTO t VALUES (1, 0)");
  a("BEGIN");
  a("UPDATE t SET v = v + 1");
  EXPECT_EQ(b("UPDATE t SET v = v + 10"), "");
  EXPECT_EQ(a("COMMIT").substr(0, 11), "ERROR 40001");
  EXPECT_EQ(a("SELECT v FROM t"), "10");
}

TEST(DatabaseTest, AFailedStatementEndsItsBlockAndNothingElse) {
  TestDatabase database("failed");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (id int PRIMARY KEY)");
  sql("BEGIN");
  sql("INSERT INTO t VALUES (1)");
  EXPECT_EQ(sql("INSERT INTO t VALUES (1)").substr(0, 11), "ERROR 23505");
  EXPECT_EQ(sql("SELECT 1").substr(0, 11), "ERROR 25P02");
  EXPECT_EQ(sql("COMMIT"), "");
  EXPECT_EQ(sql.tag(), "ROLLBACK");
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "0");
  // Several statements in one string are one transaction.
  EXPECT_EQ(sql("INSERT INTO t VALUES (7); INSERT INTO t VALUES (7)").substr(0, 11), "ERROR 23505");
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "0");
}

TEST(DatabaseTest, AViewWithABadRowSaysSoUntilTheRowIsGone) {
  TestDatabase database("errors");
  {
    TestClient sql = database.connect();
    sql("CREATE TABLE t (id int PRIMARY KEY, v int)");
    sql("CREATE MATERIALIZED VIEW q AS SELECT id, 100 / v AS share FROM t");
    sql("INSERT INTO t VALUES (1, 10), (2, 0)");
    EXPECT_EQ(sql("SELECT * FROM q").substr(0, 11), "ERROR 22012");
    EXPECT_EQ(sql("SELECT count(*) FROM t"), "2");
  }
  database.restart();
  TestClient again = database.connect();
  EXPECT_EQ(again("SELECT * FROM q").substr(0, 11), "ERROR 22012");
  again("UPDATE t SET v = 4 WHERE id = 2");
  EXPECT_EQ(again("SELECT * FROM q ORDER BY id"), "1|10\n2|25");
}

TEST(DatabaseTest, AGeneratorGoesOnWhereItWas) {
  TestDatabase database("generator");
  {
    TestClient sql = database.connect();
    EXPECT_EQ(sql("CREATE SOURCE c FROM LOAD GENERATOR COUNTER (RATE 1000000, MAX ROWS 20000)"), "");
    EXPECT_EQ(sql("CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, max(counter) AS high FROM c"), "");
  }
  database.restart();
  TestClient sql = database.connect();
  std::string answer;
  for (int i = 0; i < 1000 && answer != "20000|20000"; ++i) {
    answer = sql("SELECT n, high FROM n");
    const size_t bar = answer.find('|');
    const std::string high = answer.substr(bar + 1);
    EXPECT_EQ(answer.substr(0, bar), high.empty() ? "0" : high);
    database.database().clock().sleep_us(5000);
  }
  EXPECT_EQ(answer, "20000|20000");
  EXPECT_EQ(sql("SELECT count(*) FROM c"), "20000");
}

// Random changes from a seed; after each batch every view equals its query.
TEST(DatabaseTest, ViewsEqualTheirQueriesUnderRandomChanges) {
  TestDatabase database("random");
  TestClient sql = database.connect();
  sql("CREATE TABLE a (id int PRIMARY KEY, k int, v int)");
  sql("CREATE TABLE b (k int, w int)");
  const std::map<std::string, std::string> views = {
      {"joined", "SELECT a.id, a.v, b.w FROM a JOIN b ON a.k = b.k"},
      {"outer_joined", "SELECT a.id, b.w FROM a LEFT JOIN b ON a.k = b.k AND b.w > 2"},
      {"grouped", "SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo, max(v) AS hi, avg(v) AS m FROM a GROUP BY k"},
      {"distinct_k", "SELECT DISTINCT k FROM b"},
      {"in_both", "SELECT k FROM a INTERSECT SELECT k FROM b"},
      {"only_a", "SELECT k, v FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k)"},
      {"total", "SELECT count(*) AS n, sum(w) AS s FROM b"},
  };
  for (const auto& [name, query] : views) {
    ASSERT_EQ(sql("CREATE MATERIALIZED VIEW " + name + " AS " + query), "") << name;
  }
  SplitMix64 random(11);
  const auto value = [&] { return random.one_in(6) ? "NULL" : std::to_string(random.between(0, 5)); };
  int next_id = 1;
  for (int batch = 0; batch < 40; ++batch) {
    SCOPED_TRACE(batch);
    switch (random.below(5)) {
      case 0:
      case 1:
        for (uint64_t i = random.below(6); i > 0; --i) {
          ASSERT_EQ(sql("INSERT INTO a VALUES (" + std::to_string(next_id++) + ", " + value() + ", " + value() + ")"),
                    "");
        }
        break;
      case 2:
        ASSERT_EQ(sql("INSERT INTO b VALUES (" + value() + ", " + value() + "), (" + value() + ", 3)"), "");
        break;
      case 3:
        ASSERT_EQ(sql("UPDATE a SET v = " + value() + ", k = " + value() +
                      " WHERE id % 3 = " + std::to_string(random.below(3))),
                  "");
        break;
      default:
        ASSERT_EQ(sql("DELETE FROM b WHERE w = " + std::to_string(random.below(5))), "");
        ASSERT_EQ(sql("DELETE FROM a WHERE k = " + std::to_string(random.below(8))), "");
    }
    for (const auto& [name, query] : views) {
      ASSERT_EQ(sql("SELECT * FROM (SELECT * FROM " + name + ") x ORDER BY 1"),
                sql("SELECT * FROM (" + query + ") x ORDER BY 1"))
          << name;
    }
  }
}

// Rows, updates while it is built, and a step that makes much of little.
TEST(DatabaseTest, ALargeViewIsLoadedBesideWrites) {
  TestDatabase database("hydration_load");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (n int PRIMARY KEY, k int)");
  sql("INSERT INTO t SELECT g, g % 100 FROM generate_series(1, 2000) g");
  std::jthread writer([&](const std::stop_token& stop) {
    TestClient other = database.connect();
    for (int i = 0; !stop.stop_requested(); ++i) {
      other("UPDATE t SET k = k + 1 WHERE n = " + std::to_string(1 + i * 37 % 2000));
      other("DELETE FROM t WHERE n = " + std::to_string(1 + i * 41 % 2000));
      other("INSERT INTO t VALUES (" + std::to_string(40000 + i) + ", " + std::to_string(i % 100) + ")");
    }
  });
  for (int round = 0; round < 2; ++round) {
    // Each row meets those of its key: ten times as many rows come out.
    EXPECT_EQ(sql("CREATE MATERIALIZED VIEW pairs AS SELECT a.n AS a, b.n AS b FROM t a JOIN t b ON a.k = b.k AND b.n "
                  "< 300"),
              "");
    EXPECT_EQ(sql("CREATE MATERIALIZED VIEW sums AS SELECT k, count(*) AS c, sum(n) AS s FROM t GROUP BY k"), "");
    sql("BEGIN");
    const std::string pairs = "SELECT count(*), sum(a.n), sum(b.n) FROM t a JOIN t b ON a.k = b.k AND b.n < 300";
    EXPECT_EQ(sql("SELECT count(*), sum(a), sum(b) FROM pairs"), sql(pairs));
    EXPECT_EQ(sql("SELECT count(*), sum(c), sum(s) FROM sums"),
              sql("SELECT count(*), sum(c), sum(s) FROM (SELECT count(*) AS c, sum(n) AS s FROM t GROUP BY k) g"));
    sql("COMMIT");
    EXPECT_EQ(sql("DROP MATERIALIZED VIEW pairs; DROP MATERIALIZED VIEW sums"), "");
  }
}

// A transaction that began before a view was built does not read it as of then.
TEST(DatabaseTest, AnOldTransactionDoesNotReadANewView) {
  TestDatabase database("hydration_old");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (n int PRIMARY KEY)");
  sql("INSERT INTO t SELECT * FROM generate_series(1, 20000)");
  TestClient old = database.connect();
  std::jthread creating(
      [&] { sql("CREATE MATERIALIZED VIEW v AS SELECT n % 3 AS k, count(*) AS n FROM t GROUP BY 1"); });
  // Either the view is not there, or it is but is not built, or it is all there.
  while (true) {
    old("BEGIN");
    const std::string first = old("SELECT count(*) FROM v");
    const std::string state = first.substr(0, 11);
    ASSERT_TRUE(first == "3" || state == "ERROR 42P01" || state == "ERROR 55000") << first;
    old("ROLLBACK");
    if (first == "3") break;
  }
}

// A view is computed in its maker's time zone and styles, whoever reads it, whoever writes, after a restart too.
TEST(DatabaseTest, AViewKeepsItsMakersSettings) {
  TestDatabase database("view_settings");
  const std::string wanted =
      "1|2000-01-01 23:30:00|01.01.2000 23:30:00 EST|P1DT2H|1999-12-31 19:00:00\n"
      "2|2000-07-02 00:30:00|02.07.2000 00:30:00 EDT|P1DT2H|1999-12-31 19:00:00";
  {
    TestClient maker = database.connect();
    maker("CREATE TABLE t (n int PRIMARY KEY, at timestamptz, span interval)");
    maker("SET TimeZone = 'America/New_York'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'");
    EXPECT_EQ(
        maker("CREATE MATERIALIZED VIEW v AS SELECT n, at::timestamp AS local, at::text AS text, span::text AS span, "
              "'2000-01-01 00:00+00'::timestamptz::timestamp AS literal FROM t"),
        "");
    TestClient writer = database.connect();
    EXPECT_EQ(writer("INSERT INTO t VALUES (1, '2000-01-02 04:30+00', '1 day 2 hours')"), "");
    EXPECT_EQ(writer("SET TimeZone = 'Asia/Tokyo'; INSERT INTO t VALUES (2, '2000-07-02 04:30+00', '1 day 2 hours')"),
              "");
    EXPECT_EQ(writer("SELECT * FROM v ORDER BY n"), wanted);
  }
  for (int i = 0; i < 2; ++i) {
    database.restart();
    TestClient sql = database.connect();
    EXPECT_EQ(sql("SELECT * FROM v ORDER BY n"), wanted);
    EXPECT_EQ(sql("DELETE FROM t WHERE n = 1; INSERT INTO t VALUES (1, '2000-01-02 04:30+00', 'PT26H')"), "");
    EXPECT_EQ(sql("SELECT text FROM v WHERE n = 1"), "01.01.2000 23:30:00 EST");
    EXPECT_EQ(sql("DELETE FROM t WHERE n = 1; INSERT INTO t VALUES (1, '2000-01-02 04:30+00', '1 day 2 hours')"), "");
  }
  // Built anew from what a large table holds.
  TestClient sql = database.connect();
  sql("INSERT INTO t SELECT g, '2000-01-02 04:30+00', NULL FROM generate_series(10, 20000) g");
  sql("SET TimeZone = 'America/New_York'");
  EXPECT_EQ(sql("CREATE MATERIALIZED VIEW days AS SELECT at::date AS day, count(*) AS n FROM t GROUP BY 1"), "");
  EXPECT_EQ(sql("SELECT n FROM days WHERE day = '2000-01-01'"), "19992");
}

// What would never end is seen, and taken back when its maker gives up.
TEST(DatabaseTest, AHydrationIsSeenAndCancelled) {
  TestDatabase database("hydration_cancel");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (n int PRIMARY KEY)");
  sql("INSERT INTO t SELECT * FROM generate_series(1, 20000)");
  const std::string endless =
      "CREATE MATERIALIZED VIEW endless AS SELECT count(*) AS n FROM t, "
      "generate_series(1, 100000) a, generate_series(1, 100000) b";
  const auto wait_until_seen = [&] {
    TestClient other = database.connect();
    while (other("SELECT view FROM millrace.hydrations WHERE rows_total >= 20000") != "endless")
      std::this_thread::yield();
  };

  std::string answer;
  {
    TestClient maker = database.connect();
    std::thread making([&] { answer = maker(endless); });
    wait_until_seen();
    EXPECT_EQ(sql("INSERT INTO t VALUES (0)"), "") << "ticks go on";
    maker.session().cancel();
    making.join();
  }
  EXPECT_EQ(answer, "ERROR 57014: canceling statement due to user request");
  EXPECT_EQ(sql("SELECT count(*) FROM millrace.views"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM millrace.hydrations"), "0");

  // Readers wait for it, and are told when it goes.
  TestClient maker = database.connect();
  std::thread making([&] { maker(endless); });
  wait_until_seen();
  std::string read;
  TestClient reader = database.connect();
  std::thread reading([&] { read = reader("SELECT * FROM endless"); });
  EXPECT_EQ(sql("DROP MATERIALIZED VIEW endless"), "");
  making.join();
  reading.join();
  EXPECT_EQ(read.substr(0, 11), "ERROR 42P01");

  sql("SET statement_timeout = '100ms'");
  std::jthread clock([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      sql.session().check_deadline();
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(sql(endless), "ERROR 57014: canceling statement due to statement timeout");
}

}  // namespace
}  // namespace millrace::engine
