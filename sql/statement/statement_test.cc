// Statements other than queries: what they bind to.
#include <gtest/gtest.h>

#include "sql/testing/test_catalog.h"

namespace millrace::sql {
namespace {

class StatementTest : public testing::Test {
 protected:
  StatementTest() {
    db_.run(
        "CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'none', c bigint NOT NULL, CHECK (c > 0));"
        "CREATE TABLE u (a int, x int UNIQUE);"
        "CREATE CONNECTION k TO KAFKA (BROKER 'localhost:9092');");
  }
  template <class T>
  T must(std::string_view text) {
    auto bound = db_.bind(text);
    if (!bound || !std::holds_alternative<T>(bound->statement)) {
      ADD_FAILURE() << text << ": " << (bound ? "another kind of statement" : bound.error().to_string());
      return T{};
    }
    return std::get<T>(std::move(bound->statement));
  }
  std::string error(std::string_view text) {
    const auto bound = db_.bind(text);
    if (bound) return "";
    return "ERROR:  " + std::string(bound.error().state().str()) + ": " + bound.error().message();
  }

  TestCatalog db_;
};

TEST_F(StatementTest, InsertFillsInDefaultsAndTypes) {
  const auto insert = must<BoundInsert>("INSERT INTO t (c, a) VALUES (5, '7'), (6, 8)");
  const auto& rows = std::get<dataflow::ConstantNode>(insert.source.plan.nodes[insert.source.plan.root].kind).rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0][0].to_string(), "7");
  EXPECT_EQ(rows[0][1].to_string(), "none");
  EXPECT_EQ(rows[0][2].to_string(), "5");
  EXPECT_EQ(rows[0][2].type().oid(), oid::kInt8);
  ASSERT_EQ(insert.checks.size(), 1u);
  EXPECT_EQ(insert.checks[0].constraint, "t_check");
}

TEST_F(StatementTest, OnConflictFindsItsConstraint) {
  const auto insert = must<BoundInsert>(
      "INSERT INTO t VALUES (1, 'x', 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = t.c + 1 WHERE t.c < 9 "
      "RETURNING a");
  EXPECT_EQ(insert.on_conflict, ConflictAction::kUpdate);
  EXPECT_EQ(insert.conflict_key, (std::vector<uint32_t>{0}));
  ASSERT_EQ(insert.update_values.size(), 3u);
  EXPECT_EQ(insert.update_values[0]->as<expr::ColumnRef>()->index, 0u);
  EXPECT_EQ(insert.update_values[1]->as<expr::ColumnRef>()->index, 4u) << "the excluded row stands behind the old one";
  ASSERT_NE(insert.update_where, nullptr);
  ASSERT_TRUE(insert.returning);
  EXPECT_EQ(insert.returning->columns[0].name, "a");
}

TEST_F(StatementTest, UpdateYieldsOldAndNewRows) {
  const auto update = must<BoundUpdate>("UPDATE t SET c = DEFAULT, b = u.x::text FROM u WHERE u.a = t.a");
  EXPECT_EQ(update.source.plan.output_types().size(), 6u);
  const auto& root = update.source.plan.nodes[update.source.plan.root].kind;
  EXPECT_TRUE(std::holds_alternative<dataflow::MapNode>(root) || std::holds_alternative<dataflow::TopKNode>(root));
}

TEST_F(StatementTest, TablesAreNamedAsInPostgres) {
  const auto create = must<BoundCreate>(
      "CREATE TABLE n (a int, b int UNIQUE, c int CHECK (c > 1), CONSTRAINT q CHECK (a < b), PRIMARY KEY (b, a), "
      "UNIQUE (a, c))");
  const auto& table = *create.objects[0].as<catalog::Table>();
  ASSERT_EQ(table.unique.size(), 3u);
  EXPECT_TRUE(table.unique[0].primary);
  EXPECT_EQ(table.unique[0].name, "n_pkey");
  EXPECT_EQ(table.unique[0].columns, (std::vector<uint32_t>{1, 0}));
  EXPECT_EQ(table.unique[1].name, "n_b_key");
  EXPECT_EQ(table.unique[2].name, "n_a_c_key");
  EXPECT_EQ(table.checks[0].name, "n_c_check");
  EXPECT_EQ(table.checks[1].name, "q");
  EXPECT_TRUE(create.objects[0].columns[0].not_null);
  EXPECT_FALSE(create.objects[0].columns[2].not_null);
}

TEST_F(StatementTest, Sources) {
  const auto auction = must<BoundCreate>(
      "CREATE SOURCE s FROM LOAD GENERATOR AUCTION (RATE 1000, SEED 7, MAX ROWS 50, TICK INTERVAL '100 ms') FOR ALL "
      "TABLES");
  ASSERT_EQ(auction.objects.size(), 6u);
  const auto& generator = std::get<catalog::GeneratorSource>(auction.objects[0].as<catalog::Source>()->from);
  EXPECT_EQ(generator.rate, 1000);
  EXPECT_EQ(generator.seed, 7u);
  EXPECT_EQ(generator.max_rows, 50u);
  EXPECT_EQ(generator.tick_interval_us, 100'000);
  EXPECT_EQ(auction.objects[5].name.name, "bids");
  EXPECT_EQ(auction.objects[5].as<catalog::SourceTable>()->output, 4u);

  const auto kafka = must<BoundCreate>(
      "CREATE SOURCE e (id bigint NOT NULL, body text) FROM KAFKA CONNECTION k (TOPIC 'events', START OFFSET (0, 5)) "
      "FORMAT JSON");
  const auto& from = std::get<catalog::KafkaSource>(kafka.objects[0].as<catalog::Source>()->from);
  EXPECT_EQ(from.topic, "events");
  EXPECT_EQ(from.start_offsets, (std::vector<int64_t>{0, 5}));
  EXPECT_FALSE(from.whole_document);
  EXPECT_EQ(kafka.objects[0].depends_on, (std::vector<ObjectId>{from.connection}));
  EXPECT_EQ(must<BoundCreate>("CREATE SOURCE e FROM LOAD GENERATOR COUNTER").objects[0].columns[0].name, "counter");

  EXPECT_EQ(error("CREATE SOURCE e FROM LOAD GENERATOR AUCTION"),
            "ERROR:  42601: the load generator auction makes several relations");
  EXPECT_EQ(error("CREATE SOURCE e FROM LOAD GENERATOR COUNTER (SPEED 5)"),
            "ERROR:  42601: unrecognized option SPEED of LOAD GENERATOR");
  EXPECT_EQ(error("CREATE SOURCE e FROM KAFKA CONNECTION nope (TOPIC 't') FORMAT JSON"),
            "ERROR:  42704: connection \"nope\" does not exist");
  EXPECT_EQ(error("CREATE SOURCE e FROM KAFKA CONNECTION k (TOPIC 't') FORMAT AVRO USING SCHEMA 'x'"),
            "ERROR:  0A000: FORMAT avro is not supported");
  EXPECT_EQ(error("CREATE CONNECTION q TO KAFKA (BROKER 'a:1', SECURITY PROTOCOL 'SASL_SSL')"),
            "ERROR:  0A000: SECURITY PROTOCOL 'SASL_SSL' is not supported");
}

TEST_F(StatementTest, DropFollowsDependencies) {
  db_.run("CREATE VIEW v AS SELECT a FROM t; CREATE VIEW vv AS SELECT * FROM v; CREATE INDEX i ON t (b);");
  EXPECT_EQ(error("DROP TABLE t"), "ERROR:  2BP01: cannot drop table t because other objects depend on it");
  const auto drop = must<BoundDrop>("DROP TABLE t CASCADE");
  EXPECT_EQ(drop.objects.size(), 4u);
  EXPECT_EQ(drop.objects.back(), db_.catalog().find(catalog::QualifiedName{"public", "t"})->id);
  EXPECT_EQ(drop.notices, (std::vector<std::string>{"drop cascades to 2 other objects"}));
  EXPECT_EQ(must<BoundDrop>("DROP TABLE IF EXISTS nope, u").notices[0], "table \"nope\" does not exist, skipping");
  EXPECT_EQ(must<BoundDrop>("DROP VIEW vv").tag, "DROP VIEW");
}

TEST_F(StatementTest, ViewsRememberTheirTextAndPath) {
  db_.context().search_path = {"public", "other"};
  const auto create = must<BoundCreate>("CREATE MATERIALIZED VIEW m (p) AS SELECT a FROM t WHERE b = 'x'");
  const auto& view = *create.objects[0].as<catalog::MaterializedView>();
  EXPECT_EQ(view.query_sql, "SELECT a FROM t WHERE b = 'x'");
  EXPECT_EQ(view.search_path, (std::vector<std::string>{"public", "other"}));
  EXPECT_EQ(create.objects[0].columns[0].name, "p");
  EXPECT_TRUE(view.has_key);
  db_.run("CREATE MATERIALIZED VIEW m AS SELECT a FROM t");
  db_.context().search_path = {"nowhere"};
  EXPECT_TRUE(plan_materialized_view(*db_.catalog().find(catalog::QualifiedName{"public", "m"}), db_.context()))
      << "a view is bound under its maker's path";
  EXPECT_EQ(error("CREATE MATERIALIZED VIEW public.n AS SELECT now() FROM public.t"),
            "ERROR:  0A000: now() in a materialized view is not supported");
}

TEST_F(StatementTest, ParametersAreInferredAndReplaced) {
  const auto bound = db_.bind("SELECT b FROM t WHERE a = $1 AND c > $2 LIMIT $3");
  ASSERT_TRUE(bound);
  ASSERT_EQ(bound->parameter_types.size(), 3u);
  EXPECT_EQ(bound->parameter_types[0].oid(), oid::kInt4);
  EXPECT_EQ(bound->parameter_types[1].oid(), oid::kInt8);
  EXPECT_EQ(bound->parameter_types[2].oid(), oid::kInt8);
  const auto& query = std::get<BoundQuery>(bound->statement);
  const std::vector<Value> values = {Value(type_of(oid::kInt4), Slot::of_i32(1)), Value::null(type_of(oid::kInt8)),
                                     Value(type_of(oid::kInt8), Slot::of_i64(3))};
  const auto with = with_parameters(query, values);
  ASSERT_TRUE(with);
  EXPECT_TRUE(std::holds_alternative<dataflow::ConstantNode>(with->plan.nodes[with->plan.root].kind))
      << "a comparison with NULL is never true";
  EXPECT_EQ(with->finishing.limit->as<expr::Constant>()->value.slot().i64, 3);
  std::vector<Value> negative = values;
  negative[2] = Value(type_of(oid::kInt8), Slot::of_i64(-1));
  const auto refused = with_parameters(query, negative);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "LIMIT must not be negative");
}

TEST_F(StatementTest, SessionStatements) {
  EXPECT_EQ(must<BoundSet>("SET TIME ZONE 'UTC'").name, "timezone");
  EXPECT_EQ(must<BoundSet>("SET search_path = a, \"B c\"").value, "a, \"B c\"");
  EXPECT_TRUE(must<BoundSet>("RESET ALL").reset);
  EXPECT_EQ(must<BoundTransaction>("BEGIN READ ONLY").read_only, true);
  EXPECT_EQ(must<BoundTransaction>("ROLLBACK TO SAVEPOINT s").savepoint, "s");
  EXPECT_EQ(must<BoundPrepare>("PREPARE p (int) AS SELECT $1 + 1").statement_text, "SELECT $1 + 1");
  EXPECT_EQ(must<BoundExecute>("EXECUTE p (1 + 1)").arguments[0].to_string(), "2");
  EXPECT_EQ(must<BoundNothing>("VACUUM t").tag, "VACUUM");
  EXPECT_EQ(must<BoundQuery>("SHOW TABLES").columns[0].name, "name");
  EXPECT_EQ(error("SUBSCRIBE t"), "ERROR:  0A000: SUBSCRIBE is not supported");
  EXPECT_EQ(error("SELECT sum(a) OVER (ROWS a + 1 PRECEDING) FROM t"),
            "ERROR:  42P10: argument of ROWS must not contain variables");
}

TEST_F(StatementTest, ManyTermsAndDeepNestingEndWell) {
  std::string list = "SELECT a FROM t WHERE a IN (0";
  std::string chain = "SELECT a FROM t WHERE a = 0";
  for (int i = 1; i < 5000; ++i) {
    list += ", " + std::to_string(i);
    chain += " OR a = " + std::to_string(i);
  }
  EXPECT_TRUE(db_.bind(list + ")"));
  EXPECT_TRUE(db_.bind(chain));
  std::string nested = "SELECT 1";
  for (int i = 0; i < 100; ++i) nested = "SELECT * FROM (" + nested + ") s";
  EXPECT_TRUE(db_.bind(nested)) << error(nested);
  // Each view reads the one before it twice.
  db_.run("CREATE VIEW v0 AS SELECT a FROM t");
  std::string last = "v0";
  std::string refused;
  for (int i = 1; i < 20 && refused.empty(); ++i) {
    const std::string name = "v" + std::to_string(i);
    const std::string text = "CREATE VIEW " + name + " AS SELECT p.a FROM " + last + " p JOIN " + last + " q USING (a)";
    refused = error(text);
    if (refused.empty()) db_.run(text);
    last = name;
  }
  EXPECT_EQ(refused, "ERROR:  54001: the query is too complex");
}

}  // namespace
}  // namespace millrace::sql
