#include "catalog/system_relations.h"

#include "catalog/column_list.h"
#include "catalog/system_columns.h"

namespace millrace::catalog {
namespace {

void append(const char* schema, std::span<const SystemColumns> relations, std::vector<Object>& out) {
  for (const SystemColumns& relation : relations) {
    Object object;
    object.id = ObjectId(relation.oid);
    object.name = {schema, std::string(relation.relation)};
    object.columns = parse_column_list(relation.columns);
    object.details = SystemRelation{};
    out.push_back(std::move(object));
  }
}

}  // namespace

std::vector<Object> system_relations() {
  std::vector<Object> out;
  append("pg_catalog", pg_catalog_columns(), out);
  append("information_schema", information_schema_columns(), out);
  append("millrace", millrace_columns(), out);
  return out;
}

}  // namespace millrace::catalog
