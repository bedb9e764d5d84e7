#include "sql/statement/table_definition.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/type_names.h"

namespace millrace::sql {
namespace {

using catalog::Object;
using Kind = ast::Constraint::Kind;

constexpr size_t kColumnsMax = 1600;  // PostgreSQL's

Status define_column_constraint(const ast::Constraint& constraint, const Object& object, bool& null_given,
                                catalog::ColumnDefinition& column) {
  switch (constraint.kind) {
    case Kind::kNotNull:
      if (null_given) {
        return SqlError(sqlstate::kSyntaxError,
                        fmt::format("conflicting NULL/NOT NULL declarations for column \"{}\" of table \"{}\"",
                                    column.name, object.name.name))
            .at(constraint.location);
      }
      column.not_null = true;
      return {};
    case Kind::kNull:
      if (constraint.deferrable) {
        return not_supported("DEFERRABLE", "Constraints are checked at the end of each statement.")
            .at(constraint.location);
      }
      if (column.not_null) {
        return SqlError(sqlstate::kSyntaxError,
                        fmt::format("conflicting NULL/NOT NULL declarations for column \"{}\" of table \"{}\"",
                                    column.name, object.name.name))
            .at(constraint.location);
      }
      null_given = true;
      return {};
    case Kind::kDefault:
      if (!column.default_sql.empty()) {
        return SqlError(sqlstate::kSyntaxError,
                        fmt::format("multiple default values specified for column \"{}\" of table \"{}\"", column.name,
                                    object.name.name))
            .at(constraint.location);
      }
      column.default_sql = constraint.text;
      return {};
    case Kind::kIdentity:
      return not_supported("an identity column", "Give the key's values yourself.").at(constraint.location);
    case Kind::kGenerated: return not_supported("a generated column", "Compute it in a view.").at(constraint.location);
    case Kind::kForeignKey:
      return not_supported("a foreign key", "Leave the REFERENCES clause out.").at(constraint.location);
    case Kind::kExclusion: return not_supported("an exclusion constraint", "Use UNIQUE.").at(constraint.location);
    case Kind::kCheck:
    case Kind::kPrimaryKey:
    case Kind::kUnique: return {};  // with the table's constraints
  }
  return {};
}

// PostgreSQL makes up <table>_<columns>_<suffix>, with a number when that is taken.
std::string constraint_name(const Object& object, const std::vector<uint32_t>& columns, const char* suffix,
                            const catalog::Table& table) {
  std::string base = object.name.name;
  for (const uint32_t column : columns) base += "_" + object.columns[column].name;
  base += std::string("_") + suffix;
  const auto taken = [&](const std::string& name) {
    return std::any_of(table.unique.begin(), table.unique.end(), [&](const auto& c) { return c.name == name; }) ||
           std::any_of(table.checks.begin(), table.checks.end(), [&](const auto& c) { return c.name == name; });
  };
  std::string name = base;
  for (int number = 1; taken(name); ++number) name = base + std::to_string(number);
  return name;
}

Result<std::vector<uint32_t>> key_columns(const ast::Constraint& constraint, const Object& object) {
  std::vector<uint32_t> out;
  const char* what = constraint.kind == Kind::kPrimaryKey ? "primary key" : "unique";
  for (const std::string& name : constraint.columns) {
    const auto found = std::find_if(object.columns.begin(), object.columns.end(),
                                    [&](const catalog::ColumnDefinition& column) { return column.name == name; });
    if (found == object.columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn, fmt::format("column \"{}\" named in key does not exist", name))
          .at(constraint.location);
    }
    const auto index = static_cast<uint32_t>(found - object.columns.begin());
    if (std::find(out.begin(), out.end(), index) != out.end()) {
      return SqlError(sqlstate::kDuplicateColumn,
                      fmt::format("column \"{}\" appears twice in {} constraint", name, what))
          .at(constraint.location);
    }
    out.push_back(index);
  }
  return out;
}

Status define_key(const ast::Constraint& constraint, std::vector<uint32_t> columns, Object& object,
                  catalog::Table& table) {
  if (constraint.deferrable) {
    return not_supported("DEFERRABLE", "Constraints are checked at the end of each statement.").at(constraint.location);
  }
  if (constraint.nulls_not_distinct)
    return not_supported("NULLS NOT DISTINCT", "Use NOT NULL.").at(constraint.location);
  const bool primary = constraint.kind == Kind::kPrimaryKey;
  for (const uint32_t column : columns) {
    const catalog::ColumnDefinition& definition = object.columns[column];
    if (definition.type.info().compare == nullptr) {
      return SqlError(sqlstate::kUndefinedObject,
                      fmt::format("data type {} has no default operator class for access method \"btree\"",
                                  definition.type.to_string()))
          .with_hint(
              "You must specify an operator class for the index or define a default operator class for the data type.");
    }
  }
  if (primary) {
    if (!table.unique.empty() && table.unique[0].primary) {
      return SqlError(sqlstate::kInvalidTableDefinition,
                      fmt::format("multiple primary keys for table \"{}\" are not allowed", object.name.name))
          .at(constraint.location);
    }
    for (const uint32_t column : columns) object.columns[column].not_null = true;
  }
  std::string name = constraint.name;
  if (name.empty()) {
    name = constraint_name(object, primary ? std::vector<uint32_t>{} : columns, primary ? "pkey" : "key", table);
  }
  catalog::UniqueConstraint key{std::move(name), std::move(columns), primary};
  table.unique.insert(primary ? table.unique.begin() : table.unique.end(), std::move(key));
  return {};
}

}  // namespace

Status define_columns(const std::vector<ast::ColumnDefinition>& columns, Object& object) {
  if (columns.size() > kColumnsMax) {
    return SqlError(sqlstate::kTooManyColumns, fmt::format("tables can have at most {} columns", kColumnsMax));
  }
  for (const ast::ColumnDefinition& definition : columns) {
    catalog::ColumnDefinition column;
    column.name = definition.name;
    for (const catalog::ColumnDefinition& other : object.columns) {
      if (other.name == column.name) {
        return SqlError(sqlstate::kDuplicateColumn, fmt::format("column \"{}\" specified more than once", column.name));
      }
    }
    const std::string& type_name = definition.type.name.empty() ? std::string() : definition.type.name.last();
    if (type_name == "serial" || type_name == "bigserial" || type_name == "smallserial" || type_name == "serial4" ||
        type_name == "serial8" || type_name == "serial2") {
      return not_supported(fmt::format("type {}", type_name), "Use bigint and give the key's values yourself.")
          .at(definition.type.location);
    }
    TRY(column.type, resolve_type(definition.type));
    if (column.type.info().kind == TypeKind::kPseudo) {
      return SqlError(sqlstate::kInvalidTableDefinition,
                      fmt::format("column \"{}\" has pseudo-type {}", column.name, column.type.to_string()))
          .at(definition.location);
    }
    if (!definition.collation.empty() && definition.collation.last() != "C" &&
        definition.collation.last() != "default" && definition.collation.last() != "POSIX") {
      return not_supported(fmt::format("collation \"{}\"", definition.collation.last()),
                           "Text is ordered by its bytes: COLLATE \"C\".")
          .at(definition.location);
    }
    bool null_given = false;
    for (const ast::Constraint& constraint : definition.constraints) {
      TRY(define_column_constraint(constraint, object, null_given, column));
    }
    object.columns.push_back(std::move(column));
  }
  return {};
}

Status define_constraints(const std::vector<ast::ColumnDefinition>& columns,
                          const std::vector<ast::Constraint>& constraints, Object& object, catalog::Table& table) {
  const auto check = [&](const ast::Constraint& constraint, const std::vector<uint32_t>& of) {
    std::string name = constraint.name.empty() ? constraint_name(object, of, "check", table) : constraint.name;
    table.checks.push_back({std::move(name), constraint.text});
  };
  for (uint32_t i = 0; i < columns.size(); ++i) {
    for (const ast::Constraint& constraint : columns[i].constraints) {
      if (constraint.kind == Kind::kCheck) check(constraint, {i});
      if (constraint.kind == Kind::kPrimaryKey || constraint.kind == Kind::kUnique) {
        TRY(define_key(constraint, {i}, object, table));
      }
    }
  }
  for (const ast::Constraint& constraint : constraints) {
    if (constraint.kind == Kind::kCheck) {
      check(constraint, {});
    } else if (constraint.kind == Kind::kPrimaryKey || constraint.kind == Kind::kUnique) {
      TRY(std::vector<uint32_t> key, key_columns(constraint, object));
      TRY(define_key(constraint, std::move(key), object, table));
    } else {
      catalog::ColumnDefinition nothing;
      bool null_given = false;
      TRY(define_column_constraint(constraint, object, null_given, nothing));
    }
  }
  return {};
}

Status check_default(QueryBinder& binder, const ast::Expr& expression, const catalog::ColumnDefinition& column) {
  Block nothing;
  Result<expr::ExprPtr> value = binder.bind_expr(expression, nothing, Clause::kDefault);
  if (!value) {
    const SqlState state = value.error().state();
    if (state == sqlstate::kUndefinedColumn || state == sqlstate::kUndefinedTable) {
      return SqlError(sqlstate::kFeatureNotSupported, "cannot use column reference in DEFAULT expression")
          .at(value.error().location());
    }
    return std::move(value).error();
  }
  if (!is_unknown(*value) && !expr::can_coerce((*value)->type(), column.type, expr::CastContext::kAssignment)) {
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("column \"{}\" is of type {} but default expression is of type {}", column.name,
                                column.type.to_string(), (*value)->type().to_string()))
        .with_hint("You will need to rewrite or cast the expression.");
  }
  TRY(binder.coercions().assign(*value, column.type, column.name));
  return {};
}

Status check_checks(QueryBinder& binder, const ast::CreateTable& node, const Object& object) {
  Block block;
  ScopeTable scope;
  scope.alias = object.name.name;
  for (const catalog::ColumnDefinition& column : object.columns) {
    scope.columns.push_back({column.name, binder.columns().add(column.name, column.type), ObjectId(), 0});
  }
  TRY(block.scope.add(std::move(scope)));
  const auto check = [&](const ast::Constraint& constraint) -> Status {
    if (constraint.kind != Kind::kCheck) return {};
    Result<expr::ExprPtr> condition = binder.bind_expr(*constraint.expression, block, Clause::kCheck);
    if (!condition) return std::move(condition).error();
    Result<expr::ExprPtr> boolean = binder.coercions().to_boolean(*condition, "CHECK");
    if (!boolean) return std::move(boolean).error().at(constraint.expression->location);
    return {};
  };
  for (const ast::ColumnDefinition& column : node.columns) {
    for (const ast::Constraint& constraint : column.constraints) TRY(check(constraint));
  }
  for (const ast::Constraint& constraint : node.constraints) TRY(check(constraint));
  return {};
}

}  // namespace millrace::sql
