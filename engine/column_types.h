// The types of a catalogued relation's columns, as row layouts and builders want them.
#pragma once

#include <vector>

#include "catalog/catalog.h"

namespace millrace::engine {

inline std::vector<SqlType> column_types(const catalog::Object& relation) {
  std::vector<SqlType> types;
  types.reserve(relation.columns.size());
  for (const catalog::ColumnDefinition& column : relation.columns) types.push_back(column.type);
  return types;
}

}  // namespace millrace::engine
