#include "engine/system/object_definitions.h"

#include <algorithm>

#include "engine/catalog_names.h"
#include "engine/system/relation_kind.h"

namespace millrace::engine {
namespace {

using Text = std::optional<std::string>;

std::string column_list(const catalog::Object& table, const std::vector<uint32_t>& columns) {
  std::string text;
  for (const uint32_t column : columns) {
    text += (text.empty() ? "" : ", ") + quote_identifier(table.columns[column].name);
  }
  return text;
}

// The whole definition, or the name of one indexed column; empty for one it has not.
Text definition(const catalog::Object& table, const std::string& name, const std::vector<uint32_t>& columns,
                bool unique, int32_t column) {
  if (column == 0) return index_definition(table, name, columns, unique);
  if (column < 0 || static_cast<size_t>(column) > columns.size()) return "";
  return quote_identifier(table.columns[columns[static_cast<size_t>(column) - 1]].name);
}

}  // namespace

std::vector<std::string> ObjectDefinitions::search_path() const {
  std::vector<std::string> schemas;
  for (const std::string& schema : search_path_) {
    if (catalog_->schemas().contains(schema)) schemas.push_back(schema);
  }
  return schemas;
}

std::optional<bool> ObjectDefinitions::relation_is_visible(uint32_t relation) const {
  const catalog::Object* object = catalog_->find(ObjectId(relation));
  if (object == nullptr) return std::nullopt;
  return catalog_->resolve("", object->name.name, search_path_) == object;
}

Text ObjectDefinitions::view_query(uint32_t relation) const {
  const catalog::Object* object = catalog_->find(ObjectId(relation));
  if (object == nullptr) return std::nullopt;
  if (const auto* view = object->as<catalog::View>()) return view->query_sql;
  if (const auto* view = object->as<catalog::MaterializedView>()) return view->query_sql;
  return std::nullopt;
}

std::optional<ObjectDefinitions::Constrained> ObjectDefinitions::find_constraint(uint32_t constraint) const {
  for (const catalog::Object* object : relations_of(*catalog_, false)) {
    const auto* table = object->as<catalog::Table>();
    if (table == nullptr) continue;
    for (size_t i = 0; i < table->unique.size() + table->checks.size(); ++i) {
      if (constraint_oid(object->id, i) == constraint) return Constrained{object, i};
    }
  }
  return std::nullopt;
}

Text ObjectDefinitions::index_definition(uint32_t index, int32_t column) const {
  if (const catalog::Object* object = catalog_->find(ObjectId(index))) {
    const auto* details = object->as<catalog::Index>();
    if (details == nullptr) return std::nullopt;
    const catalog::Object* table = catalog_->find(details->relation);
    return table == nullptr ? Text() : definition(*table, object->name.name, details->columns, details->unique, column);
  }
  const auto found = find_constraint(index);
  if (!found) return std::nullopt;
  const auto& unique = found->table->as<catalog::Table>()->unique;
  if (found->number >= unique.size()) return std::nullopt;
  return definition(*found->table, unique[found->number].name, unique[found->number].columns, true, column);
}

Text ObjectDefinitions::constraint_definition(uint32_t constraint) const {
  const auto found = find_constraint(constraint);
  if (!found) return std::nullopt;
  const auto& table = *found->table->as<catalog::Table>();
  if (found->number >= table.unique.size()) {
    return "CHECK (" + table.checks[found->number - table.unique.size()].expression_sql + ")";
  }
  const catalog::UniqueConstraint& unique = table.unique[found->number];
  return (unique.primary ? "PRIMARY KEY (" : "UNIQUE (") + column_list(*found->table, unique.columns) + ")";
}

Text ObjectDefinitions::comment(uint32_t object_oid, int32_t column) const {
  const catalog::Object* object = catalog_->find(ObjectId(object_oid));
  if (object == nullptr || column < 0 || static_cast<size_t>(column) > object->columns.size()) return std::nullopt;
  const std::string& text = column == 0 ? object->comment : object->columns[static_cast<size_t>(column) - 1].comment;
  return text.empty() ? Text() : Text(text);
}

Result<Text> ObjectDefinitions::sequence_of_column(uint32_t relation, std::string_view column) const {
  const catalog::Object* table = catalog_->find(ObjectId(relation));
  if (table == nullptr) return Text();
  const auto found = std::ranges::find(table->columns, column, &catalog::ColumnDefinition::name);
  if (found == table->columns.end()) {
    return SqlError(sqlstate::kUndefinedColumn,
                    "column \"" + std::string(column) + "\" of relation \"" + table->name.name + "\" does not exist");
  }
  const auto place = static_cast<uint32_t>(found - table->columns.begin());
  for (const auto& [id, object] : catalog_->objects()) {
    const auto* sequence = object->as<catalog::Sequence>();
    if (sequence == nullptr || sequence->owner != table->id || sequence->owner_column != place) continue;
    return Text(quote_identifier(object->name.schema) + "." + quote_identifier(object->name.name));
  }
  return Text();
}

}  // namespace millrace::engine
