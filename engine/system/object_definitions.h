// Definitions and comments of catalogued objects, for the functions that ask by number.
#pragma once

#include "catalog/catalog.h"
#include "expr/catalog_lookup.h"

namespace millrace::engine {

class ObjectDefinitions : public expr::CatalogLookup {
 public:
  ObjectDefinitions(catalog::CatalogPtr catalog, std::vector<std::string> search_path)
      : catalog_(std::move(catalog)), search_path_(std::move(search_path)) {}

  std::vector<std::string> search_path() const override;
  std::optional<bool> relation_is_visible(uint32_t relation) const override;
  std::optional<std::string> view_query(uint32_t relation) const override;
  std::optional<std::string> index_definition(uint32_t index, int32_t column) const override;
  std::optional<std::string> constraint_definition(uint32_t constraint) const override;
  std::optional<std::string> comment(uint32_t object, int32_t column) const override;
  Result<std::optional<std::string>> sequence_of_column(uint32_t relation, std::string_view column) const override;

 private:
  struct Constrained {
    const catalog::Object* table;
    size_t number;  // unique constraints first, then checks
  };
  std::optional<Constrained> find_constraint(uint32_t constraint) const;

  catalog::CatalogPtr catalog_;
  std::vector<std::string> search_path_;
};

}  // namespace millrace::engine
