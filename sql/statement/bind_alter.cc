// RENAME, SET SCHEMA, COMMENT ON.
#include <fmt/format.h>

#include <algorithm>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

using catalog::Object;

std::string_view kind_word(ast::ObjectKind kind) {
  switch (kind) {
    case ast::ObjectKind::kTable: return "table";
    case ast::ObjectKind::kView: return "view";
    case ast::ObjectKind::kMaterializedView: return "materialized view";
    case ast::ObjectKind::kIndex: return "index";
    case ast::ObjectKind::kSequence: return "sequence";
    case ast::ObjectKind::kSchema: return "schema";
    case ast::ObjectKind::kSource: return "source";
    case ast::ObjectKind::kConnection: return "connection";
    case ast::ObjectKind::kSecret: return "secret";
    case ast::ObjectKind::kColumn: return "column";
    case ast::ObjectKind::kType: return "type";
    case ast::ObjectKind::kOther: return "";
  }
  return "";
}

std::string alter_tag(ast::ObjectKind kind) {
  std::string tag = "ALTER " + std::string(kind_word(kind));
  std::transform(tag.begin(), tag.end(), tag.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  return tag;
}

// Views are kept as text, so a name they use has to stay what it is.
Status refuse_renaming(const catalog::CatalogSnapshot& catalog, const Object& object) {
  const auto* renamed = object.as<catalog::Sequence>();
  if (renamed != nullptr && (renamed->owner.value() != 0 || !catalog.dependents(object.id).empty())) {
    return not_supported(fmt::format("renaming sequence \"{}\" while a column's default calls it", object.name.name),
                         "Drop the default, rename the sequence and set the default again.");
  }
  for (const ObjectId id : catalog.dependents(object.id)) {
    const Object& dependent = *catalog.find(id);
    if (dependent.as<catalog::Index>() != nullptr || dependent.as<catalog::Table>() != nullptr) continue;
    if (const auto* sequence = dependent.as<catalog::Sequence>(); sequence != nullptr) continue;
    return not_supported(fmt::format("renaming {} \"{}\" while {} \"{}\" depends on it", object.kind_name(),
                                     object.name.name, dependent.kind_name(), dependent.name.name),
                         "Drop the dependent object and create it again afterwards.");
  }
  return {};
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::Rename& node) {
  if (node.kind == ast::ObjectKind::kOther || node.kind == ast::ObjectKind::kSchema ||
      node.kind == ast::ObjectKind::kType) {
    return not_supported("this form of RENAME", "Create the object anew under the other name.");
  }
  Result<const Object*> found = queries_.find_relation(node.name);
  if (!found && node.if_exists) {
    return BoundNothing{alter_tag(node.kind),
                        fmt::format("relation \"{}\" does not exist, skipping", node.name.last())};
  }
  if (!found) return std::move(found).error();
  const Object& object = **found;
  if (object.as<catalog::SystemRelation>() != nullptr || object.as<catalog::SourceTable>() != nullptr) {
    return SqlError(sqlstate::kInsufficientPrivilege, fmt::format("permission denied for \"{}\"", object.name.name));
  }
  TRY(refuse_renaming(catalog(), object));
  BoundAlter out{object, alter_tag(node.kind), {}};
  if (!node.is_column) {
    out.object.name.name = node.new_name;
    if (catalog().find(out.object.name) != nullptr) {
      return SqlError(sqlstate::kDuplicateTable, fmt::format("relation \"{}\" already exists", node.new_name));
    }
    return out;
  }
  const auto* table = object.as<catalog::Table>();
  if (table == nullptr) return not_supported("renaming a column of anything but a table", "Create the object anew.");
  const auto generated = [&](const catalog::ColumnDefinition& column) { return !column.generated_sql.empty(); };
  if (!table->checks.empty() || std::any_of(object.columns.begin(), object.columns.end(), generated)) {
    return not_supported("renaming a column of a table with CHECK constraints or generated columns",
                         "Create the table anew.");
  }
  catalog::ColumnDefinition* renamed = nullptr;
  for (catalog::ColumnDefinition& column : out.object.columns) {
    if (column.name == node.new_name) {
      return SqlError(sqlstate::kDuplicateColumn,
                      fmt::format("column \"{}\" of relation \"{}\" already exists", node.new_name, object.name.name));
    }
    if (column.name == node.column) renamed = &column;
  }
  if (renamed == nullptr) {
    return SqlError(sqlstate::kUndefinedColumn, fmt::format("column \"{}\" does not exist", node.column));
  }
  renamed->name = node.new_name;
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::SetSchema& node) {
  if (node.name.empty()) return not_supported("SET SCHEMA of this kind of object", "");
  TRY(const Object* object, queries_.find_relation(node.name));
  if (!catalog().has_schema(node.schema)) {
    return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", node.schema));
  }
  if (object->as<catalog::SystemRelation>() != nullptr || object->as<catalog::SourceTable>() != nullptr) {
    return SqlError(sqlstate::kInsufficientPrivilege, fmt::format("permission denied for \"{}\"", object->name.name));
  }
  TRY(refuse_renaming(catalog(), *object));
  BoundAlter out{*object, alter_tag(node.kind), {}};
  out.object.name.schema = node.schema;
  if (catalog().find(out.object.name) != nullptr) {
    return SqlError(sqlstate::kDuplicateTable,
                    fmt::format("relation \"{}\" already exists in schema \"{}\"", object->name.name, node.schema));
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Comment& node) {
  if (node.kind == ast::ObjectKind::kOther || node.kind == ast::ObjectKind::kType ||
      node.kind == ast::ObjectKind::kSchema) {
    return not_supported("COMMENT ON this kind of object", "Comment on relations and columns.");
  }
  TRY(const Object* object, queries_.find_relation(node.name));
  if (object->as<catalog::SystemRelation>() != nullptr) {
    return SqlError(sqlstate::kInsufficientPrivilege, fmt::format("permission denied for \"{}\"", object->name.name));
  }
  BoundAlter out{*object, "COMMENT", {}};
  if (node.kind != ast::ObjectKind::kColumn) {
    if (object->kind_name() != kind_word(node.kind)) {
      return SqlError(sqlstate::kWrongObjectType,
                      fmt::format("\"{}\" is not a {}", object->name.name, kind_word(node.kind)));
    }
    out.object.comment = node.text.value_or("");
    return out;
  }
  for (catalog::ColumnDefinition& column : out.object.columns) {
    if (column.name != node.column) continue;
    column.comment = node.text.value_or("");
    return out;
  }
  return SqlError(sqlstate::kUndefinedColumn,
                  fmt::format("column \"{}\" of relation \"{}\" does not exist", node.column, object->name.name));
}

}  // namespace millrace::sql
