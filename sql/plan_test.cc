// What queries become, as EXPLAIN prints it: one test a rule or shape.
#include <gtest/gtest.h>

#include "sql/testing/test_catalog.h"

namespace millrace::sql {
namespace {

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    db_.run(
        "CREATE TABLE t (a int PRIMARY KEY, b text, c bigint NOT NULL, d bool);"
        "CREATE TABLE u (a int, x int, y varchar(10));"
        "CREATE TABLE w (k int, l int, z text, PRIMARY KEY (k, l));"
        "CREATE VIEW v AS SELECT a, b FROM t WHERE c > 0;"
        "CREATE MATERIALIZED VIEW m AS SELECT x, count(*) AS n FROM u GROUP BY x;");
  }
  void expect(const char* query, const char* plan) { EXPECT_EQ(db_.explain(query), plan + 1) << query; }

  TestCatalog db_;
};

TEST_F(PlanTest, ConstantsAreFolded) {
  expect("SELECT 1 + 1, 'x'", R"(
Constant (1 rows)
Key: ()
)");
  expect("SELECT a FROM t WHERE 1 = 2", R"(
Constant (0 rows)
Key: (#0)
)");
}

TEST_F(PlanTest, OnlyNeededColumnsAreRead) {
  expect("SELECT count(*) FROM (SELECT b, c FROM t) s", R"(
Aggregate by () count()
  Input public.t (#3)
Key: ()
)");
}

TEST_F(PlanTest, PointReads) {
  expect("SELECT b, a FROM t WHERE a = 5", R"(
PointRead public.t
Map [#1, #0] where #0 = 5
  Input public.t (#0, #1)
Key: ()
)");
  expect("SELECT z FROM w WHERE l = 2 AND k = 1", R"(
PointRead public.w
Map [#2] where #1 = 2 and #0 = 1
  Input public.w (#0, #1, #2)
Key: ()
)");
  const auto query = db_.bind_query("SELECT z FROM w WHERE l = $1 AND 7 = k");
  ASSERT_TRUE(query);
  ASSERT_TRUE(query->point_read);
  EXPECT_EQ(query->point_read->projection, (std::vector<uint32_t>{2}));
  EXPECT_TRUE(query->point_read->key[0]->is<expr::Constant>()) << "keys stand in the relation's key order";
  EXPECT_TRUE(query->point_read->key[1]->is<expr::Parameter>());
  for (const char* other : {"SELECT z FROM w WHERE k = 1", "SELECT z FROM w WHERE k = 1 AND l = 2 AND z = 'x'",
                            "SELECT z || 'x' FROM w WHERE k = 1 AND l = 2", "SELECT z FROM w WHERE k = 1 AND l > 2",
                            "SELECT z FROM w WHERE k = 1 AND l = 2 LIMIT 1", "SELECT x FROM u WHERE a = 1",
                            "SELECT a FROM t WHERE a = 5000000000"}) {
    const auto bound = db_.bind_query(other);
    if (bound) {
      EXPECT_FALSE(bound->point_read) << other;
    }
  }
}

TEST_F(PlanTest, PredicatesGoDown) {
  expect("SELECT t.b FROM t, u WHERE t.a = u.a AND u.x > 3 AND t.c = 1", R"(
Map [#1]
  Join on (#0) = (#0)
    Map [#0, #1] where #2 = 1
      Input public.t (#0, #1, #2)
    Map [#0] where #1 > 3
      Input public.u (#0, #1)
)");
  expect("SELECT * FROM (SELECT x, count(*) FROM u GROUP BY x) s WHERE x = 3", R"(
Aggregate by (#0) count()
  Map [#0] where #0 = 3
    Input public.u (#1)
Key: (#0)
)");
  expect("SELECT * FROM (SELECT a FROM t UNION ALL SELECT x FROM u) s WHERE a = 3", R"(
Union
  Map [#0] where #0 = 3
    Input public.t (#0)
  Map [#0] where #0 = 3
    Input public.u (#1)
)");
}

TEST_F(PlanTest, OuterJoinsBecomeInner) {
  expect("SELECT t.c FROM t LEFT JOIN u ON t.a = u.a WHERE u.x = 1", R"(
Map [#1]
  Join on (#0) = (#0)
    Input public.t (#0, #2)
    Map [#0] where #1 = 1
      Input public.u (#0, #1)
)");
  expect("SELECT t.c FROM t LEFT JOIN u ON t.a = u.a WHERE u.x IS NULL", R"(
Map [#1] where #3 IS NULL
  LeftJoin on (#0) = (#0)
    Input public.t (#0, #2)
    Input public.u (#0, #1)
)");
}

TEST_F(PlanTest, JoinsAreOrderedByTheirEqualities) {
  expect("SELECT w.z FROM t, w, u WHERE t.a = u.a AND u.x = w.k", R"(
Map [#2]
  Join on (#0) = (#0)
    Map [#2]
      Join on (#0) = (#0)
        Input public.t (#0)
        Input public.u (#0, #1)
    Input public.w (#0, #2)
)");
}

TEST_F(PlanTest, SubqueriesBecomeJoins) {
  expect("SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.x > t.c)", R"(
Map [#1]
  SemiJoin on (#0) = (#0) and #4 > #2
    Input public.t (#0, #1, #2)
    Input public.u (#0, #1)
)");
  expect("SELECT a, (SELECT count(*) FROM u WHERE u.a = t.a) FROM t", R"(
Map [#0, COALESCE(#2, 0)]
  LeftJoin on (#0) = (#0)
    Input public.t (#0)
    Aggregate by (#0) count()
      Input public.u (#0)
Key: (#0)
)");
}

TEST_F(PlanTest, NotInKnowsNulls) {
  expect("SELECT a FROM t WHERE c NOT IN (SELECT c FROM t)", R"(
Map [#0]
  AntiJoin on (#1) = (#0)
    Input public.t (#0, #2)
    Input public.t (#2)
Key: (#0)
)");
  expect("SELECT a FROM t WHERE a NOT IN (SELECT a FROM u)", R"(
AntiJoin on () = ()
  AntiJoin on (#0) = (#0)
    Input public.t (#0)
    Input public.u (#0)
  Distinct
    Map [true] where #0 IS NULL
      Input public.u (#0)
Key: (#0)
)");
}

TEST_F(PlanTest, LimitsInsideBecomeTopK) {
  expect("SELECT * FROM (SELECT a, c FROM t ORDER BY c DESC LIMIT 2) s", R"(
TopK by () order (#1 desc nulls first) limit 2
  Input public.t (#0, #2)
Key: (#0)
)");
  expect("SELECT DISTINCT ON (b) b, a FROM t ORDER BY b, a DESC", R"(
Sort
TopK by (#0) order (#0, #1 desc nulls first) limit 1
  Map [#1, #0]
    Input public.t (#0, #1)
Key: (#1)
)");
}

TEST_F(PlanTest, CommonSubplansAreComputedOnce) {
  const auto query = db_.bind_query(
      "WITH g AS (SELECT x, count(*) AS n FROM u GROUP BY x) "
      "SELECT p.n FROM g p JOIN g q ON p.x = q.n");
  ASSERT_TRUE(query);
  size_t aggregates = 0;
  for (const auto& node : query->plan.nodes) aggregates += std::holds_alternative<dataflow::AggregateNode>(node.kind);
  EXPECT_EQ(aggregates, 1u);
}

TEST_F(PlanTest, KeysOfMaterializedViews) {
  const auto key = [&](const std::string& query) -> std::string {
    const auto bound = db_.bind("CREATE MATERIALIZED VIEW n AS " + query);
    if (!bound) return bound.error().to_string();
    const auto& create = std::get<BoundCreate>(bound->statement);
    if (!create.plan->has_key) return "none";
    std::string out = "(";
    for (const uint32_t column : create.plan->key) out += std::to_string(column);
    return out + ")";
  };
  EXPECT_EQ(key("SELECT b, a FROM t"), "(1)");
  EXPECT_EQ(key("SELECT b FROM t"), "none");
  EXPECT_EQ(key("SELECT count(*) FROM u"), "()");
  EXPECT_EQ(key("SELECT x, y, count(*) FROM u GROUP BY y, x"), "(01)");
  EXPECT_EQ(key("SELECT DISTINCT x FROM u"), "(0)");
  EXPECT_EQ(key("SELECT x FROM u UNION SELECT a FROM t"), "(0)");
  EXPECT_EQ(key("SELECT u.x, t.a FROM u JOIN t ON t.a = u.a"), "none");
  EXPECT_EQ(key("SELECT w.k, w.l, t.b FROM w JOIN t ON t.a = w.l"), "(01)");
  EXPECT_EQ(key("SELECT w.k, w.l, t.b FROM w LEFT JOIN t ON t.a = w.l"), "(01)");
  EXPECT_EQ(key("SELECT n, x FROM m"), "(1)");
}

TEST_F(PlanTest, WindowsOfOneOrderShareANode) {
  expect(
      "SELECT c, sum(a) OVER w, lag(c, 2) OVER w, rank() OVER (PARTITION BY b ORDER BY c) FROM t "
      "WINDOW w AS (PARTITION BY b ORDER BY c ROWS 1 PRECEDING)",
      R"(
Map [#2, #3, #4, #5]
  Window by (#1) order (#2) sum(#0) rows 1 preceding to current row lag(#2, 2) rank()
    Input public.t (#0, #1, #2)
)");
}

TEST_F(PlanTest, OnlyPredicatesOnPartitionsPassAWindow) {
  expect("SELECT a FROM (SELECT a, b, count(*) OVER (PARTITION BY b) AS n FROM t) s WHERE b = 'x' AND a > 1 AND n = 2",
         R"(
Map [#0] where #0 > 1 and #2 = 2
  Window by (#1) order () count()
    Map [#0, #1] where #1 = 'x'
      Input public.t (#0, #1)
Key: (#0)
)");
}

TEST_F(PlanTest, FirstRowsOfAWindowAreATopK) {
  expect("SELECT a FROM (SELECT a, row_number() OVER (PARTITION BY b ORDER BY c) AS n FROM t) s WHERE n <= 3", R"(
Map [#0]
  TopK by (#1) order (#2) limit 3
    Input public.t (#0, #1, #2)
Key: (#0)
)");
  expect("SELECT a, n FROM (SELECT a, rank() OVER (ORDER BY c) AS n FROM t) s WHERE n < 3", R"(
Map [#0, #2]
  Window by () order (#1) rank()
    TopK by () order (#1) limit 2 with ties
      Input public.t (#0, #2)
Key: (#0)
)");
  // lead looks behind the last row that would be kept.
  expect(
      "SELECT a, l FROM (SELECT a, row_number() OVER (ORDER BY c) AS n, lead(a) OVER (ORDER BY c) AS l FROM t) s "
      "WHERE n = 1",
      R"(
Map [#0, #3] where #2 = 1
  Window by () order (#1) row_number() lead(#0)
    Input public.t (#0, #2)
Key: ()
)");
}

TEST_F(PlanTest, DistinctOverAKeyIsNone) {
  expect("SELECT DISTINCT a, b FROM t", R"(
Input public.t (#0, #1)
Key: (#0)
)");
  expect("SELECT DISTINCT b, c FROM t", R"(
Distinct
  Input public.t (#1, #2)
Key: (#0, #1)
)");
}

// By what a predicate above is not true of: rows that lack the one side, the other, or either.
TEST_F(PlanTest, FullJoinsNarrow) {
  expect("SELECT t.b, u.y FROM t FULL JOIN u ON t.a = u.a WHERE t.c > 1", R"(
Map [#1, #3]
  LeftJoin on (#0) = (#0)
    Map [#0, #1] where #2 > 1
      Input public.t (#0, #1, #2)
    Input public.u (#0, #2)
)");
  expect("SELECT t.b, u.y FROM t FULL JOIN u ON t.a = u.a WHERE u.x > 1", R"(
Map [#3, #1]
  LeftJoin on (#0) = (#0)
    Map [#0, #2] where #1 > 1
      Input public.u (#0, #1, #2)
    Input public.t (#0, #1)
)");
  expect("SELECT t.b, u.y FROM t FULL JOIN u ON t.a = u.a WHERE u.x > t.c", R"(
Map [#1, #5]
  Join on (#0) = (#0) and #4 > #2
    Input public.t (#0, #1, #2)
    Input public.u (#0, #1, #2)
)");
  expect("SELECT t.b, u.y FROM t FULL JOIN u ON t.a = u.a WHERE u.x IS NULL", R"(
Map [#1, #4] where #3 IS NULL
  FullJoin on (#0) = (#0)
    Input public.t (#0, #1)
    Input public.u (#0, #1, #2)
)");
}

TEST_F(PlanTest, AsJson) {
  expect("(FORMAT JSON) SELECT count(*) FROM t WHERE b = E'x\nKey: y' ORDER BY 1", R"json(
[
  {
    "Plan": {
      "Node Type": "Aggregate",
      "Details": "by () count()",
      "Plans": [
        {
          "Node Type": "Map",
          "Details": "[#0] where #0 = 'x\nKey: y'",
          "Plans": [
            {
              "Node Type": "Input",
              "Details": "public.t (#1)"
            }
          ]
        }
      ]
    },
    "Notes": ["Sort", "Key: ()"]
  }
]
)json");
}

}  // namespace
}  // namespace millrace::sql
