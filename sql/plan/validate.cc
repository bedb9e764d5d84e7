#include "sql/plan/validate.h"

#include <algorithm>

namespace millrace::sql {
namespace {

SqlError broken(const char* what) {
  return SqlError(sqlstate::kInternalError, std::string("the planner made a wrong plan: ") + what)
      .with_hint("Please report the query; the server and its data are not affected.");
}

Status validate(const RelExpr& rel) {
  if (rel.as<Apply>() != nullptr) return broken("a correlated subquery is left");
  for (const RelExpr* input : inputs_of(rel)) TRY(validate(*input));
  if (!own_free_columns(rel).empty()) return broken("a column is used where it is not known");
  return {};
}

}  // namespace

Status validate(const Plan& plan) {
  TRY(validate(*plan.root));
  const ColumnIds made = columns_of(*plan.root);
  for (const ColumnId id : plan.outputs) {
    if (std::find(made.begin(), made.end(), id) == made.end()) return broken("an output is not computed");
  }
  return {};
}

}  // namespace millrace::sql
