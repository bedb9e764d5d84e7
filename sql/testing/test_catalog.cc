#include "sql/testing/test_catalog.h"

#include "base/check.h"

namespace millrace::sql {

TestCatalog::TestCatalog() {
  context_.catalog = std::make_shared<const catalog::CatalogSnapshot>();
  context_.search_path = {"public"};
  context_.user = "millrace";
  context_.database = "millrace";
}

Result<BoundResult> TestCatalog::bind(std::string_view text) const {
  TRY(const std::vector<ParsedStatement> parsed, parse(text));
  if (parsed.size() != 1) return SqlError(sqlstate::kInternalError, "a test binds one statement");
  return sql::bind(parsed[0], context_);
}

Result<BoundQuery> TestCatalog::bind_query(std::string_view text) const {
  TRY(BoundResult result, bind(text));
  auto* query = std::get_if<BoundQuery>(&result.statement);
  if (query == nullptr) return SqlError(sqlstate::kInternalError, "not a query");
  return std::move(*query);
}

void TestCatalog::run(std::string_view statements) {
  const auto parsed = parse(statements);
  MILLRACE_CHECK(parsed.has_value(), parsed ? "" : parsed.error().to_string().c_str());
  for (const ParsedStatement& statement : *parsed) {
    const auto bound = sql::bind(statement, context_);
    MILLRACE_CHECK(bound.has_value(), bound ? "" : bound.error().to_string().c_str());
    apply(bound->statement);
  }
}

void TestCatalog::apply(const BoundStatement& statement) {
  if (const auto* schema = std::get_if<BoundCreateSchema>(&statement)) {
    context_.catalog = context_.catalog->with_schema(schema->name);
  } else if (const auto* create = std::get_if<BoundCreate>(&statement)) {
    const uint32_t first = context_.catalog->next_id().value();
    uint32_t position = 0;
    for (catalog::Object object : create->objects) {
      object.id = ObjectId(first + position++);
      if (auto* table = std::get_if<catalog::SourceTable>(&object.details)) {
        table->source = ObjectId(first + table->source.value());
        object.depends_on = {table->source};
      }
      context_.catalog = context_.catalog->with_object(std::move(object));
    }
  } else if (const auto* drop = std::get_if<BoundDrop>(&statement)) {
    for (const ObjectId id : drop->objects) context_.catalog = context_.catalog->without_object(id);
    for (const std::string& name : drop->schemas) context_.catalog = context_.catalog->without_schema(name);
  } else if (const auto* alter = std::get_if<BoundAlter>(&statement)) {
    context_.catalog = context_.catalog->with_object(alter->object);
  }
}

std::string TestCatalog::explain(std::string_view query) const {
  const auto bound = bind("EXPLAIN " + std::string(query));
  if (!bound) return bound.error().to_string();
  std::string text;
  for (const std::string& line : std::get<BoundExplain>(bound->statement).rows) text += line + "\n";
  return text;
}

}  // namespace millrace::sql
