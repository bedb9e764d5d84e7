// Statements prepared through the protocol whose meaning lies in the session: FETCH, EXECUTE.
#include <gtest/gtest.h>

#include "engine/test_database.h"

namespace millrace::engine {
namespace {

TEST(PreparedTest, AFetchWhoseCursorHasOtherColumnsIsRefused) {
  TestDatabase database("prepared_fetch");
  TestClient sql = database.connect();
  sql("BEGIN; DECLARE c CURSOR FOR SELECT 1, 2 UNION ALL SELECT 3, 4 ORDER BY 1");
  const PreparedPtr fetch = *sql.prepare("FETCH 1 FROM c");
  EXPECT_EQ(sql.execute(fetch), "1|2");
  sql("CLOSE c; DECLARE c CURSOR FOR SELECT 'x'");
  EXPECT_EQ(sql.execute(fetch), "ERROR 0A000: cached plan must not change result type");
  sql("ROLLBACK; BEGIN; DECLARE c CURSOR FOR SELECT 5, 6");
  EXPECT_EQ(sql.execute(fetch), "5|6");
}

TEST(PreparedTest, AnExecuteWhoseStatementHasOtherColumnsIsRefused) {
  TestDatabase database("prepared_execute");
  TestClient sql = database.connect();
  sql("PREPARE p AS SELECT 1, 2");
  const PreparedPtr execute = *sql.prepare("EXECUTE p");
  EXPECT_EQ(sql.execute(execute), "1|2");
  sql("DEALLOCATE p; PREPARE p AS SELECT 'x'");
  EXPECT_EQ(sql.execute(execute), "ERROR 0A000: cached plan must not change result type");
}

TEST(PreparedTest, AnExecuteOfItselfIsRefused) {
  TestDatabase database("prepared_itself");
  TestClient sql = database.connect();
  const PreparedPtr itself = *sql.prepare("EXECUTE a");
  ASSERT_TRUE(sql.session().name_statement("a", itself));
  EXPECT_EQ(sql.execute(itself).substr(0, 11), "ERROR 0A000");
  EXPECT_EQ(sql("SELECT 1"), "1");
}

}  // namespace
}  // namespace millrace::engine
