// What DDL promises beyond one statement: restarts, and sessions that meet.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "engine/test_database.h"

namespace millrace::engine {
namespace {

TEST(DefinitionsTest, ASequenceGivesNoNumberTwiceAcrossARestart) {
  TestDatabase database("definitions_sequence");
  {
    TestClient sql = database.connect();
    sql("CREATE SEQUENCE s; CREATE SEQUENCE down INCREMENT BY -5 MAXVALUE 100 START 100");
    EXPECT_EQ(sql("SELECT nextval('s'), nextval('s'), nextval('down')"), "1|2|100");
  }
  database.restart();
  {
    TestClient sql = database.connect();
    // Those that were reserved and not handed out are lost, no more.
    EXPECT_EQ(sql("SELECT nextval('s') BETWEEN 3 AND 3 + 32"), "t");
    EXPECT_EQ(sql("SELECT nextval('down') BETWEEN 100 - 5 * 33 AND 95"), "t");
    EXPECT_EQ(sql("SELECT setval('s', 1000)"), "1000");
  }
  database.restart();
  EXPECT_EQ(database.connect()("SELECT nextval('s')"), "1001");
}

TEST(DefinitionsTest, SessionsNeverGetTheSameNumber) {
  constexpr int kSessions = 4;
  constexpr int kNumbers = 100;
  TestDatabase database("definitions_sessions");
  database.connect()("CREATE SEQUENCE s");
  std::vector<std::vector<std::string>> given(kSessions);
  {
    std::vector<std::jthread> sessions;
    for (std::vector<std::string>& numbers : given) {
      sessions.emplace_back([&] {
        TestClient sql = database.connect();
        for (int i = 0; i < kNumbers; ++i) numbers.push_back(sql("SELECT nextval('s')"));
      });
    }
  }
  std::set<std::string> distinct;
  for (const std::vector<std::string>& numbers : given) distinct.insert(numbers.begin(), numbers.end());
  EXPECT_EQ(distinct.size(), size_t{kSessions * kNumbers});
}

TEST(DefinitionsTest, UniqueIndexesReferencesAndAlteredTablesSurvive) {
  TestDatabase database("definitions_restart");
  {
    TestClient sql = database.connect();
    sql("CREATE TABLE p (gone int, id int PRIMARY KEY, name text); INSERT INTO p VALUES (9, 1, 'a'), (8, 2, 'b')");
    sql("CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY, p int REFERENCES p, twice int GENERATED ALWAYS AS (p * "
        "2) "
        "STORED)");
    sql("INSERT INTO c (p) VALUES (1)");
    EXPECT_EQ(sql("ALTER TABLE p DROP COLUMN gone, ADD COLUMN n int DEFAULT 5"), "");
    EXPECT_EQ(sql("CREATE UNIQUE INDEX p_name ON p (name)"), "");
  }
  for (int i = 0; i < 2; ++i) {
    database.restart();
    TestClient sql = database.connect();
    EXPECT_EQ(sql("SELECT * FROM p ORDER BY id"), "1|a|5\n2|b|5");
    EXPECT_EQ(sql("INSERT INTO p VALUES (3, 'b', 1)").substr(0, 11), "ERROR 23505");
    EXPECT_EQ(sql("INSERT INTO c (p) VALUES (9)").substr(0, 11), "ERROR 23503");
    EXPECT_EQ(sql("DELETE FROM p WHERE id = 1").substr(0, 11), "ERROR 23503");
    EXPECT_EQ(sql("SELECT p, twice FROM c"), "1|2");
  }
  TestClient sql = database.connect();
  EXPECT_EQ(sql("DROP INDEX p_name"), "");
  EXPECT_EQ(sql("INSERT INTO p VALUES (3, 'b', 1)"), "");
}

// A reference and the end of what it refers to, in two transactions that cannot see each other.
TEST(DefinitionsTest, AReferenceAndItsKeyCannotCross) {
  TestDatabase database("definitions_cross");
  TestClient child = database.connect();
  TestClient parent = database.connect();
  child("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p); INSERT INTO p VALUES (1), (2)");
  child("BEGIN");
  EXPECT_EQ(child("INSERT INTO c VALUES (1)"), "");
  EXPECT_EQ(parent("DELETE FROM p WHERE id = 1"), "");
  EXPECT_EQ(child("COMMIT").substr(0, 11), "ERROR 40001");
  parent("BEGIN");
  EXPECT_EQ(parent("DELETE FROM p WHERE id = 2"), "");
  EXPECT_EQ(child("INSERT INTO c VALUES (2)"), "");
  EXPECT_EQ(parent("COMMIT").substr(0, 11), "ERROR 40001");
  EXPECT_EQ(child("SELECT count(*) FROM c JOIN p ON c.p = p.id"), "1");
}

TEST(DefinitionsTest, AUniqueIndexOverDuplicatesLeavesNothing) {
  TestDatabase database("definitions_refused");
  TestClient sql = database.connect();
  sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
  EXPECT_EQ(sql("CREATE UNIQUE INDEX t_a ON t (a)").substr(0, 11), "ERROR 23505");
  EXPECT_EQ(sql("INSERT INTO t VALUES (1)"), "");
  EXPECT_EQ(sql("SELECT count(*) FROM pg_indexes WHERE tablename = 't'"), "0");
}

TEST(DefinitionsTest, KeysOfATableStayUnderMaterializedViews) {
  TestDatabase database("definitions_rules");
  TestClient sql = database.connect();
  sql("CREATE TABLE a (x int); CREATE TABLE b (y int NOT NULL, z int UNIQUE); CREATE VIEW over_b AS SELECT y FROM b");
  sql("INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (2, 2)");
  sql("CREATE MATERIALIZED VIEW v AS SELECT x FROM a WHERE x NOT IN (SELECT y FROM over_b)");
  EXPECT_EQ(sql("ALTER TABLE b ALTER y DROP NOT NULL").substr(0, 11), "ERROR 0A000");
  EXPECT_EQ(sql("ALTER TABLE b ADD PRIMARY KEY (y)").substr(0, 11), "ERROR 0A000");
  EXPECT_EQ(sql("ALTER TABLE b DROP CONSTRAINT b_z_key").substr(0, 11), "ERROR 0A000");
  EXPECT_EQ(sql("ALTER TABLE b ALTER z DROP NOT NULL"), "");  // It had none.
  EXPECT_EQ(sql("INSERT INTO b VALUES (1, 1)"), "");
  EXPECT_EQ(sql("SELECT count(*) FROM v"), "0");
  EXPECT_EQ(sql("DROP TABLE b").substr(0, 11), "ERROR 2BP01");
}

}  // namespace
}  // namespace millrace::engine
