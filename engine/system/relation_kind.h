// How catalogued objects look through PostgreSQL's eyes.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace millrace::engine {

// pg_class.relkind; '\0' for objects that are not in pg_class. Sources are foreign tables there: readable,
// not writable, fed from outside.
char relation_kind(const catalog::Object& object);
// Has rows kept here: tables and materialized views.
bool is_served(const catalog::Object& object);
uint32_t schema_oid(const catalog::CatalogSnapshot& catalog, std::string_view schema);
// The user's own objects and, when asked, the system's relations, ascending by oid.
std::vector<const catalog::Object*> relations_of(const catalog::CatalogSnapshot& catalog, bool with_system);
// The oid a constraint or its index is known by: stable, and beside all catalogued ids.
uint32_t constraint_oid(ObjectId table, size_t number);
// "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)".
std::string index_definition(const catalog::Object& table, const std::string& name,
                             const std::vector<uint32_t>& columns, bool unique);
std::string key_array(const std::vector<uint32_t>& columns);  // "{1,3}": 1-based

}  // namespace millrace::engine
