#include "sql/optimizer/remove_distinct.h"

#include <algorithm>

#include "sql/plan/properties.h"

namespace millrace::sql {

RelPtr remove_distinct(RelPtr rel, const catalog::CatalogSnapshot& catalog) {
  for (RelPtr* input : inputs_of(*rel)) *input = remove_distinct(std::move(*input), catalog);
  auto* distinct = rel->as<Distinct>();
  if (distinct == nullptr) return rel;
  const ColumnSet columns(distinct->columns.begin(), distinct->columns.end());
  const std::vector<ColumnSet> keys = keys_of(*distinct->input, catalog);
  const bool redundant = std::any_of(keys.begin(), keys.end(), [&](const ColumnSet& key) {
    return std::includes(columns.begin(), columns.end(), key.begin(), key.end());
  });
  if (!redundant) return rel;
  // A union of one: nothing but these columns stays visible.
  Union only;
  only.columns = distinct->columns;
  only.input_columns.push_back(distinct->columns);
  only.inputs.push_back(std::move(distinct->input));
  return make_rel(std::move(only));
}

}  // namespace millrace::sql
