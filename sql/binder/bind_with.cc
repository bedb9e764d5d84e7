// References to WITH queries, and WITH RECURSIVE.
//
// A WITH query is bound anew for each reference. While its definition is being bound, a reference to it is
// a recursive one: it has its place only in the second operand of the definition's UNION.
#include <fmt/format.h>

#include <algorithm>

#include "expr/program.h"
#include "sql/binder/query_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

namespace {

SqlError invalid_reference(const std::string& name, const std::string& what) {
  return SqlError(sqlstate::kInvalidRecursion,
                  fmt::format("recursive reference to query \"{}\" must not {}", name, what));
}

}  // namespace

Result<Plan> QueryBinder::bind_common_query(const CommonTables::Entry& entry, std::vector<OutputColumn>& outputs) {
  const CommonTables* here = std::exchange(common_tables_, entry.visible);
  const char* obstacle = std::exchange(obstacle_, nullptr);
  const auto bind = [&]() -> Result<Plan> {
    if (entry.recursive && !plain_.contains(entry.definition)) {
      definitions_.push_back({entry.definition, Definition::Part::kWhole, 0, {}, false});
      Result<std::optional<Plan>> recursive = bind_recursive_query(entry, outputs);
      definitions_.pop_back();
      if (!recursive) return std::move(recursive).error();
      if (*recursive) return std::move(**recursive);
      plain_.insert(entry.definition);
    }
    if (entry.recursive) definitions_.push_back({entry.definition, Definition::Part::kWhole, 0, {}, false});
    Result<Plan> plan = bind_subquery(*entry.definition->statement->as<ast::Query>(), entry.around, &outputs);
    if (entry.recursive) definitions_.pop_back();
    return plan;
  };
  Result<Plan> plan = bind();
  common_tables_ = here;
  obstacle_ = obstacle;
  return plan;
}

Result<std::optional<Plan>> QueryBinder::bind_self_reference(const CommonTables::Entry& entry,
                                                             std::vector<OutputColumn>& outputs) {
  using Part = Definition::Part;
  if (!entry.recursive) return std::nullopt;
  const auto found = std::find_if(definitions_.rbegin(), definitions_.rend(),
                                  [&](const Definition& other) { return other.table == entry.definition; });
  if (found == definitions_.rend()) return std::nullopt;
  const std::string& name = entry.definition->name;
  // Through a neighbour of the same WITH?
  for (auto between = definitions_.rbegin(); between != found; ++between) {
    const auto neighbour = entry.visible->tables.find(between->table->name);
    if (neighbour != entry.visible->tables.end() && neighbour->second.definition == between->table) {
      return not_supported("mutual recursion between WITH items", "").at(entry.definition->location);
    }
  }
  if (found->part == Part::kWhole) {
    return SqlError(sqlstate::kInvalidRecursion,
                    fmt::format("recursive query \"{}\" does not have the form non-recursive-term UNION [ALL] "
                                "recursive-term",
                                name))
        .at(entry.definition->location);
  }
  if (found->part == Part::kBase) return invalid_reference(name, "appear within its non-recursive term");
  if (obstacle_ != nullptr) return invalid_reference(name, fmt::format("appear within {}", obstacle_));
  if (found->referred_to) return invalid_reference(name, "appear more than once");
  found->referred_to = true;
  WorkingTable working{found->number, {}, {}, std::nullopt};
  for (const OutputColumn& column : found->columns) {
    working.columns.push_back(columns_.add(column.name, column.value->type()));
    outputs.push_back({column.name, columns_.ref(working.columns.back()), ObjectId(), 0});
  }
  ColumnIds ids = working.columns;
  return Plan{make_rel(std::move(working)), std::move(ids)};
}

// nullopt: the query does not refer to itself.
Result<std::optional<Plan>> QueryBinder::bind_recursive_query(const CommonTables::Entry& entry,
                                                              std::vector<OutputColumn>& outputs) {
  const auto& query = *entry.definition->statement->as<ast::Query>();
  const auto* operation = std::get_if<ast::SetOperation>(&query.body);
  if (operation == nullptr || operation->op != ast::SetOperator::kUnion) return std::nullopt;
  WithScope with(*this);
  TRY(with.enter(query.with, entry.around));
  definitions_.back().part = Definition::Part::kBase;
  TRY(BoundRelation base, bind_query(*operation->left, entry.around));
  Definition& definition = definitions_.back();
  definition.part = Definition::Part::kStep;
  definition.number = recursions_++;
  definition.columns = base.outputs;
  const std::vector<std::string>& names = entry.definition->columns;
  for (size_t i = 0; i < names.size() && i < definition.columns.size(); ++i) definition.columns[i].name = names[i];
  TRY(Plan plan, bind_recursive_union(query, *operation, entry.around, std::move(base), outputs));
  if (!definitions_.back().referred_to) {
    outputs.clear();
    return std::nullopt;
  }
  return std::make_optional(std::move(plan));
}

Result<Plan> QueryBinder::bind_recursive_union(const ast::Query& query, const ast::SetOperation& operation,
                                               Block* around, BoundRelation base, std::vector<OutputColumn>& outputs) {
  TRY(BoundRelation step, bind_query(*operation.right, around, true));
  const Definition& definition = definitions_.back();
  const std::string& name = definition.table->name;
  if (definition.referred_to) {
    const auto refuse = [](const char* what, ast::Location location) {
      return SqlError(sqlstate::kFeatureNotSupported, fmt::format("{} in a recursive query is not implemented", what))
          .at(location);
    };
    if (!query.order_by.empty()) return refuse("ORDER BY", ast::begin_of(*query.order_by[0].expression));
    if (query.offset != nullptr) return refuse("OFFSET", ast::begin_of(*query.offset));
    if (query.limit != nullptr) return refuse("LIMIT", ast::begin_of(*query.limit));
  }
  if (base.outputs.size() != step.outputs.size()) {
    return SqlError(sqlstate::kSyntaxError, "each UNION query must have the same number of columns")
        .at(operation.right->location);
  }
  Recursion recursion;
  recursion.number = definition.number;
  recursion.distinct = !operation.all;
  for (size_t i = 0; i < base.outputs.size(); ++i) {
    std::vector<ExprPtr> sides = {base.outputs[i].value, step.outputs[i].value};
    Result<SqlType> type = coercions_.unify("UNION", sides);
    if (!type) return std::move(type).error().at(operation.right->location);
    const SqlType first = base.outputs[i].value->type();
    if (!type->same_base(first) && definition.referred_to) {
      return SqlError(
                 sqlstate::kDatatypeMismatch,
                 fmt::format("recursive query \"{}\" column {} has type {} in non-recursive term but type {} overall",
                             name, i + 1, first.to_string(), type->to_string()))
          .with_hint("Cast the output of the non-recursive term to the correct type.")
          .at(operation.left->location);
    }
    if (recursion.distinct && type->info().compare == nullptr) {
      return SqlError(sqlstate::kFeatureNotSupported, "could not implement recursive UNION")
          .with_detail("All column datatypes must be hashable.");
    }
    base.outputs[i].value = sides[0];
    step.outputs[i].value = sides[1];
    recursion.columns.push_back(columns_.add(base.outputs[i].name, *type));
    outputs.push_back({base.outputs[i].name, columns_.ref(recursion.columns.back()), ObjectId(), 0});
  }
  TRY(recursion.base_columns, settle_outputs(base));
  TRY(recursion.step_columns, settle_outputs(step));
  TRY(recursion.base, apply_limit(base, recursion.base_columns));
  TRY(recursion.step, apply_limit(step, recursion.step_columns));
  ColumnIds ids = recursion.columns;
  return Plan{make_rel(std::move(recursion)), std::move(ids)};
}

}  // namespace millrace::sql
