// Any statements over a small schema: bound and planned, or an error whose place is inside the text; never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sql/testing/test_catalog.h"

namespace {

const millrace::sql::BindContext& context() {
  static millrace::sql::TestCatalog& catalog = *[] {
    auto* made = new millrace::sql::TestCatalog;  // never freed: it is used until the end
    made->run(
        "CREATE TABLE t (a int PRIMARY KEY, b text, c bigint NOT NULL, d bool);"
        "CREATE TABLE u (a int, b numeric(10,2), x float8, y varchar(10), z timestamptz);"
        "CREATE TABLE l (k int UNIQUE, v int[], j jsonb, i interval);"
        "CREATE VIEW v AS SELECT a, b FROM t WHERE c > 0;"
        "CREATE MATERIALIZED VIEW m AS SELECT x, count(*) AS n FROM u GROUP BY x;");
    return made;
  }();
  return catalog.context();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statements = millrace::sql::parse(text);
  if (!statements) return 0;
  for (const millrace::sql::ParsedStatement& statement : *statements) {
    const auto bound = millrace::sql::bind(statement, context());
    if (bound) continue;
    MILLRACE_CHECK(bound.error().location() <= static_cast<int64_t>(size), "an error points outside the text");
    MILLRACE_CHECK(bound.error().state() != millrace::sqlstate::kInternalError, "the planner made a wrong plan");
  }
  return 0;
}
