#include "sql/testing/wrong_statements.h"

#include <gtest/gtest.h>

#include "sql/testing/test_catalog.h"

namespace millrace::sql {
namespace {

TEST(WrongStatementsTest, AreAnsweredAsByPostgres) {
  TestCatalog db;
  db.run(
      "CREATE TABLE t (a int PRIMARY KEY, b text, c bigint NOT NULL, d bool);"
      "CREATE TABLE u (a int, x int, y varchar(10));"
      "CREATE TABLE w (k int, l int, z text, PRIMARY KEY (k, l));"
      "CREATE VIEW v AS SELECT a, b FROM t WHERE c > 0;"
      "CREATE MATERIALIZED VIEW m AS SELECT x, count(*) AS n FROM u GROUP BY x;");
  for (const WrongStatement& wrong : kWrongStatements) {
    const auto bound = db.bind(wrong.text);
    if (bound) {
      ADD_FAILURE() << wrong.text << ": nothing is wrong";
      continue;
    }
    const SqlError& error = bound.error();
    EXPECT_EQ(error.state().str(), wrong.state) << wrong.text;
    EXPECT_EQ(error.message(), wrong.message) << wrong.text;
    EXPECT_EQ(error.detail(), wrong.detail) << wrong.text;
    EXPECT_EQ(error.hint(), wrong.hint) << wrong.text;
    EXPECT_EQ(error.location(), wrong.location) << wrong.text;
  }
}

}  // namespace
}  // namespace millrace::sql
