#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/type_names.h"
#include "sql/statement/statement_binder.h"
#include "sql/statement/table_definition.h"

namespace millrace::sql {

using catalog::Object;

Result<catalog::QualifiedName> StatementBinder::new_name(const ast::ObjectName& name, bool* exists) const {
  catalog::QualifiedName out{"", name.last()};
  if (name.parts.size() > 1) {
    out.schema = name.parts[name.parts.size() - 2];
    if (!catalog().has_schema(out.schema)) {
      return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", out.schema))
          .at(name.location);
    }
  } else {
    for (const std::string& schema : context_.search_path) {
      if (out.schema.empty() && catalog().has_schema(schema)) out.schema = schema;
    }
    if (out.schema.empty()) {
      return SqlError(sqlstate::kInvalidSchemaName, "no schema has been selected to create in").at(name.location);
    }
  }
  if (out.schema == "pg_catalog" || out.schema == "information_schema" || out.schema == "millrace") {
    return SqlError(sqlstate::kInsufficientPrivilege,
                    fmt::format("permission denied to create \"{}.{}\"", out.schema, out.name))
        .with_detail("System catalog modifications are currently disallowed.");
  }
  const bool found = catalog().find(out) != nullptr;
  if (exists != nullptr) {
    *exists = found;
  } else if (found) {
    return SqlError(sqlstate::kDuplicateTable, fmt::format("relation \"{}\" already exists", out.name));
  }
  return out;
}

Object StatementBinder::new_object(catalog::QualifiedName name) const {
  Object object;
  object.name = std::move(name);
  object.definition_sql = statement_.text;
  return object;
}

BoundStatement StatementBinder::skipped(const std::string& name, std::string tag) {
  return BoundNothing{std::move(tag), fmt::format("relation \"{}\" already exists, skipping", name)};
}

namespace {

Status refuse_table_options(const ast::CreateTable& node) {
  if (!node.unsupported.empty()) return not_supported(node.unsupported, "Write the columns out.");
  if (node.temporary) return not_supported("a temporary table", "Use an ordinary table and drop it.");
  for (const ast::Option& option : node.options) {
    if (option.name == "fillfactor" || option.name.starts_with("autovacuum")) continue;  // no meaning here
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unrecognized parameter \"{}\"", option.name))
        .with_hint(option.name == "connector" ? "Use CREATE SOURCE." : "");
  }
  return {};
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateTable& node) {
  TRY(refuse_table_options(node));
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE TABLE");
  Object object = new_object(std::move(name));
  TRY(define_columns(node.columns, object));
  catalog::Table table;
  TRY(define_constraints(node.columns, node.constraints, object, table));
  // Defaults and checks are bound once here, for their errors; the catalog keeps their text.
  for (const catalog::ColumnDefinition& column : object.columns) {
    if (column.default_sql.empty()) continue;
    const auto definition = std::find_if(node.columns.begin(), node.columns.end(),
                                         [&](const ast::ColumnDefinition& item) { return item.name == column.name; });
    for (const ast::Constraint& constraint : definition->constraints) {
      if (constraint.kind != ast::Constraint::Kind::kDefault) continue;
      TRY(check_default(queries_, *constraint.expression, column));
    }
  }
  TRY(check_checks(queries_, node, object));
  object.details = std::move(table);
  BoundCreate out;
  out.objects.push_back(std::move(object));
  out.if_not_exists = node.if_not_exists;
  return out;
}

}  // namespace millrace::sql
