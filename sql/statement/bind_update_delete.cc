#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {

using dataflow::JoinKind;
using expr::ExprPtr;

Result<std::vector<ExprPtr>> StatementBinder::bind_assignments(const std::vector<ast::Assignment>& assignments,
                                                               const catalog::Object& table, Block& block) {
  std::vector<ExprPtr> out(table.columns.size());
  const auto assign = [&](const ast::Target& target, const ast::Expr* item, ExprPtr value) -> Status {
    if (target.has_indirection) {
      return not_supported("a part of a column as target", "Assign the whole column.").at(target.location);
    }
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const catalog::ColumnDefinition& column) { return column.name == target.name; });
    if (found == table.columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn,
                      fmt::format("column \"{}\" of relation \"{}\" does not exist", target.name, table.name.name))
          .at(target.location);
    }
    ExprPtr& slot = out[static_cast<size_t>(found - table.columns.begin())];
    if (slot != nullptr) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("multiple assignments to same column \"{}\"", target.name));
    }
    if (item != nullptr && item->as<ast::SetToDefault>() != nullptr) {
      if (!found->generated_sql.empty()) return {};  // Computed anew in any case.
      TRY(slot, column_default(*found));
      return {};
    }
    TRY(check_assignable(*found));
    if (value == nullptr) {
      TRY(value, queries_.bind_expr(*item, block, Clause::kUpdate));
    }
    Result<ExprPtr> assigned = queries_.coercions().assign(value, found->type, found->name);
    if (!assigned) return std::move(assigned).error().at(item == nullptr ? target.location : item->location);
    slot = std::move(*assigned);
    return {};
  };
  for (const ast::Assignment& assignment : assignments) {
    if (!assignment.multiple) {
      TRY(assign(assignment.columns[0], assignment.value.get(), nullptr));
      continue;
    }
    if (const auto* row = assignment.value->as<ast::Row>()) {
      if (row->fields.size() != assignment.columns.size()) {
        return SqlError(sqlstate::kSyntaxError, "number of columns does not match number of values")
            .at(assignment.value->location);
      }
      for (size_t i = 0; i < row->fields.size(); ++i) {
        TRY(assign(assignment.columns[i], row->fields[i].get(), nullptr));
      }
      continue;
    }
    const auto* sublink = assignment.value->as<ast::Sublink>();
    if (sublink == nullptr || sublink->kind != ast::Sublink::Kind::kScalar) {
      return SqlError(sqlstate::kFeatureNotSupported,
                      "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression")
          .at(assignment.value->location);
    }
    std::vector<OutputColumn> outputs;
    TRY(Plan plan, queries_.bind_subquery(*sublink->query, &block, &outputs));
    if (outputs.size() != assignment.columns.size()) {
      return SqlError(sqlstate::kSyntaxError, "number of columns does not match number of values")
          .at(assignment.value->location);
    }
    block.applies.push_back({JoinKind::kLeft, make_rel(AtMostOne{std::move(plan.root), {}}), {}});
    for (size_t i = 0; i < outputs.size(); ++i) {
      TRY(assign(assignment.columns[i], nullptr, outputs[i].value));
    }
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Update& node) {
  QueryBinder::WithScope with(queries_);
  TRY(with.enter(node.with, nullptr));
  TRY(const catalog::Object* table, find_table(node.table, "update"));
  Block block;
  TRY(QueryBinder::BoundTable target, queries_.bind_relation(*table, node.alias));
  Plan plan;
  plan.outputs = sql::columns_of(*target.plan);
  TRY(block.scope.add(std::move(target.table)));
  block.input = std::move(target.plan);
  TRY(queries_.bind_from(node.from, block));
  TRY(const std::vector<ExprPtr> values, bind_assignments(node.assignments, *table, block));
  std::vector<PendingApply> for_values = std::move(block.applies);
  block.applies.clear();
  if (node.where != nullptr) TRY(queries_.bind_condition(*node.where, block, Clause::kWhere));
  block.applies = std::move(for_values);
  queries_.flush_applies(block);

  const ColumnIds old_ids = plan.outputs;
  std::vector<Map::Computed> computed;
  ColumnIds new_ids;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == nullptr) {
      new_ids.push_back(old_ids[i]);
      continue;
    }
    new_ids.push_back(queries_.columns().add(table->columns[i].name, table->columns[i].type));
    computed.push_back({new_ids.back(), values[i]});
  }
  plan.root = make_map(std::move(block.input), std::move(computed));
  TRY(const std::vector<ExprPtr> generated, generated_columns(*table));
  computed.clear();
  const ColumnIds given_ids = new_ids;
  for (size_t i = 0; i < generated.size(); ++i) {
    if (generated[i] == nullptr) continue;
    new_ids[i] = queries_.columns().add(table->columns[i].name, table->columns[i].type);
    computed.push_back({new_ids[i], expr::substitute_columns(generated[i], [&](uint32_t column, SqlType type) {
                          return expr::make_column(given_ids[column], type);
                        })});
  }
  if (!computed.empty()) plan.root = make_map(std::move(plan.root), std::move(computed));
  plan.outputs.insert(plan.outputs.end(), new_ids.begin(), new_ids.end());
  const auto& unique = table->as<catalog::Table>()->unique;
  if (!node.from.empty() && !unique.empty() && unique[0].primary) {
    // Of several matches one row is taken, always the same: the smallest new row.
    TopK first;
    for (const uint32_t column : unique[0].columns) first.partition.push_back(old_ids[column]);
    first.columns = plan.outputs;
    first.limit = 1;
    first.input = std::move(plan.root);
    plan.root = make_rel(std::move(first));
  }
  BoundUpdate out;
  out.table = table->id;
  TRY(out.checks, row_checks(*table));
  TRY(out.source, plan_rows(std::move(plan)));
  TRY(out.returning, bind_returning(node.returning, node.alias, *table));
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Delete& node) {
  QueryBinder::WithScope with(queries_);
  TRY(with.enter(node.with, nullptr));
  TRY(const catalog::Object* table, find_table(node.table, "delete from"));
  Block block;
  TRY(QueryBinder::BoundTable target, queries_.bind_relation(*table, node.alias));
  Plan plan;
  plan.outputs = sql::columns_of(*target.plan);
  Block others;
  TRY(block.scope.add(std::move(target.table)));
  if (node.using_.empty()) {
    block.input = std::move(target.plan);
    if (node.where != nullptr) TRY(queries_.bind_condition(*node.where, block, Clause::kWhere));
    plan.root = std::move(block.input);
  } else {
    // A row goes once, however many rows it meets.
    TRY(queries_.bind_from(node.using_, others));
    TRY(block.scope.merge(others.scope));
    std::vector<ExprPtr> predicates;
    if (node.where != nullptr) TRY(queries_.bind_conjuncts(*node.where, block, Clause::kWhere, predicates));
    if (block.applies.empty()) {
      plan.root =
          make_rel(Join{JoinKind::kSemi, std::move(target.plan), std::move(others.input), std::move(predicates)});
    } else {
      block.input = make_rel(Join{JoinKind::kInner, std::move(target.plan), std::move(others.input), {}});
      queries_.apply_conjuncts(block, std::move(predicates));
      plan.root = make_rel(Distinct{std::move(block.input), plan.outputs});
    }
  }
  BoundDelete out;
  out.table = table->id;
  TRY(out.source, plan_rows(std::move(plan)));
  TRY(out.returning, bind_returning(node.returning, node.alias, *table));
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Truncate& node) {
  BoundTruncate out;
  std::vector<const catalog::Object*> tables;
  for (const ast::ObjectName& name : node.tables) {
    TRY(const catalog::Object* table, queries_.find_relation(name));
    if (table->as<catalog::Table>() == nullptr) {
      return SqlError(sqlstate::kWrongObjectType, fmt::format("\"{}\" is not a table", table->name.name));
    }
    tables.push_back(table);
  }
  // Grows as it is walked: with CASCADE whoever refers to an emptied table is emptied as well.
  for (size_t i = 0; i < tables.size(); ++i) {
    for (const ObjectId id : catalog().dependents(tables[i]->id)) {
      const catalog::Object* dependent = catalog().find(id);
      if (node.restart_identity && dependent->as<catalog::Sequence>() != nullptr) out.restarted.push_back(id);
      if (dependent->as<catalog::Table>() == nullptr) continue;
      if (std::find(tables.begin(), tables.end(), dependent) != tables.end()) continue;
      if (!node.cascade) {
        return SqlError(sqlstate::kFeatureNotSupported,
                        "cannot truncate a table referenced in a foreign key constraint")
            .with_detail(fmt::format("Table \"{}\" references \"{}\".", dependent->name.name, tables[i]->name.name))
            .with_hint(fmt::format("Truncate table \"{}\" at the same time, or use TRUNCATE ... CASCADE.",
                                   dependent->name.name));
      }
      tables.push_back(dependent);
    }
  }
  for (const catalog::Object* table : tables) out.tables.push_back(table->id);
  return out;
}

}  // namespace millrace::sql
