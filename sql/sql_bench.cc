// Parsing and binding, the way a session does it for each statement of the simple protocol.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "sql/sql.h"

namespace millrace::sql {
namespace {

BindContext context_with_tables() {
  BindContext context;
  context.catalog = std::make_shared<const catalog::CatalogSnapshot>();
  context.search_path = {"public"};
  context.database = "millrace";
  const auto parsed = parse(
      "CREATE TABLE t (a int PRIMARY KEY, b text, c bigint NOT NULL, d bool); CREATE TABLE u (a int, x int, y text)");
  for (const ParsedStatement& statement : *parsed) {
    const auto bound = bind(statement, context);
    catalog::Object object = std::get<BoundCreate>(bound->statement).objects[0];
    object.id = context.catalog->next_id();
    context.catalog = context.catalog->with_object(std::move(object));
  }
  return context;
}

void run(benchmark::State& state, const char* text) {
  const BindContext context = context_with_tables();
  for (auto _ : state) {
    auto parsed = parse(text);
    MILLRACE_CHECK(parsed.has_value(), text);
    auto bound = bind((*parsed)[0], context);
    MILLRACE_CHECK(bound.has_value(), text);
    benchmark::DoNotOptimize(bound);
  }
}

void parse_only(benchmark::State& state, const char* text) {
  for (auto _ : state) benchmark::DoNotOptimize(parse(text));
}

constexpr const char* kPoint = "SELECT b, c FROM t WHERE a = 42";

BENCHMARK_CAPTURE(parse_only, point, kPoint);
BENCHMARK_CAPTURE(run, point, kPoint);
BENCHMARK_CAPTURE(run, insert, "INSERT INTO t VALUES (1, 'one', 10, true)");
BENCHMARK_CAPTURE(
    run, join, "SELECT t.b, count(*) FROM t JOIN u ON t.a = u.a WHERE u.x > 5 GROUP BY t.b ORDER BY 2 DESC LIMIT 10");
BENCHMARK_CAPTURE(run, correlated, "SELECT a, (SELECT count(*) FROM u WHERE u.a = t.a) FROM t WHERE c > 1");

}  // namespace
}  // namespace millrace::sql
