// Select lists: names of the outputs, and * expanded.
#include <fmt/format.h>

#include "sql/binder/expr_binder.h"

namespace millrace::sql {
namespace {

// FigureColname: the name of an output without AS. Strong ones win over those found further inside.
struct Name {
  std::string text;
  int strength = 0;
};

Name name_of(const ast::Expr* expr) {
  if (expr == nullptr) return {};
  if (const auto* column = expr->as<ast::ColumnRef>()) {
    if (!column->names.empty()) return {column->names.back(), 2};
    return {};
  }
  if (const auto* indirection = expr->as<ast::Indirection>()) {
    for (auto step = indirection->steps.rbegin(); step != indirection->steps.rend(); ++step) {
      if (step->kind == ast::Indirection::Step::Kind::kField) return {step->field, 2};
    }
    return name_of(indirection->argument.get());
  }
  if (const auto* call = expr->as<ast::FunctionCall>()) return {call->name.last(), 2};
  if (expr->as<ast::NullIf>() != nullptr) return {"nullif", 2};
  if (const auto* cast = expr->as<ast::TypeCast>()) {
    Name inner = name_of(cast->argument.get());
    if (inner.strength > 1) return inner;
    return {cast->type.name.last(), 1};
  }
  if (const auto* collate = expr->as<ast::Collate>()) return name_of(collate->argument.get());
  if (expr->as<ast::Grouping>() != nullptr) return {"grouping", 2};
  if (const auto* sublink = expr->as<ast::Sublink>()) {
    switch (sublink->kind) {
      case ast::Sublink::Kind::kExists: return {"exists", 2};
      case ast::Sublink::Kind::kArray: return {"array", 2};
      case ast::Sublink::Kind::kScalar: {
        const ast::Query* query = sublink->query.get();
        while (const auto* operation = std::get_if<ast::SetOperation>(&query->body)) query = operation->left.get();
        const auto* select = std::get_if<ast::Select>(&query->body);
        if (select == nullptr || select->targets.empty()) return {};
        const ast::Target& target = select->targets[0];
        if (!target.name.empty()) return {target.name, 2};
        return name_of(target.expression.get());
      }
      case ast::Sublink::Kind::kAny:
      case ast::Sublink::Kind::kAll: return {};
    }
  }
  if (const auto* conditional = expr->as<ast::Case>()) {
    Name inner = name_of(conditional->otherwise.get());
    if (inner.strength > 0) return inner;
    return {"case", 1};
  }
  if (expr->as<ast::ArrayConstructor>() != nullptr) return {"array", 2};
  if (expr->as<ast::Row>() != nullptr) return {"row", 2};
  if (expr->as<ast::Coalesce>() != nullptr) return {"coalesce", 2};
  if (const auto* extreme = expr->as<ast::GreatestLeast>()) return {extreme->greatest ? "greatest" : "least", 2};
  if (const auto* value = expr->as<ast::SqlValueFunction>()) {
    using Kind = ast::SqlValueFunction::Kind;
    switch (value->kind) {
      case Kind::kCurrentDate: return {"current_date", 2};
      case Kind::kCurrentTime: return {"current_time", 2};
      case Kind::kCurrentTimestamp: return {"current_timestamp", 2};
      case Kind::kLocalTime: return {"localtime", 2};
      case Kind::kLocalTimestamp: return {"localtimestamp", 2};
      case Kind::kCurrentRole: return {"current_role", 2};
      case Kind::kCurrentUser: return {"current_user", 2};
      case Kind::kUser: return {"user", 2};
      case Kind::kSessionUser: return {"session_user", 2};
      case Kind::kCurrentCatalog: return {"current_catalog", 2};
      case Kind::kCurrentSchema: return {"current_schema", 2};
    }
  }
  return {};
}

std::string output_name(const ast::Target& target) {
  if (!target.name.empty()) return target.name;
  Name name = name_of(target.expression.get());
  return name.strength == 0 ? "?column?" : std::move(name.text);
}

const ScopeColumn* find_by_id(const Block& block, ColumnId id) {
  for (const ScopeTable& table : block.scope.tables) {
    for (const ScopeColumn& column : table.columns) {
      if (column.id == id) return &column;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::vector<OutputColumn>> QueryBinder::bind_targets(const std::vector<ast::Target>& targets, Block& block,
                                                            Clause clause) {
  std::vector<OutputColumn> out;
  const auto add_all = [&](const std::vector<ScopeColumn>& columns, const std::string& table, ast::Location location) {
    for (const ScopeColumn& column : columns) {
      std::string owner = table;
      if (owner.empty()) {
        for (const ScopeTable& candidate : block.scope.tables) {
          for (const ScopeColumn& other : candidate.columns) {
            if (other.id == column.id) owner = candidate.alias;
          }
        }
      }
      block.uses.push_back({column.id, owner.empty() ? column.name : owner + "." + column.name, location});
      out.push_back({column.name, columns_.ref(column.id), column.relation, column.attribute});
    }
  };
  for (const ast::Target& target : targets) {
    const auto* column = target.expression->as<ast::ColumnRef>();
    const ast::Location location = target.expression->location;
    if (column != nullptr && column->star) {
      if (column->names.empty()) {
        if (block.scope.tables.empty()) {
          return SqlError(sqlstate::kSyntaxError, "SELECT * with no tables specified is not valid").at(location);
        }
        add_all(block.scope.star, "", location);
        continue;
      }
      const std::string& table = column->names.back();
      const ScopeTable* found = nullptr;
      std::vector<const Scope*> levels;
      for (const Block* level = &block; level != nullptr && found == nullptr; level = level->parent) {
        levels.push_back(&level->scope);
        for (const ScopeTable& candidate : level->scope.tables) {
          const bool schema_fits =
              column->names.size() < 2 || candidate.schema == column->names[column->names.size() - 2];
          if (candidate.alias == table && schema_fits) found = &candidate;
        }
      }
      if (found == nullptr) return missing_table(table, levels).at(location);
      add_all(found->columns, found->alias, location);
      continue;
    }
    if (const auto* indirection = target.expression->as<ast::Indirection>();
        indirection != nullptr && indirection->steps.back().kind == ast::Indirection::Step::Kind::kStar) {
      TRY(std::vector<ExprBinder::NamedValue> fields, ExprBinder(*this, block, clause).expand(*target.expression));
      for (ExprBinder::NamedValue& field : fields) out.push_back({field.name, std::move(field.value), ObjectId(), 0});
      continue;
    }
    TRY(expr::ExprPtr value, bind_expr(*target.expression, block, clause));
    OutputColumn output{output_name(target), std::move(value), ObjectId(), 0};
    if (const auto* reference = output.value->as<expr::ColumnRef>()) {
      if (const ScopeColumn* origin = find_by_id(block, reference->index)) {
        output.relation = origin->relation;
        output.attribute = origin->attribute;
      }
    }
    out.push_back(std::move(output));
  }
  return out;
}

}  // namespace millrace::sql
