// SHOW SOURCES, SHOW COLUMNS FROM, SHOW CREATE: queries over the catalog, written in SQL.
#include <fmt/format.h>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {

std::string quote_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string quote_identifier(std::string_view name) {
  bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  for (const char c : name) plain = plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
  if (plain) return std::string(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

StatementBinder::Bound StatementBinder::bind_own_query(const std::string& text) {
  TRY(const std::vector<ParsedStatement> parsed, parse(text));
  return bind_select(*parsed[0].tree->as<ast::Query>());
}

namespace {

// What the list is made of: the catalogue's objects of a kind.
bool belongs(const catalog::Object& object, ast::ShowObjects::What what) {
  using What = ast::ShowObjects::What;
  switch (what) {
    case What::kSources: return object.as<catalog::Source>() != nullptr || object.as<catalog::SourceTable>() != nullptr;
    case What::kViews: return object.as<catalog::View>() != nullptr;
    case What::kMaterializedViews: return object.as<catalog::MaterializedView>() != nullptr;
    case What::kTables: return object.as<catalog::Table>() != nullptr;
    case What::kIndexes: return object.as<catalog::Index>() != nullptr;
    case What::kConnections: return object.as<catalog::Connection>() != nullptr;
    case What::kSecrets: return object.as<catalog::Secret>() != nullptr;
    case What::kObjects: return object.as<catalog::SystemRelation>() == nullptr;
    case What::kSinks:
    case What::kSchemas:
    case What::kColumns: return false;
  }
  return false;
}

// A relation of text rows, as VALUES under names.
std::string values_query(const std::vector<std::string>& names, const std::vector<std::vector<std::string>>& rows,
                         const std::string& where) {
  std::string columns;
  std::string nulls;
  for (const std::string& name : names) {
    columns += (columns.empty() ? "" : ", ") + quote_identifier(name);
    nulls += nulls.empty() ? "NULL::text" : ", NULL::text";
  }
  std::string text;
  for (const auto& row : rows) {
    text += text.empty() ? "VALUES (" : ", (";
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ", ") + quote_literal(row[i]) + "::text";
    text += ")";
  }
  if (text.empty()) text = "SELECT " + nulls + " WHERE false";
  return fmt::format("SELECT {0} FROM ({1}) AS listed ({0}){2}", columns, text, where);
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::ShowObjects& node) {
  using What = ast::ShowObjects::What;
  const std::string where = node.has_like ? " WHERE name LIKE " + quote_literal(node.like) : "";
  std::vector<std::vector<std::string>> rows;
  if (node.what == What::kColumns) {
    TRY(const catalog::Object* relation, queries_.find_relation(node.from));
    for (const catalog::ColumnDefinition& column : relation->columns) {
      rows.push_back({column.name, column.not_null ? "false" : "true", column.type.to_string(), column.comment});
    }
    return bind_own_query(values_query({"name", "nullable", "type", "comment"}, rows, where));
  }
  if (node.what == What::kSchemas) {
    for (const auto& [name, id] : catalog().schemas()) rows.push_back({name});
    return bind_own_query(values_query({"name"}, rows, where));
  }
  ObjectId of;
  std::string schema;
  if (node.what == What::kIndexes && !node.from.empty()) {
    TRY(const catalog::Object* relation, queries_.find_relation(node.from));
    of = relation->id;
  } else if (!node.from.empty()) {
    schema = node.from.last();
    if (!catalog().has_schema(schema)) {
      return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", schema))
          .at(node.from.location);
    }
  }
  for (const auto& [id, object] : catalog().objects()) {
    if (!belongs(*object, node.what) || (!schema.empty() && object->name.schema != schema)) continue;
    const auto* index = object->as<catalog::Index>();
    if (of != ObjectId() && (index == nullptr || index->relation != of)) continue;
    rows.push_back({object->name.name, object->name.schema, std::string(object->kind_name()), object->comment});
  }
  return bind_own_query(values_query({"name", "schema", "type", "comment"}, rows, where));
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::ShowCreate& node) {
  const std::string schema = node.name.parts.size() > 1 ? node.name.parts[node.name.parts.size() - 2] : "";
  const catalog::Object* object = catalog().resolve(schema, node.name.last(), context_.search_path);
  if (object == nullptr) {
    return SqlError(sqlstate::kUndefinedTable, fmt::format("relation \"{}\" does not exist", node.name.to_string()))
        .at(node.name.location);
  }
  return bind_own_query(values_query({"name", "create_sql"},
                                     {{object->name.schema + "." + object->name.name, object->definition_sql}}, ""));
}

}  // namespace millrace::sql
