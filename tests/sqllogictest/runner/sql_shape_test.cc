#include "tests/sqllogictest/runner/sql_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::slt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> names_in(std::string_view sql) {
  std::vector<std::string> names;
  for (const SqlObject& object : shape_of(sql).objects) names.push_back(object.kind + " " + object.name);
  return names;
}

TEST(SqlShapeTest, WordsAreFoldedAndLiteralsAreNone) {
  const auto words =
      shape_of("SELECT A, \"B c\", 'no', E'no\\' no', $$no$$, $x$ no $$ $x$ -- no\n /* no /* no */ no */ FROM T").words;
  EXPECT_THAT(words, ElementsAre("B c", "a", "from", "select", "t"));
}

TEST(SqlShapeTest, Queries) {
  for (const char* sql : {"SELECT 1", "(select 1) UNION (select 2)", "((VALUES (1)))", "TABLE t",
                          "WITH a AS (SELECT 1) TABLE a", "-- hello\nSELECT 1"}) {
    EXPECT_EQ(shape_of(sql).kind, StatementKind::kQuery) << sql;
  }
  for (const char* sql :
       {"INSERT INTO t VALUES (1) RETURNING a", "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
        "SELECT 1 INTO t", "SELECT * FROM t FOR UPDATE", "SHOW x", "EXPLAIN SELECT 1", "", "()"}) {
    EXPECT_EQ(shape_of(sql).kind, StatementKind::kOther) << sql;
  }
  EXPECT_EQ(shape_of("SELECT \"into\", 'for update' FROM t").kind, StatementKind::kQuery);
}

TEST(SqlShapeTest, CreatedObjects) {
  EXPECT_THAT(names_in("CREATE TABLE t (a int)"), ElementsAre("table t"));
  EXPECT_THAT(names_in("create temp table if not exists s.\"T\"\"x\" as select 1"), ElementsAre("table s.\"T\"\"x\""));
  EXPECT_THAT(names_in("CREATE OR REPLACE VIEW v AS SELECT 1"), ElementsAre("view v"));
  EXPECT_THAT(names_in("CREATE MATERIALIZED VIEW v AS SELECT 1"), ElementsAre("materialized view v"));
  EXPECT_THAT(names_in("CREATE UNIQUE INDEX i ON t (a)"), IsEmpty());
  EXPECT_EQ(shape_of("CREATE TABLE s.T (a int)").objects[0].word, "t");
}

TEST(SqlShapeTest, DroppedAndAlteredObjects) {
  EXPECT_THAT(names_in("DROP TABLE IF EXISTS a, s.b CASCADE"), ElementsAre("table a", "table s.b"));
  EXPECT_THAT(names_in("DROP MATERIALIZED VIEW v"), ElementsAre("materialized view v"));
  EXPECT_THAT(names_in("ALTER TABLE ONLY a ADD COLUMN b int"), ElementsAre("table a"));
  EXPECT_THAT(names_in("ALTER TABLE a RENAME TO b"), ElementsAre("table a", "table b"));
  EXPECT_THAT(names_in("ALTER TABLE a RENAME COLUMN x TO y"), ElementsAre("table a"));
}

TEST(SqlShapeTest, Settings) {
  EXPECT_EQ(shape_of("SET TimeZone = 'UTC'").kind, StatementKind::kSetting);
  EXPECT_EQ(shape_of("RESET ALL").kind, StatementKind::kSetting);
  EXPECT_EQ(shape_of("SET TRANSACTION READ ONLY").kind, StatementKind::kOther);
}

TEST(SqlShapeTest, UnfinishedTextEndsQuietly) {
  for (const char* sql : {"SELECT 'a", "SELECT \"a", "SELECT $$a", "SELECT /* a", "SELECT E'a\\", "CREATE",
                          "DROP TABLE", "ALTER TABLE a RENAME TO", "CREATE MATERIALIZED"}) {
    shape_of(sql);
  }
}

TEST(SqlShapeTest, TerminatorIsCutOff) {
  EXPECT_EQ(without_terminator("SELECT 1 ;\n"), "SELECT 1");
  EXPECT_EQ(without_terminator("SELECT ';' ; -- done"), "SELECT ';'");
  EXPECT_EQ(without_terminator("SELECT 1 -- a\n + 2 /* ; */"), "SELECT 1 -- a\n + 2");
  EXPECT_EQ(without_terminator("SELECT \"a\""), "SELECT \"a\"");
  EXPECT_EQ(without_terminator(";"), "");
}

}  // namespace
}  // namespace millrace::slt
