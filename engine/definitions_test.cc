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

TEST(DefinitionsTest, WritesBoundBeforeADefinitionAreNotCommittedAfterIt) {
  const std::string lost = "ERROR 40001: could not serialize access due to concurrent update";
  TestDatabase database("definitions_late");
  TestClient a = database.connect();
  TestClient b = database.connect();
  a("CREATE TABLE t (a int); CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1)");
  a("BEGIN; INSERT INTO t VALUES (NULL)");
  EXPECT_EQ(b("ALTER TABLE t ALTER a SET NOT NULL"), "");
  EXPECT_EQ(a("COMMIT"), lost);
  a("BEGIN; INSERT INTO t VALUES (-1)");
  EXPECT_EQ(b("ALTER TABLE t ADD CHECK (a > 0)"), "");
  EXPECT_EQ(a("COMMIT"), lost);
  a("BEGIN; INSERT INTO t VALUES (5)");
  EXPECT_EQ(b("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p"), "");
  EXPECT_EQ(a("COMMIT"), lost);
  a("BEGIN; DELETE FROM p");
  EXPECT_EQ(b("CREATE TABLE c (p int REFERENCES p); INSERT INTO c VALUES (1)"), "");
  EXPECT_EQ(a("COMMIT"), lost);
  // What was read is written anew, and changed.
  a("BEGIN; INSERT INTO t SELECT count(*) FROM c");
  EXPECT_EQ(b("ALTER TABLE c ADD COLUMN n int; INSERT INTO c VALUES (1, 1)"), "");
  EXPECT_EQ(a("COMMIT"), lost);
  // Definitions of others are nobody's concern, and a statement alone is run again.
  a("BEGIN; INSERT INTO t VALUES (1)");
  EXPECT_EQ(b("CREATE TABLE other (a int); CREATE INDEX ON t (a); ALTER TABLE p ALTER id SET DEFAULT 3"), "");
  EXPECT_EQ(a("COMMIT"), "");
  EXPECT_EQ(a("SELECT a FROM t"), "1");
  EXPECT_EQ(
      a("BEGIN; CREATE TABLE gone (a int); INSERT INTO gone VALUES (1); UPDATE gone SET a = 2; UPDATE t SET a = 1;"
        " DROP TABLE gone; COMMIT"),
      "");
}

TEST(DefinitionsTest, AUniqueIndexIsKnownByItselfAndNotByItsName) {
  TestDatabase database("definitions_names");
  TestClient sql = database.connect();
  const auto refused_by = [&](const std::string& insert) {
    const std::string answer = sql(insert);
    const size_t quote = answer.find('"');
    return quote == std::string::npos ? answer : answer.substr(quote + 1, answer.find('"', quote + 1) - quote - 1);
  };
  sql("CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a); INSERT INTO t VALUES (1, 1)");
  EXPECT_EQ(sql("BEGIN; DROP INDEX i; CREATE UNIQUE INDEX i ON t (b); COMMIT"), "");
  EXPECT_EQ(refused_by("INSERT INTO t VALUES (2, 1)"), "i");
  EXPECT_EQ(sql("INSERT INTO t VALUES (1, 2)"), "");
  EXPECT_EQ(sql("ALTER INDEX i RENAME TO j"), "");
  EXPECT_EQ(refused_by("INSERT INTO t VALUES (3, 2)"), "j");
  // Refused, all of it: the index is as it was.
  EXPECT_EQ(sql("BEGIN; DROP INDEX j; CREATE UNIQUE INDEX k ON t (a); COMMIT").substr(0, 11), "ERROR 23505");
  EXPECT_EQ(sql("BEGIN; ALTER INDEX j RENAME TO l; CREATE UNIQUE INDEX k ON t (a); COMMIT").substr(0, 11),
            "ERROR 23505");
  EXPECT_EQ(refused_by("INSERT INTO t VALUES (3, 2)"), "j");
  EXPECT_EQ(sql("BEGIN; DROP INDEX j; INSERT INTO t VALUES (3, 2); COMMIT"), "");
  EXPECT_EQ(sql("INSERT INTO t VALUES (4, 2)"), "");
  // The table's own constraint may have the name of an index that goes.
  sql("CREATE SCHEMA x; CREATE TABLE x.u (a int CONSTRAINT k UNIQUE, b int)");
  sql("CREATE UNIQUE INDEX k2 ON x.u (b); INSERT INTO x.u VALUES (1, 1); DROP INDEX x.k2");
  EXPECT_EQ(refused_by("INSERT INTO x.u VALUES (1, 1)"), "k");
}

}  // namespace
}  // namespace millrace::engine
