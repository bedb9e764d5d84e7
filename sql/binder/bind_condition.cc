// WHERE and its like: conjuncts, of which EXISTS and IN become semijoins.
#include <algorithm>
#include <iterator>

#include "sql/binder/expr_binder.h"

namespace millrace::sql {

Status QueryBinder::bind_conjuncts(const ast::Expr& condition, Block& block, Clause clause,
                                   std::vector<expr::ExprPtr>& predicates) {
  std::vector<const ast::Expr*> conjuncts;
  if (const auto* conjunction = condition.as<ast::And>()) {
    for (const ast::ExprPtr& term : conjunction->terms) conjuncts.push_back(term.get());
  } else {
    conjuncts.push_back(&condition);
  }
  const std::string what = conjuncts.size() > 1 ? "AND" : std::string(clause_name(clause));
  for (const ast::Expr* conjunct : conjuncts) {
    Result<bool> semijoin = ExprBinder(*this, block, clause).bind_semijoin(*conjunct);
    if (!semijoin) return std::move(semijoin).error().at(conjunct->location);
    if (*semijoin) continue;
    TRY(expr::ExprPtr predicate, ExprBinder(*this, block, clause).bind_boolean(*conjunct, what));
    predicates.push_back(std::move(predicate));
  }
  return {};
}

void QueryBinder::apply_conjuncts(Block& block, std::vector<expr::ExprPtr> predicates) {
  // Subqueries that the predicates use come first, semijoins last: what they look at is fewer rows then.
  const auto first_semi = std::stable_partition(block.applies.begin(), block.applies.end(), [](const auto& apply) {
    return apply.kind == dataflow::JoinKind::kLeft;
  });
  std::vector<PendingApply> semijoins(std::make_move_iterator(first_semi),
                                      std::make_move_iterator(block.applies.end()));
  block.applies.erase(first_semi, block.applies.end());
  flush_applies(block);
  block.input = make_filter(std::move(block.input), std::move(predicates));
  block.applies = std::move(semijoins);
  flush_applies(block);
}

Status QueryBinder::bind_condition(const ast::Expr& condition, Block& block, Clause clause) {
  std::vector<expr::ExprPtr> predicates;
  TRY(bind_conjuncts(condition, block, clause, predicates));
  apply_conjuncts(block, std::move(predicates));
  return {};
}

}  // namespace millrace::sql
