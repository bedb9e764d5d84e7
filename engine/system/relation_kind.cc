#include "engine/system/relation_kind.h"

#include "engine/catalog_names.h"

namespace millrace::engine {

char relation_kind(const catalog::Object& object) {
  if (object.as<catalog::Table>() != nullptr || object.as<catalog::SystemRelation>() != nullptr) return 'r';
  if (object.as<catalog::View>() != nullptr) return 'v';
  if (object.as<catalog::MaterializedView>() != nullptr) return 'm';
  if (object.as<catalog::SourceTable>() != nullptr) return 'f';
  if (object.as<catalog::Source>() != nullptr) return object.columns.empty() ? '\0' : 'f';
  if (object.as<catalog::Index>() != nullptr) return 'i';
  if (object.as<catalog::Sequence>() != nullptr) return 'S';
  return '\0';
}

bool is_served(const catalog::Object& object) {
  return object.as<catalog::Table>() != nullptr || object.as<catalog::MaterializedView>() != nullptr;
}

uint32_t schema_oid(const catalog::CatalogSnapshot& catalog, std::string_view schema) {
  const auto found = catalog.schemas().find(std::string(schema));
  return found == catalog.schemas().end() ? 0 : found->second.value();
}

std::vector<const catalog::Object*> relations_of(const catalog::CatalogSnapshot& catalog, bool with_system) {
  std::vector<const catalog::Object*> relations;
  for (const auto& [id, object] : catalog.objects()) {
    if (relation_kind(*object) == '\0') continue;
    if (!with_system && object->as<catalog::SystemRelation>() != nullptr) continue;
    relations.push_back(object.get());
  }
  return relations;
}

uint32_t constraint_oid(ObjectId table, size_t number) {
  constexpr uint32_t kConstraintBase = 0x4000'0000;
  constexpr uint32_t kPerTable = 64;
  return kConstraintBase + table.value() * kPerTable + static_cast<uint32_t>(number);
}

std::string index_definition(const catalog::Object& table, const std::string& name,
                             const std::vector<uint32_t>& columns, bool unique) {
  std::string text = unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  text += quote_identifier(name) + " ON " + quote_identifier(table.name.schema) + "." +
          quote_identifier(table.name.name) + " USING btree (";
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += quote_identifier(table.columns[columns[i]].name);
  }
  return text + ")";
}

std::string key_array(const std::vector<uint32_t>& columns) {
  std::string text = "{";
  for (size_t i = 0; i < columns.size(); ++i) text += (i > 0 ? "," : "") + std::to_string(columns[i] + 1);
  return text + "}";
}

}  // namespace millrace::engine
