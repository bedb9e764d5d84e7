// Reads "id int8, name text": how column lists are written down in the tables of this folder.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace millrace::catalog {

// REQUIRES: every type is built in, under its pg_type name.
std::vector<ColumnDefinition> parse_column_list(std::string_view list);

}  // namespace millrace::catalog
