// Names of catalogued things for the reg* types: 't'::regclass and back.
#pragma once

#include "catalog/catalog.h"
#include "engine/system/object_definitions.h"
#include "types/type_info.h"

namespace millrace::engine {

class CatalogNames final : public NameResolver, public ObjectDefinitions {
 public:
  CatalogNames(catalog::CatalogPtr catalog, std::vector<std::string> search_path)
      : ObjectDefinitions(catalog, search_path), catalog_(std::move(catalog)), search_path_(std::move(search_path)) {}

  Result<uint32_t> oid_of(uint32_t kind, std::string_view name) const override;
  std::string name_of(uint32_t kind, uint32_t object_oid) const override;

 private:
  Result<uint32_t> relation_oid(std::string_view name) const;
  std::string relation_name(uint32_t object_oid) const;

  catalog::CatalogPtr catalog_;
  std::vector<std::string> search_path_;
};

// A double-quoted identifier where it needs quotes.
std::string quote_identifier(std::string_view name);

// PostgreSQL's own oids of what every database has.
inline constexpr uint32_t kDatabaseOid = 16383;
inline constexpr uint32_t kOwnerOid = 10;
inline constexpr uint32_t kPgCatalogOid = 11;
inline constexpr uint32_t kPublicOid = 2200;

}  // namespace millrace::engine
