#include <gtest/gtest.h>

#include "sql/parser/ast/statement.h"
#include "sql/sql.h"

namespace millrace::sql {
namespace {

// The expected states, messages and positions are what PostgreSQL 15 answers to the same text.
struct BadStatement {
  const char* text;
  const char* state;
  const char* message;
  int32_t location;  // byte offset
};

class BadStatementTest : public testing::TestWithParam<BadStatement> {};

TEST_P(BadStatementTest, FailsAsInPostgres) {
  const BadStatement& bad = GetParam();
  const auto parsed = parse(bad.text);
  ASSERT_FALSE(parsed) << bad.text;
  EXPECT_EQ(parsed.error().state().str(), bad.state) << bad.text;
  EXPECT_EQ(parsed.error().message(), bad.message) << bad.text;
  EXPECT_EQ(parsed.error().location(), bad.location) << bad.text;
}

INSTANTIATE_TEST_SUITE_P(
    Parser, BadStatementTest,
    testing::Values(BadStatement{"SELEC 1", "42601", "syntax error at or near \"SELEC\"", 0},
                    BadStatement{"SELECT 1 +; SELECT 2", "42601", "syntax error at or near \";\"", 10},
                    BadStatement{"SELECT 1 +", "42601", "syntax error at end of input", 10},
                    BadStatement{"SELECT 1; SELECT FROM WHERE", "42601", "syntax error at or near \"WHERE\"", 22},
                    BadStatement{"SELECT 'é', 'x' FROM FROM", "42601", "syntax error at or near \"FROM\"", 22},
                    BadStatement{"SELECT 'abc", "42601", "unterminated quoted string at or near \"'abc\"", 7},
                    BadStatement{"SELECT \"abc", "42601", "unterminated quoted identifier at or near \"\"abc\"", 7},
                    BadStatement{"SELECT $$abc", "42601", "unterminated dollar-quoted string at or near \"$$abc\"", 7},
                    BadStatement{"/* SELECT 1", "42601", "unterminated /* comment at or near \"/* SELECT 1\"", 0},
                    BadStatement{"SELECT \"\"", "42601", "zero-length delimited identifier at or near \"\"\"\"", 7},
                    BadStatement{"SELECT * FROM t LIMIT 1, 2", "42601", "LIMIT #,# syntax is not supported", 16},
                    BadStatement{"SELECT * FROM (SELECT 1)", "42601", "subquery in FROM must have an alias", 14},
                    BadStatement{"CREATE SOURCE s FORM KAFKA", "42601", "syntax error at or near \"FORM\"", 16},
                    BadStatement{"CREATE SOURCE s FROM LOAD GENERATOR", "42601", "syntax error at end of input", 35},
                    BadStatement{"CREATE SOURCE s (a intt x) FROM KAFKA CONNECTION c (TOPIC 't') FORMAT JSON", "42601",
                                 "syntax error at or near \"x\"", 24},
                    BadStatement{"DROP SOURCE IF s", "42601", "syntax error at or near \"s\"", 15},
                    BadStatement{"CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT FROM WHERE", "42601",
                                 "syntax error at or near \"WHERE\"", 53},
                    BadStatement{"SHOW COLUMNS", "42601", "syntax error at end of input", 12},
                    BadStatement{"SELECT * FROM t AS OF 5", "0A000", "AS OF is not supported", 16},
                    BadStatement{"SELECT '\xff'", "22021", "invalid byte sequence for encoding \"UTF8\": 0xff", -1},
                    BadStatement{"SELECT '\xe2\x28\xa1'", "22021",
                                 "invalid byte sequence for encoding \"UTF8\": 0xe2 0x28 0xa1", -1}));

std::vector<ParsedStatement> must_parse(std::string_view text) {
  auto parsed = parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().to_string());
  return parsed ? *parsed : std::vector<ParsedStatement>{};
}

TEST(ParserTest, SplitsStatementsAndKeepsTheirPlaces) {
  const auto statements =
      must_parse("  SELECT ';' ;; -- a; b\n INSERT INTO t VALUES ($$;$$) /* ; /* ; */ */ ; SUBSCRIBE v");
  ASSERT_EQ(statements.size(), 3u);
  EXPECT_EQ(statements[0].text, "SELECT ';'");
  EXPECT_EQ(statements[0].location, 2);
  EXPECT_TRUE(statements[1].tree->as<ast::Insert>());
  EXPECT_EQ(statements[2].text, "SUBSCRIBE v");
  EXPECT_TRUE(statements[2].tree->as<ast::UnsupportedStatement>());
}

TEST(ParserTest, EmptyTextsHaveNoStatements) {
  for (const char* text : {"", "  \n", ";", ";;", "-- comment", "/* x */ ;"})
    EXPECT_TRUE(must_parse(text).empty()) << text;
}

TEST(ParserTest, LocationsAreBytesOfTheWholeText) {
  const auto statements = must_parse("SELECT 'é'; SELECT a, b FROM t");
  const auto& query = std::get<ast::Query>(statements[1].tree->kind);
  const auto& select = std::get<ast::Select>(query.body);
  EXPECT_EQ(select.targets[1].expression->location, 23);
  EXPECT_EQ(select.from[0]->location, 30);
}

TEST(ParserTest, ChainsOfAndAreFlat) {
  std::string text = "SELECT 1 WHERE true";
  for (int i = 0; i < 5000; ++i) text += " AND a = " + std::to_string(i);
  const auto statements = must_parse(text);
  const auto& query = std::get<ast::Query>(statements[0].tree->kind);
  const auto* all = std::get<ast::Select>(query.body).where->as<ast::And>();
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->terms.size(), 5001u);
}

TEST(ParserTest, DeepNestingIsRefused) {
  for (const int depth : {2000, 50'000}) {
    std::string sum = "SELECT 1";
    for (int i = 0; i < depth; ++i) sum += "+1";
    const auto parsed = parse(sum);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().state(), sqlstate::kStatementTooComplex);
    std::string parentheses =
        "SELECT " + std::string(static_cast<size_t>(depth), '(') + "1" + std::string(static_cast<size_t>(depth), ')');
    const auto nested = parse(parentheses);  // the grammar drops them, or refuses
    if (!nested) {
      EXPECT_EQ(nested.error().state(), sqlstate::kStatementTooComplex);
    }
  }
}

TEST(ParserTest, DefinitionsKeepTheirOwnText) {
  auto statements = must_parse(
      "CREATE TABLE t (a int DEFAULT (1 + 2) * 3 NOT NULL, b text DEFAULT 'not null', c int CHECK ((c + 1) > 0),"
      " d bool DEFAULT 1 IS NOT DISTINCT FROM 2, CONSTRAINT k CHECK (a > 0))");
  const auto& table = std::get<ast::CreateTable>(statements[0].tree->kind);
  EXPECT_EQ(table.columns[0].constraints[0].text, "(1 + 2) * 3");
  EXPECT_EQ(table.columns[1].constraints[0].text, "'not null'");
  EXPECT_EQ(table.columns[2].constraints[0].text, "(c + 1) > 0");
  EXPECT_EQ(table.columns[3].constraints[0].text, "1 IS NOT DISTINCT FROM 2");
  EXPECT_EQ(table.constraints[0].text, "a > 0");

  statements = must_parse(
      "CREATE MATERIALIZED VIEW v (x) WITH (a = 1) AS SELECT (SELECT 1 AS b) AS a FROM t WITH NO DATA;"
      "CREATE OR REPLACE MATERIALIZED VIEW w AS WITH c AS (SELECT 1) SELECT * FROM c ;"
      "CREATE VIEW u AS SELECT 1 WITH CHECK OPTION");
  const auto& view = std::get<ast::CreateTableAs>(statements[0].tree->kind);
  EXPECT_EQ(view.query_text, "SELECT (SELECT 1 AS b) AS a FROM t");
  EXPECT_FALSE(view.or_replace);
  const auto& replacing = std::get<ast::CreateTableAs>(statements[1].tree->kind);
  EXPECT_EQ(replacing.query_text, "WITH c AS (SELECT 1) SELECT * FROM c");
  EXPECT_TRUE(replacing.or_replace);
  EXPECT_EQ(std::get<ast::CreateView>(statements[2].tree->kind).query_text, "SELECT 1");
}

TEST(ParserTest, SourcesAndConnections) {
  const auto statements = must_parse(
      "CREATE CONNECTION IF NOT EXISTS c TO KAFKA (BROKERS ('a:1', 'b:2'), SECURITY PROTOCOL 'SASL_SSL',"
      " SASL PASSWORD SECRET s.p) WITH (VALIDATE = false);"
      "CREATE SOURCE public.s (id int8 NOT NULL, \"Name\" text) FROM KAFKA CONNECTION c (TOPIC 't', START OFFSET (0, "
      "10))"
      " FORMAT JSON ENVELOPE NONE WITH (STORE = true);"
      "CREATE SOURCE g FROM LOAD GENERATOR KEY VALUE (TICK INTERVAL '1 s', RATE 10, SCALE FACTOR 0.5) FOR ALL TABLES");
  const auto& connection = std::get<ast::CreateConnection>(statements[0].tree->kind);
  EXPECT_TRUE(connection.if_not_exists);
  EXPECT_EQ(connection.kind, "kafka");
  ASSERT_EQ(connection.options.size(), 3u);
  EXPECT_EQ(connection.options[0].values, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ(connection.options[1].name, "security protocol");
  EXPECT_TRUE(connection.options[2].is_secret);
  EXPECT_EQ(connection.options[2].values, (std::vector<std::string>{"s", "p"}));
  EXPECT_EQ(connection.with[0].values[0], "false");

  const auto& kafka = std::get<ast::CreateSource>(statements[1].tree->kind);
  EXPECT_EQ(kafka.from, "kafka");
  ASSERT_EQ(kafka.columns.size(), 2u);
  EXPECT_EQ(kafka.columns[1].name, "Name");
  EXPECT_EQ(kafka.options[1].name, "start offset");
  EXPECT_TRUE(kafka.options[1].is_list);
  EXPECT_EQ(kafka.format, "json");
  EXPECT_EQ(kafka.envelope, "none");

  const auto& generator = std::get<ast::CreateSource>(statements[2].tree->kind);
  EXPECT_EQ(generator.generator, "key value");
  EXPECT_TRUE(generator.all_tables);
  EXPECT_EQ(generator.options[2].values[0], "0.5");
}

TEST(ParserTest, ShowIsOursOnlyForLists) {
  const auto statements =
      must_parse("SHOW sources; SHOW work_mem; SHOW COLUMNS FROM a.b LIKE 'x%'; SHOW CREATE VIEW v; SHOW TIME ZONE");
  EXPECT_EQ(std::get<ast::ShowObjects>(statements[0].tree->kind).what, ast::ShowObjects::What::kSources);
  EXPECT_EQ(std::get<ast::Show>(statements[1].tree->kind).name, "work_mem");
  EXPECT_EQ(std::get<ast::ShowObjects>(statements[2].tree->kind).like, "x%");
  EXPECT_EQ(std::get<ast::ShowCreate>(statements[3].tree->kind).kind, ast::ObjectKind::kView);
  EXPECT_EQ(std::get<ast::Show>(statements[4].tree->kind).name, "timezone");
}

TEST(ParserTest, AsofIsNotAnAlias) {
  const auto statements = must_parse("SELECT * FROM a ASOF JOIN b ON true; SELECT * FROM a AS asof JOIN b ON true");
  const auto from = [&](size_t i) -> const ast::TableRef& {
    return *std::get<ast::Select>(std::get<ast::Query>(statements[i].tree->kind).body).from[0];
  };
  EXPECT_TRUE(std::holds_alternative<ast::UnsupportedTableRef>(from(0).kind));
  EXPECT_TRUE(std::holds_alternative<ast::JoinRef>(from(1).kind));
}

TEST(ParserTest, NodeTagsAgreeWithTheLibrary) {
  // The raw tree is read through PostgreSQL's headers: a library of another version would shift the tags,
  // and one statement of every kind would come out wrong.
  EXPECT_TRUE(must_parse("SELECT 1")[0].tree->as<ast::Query>());
  EXPECT_TRUE(must_parse("TRUNCATE a, b CASCADE")[0].tree->as<ast::Truncate>());
  EXPECT_TRUE(must_parse("CREATE INDEX i ON t (a)")[0].tree->as<ast::CreateIndex>());
  EXPECT_TRUE(must_parse("REFRESH MATERIALIZED VIEW v")[0].tree->as<ast::RefreshMaterializedView>());
  EXPECT_EQ(must_parse("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE")[0]
                .tree->as<ast::UnsupportedStatement>()
                ->what,
            "MERGE");
  const auto statements = must_parse("SELECT 1, 2147483648, 1.5, 'x', B'1', true, NULL");
  const auto& select = std::get<ast::Select>(std::get<ast::Query>(statements[0].tree->kind).body);
  using Kind = ast::Constant::Kind;
  const Kind kinds[] = {Kind::kInteger,   Kind::kNumber,  Kind::kNumber, Kind::kString,
                        Kind::kBitString, Kind::kBoolean, Kind::kNull};
  for (size_t i = 0; i < 7; ++i) EXPECT_EQ(select.targets[i].expression->as<ast::Constant>()->kind, kinds[i]) << i;
}

}  // namespace
}  // namespace millrace::sql
