// The relations that each load generator makes: the binder catalogues them, ingest/ fills them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace millrace::catalog {

struct GeneratorTable {
  std::string_view name;
  std::string_view columns;  // as parse_column_list() reads them
  std::string_view key;      // columns that are unique, "id"; empty: none
};

// In the order of SourceTable::output and of TimedBatch outputs. A generator of a single relation gives
// its columns to the source itself; empty: the generator is not built.
std::span<const GeneratorTable> generator_tables(GeneratorKind kind);

// AUCTION and the like have several relations and want FOR ALL TABLES.
inline bool makes_several_tables(GeneratorKind kind) { return generator_tables(kind).size() > 1; }

std::vector<ColumnDefinition> generator_columns(const GeneratorTable& table);

}  // namespace millrace::catalog
