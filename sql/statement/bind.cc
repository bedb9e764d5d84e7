// sql::bind() and what every statement shares.
#include <algorithm>

#include "expr/expr_rewrite.h"
#include "expr/program.h"
#include "sql/physical/circuit_writer.h"
#include "sql/physical/plan_query.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {

Result<BoundResult> bind(const ParsedStatement& statement, const BindContext& context) {
  return StatementBinder(statement, context).bind();
}

Result<BoundStatement> StatementBinder::bind_tree(const ast::Statement& tree) {
  return std::visit([&](const auto& node) { return bind_kind(node); }, tree.kind);
}

namespace {

std::vector<ResultColumn> columns_of(const BoundStatement& statement) {
  const auto returning = [](const std::optional<Returning>& clause) {
    return clause ? clause->columns : std::vector<ResultColumn>{};
  };
  if (const auto* query = std::get_if<BoundQuery>(&statement)) return query->columns;
  if (const auto* insert = std::get_if<BoundInsert>(&statement)) return returning(insert->returning);
  if (const auto* update = std::get_if<BoundUpdate>(&statement)) return returning(update->returning);
  if (const auto* remove = std::get_if<BoundDelete>(&statement)) return returning(remove->returning);
  if (const auto* show = std::get_if<BoundShow>(&statement)) {
    const SqlType text = type_of(oid::kText);
    if (show->name == "all") return {{"name", text, {}, 0}, {"setting", text, {}, 0}, {"description", text, {}, 0}};
    return {{show->name, text, {}, 0}};
  }
  if (const auto* explain = std::get_if<BoundExplain>(&statement)) {
    return {{"QUERY PLAN", type_of(explain->json ? oid::kJson : oid::kText), {}, 0}};
  }
  return {};
}

}  // namespace

Result<BoundResult> StatementBinder::bind() {
  BoundResult out;
  TRY(out.statement, bind_tree(*statement_.tree));
  TRY(out.parameter_types, parameters_.finish());
  out.columns = columns_of(out.statement);
  return out;
}

Result<TableRules> table_rules(const catalog::Object& table, const BindContext& context) {
  const ParsedStatement nothing;
  StatementBinder binder(nothing, context);
  TableRules out;
  TRY(out.checks, binder.row_checks(table));
  TRY(out.completion, binder.generated_completion(table));
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::UnsupportedStatement& node) {
  return not_supported(node.what, node.hint).at(statement_.location);
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Query& node) { return bind_select(node); }

Result<BoundQuery> StatementBinder::bind_select(const ast::Query& query) {
  TRY(BoundRelation relation, queries_.bind_query(query, nullptr));
  TRY(const ColumnIds ids, queries_.settle_outputs(relation));
  BoundQuery out;
  for (size_t i = 0; i < ids.size(); ++i) {
    const OutputColumn& output = relation.outputs[i];
    out.columns.push_back({output.name, output.value->type(), output.relation, output.attribute});
  }
  Plan plan{std::move(relation.root), ids};
  for (const OrderItem& item : relation.order) {
    const ColumnId id = item.value->as<expr::ColumnRef>()->index;
    auto place = std::find(plan.outputs.begin(), plan.outputs.end(), id);
    if (place == plan.outputs.end()) place = plan.outputs.insert(plan.outputs.end(), id);
    out.finishing.order.push_back(
        {static_cast<uint32_t>(place - plan.outputs.begin()), item.descending, item.nulls_first});
  }
  out.finishing.visible_columns = static_cast<uint32_t>(ids.size());
  out.finishing.limit = std::move(relation.limit);
  out.finishing.offset = std::move(relation.offset);
  out.finishing.with_ties = relation.with_ties;
  TRY(out.plan, plan_circuit(std::move(plan), queries_.columns(), catalog()));
  if (out.finishing.limit == nullptr && out.finishing.offset == nullptr &&
      out.plan.output_types().size() == ids.size()) {
    out.point_read = as_point_read(out.plan, catalog());
  }
  out.relations.assign(queries_.relations().begin(), queries_.relations().end());
  out.volatile_or_now = is_volatile_or_now(out.plan);
  return out;
}

Result<BoundQuery> StatementBinder::plan_rows(Plan plan) {
  BoundQuery out;
  for (const ColumnId id : plan.outputs) {
    out.columns.push_back({queries_.columns().name(id), queries_.columns().type(id), ObjectId(), 0});
  }
  out.finishing.visible_columns = static_cast<uint32_t>(plan.outputs.size());
  TRY(out.plan, plan_circuit(std::move(plan), queries_.columns(), catalog()));
  out.relations.assign(queries_.relations().begin(), queries_.relations().end());
  out.volatile_or_now = is_volatile_or_now(out.plan);
  return out;
}

Result<BoundQuery> with_parameters(const BoundQuery& query, const std::vector<Value>& parameters) {
  BoundQuery out = query;
  const auto replace = [&](const expr::ExprPtr& expression) {
    if (expression == nullptr || !expression->has_parameters()) return expression;
    return expr::fold_constants(expr::bind_parameters(expression, parameters));
  };
  for_each_expression(out.plan, [&](expr::ExprPtr& expression) { expression = replace(expression); });
  for (dataflow::PlanNode& node : out.plan.nodes) {
    const auto* map = std::get_if<dataflow::MapNode>(&node.kind);
    if (map == nullptr) continue;
    // A filter that is never true empties its input.
    const bool never = std::any_of(map->filters.begin(), map->filters.end(), [](const expr::ExprPtr& filter) {
      const auto* constant = filter->as<expr::Constant>();
      return constant != nullptr && (constant->value.is_null() || !constant->value.slot().boolean());
    });
    if (never) node.kind = dataflow::ConstantNode{};
  }
  if (out.point_read) {
    for (expr::ExprPtr& key : out.point_read->key) key = replace(key);
  }
  out.finishing.limit = replace(out.finishing.limit);
  out.finishing.offset = replace(out.finishing.offset);
  const auto check = [](const expr::ExprPtr& count, SqlState state, const char* message) -> Status {
    const auto* constant = count == nullptr ? nullptr : count->as<expr::Constant>();
    if (constant != nullptr && !constant->value.is_null() && constant->value.slot().i64 < 0) {
      return SqlError(state, message);
    }
    return {};
  };
  TRY(check(out.finishing.limit, sqlstate::kInvalidRowCountInLimit, "LIMIT must not be negative"));
  TRY(check(out.finishing.offset, sqlstate::kInvalidRowCountInOffset, "OFFSET must not be negative"));
  return out;
}

}  // namespace millrace::sql
