// From a bound plan to one that is fit to run: the rules in their order.
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

Result<Plan> optimize(Plan plan, ColumnTable& columns, const catalog::CatalogSnapshot& catalog);

}  // namespace millrace::sql
