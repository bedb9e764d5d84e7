#include "sql/plan/decorrelate.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "expr/expr_rewrite.h"
#include "sql/plan/empty_aggregate.h"
#include "sql/plan/pull_predicates.h"

namespace millrace::sql {
namespace {

using dataflow::JoinKind;

expr::ExprPtr null_safe_equal(const expr::ExprPtr& a, const expr::ExprPtr& b) {
  return expr::make_not(expr::make_is_distinct(a, b));
}

// A domain is computed from what stands outside, copied; levels of subqueries multiply.
constexpr size_t kNodesMax = 100'000;

// The distinct outer values, and which of its columns stands for which outer one.
struct Domain {
  RelPtr plan;
  ColumnIds outer;
  ColumnIds ids;

  ColumnSet outer_set() const { return {outer.begin(), outer.end()}; }
  ColumnId at(ColumnId id) const {
    const auto found = std::find(outer.begin(), outer.end(), id);
    return found == outer.end() ? id : ids[static_cast<size_t>(found - outer.begin())];
  }
};

class Decorrelator {
 public:
  explicit Decorrelator(ColumnTable& columns) : columns_(columns) {}

  Result<RelPtr> run(RelPtr rel) {
    for (RelPtr* input : inputs_of(*rel)) {
      TRY(*input, run(std::move(*input)));
    }
    if (auto* apply = rel->as<Apply>()) return unnest(std::move(*apply));
    return rel;
  }

 private:
  Result<RelPtr> unnest(Apply apply);
  std::optional<RelPtr> unnest_table_function(Apply& apply);
  std::optional<RelPtr> unnest_aggregate(Apply& apply, const ColumnSet& outer);

  // `rel` once for every row of the domain; the domain's columns are among its own.
  Result<RelPtr> push(RelPtr rel, const Domain& domain);
  Result<RelPtr> push_join(Join join, const Domain& domain);
  Result<RelPtr> push_full_join(Join join, const Domain& domain);
  Result<RelPtr> push_aggregate(Aggregate aggregate, const Domain& domain);
  Result<RelPtr> push_union(Union sum, const Domain& domain);
  Result<RelPtr> push_set_operation(SetOperation operation, const Domain& domain);

  Result<RelPtr> push_recursion(Recursion recursion, const Domain& domain);

  Domain fresh(const Domain& domain);
  Domain copy(const Domain& domain) { return {clone(*domain.plan), domain.outer, domain.ids}; }
  expr::ExprPtr rewrite(const expr::ExprPtr& expr, const Domain& domain) const;
  void rewrite_expressions(RelExpr& rel, const Domain& domain) const;
  void add_equalities(const Domain& a, const Domain& b, std::vector<expr::ExprPtr>& out) const;
  ColumnIds copies(const ColumnIds& ids) {
    ColumnIds out;
    for (const ColumnId id : ids) out.push_back(columns_.copy_of(id));
    return out;
  }

  ColumnTable& columns_;
  size_t nodes_made_ = 0;
};

void append(ColumnIds& to, const ColumnIds& from) { to.insert(to.end(), from.begin(), from.end()); }

// The same rows under other column ids.
Domain Decorrelator::fresh(const Domain& domain) {
  Domain out{nullptr, domain.outer, copies(domain.ids)};
  std::vector<Map::Computed> renamed;
  for (size_t i = 0; i < out.ids.size(); ++i) renamed.push_back({out.ids[i], columns_.ref(domain.ids[i])});
  out.plan = make_rel(Distinct{make_map(clone(*domain.plan), std::move(renamed)), out.ids});
  return out;
}

expr::ExprPtr Decorrelator::rewrite(const expr::ExprPtr& expr, const Domain& domain) const {
  if (!expr->has_columns()) return expr;
  return expr::substitute_columns(expr,
                                  [&](uint32_t id, SqlType type) { return expr::make_column(domain.at(id), type); });
}

void Decorrelator::rewrite_expressions(RelExpr& rel, const Domain& domain) const {
  for (expr::ExprPtr* expression : expressions_of(rel)) *expression = rewrite(*expression, domain);
}

void Decorrelator::add_equalities(const Domain& a, const Domain& b, std::vector<expr::ExprPtr>& out) const {
  for (size_t i = 0; i < a.ids.size(); ++i) {
    out.push_back(null_safe_equal(columns_.ref(a.ids[i]), columns_.ref(b.ids[i])));
  }
}

Result<RelPtr> Decorrelator::unnest(Apply apply) {
  const ColumnIds left_columns = columns_of(*apply.left);
  const ColumnSet left_set(left_columns.begin(), left_columns.end());
  ColumnSet outer;
  for (const ColumnId id : free_columns(*apply.right)) {
    if (left_set.contains(id)) outer.insert(id);
  }
  if (outer.empty()) {
    return make_rel(Join{apply.kind, std::move(apply.left), std::move(apply.right), std::move(apply.predicates)});
  }
  if (auto out = unnest_table_function(apply)) return std::move(*out);
  if (pull_correlated_predicates(apply.right, outer, apply.predicates)) {
    return make_rel(Join{apply.kind, std::move(apply.left), std::move(apply.right), std::move(apply.predicates)});
  }
  if (auto out = unnest_aggregate(apply, outer)) return std::move(*out);

  Domain domain{nullptr, {outer.begin(), outer.end()}, {}};
  domain.ids = copies(domain.outer);
  std::vector<Map::Computed> renamed;
  for (size_t i = 0; i < domain.ids.size(); ++i) renamed.push_back({domain.ids[i], columns_.ref(domain.outer[i])});
  domain.plan = make_rel(Distinct{make_map(clone(*apply.left), std::move(renamed)), domain.ids});
  TRY(RelPtr right, push(std::move(apply.right), domain));
  for (size_t i = 0; i < domain.ids.size(); ++i) {
    apply.predicates.push_back(null_safe_equal(columns_.ref(domain.outer[i]), columns_.ref(domain.ids[i])));
  }
  return make_rel(Join{apply.kind, std::move(apply.left), std::move(right), std::move(apply.predicates)});
}

// L apply f(L's columns): the function simply stands on L.
std::optional<RelPtr> Decorrelator::unnest_table_function(Apply& apply) {
  auto* function = apply.right->as<TableFunction>();
  if (function == nullptr || !apply.predicates.empty()) return std::nullopt;
  const auto* rows = function->input->as<Rows>();
  if (rows == nullptr || rows->rows.size() != 1 || !rows->columns.empty()) return std::nullopt;
  if (apply.kind != JoinKind::kInner && apply.kind != JoinKind::kLeft) return std::nullopt;
  function->outer = apply.kind == JoinKind::kLeft;
  function->input = std::move(apply.left);
  return std::move(apply.right);
}

// The equality's sides, when one is over `outer` columns only and the other over none of them.
struct Equality {
  expr::ExprPtr outer;
  expr::ExprPtr inner;
};

std::optional<Equality> as_equality(const expr::ExprPtr& predicate, const ColumnSet& outer) {
  const auto* call = predicate->as<expr::Call>();
  if (call == nullptr || predicate->children().size() != 2) return std::nullopt;
  if (call->function->kind != expr::FunctionKind::kOperator || call->function->name != "=") return std::nullopt;
  const auto only = [&](const expr::ExprPtr& side) {
    ColumnSet used;
    add_referenced(side, used);
    return !used.empty() && std::all_of(used.begin(), used.end(), [&](ColumnId id) { return outer.contains(id); });
  };
  const expr::ExprPtr& left = predicate->child(0);
  const expr::ExprPtr& right = predicate->child(1);
  if (only(left) && !refers_to(right, outer)) return Equality{left, right};
  if (only(right) && !refers_to(left, outer)) return Equality{right, left};
  return std::nullopt;
}

std::optional<RelPtr> Decorrelator::unnest_aggregate(Apply& apply, const ColumnSet& outer) {
  if ((apply.kind != JoinKind::kLeft && apply.kind != JoinKind::kInner) || !apply.predicates.empty()) {
    return std::nullopt;
  }
  // Maps above an aggregate of one row can as well be computed after the join.
  std::vector<std::vector<Map::Computed>> maps;
  RelPtr* below = &apply.right;
  while (auto* map = (*below)->as<Map>()) {
    maps.push_back(map->computed);
    below = &map->input;
  }
  auto* aggregate = (*below)->as<Aggregate>();
  if (aggregate == nullptr || !aggregate->group.empty()) return std::nullopt;
  const ColumnSet used = used_columns(**below);
  if (std::any_of(used.begin(), used.end(), [&](ColumnId id) { return outer.contains(id); })) return std::nullopt;
  RelPtr input = clone(*aggregate->input);
  std::vector<expr::ExprPtr> pulled;
  if (!pull_correlated_predicates(input, outer, pulled)) return std::nullopt;

  std::vector<Map::Computed> keys;
  std::vector<expr::ExprPtr> predicates;
  ColumnIds group;
  for (const expr::ExprPtr& predicate : pulled) {
    const auto equality = as_equality(predicate, outer);
    if (!equality) return std::nullopt;
    const auto* column = equality->inner->as<expr::ColumnRef>();
    const ColumnId key = column != nullptr ? column->index : columns_.add("key", equality->inner->type());
    if (column == nullptr) keys.push_back({key, equality->inner});
    group.push_back(key);
    const bool outer_first = structurally_equal(*predicate->child(0), *equality->outer);
    std::vector<expr::ExprPtr> sides = {equality->outer, columns_.ref(key)};
    if (!outer_first) std::swap(sides[0], sides[1]);
    predicates.push_back(expr::make_call(*predicate->as<expr::Call>()->function, std::move(sides), predicate->type()));
  }
  std::vector<Map::Computed> defaults;
  std::vector<Aggregate::Call> calls = aggregate->calls;
  for (Aggregate::Call& call : calls) {
    if (expr::ExprPtr empty = value_of_no_rows(*call.spec, columns_.type(call.id))) {
      const ColumnId grouped = columns_.copy_of(call.id);
      defaults.push_back({call.id, expr::make_coalesce({columns_.ref(grouped), std::move(empty)})});
      call.id = grouped;
    }
  }
  RelPtr grouped = make_rel(Aggregate{make_map(std::move(input), std::move(keys)), std::move(group), std::move(calls)});
  RelPtr out = make_rel(Join{JoinKind::kLeft, std::move(apply.left), std::move(grouped), std::move(predicates)});
  out = make_map(std::move(out), std::move(defaults));
  for (auto map = maps.rbegin(); map != maps.rend(); ++map) out = make_map(std::move(out), std::move(*map));
  return out;
}

size_t node_count(const RelExpr& rel) {
  size_t count = 1;
  for (const RelExpr* input : inputs_of(rel)) count += node_count(*input);
  return count;
}

Result<RelPtr> Decorrelator::push(RelPtr rel, const Domain& domain) {
  nodes_made_ += 1 + node_count(*domain.plan);
  if (nodes_made_ > kNodesMax) {
    return SqlError(sqlstate::kStatementTooComplex, "the query's correlated subqueries are nested too deeply")
        .with_hint("Rewrite some of them as joins.");
  }
  if (!is_correlated(*rel, domain.outer_set())) {
    return make_rel(Join{JoinKind::kInner, clone(*domain.plan), std::move(rel), {}});
  }
  if (auto* join = rel->as<Join>()) return push_join(std::move(*join), domain);
  if (auto* aggregate = rel->as<Aggregate>()) return push_aggregate(std::move(*aggregate), domain);
  if (auto* sum = rel->as<Union>()) return push_union(std::move(*sum), domain);
  if (auto* recursion = rel->as<Recursion>()) return push_recursion(std::move(*recursion), domain);
  if (auto* working = rel->as<WorkingTable>()) {
    working->outer.clear();
    append(working->columns, domain.ids);
    return rel;
  }
  if (auto* operation = rel->as<SetOperation>()) return push_set_operation(std::move(*operation), domain);
  // What is left has one input and keeps its columns.
  rewrite_expressions(*rel, domain);
  const std::vector<RelPtr*> inputs = inputs_of(*rel);
  MILLRACE_CHECK(inputs.size() == 1, "a leaf cannot be correlated");
  TRY(*inputs[0], push(std::move(*inputs[0]), domain));
  if (auto* distinct = rel->as<Distinct>()) {
    for (ColumnId& id : distinct->columns) id = domain.at(id);
    append(distinct->columns, domain.ids);
  } else if (auto* top = rel->as<TopK>()) {
    for (TopK::Key& key : top->order) key.column = domain.at(key.column);
    for (ColumnId& id : top->columns) id = domain.at(id);
    append(top->partition, domain.ids);
  } else if (auto* window = rel->as<Window>()) {
    for (ColumnId& id : window->partition) id = domain.at(id);
    for (TopK::Key& key : window->order) key.column = domain.at(key.column);
    for (Window::Call& call : window->calls) {
      if (call.filter) call.filter = domain.at(*call.filter);
    }
    append(window->partition, domain.ids);
  } else if (auto* one = rel->as<AtMostOne>()) {
    append(one->partition, domain.ids);
  }
  return rel;
}

Result<RelPtr> Decorrelator::push_join(Join join, const Domain& domain) {
  const ColumnSet outer = domain.outer_set();
  const bool left = is_correlated(*join.left, outer);
  const bool right = is_correlated(*join.right, outer);
  for (expr::ExprPtr& predicate : join.predicates) predicate = rewrite(predicate, domain);
  if (join.kind == JoinKind::kInner && right && !left) {
    TRY(join.right, push(std::move(join.right), domain));
    return make_rel(std::move(join));
  }
  if (join.kind == JoinKind::kFull) return push_full_join(std::move(join), domain);
  TRY(join.left, push(std::move(join.left), domain));
  if (right) {
    const Domain other = fresh(domain);
    TRY(join.right, push(std::move(join.right), other));
    add_equalities(domain, other, join.predicates);
  }
  return make_rel(std::move(join));
}

// Either side may be missing, and with it its copy of the domain: the other's counts then.
Result<RelPtr> Decorrelator::push_full_join(Join join, const Domain& domain) {
  const Domain left = fresh(domain);
  const Domain right = fresh(domain);
  TRY(join.left, push(std::move(join.left), left));
  TRY(join.right, push(std::move(join.right), right));
  const ColumnMapping to_left = [&](uint32_t id, SqlType type) {
    const auto found = std::find(domain.ids.begin(), domain.ids.end(), id);
    return found == domain.ids.end() ? expr::make_column(id, type)
                                     : columns_.ref(left.ids[static_cast<size_t>(found - domain.ids.begin())]);
  };
  for (expr::ExprPtr& predicate : join.predicates) predicate = expr::substitute_columns(predicate, to_left);
  add_equalities(left, right, join.predicates);
  std::vector<Map::Computed> either;
  for (size_t i = 0; i < domain.ids.size(); ++i) {
    either.push_back({domain.ids[i], expr::make_coalesce({columns_.ref(left.ids[i]), columns_.ref(right.ids[i])})});
  }
  return make_map(make_rel(std::move(join)), std::move(either));
}

Result<RelPtr> Decorrelator::push_aggregate(Aggregate aggregate, const Domain& domain) {
  if (!aggregate.group.empty()) {
    TRY(aggregate.input, push(std::move(aggregate.input), domain));
    for (ColumnId& id : aggregate.group) id = domain.at(id);
    append(aggregate.group, domain.ids);
    for (Aggregate::Call& call : aggregate.calls) {
      for (ColumnId* id : columns_of(call)) *id = domain.at(*id);
    }
    return make_rel(std::move(aggregate));
  }
  const Domain inner = fresh(domain);
  TRY(aggregate.input, push(std::move(aggregate.input), inner));
  aggregate.group = inner.ids;
  std::vector<Map::Computed> defaults;
  for (Aggregate::Call& call : aggregate.calls) {
    for (ColumnId* id : columns_of(call)) *id = inner.at(*id);
    if (expr::ExprPtr empty = value_of_no_rows(*call.spec, columns_.type(call.id))) {
      const ColumnId grouped = columns_.copy_of(call.id);
      defaults.push_back({call.id, expr::make_coalesce({columns_.ref(grouped), std::move(empty)})});
      call.id = grouped;
    }
  }
  std::vector<expr::ExprPtr> predicates;
  add_equalities(domain, inner, predicates);
  RelPtr out =
      make_rel(Join{JoinKind::kLeft, clone(*domain.plan), make_rel(std::move(aggregate)), std::move(predicates)});
  return make_map(std::move(out), std::move(defaults));
}

Result<RelPtr> Decorrelator::push_union(Union sum, const Domain& domain) {
  for (size_t i = 0; i < sum.inputs.size(); ++i) {
    const Domain branch = fresh(domain);
    TRY(sum.inputs[i], push(std::move(sum.inputs[i]), branch));
    for (ColumnId& id : sum.input_columns[i]) id = branch.at(id);
    append(sum.input_columns[i], branch.ids);
  }
  append(sum.columns, domain.ids);
  return make_rel(std::move(sum));
}

// The working table's rows belong to a row of the domain each, whatever the step does with them. The step is run for
// those rows of the domain that still have some: another's rounds may have come to their end.
void tie_working_table(RelExpr& rel, uint32_t recursion, const ColumnIds& outer) {
  if (auto* working = rel.as<WorkingTable>(); working != nullptr && working->recursion == recursion) {
    append(working->outer, outer);
  }
  for (RelPtr* input : inputs_of(rel)) tie_working_table(**input, recursion, outer);
}

Result<RelPtr> Decorrelator::push_recursion(Recursion recursion, const Domain& domain) {
  const Domain base = fresh(domain);
  Domain step{nullptr, domain.outer, copies(domain.ids)};
  WorkingTable going_on{recursion.number, copies(recursion.columns), {}, std::nullopt};
  append(going_on.columns, step.ids);
  step.plan = make_rel(Distinct{make_rel(std::move(going_on)), step.ids});
  tie_working_table(*recursion.step, recursion.number, domain.outer);
  TRY(recursion.base, push(std::move(recursion.base), base));
  TRY(recursion.step, push(std::move(recursion.step), step));
  for (ColumnId& id : recursion.base_columns) id = base.at(id);
  for (ColumnId& id : recursion.step_columns) id = step.at(id);
  append(recursion.base_columns, base.ids);
  append(recursion.step_columns, step.ids);
  append(recursion.columns, domain.ids);
  return make_rel(std::move(recursion));
}

Result<RelPtr> Decorrelator::push_set_operation(SetOperation operation, const Domain& domain) {
  const Domain left = fresh(domain);
  const Domain right = fresh(domain);
  TRY(operation.left, push(std::move(operation.left), left));
  TRY(operation.right, push(std::move(operation.right), right));
  for (ColumnId& id : operation.left_columns) id = left.at(id);
  for (ColumnId& id : operation.right_columns) id = right.at(id);
  append(operation.left_columns, left.ids);
  append(operation.right_columns, right.ids);
  append(operation.columns, domain.ids);
  return make_rel(std::move(operation));
}

}  // namespace

Result<RelPtr> decorrelate(RelPtr rel, ColumnTable& columns) { return Decorrelator(columns).run(std::move(rel)); }

}  // namespace millrace::sql
