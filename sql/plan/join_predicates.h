// Sorts a join's predicates by what they can become: keys, filters of one side, a residual.
#pragma once

#include "sql/plan/rel_expr.h"

namespace millrace::sql {

struct JoinKey {
  expr::ExprPtr left;
  expr::ExprPtr right;
  bool null_safe = false;  // IS NOT DISTINCT FROM
};

struct JoinPredicates {
  std::vector<JoinKey> keys;
  std::vector<expr::ExprPtr> left_only;
  std::vector<expr::ExprPtr> right_only;
  std::vector<expr::ExprPtr> residual;  // of both sides, or of none
};

// Key sides are of one type: where the operator compares two, the narrower side is widened.
JoinPredicates classify(const std::vector<expr::ExprPtr>& predicates, const ColumnSet& left, const ColumnSet& right);

bool only_refers_to(const expr::ExprPtr& expr, const ColumnSet& columns);

}  // namespace millrace::sql
