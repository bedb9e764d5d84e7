// What functions ask about catalogued objects by number: pg_get_viewdef(), obj_description() and their kin.
//
// Implemented over the catalog by the context's NameResolver, which is asked whether it is one. An evaluation without
// (a maintained view's) answers as for objects that do not exist. Threads: immutable while shared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::expr {

class CatalogLookup {
 public:
  virtual ~CatalogLookup() = default;

  // The schemas of the search path that exist.
  virtual std::vector<std::string> search_path() const = 0;
  // Whether a name alone finds the relation; none when there is no such relation.
  virtual std::optional<bool> relation_is_visible(uint32_t relation) const = 0;
  // The query of a view, plain or materialized.
  virtual std::optional<std::string> view_query(uint32_t relation) const = 0;
  // The statement that makes an index; with `column`, counted from 1, what that column indexes.
  virtual std::optional<std::string> index_definition(uint32_t index, int32_t column) const = 0;
  virtual std::optional<std::string> constraint_definition(uint32_t constraint) const = 0;
  // The comment on an object, or on a relation's column, counted from 1.
  virtual std::optional<std::string> comment(uint32_t object, int32_t column) const = 0;
  // The name, with its schema and quoted where it must be, of the sequence that a column owns. 42703: no such column.
  virtual Result<std::optional<std::string>> sequence_of_column(uint32_t relation, std::string_view column) const = 0;
};

}  // namespace millrace::expr
