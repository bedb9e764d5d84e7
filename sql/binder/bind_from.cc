// FROM: relations, views, subqueries, functions, joins.
#include <fmt/format.h>

#include <algorithm>

#include "expr/overload_resolution.h"
#include "sql/binder/from_binder.h"

namespace millrace::sql {

using dataflow::JoinKind;
using expr::ExprPtr;

Status QueryBinder::bind_from(const std::vector<ast::TableRefPtr>& from, Block& block) {
  FromBinder binder(*this, block, block.parent);
  for (const ast::TableRefPtr& item : from) TRY(binder.add(*item));
  return {};
}

Status FromBinder::add(const ast::TableRef& ref) {
  TRY(Item item, bind(ref));
  TRY(block_.scope.merge(std::move(item.scope)));
  if (block_.input == nullptr) {
    block_.input = std::move(item.plan);
  } else if (item.lateral) {
    block_.input = make_rel(Apply{JoinKind::kInner, std::move(block_.input), std::move(item.plan), {}});
  } else {
    block_.input = make_rel(Join{JoinKind::kInner, std::move(block_.input), std::move(item.plan), {}});
  }
  return {};
}

Result<FromBinder::Item> FromBinder::bind_side(const ast::TableRef& ref, const char* obstacle) {
  const QueryBinder::RecursionObstacle place(binder_, obstacle);
  return bind(ref);
}

Result<FromBinder::Item> FromBinder::bind(const ast::TableRef& ref) {
  return std::visit([&](const auto& kind) { return bind_kind(kind, ref); }, ref.kind);
}

Status FromBinder::rename(ScopeTable& table, const ast::Alias& alias) {
  if (!alias.name.empty()) table.alias = alias.name;
  if (alias.columns.size() > table.columns.size()) {
    return SqlError(sqlstate::kInvalidColumnReference,
                    fmt::format("table \"{}\" has {} columns available but {} columns specified", table.alias,
                                table.columns.size(), alias.columns.size()));
  }
  for (size_t i = 0; i < alias.columns.size(); ++i) table.columns[i].name = alias.columns[i];
  return {};
}

Scope FromBinder::scope_of(ScopeTable table) {
  Scope scope;
  scope.star = table.columns;
  scope.tables.push_back(std::move(table));
  return scope;
}

Result<FromBinder::Item> FromBinder::bind_kind(const ast::RelationRef& node, const ast::TableRef&) {
  if (node.name.parts.size() == 1) {
    for (const CommonTables* level = binder_.common_tables_; level != nullptr; level = level->outer) {
      const auto found = level->tables.find(node.name.last());
      if (found != level->tables.end()) return bind_common_table(found->second, node.alias);
    }
  }
  TRY(const catalog::Object* object, binder_.find_relation(node.name));
  TRY(QueryBinder::BoundTable bound, binder_.bind_relation(*object, node.alias.name));
  TRY(rename(bound.table, node.alias));
  return Item{std::move(bound.plan), scope_of(std::move(bound.table)), false};
}

Result<FromBinder::Item> FromBinder::bind_common_table(const CommonTables::Entry& entry, const ast::Alias& alias) {
  std::vector<OutputColumn> outputs;
  TRY(std::optional<Plan> plan, binder_.bind_self_reference(entry, outputs));
  if (plan) {
    block_.self_reference = true;
  } else {
    TRY(plan, binder_.bind_common_query(entry, outputs));
  }
  ScopeTable table = table_of(*plan, outputs);
  table.alias = entry.definition->name;
  TRY(rename(table, {entry.definition->name, entry.definition->columns}));
  TRY(rename(table, alias));
  return Item{std::move(plan->root), scope_of(std::move(table)), false};
}

ScopeTable FromBinder::table_of(const Plan& plan, const std::vector<OutputColumn>& outputs) {
  ScopeTable table;
  for (size_t i = 0; i < outputs.size(); ++i) {
    table.columns.push_back({outputs[i].name, plan.outputs[i], outputs[i].relation, outputs[i].attribute});
  }
  return table;
}

Result<FromBinder::Item> FromBinder::bind_kind(const ast::SubqueryRef& node, const ast::TableRef&) {
  std::vector<OutputColumn> outputs;
  Block* outer = node.lateral ? &block_ : outer_;
  const QueryBinder::HiddenScope hidden(binder_, node.lateral ? nullptr : &block_.scope);
  TRY(Plan plan, binder_.bind_subquery(*node.query, outer, &outputs));
  ScopeTable table = table_of(plan, outputs);
  TRY(rename(table, node.alias));
  return Item{std::move(plan.root), scope_of(std::move(table)), node.lateral};
}

Result<FromBinder::Item> FromBinder::bind_kind(const ast::UnsupportedTableRef& node, const ast::TableRef& at) {
  return not_supported(node.what, "").at(at.location);
}

Result<FromBinder::Item> FromBinder::bind_kind(const ast::JoinRef& node, const ast::TableRef&) {
  // The right side may be LATERAL to the left one, so both are bound in a block of their own that sees
  // what this FROM has so far.
  using Type = ast::JoinType;
  const auto obstacle = [&](Type one) {
    return node.type == one || node.type == Type::kFull ? "an outer join" : nullptr;
  };
  TRY(Item left, bind_side(*node.left, obstacle(Type::kRight)));
  Block sides;
  sides.parent = block_.scope.star.empty() && block_.scope.tables.empty() ? block_.parent : &block_;
  TRY(sides.scope.merge(left.scope));
  sides.input = std::move(left.plan);
  FromBinder right_binder(binder_, sides, outer_);
  TRY(Item right, right_binder.bind_side(*node.right, obstacle(Type::kLeft)));
  block_.self_reference = block_.self_reference || sides.self_reference;
  const bool lateral = right.lateral;
  if (lateral && (node.type == ast::JoinType::kRight || node.type == ast::JoinType::kFull)) {
    const RelPtr& plan = right.plan;
    const ColumnIds left_ids = columns_of(*sides.input);
    for (const ColumnId id : free_columns(*plan)) {
      if (std::find(left_ids.begin(), left_ids.end(), id) != left_ids.end()) {
        return SqlError(sqlstate::kInvalidColumnReference, "invalid reference to FROM-clause entry")
            .with_detail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
      }
    }
  }
  Scope joined = left.scope;
  TRY(joined.merge(right.scope));

  std::vector<ExprPtr> predicates;
  std::vector<Map::Computed> merged;
  if (node.natural || !node.using_columns.empty()) {
    TRY(merge_columns(node, left.scope, right.scope, joined, predicates, merged));
  }
  std::vector<PendingApply> applies;
  if (node.on != nullptr) {
    Block on;
    on.parent = sides.parent;
    on.scope = joined;
    TRY(ExprPtr condition, binder_.bind_boolean(*node.on, on, Clause::kJoin));
    predicates.push_back(std::move(condition));
    applies = std::move(on.applies);
  }
  TRY(RelPtr plan, make_join(node.type, std::move(sides.input), std::move(right.plan), lateral, std::move(predicates),
                             std::move(applies)));
  plan = make_map(std::move(plan), std::move(merged));
  if (!node.alias.name.empty()) {
    ScopeTable table;
    table.columns = joined.star;
    TRY(rename(table, node.alias));
    joined = scope_of(std::move(table));
  }
  return Item{std::move(plan), std::move(joined), left.lateral || lateral};
}

// Subqueries of the condition are joined to the side they look at. Those of an outer join that look at
// both make the side that may be missing lateral: the condition becomes a filter of its rows.
Result<RelPtr> FromBinder::join_on_subqueries(ast::JoinType type, RelPtr left, RelPtr right, bool lateral,
                                              std::vector<ExprPtr> predicates, std::vector<PendingApply> applies) {
  Block below;
  if (type == ast::JoinType::kInner) {
    below.input = lateral ? make_rel(Apply{JoinKind::kInner, std::move(left), std::move(right), {}})
                          : make_rel(Join{JoinKind::kInner, std::move(left), std::move(right), {}});
    below.applies = std::move(applies);
    binder_.flush_applies(below);
    return make_filter(std::move(below.input), std::move(predicates));
  }
  if (type == ast::JoinType::kRight) std::swap(left, right);
  if (type != ast::JoinType::kFull) {
    below.input = std::move(right);
    below.applies = std::move(applies);
    binder_.flush_applies(below);
    return make_rel(
        Apply{JoinKind::kLeft, std::move(left), make_filter(std::move(below.input), std::move(predicates)), {}});
  }
  ColumnIds left_ids = columns_of(*left);
  ColumnIds right_ids = columns_of(*right);
  for (PendingApply& apply : applies) {
    const ColumnSet used = free_columns(*apply.right);
    const auto uses = [&](const ColumnIds& ids) {
      return std::any_of(ids.begin(), ids.end(), [&](ColumnId id) { return used.contains(id); });
    };
    if (uses(left_ids) && uses(right_ids)) {
      return not_supported("a subquery over both sides in the condition of a full join",
                           "Rewrite it as a union of two outer joins.");
    }
    const bool to_right = uses(right_ids);
    RelPtr& side = to_right ? right : left;
    // A later one may read what this one gives.
    for (const ColumnId id : columns_of(*apply.right)) (to_right ? right_ids : left_ids).push_back(id);
    side = make_rel(Apply{apply.kind, std::move(side), std::move(apply.right), std::move(apply.predicates)});
  }
  return make_rel(Join{JoinKind::kFull, std::move(left), std::move(right), std::move(predicates)});
}

Result<RelPtr> FromBinder::make_join(ast::JoinType type, RelPtr left, RelPtr right, bool lateral,
                                     std::vector<ExprPtr> predicates, std::vector<PendingApply> applies) {
  if (!applies.empty()) {
    return join_on_subqueries(type, std::move(left), std::move(right), lateral, std::move(predicates),
                              std::move(applies));
  }
  switch (type) {
    case ast::JoinType::kInner:
      if (lateral) return make_rel(Apply{JoinKind::kInner, std::move(left), std::move(right), std::move(predicates)});
      return make_rel(Join{JoinKind::kInner, std::move(left), std::move(right), std::move(predicates)});
    case ast::JoinType::kLeft:
      if (lateral) return make_rel(Apply{JoinKind::kLeft, std::move(left), std::move(right), std::move(predicates)});
      return make_rel(Join{JoinKind::kLeft, std::move(left), std::move(right), std::move(predicates)});
    case ast::JoinType::kRight:
      return make_rel(Join{JoinKind::kLeft, std::move(right), std::move(left), std::move(predicates)});
    case ast::JoinType::kFull:
      return make_rel(Join{JoinKind::kFull, std::move(left), std::move(right), std::move(predicates)});
  }
  return SqlError(sqlstate::kInternalError, "a join of no type");
}

namespace {

Result<const ScopeColumn*> using_column(const Scope& scope, const std::string& name, const char* side) {
  const ScopeColumn* found = nullptr;
  for (const ScopeColumn& column : scope.star) {
    if (column.name != name) continue;
    if (found != nullptr) {
      return SqlError(sqlstate::kAmbiguousColumn,
                      fmt::format("common column name \"{}\" appears more than once in {} table", name, side));
    }
    found = &column;
  }
  return found;
}

}  // namespace

// NATURAL and USING: equalities, and the merged columns first in what * gives. A merged column is the
// side's that cannot be missing; of a full join it is whichever is there.
Status FromBinder::merge_columns(const ast::JoinRef& node, const Scope& left, const Scope& right, Scope& joined,
                                 std::vector<ExprPtr>& predicates, std::vector<Map::Computed>& merged) {
  std::vector<std::string> names = node.using_columns;
  if (node.natural) {
    for (const ScopeColumn& column : left.star) {
      const bool common = std::any_of(right.star.begin(), right.star.end(),
                                      [&](const ScopeColumn& other) { return other.name == column.name; });
      if (common && std::find(names.begin(), names.end(), column.name) == names.end()) names.push_back(column.name);
    }
  }
  std::vector<ScopeColumn> star;
  ColumnTable& columns = binder_.columns_;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    if (std::count(names.begin(), names.end(), name) > 1) {
      return SqlError(sqlstate::kDuplicateColumn,
                      fmt::format("column name \"{}\" appears more than once in USING clause", name));
    }
    TRY(const ScopeColumn* l, using_column(left, name, "left"));
    TRY(const ScopeColumn* r, using_column(right, name, "right"));
    for (const auto& [found, side] : {std::pair{l, "left"}, std::pair{r, "right"}}) {
      if (found == nullptr) {
        return SqlError(sqlstate::kUndefinedColumn,
                        fmt::format("column \"{}\" specified in USING clause does not exist in {} table", name, side));
      }
    }
    const Coercions& coercions = binder_.coercions_;
    auto call = expr::resolve_operator("=", {columns.type(l->id), columns.type(r->id)});
    if (!call) return std::move(call).error();
    TRY(ExprPtr l_side, coercions.coerce(columns.ref(l->id), call->argument_types[0], expr::CastContext::kImplicit));
    TRY(ExprPtr r_side, coercions.coerce(columns.ref(r->id), call->argument_types[1], expr::CastContext::kImplicit));
    predicates.push_back(expr::make_call(*call->candidate.scalar, {l_side, r_side}, call->result_type));

    std::vector<ExprPtr> sides = {columns.ref(l->id), columns.ref(r->id)};
    TRY(const SqlType type, coercions.unify("JOIN/USING", sides));
    ScopeColumn out{name, 0, ObjectId(), 0};
    const ExprPtr& kept = sides[node.type == ast::JoinType::kRight ? 1 : 0];
    if (node.type == ast::JoinType::kFull) {
      out.id = columns.add(name, type);
      merged.push_back({out.id, expr::make_coalesce(sides)});
    } else if (const auto* column = kept->as<expr::ColumnRef>()) {
      out = node.type == ast::JoinType::kRight ? *r : *l;
      out.id = column->index;
    } else {
      out.id = columns.add(name, type);
      merged.push_back({out.id, kept});
    }
    star.push_back(std::move(out));
  }
  for (const Scope* side : {&left, &right}) {
    for (const ScopeColumn& column : side->star) {
      if (std::find(names.begin(), names.end(), column.name) == names.end()) star.push_back(column);
    }
  }
  if (!node.using_alias.empty()) {
    ScopeTable table;
    table.alias = node.using_alias;
    table.columns.assign(star.begin(), star.begin() + static_cast<std::ptrdiff_t>(names.size()));
    joined.tables.push_back(std::move(table));
  }
  joined.star = std::move(star);
  return {};
}

}  // namespace millrace::sql
