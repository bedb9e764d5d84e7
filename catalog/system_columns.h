// The data tables behind system_relations(): a relation's columns as "name type, name type".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace millrace::catalog {

struct SystemColumns {
  std::string_view relation;
  uint32_t oid;
  std::string_view columns;  // types under their pg_type names
};

std::span<const SystemColumns> pg_catalog_columns();
std::span<const SystemColumns> information_schema_columns();
std::span<const SystemColumns> millrace_columns();

}  // namespace millrace::catalog
