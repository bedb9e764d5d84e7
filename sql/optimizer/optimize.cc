#include "sql/optimizer/optimize.h"

#include "sql/optimizer/order_joins.h"
#include "sql/optimizer/push_predicates.h"
#include "sql/optimizer/remove_distinct.h"
#include "sql/optimizer/split_not_in.h"
#include "sql/optimizer/window_top_k.h"
#include "sql/plan/decorrelate.h"

namespace millrace::sql {

Result<Plan> optimize(Plan plan, ColumnTable& columns, const catalog::CatalogSnapshot& catalog) {
  TRY(plan.root, decorrelate(std::move(plan.root), columns));
  plan.root = split_not_in(std::move(plan.root), columns, catalog);
  plan.root = push_predicates(std::move(plan.root));
  plan.root = window_top_k(std::move(plan.root));
  plan.root = remove_distinct(std::move(plan.root), catalog);
  plan.root = order_joins(std::move(plan.root));
  return plan;
}

}  // namespace millrace::sql
