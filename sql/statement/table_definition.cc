#include "sql/statement/table_definition.h"

#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
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
      if (column.identity != catalog::Identity::kNone) {
        return SqlError(sqlstate::kSyntaxError,
                        fmt::format("multiple identity specifications for column \"{}\" of table \"{}\"", column.name,
                                    object.name.name))
            .at(constraint.location);
      }
      column.identity = constraint.generated_always ? catalog::Identity::kAlways : catalog::Identity::kByDefault;
      column.not_null = true;
      return {};
    case Kind::kGenerated: column.generated_sql = constraint.text; return {};
    case Kind::kExclusion: return not_supported("an exclusion constraint", "Use UNIQUE.").at(constraint.location);
    case Kind::kCheck:
    case Kind::kForeignKey:
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
    const auto named = [&](const auto& constraint) { return constraint.name == name; };
    return std::any_of(table.unique.begin(), table.unique.end(), named) ||
           std::any_of(table.checks.begin(), table.checks.end(), named) ||
           std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), named);
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

// The key that REFERENCES t (a, b), or t alone, means: in the order given.
Result<std::vector<uint32_t>> referenced_key(const ast::Constraint& constraint, const Object& parent,
                                             const std::vector<catalog::UniqueConstraint>& keys, size_t count) {
  if (constraint.referenced_columns.empty()) {
    for (const catalog::UniqueConstraint& key : keys) {
      if (key.primary) return key.columns;
    }
    return SqlError(sqlstate::kUndefinedObject,
                    fmt::format("there is no primary key for referenced table \"{}\"", parent.name.name));
  }
  std::vector<uint32_t> out;
  for (const std::string& name : constraint.referenced_columns) {
    const auto found = std::find_if(parent.columns.begin(), parent.columns.end(),
                                    [&](const catalog::ColumnDefinition& column) { return column.name == name; });
    if (found == parent.columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn,
                      fmt::format("column \"{}\" referenced in foreign key constraint does not exist", name));
    }
    out.push_back(static_cast<uint32_t>(found - parent.columns.begin()));
  }
  const auto sorted = [](std::vector<uint32_t> columns) {
    std::sort(columns.begin(), columns.end());
    return columns;
  };
  for (const catalog::UniqueConstraint& key : keys) {
    if (sorted(key.columns) == sorted(out)) return out;
  }
  if (out.size() != count) return out;  // Said by the caller.
  return SqlError(
      sqlstate::kInvalidForeignKey,
      fmt::format("there is no unique constraint matching given keys for referenced table \"{}\"", parent.name.name));
}

catalog::ReferentialAction catalog_action(ast::ReferentialAction action) {
  switch (action) {
    case ast::ReferentialAction::kNoAction: return catalog::ReferentialAction::kNoAction;
    case ast::ReferentialAction::kRestrict: return catalog::ReferentialAction::kRestrict;
    case ast::ReferentialAction::kCascade: return catalog::ReferentialAction::kCascade;
    case ast::ReferentialAction::kSetNull: return catalog::ReferentialAction::kSetNull;
    case ast::ReferentialAction::kSetDefault: return catalog::ReferentialAction::kSetDefault;
  }
  return catalog::ReferentialAction::kNoAction;
}

Status define_foreign_key(const QueryBinder& binder, const ast::Constraint& constraint, std::vector<uint32_t> columns,
                          Object& object, catalog::Table& table) {
  if (constraint.deferrable) {
    return not_supported("DEFERRABLE", "Constraints are checked at the end of each statement.").at(constraint.location);
  }
  using ast::ReferentialAction;
  if (constraint.on_delete == ReferentialAction::kSetDefault ||
      constraint.on_update == ReferentialAction::kSetDefault || constraint.has_action_columns) {
    return not_supported("SET DEFAULT, or a column list, as a referential action", "Use SET NULL or CASCADE.")
        .at(constraint.location);
  }
  catalog::ForeignKey key;
  const bool to_itself = constraint.references.last() == object.name.name &&
                         (constraint.references.parts.size() == 1 ||
                          constraint.references.parts[constraint.references.parts.size() - 2] == object.name.schema);
  const Object* parent = &object;
  std::vector<catalog::UniqueConstraint> keys = table.unique;
  if (!to_itself) {
    TRY(parent, binder.find_relation(constraint.references));
    if (parent->as<catalog::Table>() == nullptr) {
      return SqlError(sqlstate::kWrongObjectType,
                      fmt::format("referenced relation \"{}\" is not a table", parent->name.name));
    }
    keys = binder.context().catalog->unique_keys(*parent);
  }
  key.referenced = parent->id;
  TRY(key.referenced_columns, referenced_key(constraint, *parent, keys, columns.size()));
  if (key.referenced_columns.size() != columns.size()) {
    return SqlError(sqlstate::kInvalidForeignKey,
                    "number of referencing and referenced columns for foreign key disagree");
  }
  key.name = constraint.name.empty() ? constraint_name(object, columns, "fkey", table) : constraint.name;
  key.columns = std::move(columns);
  TRY(check_comparable(object, *parent, key));
  key.on_delete = catalog_action(constraint.on_delete);
  key.on_update = catalog_action(constraint.on_update);
  key.match_full = constraint.match_full;
  table.foreign_keys.push_back(std::move(key));
  return {};
}

}  // namespace

namespace {

// The integer type that a serial one stands for; 0 for any other.
uint32_t serial_type(const ast::TypeName& type) {
  if (type.name.parts.size() != 1) return 0;
  const std::string& name = type.name.last();
  if (name == "smallserial" || name == "serial2") return oid::kInt2;
  if (name == "serial" || name == "serial4") return oid::kInt4;
  if (name == "bigserial" || name == "serial8") return oid::kInt8;
  return 0;
}

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

bool is_plain(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), fits);
}

// nextval('public.t_id_seq'::regclass)
std::string next_of(const catalog::QualifiedName& sequence) {
  const auto written = [](const std::string& name) { return is_plain(name) ? name : quoted(name); };
  std::string literal;
  for (const char c : written(sequence.schema) + "." + written(sequence.name)) {
    literal += c == '\'' ? "''" : std::string(1, c);
  }
  return "nextval('" + literal + "'::regclass)";
}

// <table>_<column>_seq, with a number when that is taken.
std::string sequence_name(const catalog::CatalogSnapshot& catalog, const Object& object, const std::string& column) {
  const std::string base = object.name.name + "_" + column + "_seq";
  std::string name = base;
  for (int number = 1; catalog.find({object.name.schema, name}) != nullptr; ++number) {
    name = base + std::to_string(number);
  }
  return name;
}

Status define_numbered(const catalog::CatalogSnapshot& catalog, const ast::ColumnDefinition& definition, bool serial,
                       const Object& object, catalog::ColumnDefinition& column, std::vector<NumberedColumn>& numbered) {
  if (!serial && column.identity == catalog::Identity::kNone) return {};
  if (!column.default_sql.empty()) {
    return SqlError(sqlstate::kSyntaxError,
                    serial ? fmt::format("multiple default values specified for column \"{}\" of table \"{}\"",
                                         column.name, object.name.name)
                           : fmt::format("both default and identity specified for column \"{}\" of table \"{}\"",
                                         column.name, object.name.name));
  }
  const uint32_t type = column.type.oid();
  if (type != oid::kInt2 && type != oid::kInt4 && type != oid::kInt8) {
    return SqlError(sqlstate::kInvalidParameterValue, "identity column type must be smallint, integer, or bigint");
  }
  NumberedColumn out{
      static_cast<uint32_t>(object.columns.size()), sequence_name(catalog, object, column.name), type, {}};
  for (const ast::Constraint& constraint : definition.constraints) {
    if (constraint.kind == Kind::kIdentity) out.options = constraint.options;
  }
  column.not_null = true;
  column.default_sql = next_of({object.name.schema, out.sequence});
  numbered.push_back(std::move(out));
  return {};
}

}  // namespace

Status define_columns(const catalog::CatalogSnapshot& catalog, std::span<const ast::ColumnDefinition> columns,
                      Object& object, std::vector<NumberedColumn>& numbered) {
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
    const uint32_t serial = definition.type.name.empty() ? 0 : serial_type(definition.type);
    if (serial != 0) {
      column.type = type_of(serial);
    } else {
      TRY(column.type, resolve_type(definition.type));
    }
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
    TRY(define_numbered(catalog, definition, serial != 0, object, column, numbered));
    if (!column.generated_sql.empty() && !column.default_sql.empty()) {
      return SqlError(sqlstate::kSyntaxError,
                      fmt::format("both default and generation expression specified for column \"{}\" of table \"{}\"",
                                  column.name, object.name.name));
    }
    object.columns.push_back(std::move(column));
  }
  return {};
}

Status define_constraints(const QueryBinder& binder, std::span<const ast::ColumnDefinition> columns,
                          uint32_t first_column, std::span<const ast::Constraint> constraints, Object& object,
                          catalog::Table& table) {
  const auto check = [&](const ast::Constraint& constraint, const std::vector<uint32_t>& of) {
    std::string name = constraint.name.empty() ? constraint_name(object, of, "check", table) : constraint.name;
    table.checks.push_back({std::move(name), constraint.text});
  };
  // Keys first: foreign keys of the table to itself refer to them.
  for (uint32_t i = 0; i < columns.size(); ++i) {
    for (const ast::Constraint& constraint : columns[i].constraints) {
      if (constraint.kind == Kind::kCheck) check(constraint, {first_column + i});
      if (constraint.kind == Kind::kPrimaryKey || constraint.kind == Kind::kUnique) {
        TRY(define_key(constraint, {first_column + i}, object, table));
      }
    }
  }
  for (const ast::Constraint& constraint : constraints) {
    if (constraint.kind == Kind::kCheck) {
      check(constraint, {});
    } else if (constraint.kind == Kind::kPrimaryKey || constraint.kind == Kind::kUnique) {
      TRY(std::vector<uint32_t> key, key_columns(constraint, object));
      TRY(define_key(constraint, std::move(key), object, table));
    } else if (constraint.kind != Kind::kForeignKey) {
      catalog::ColumnDefinition nothing;
      bool null_given = false;
      TRY(define_column_constraint(constraint, object, null_given, nothing));
    }
  }
  for (uint32_t i = 0; i < columns.size(); ++i) {
    for (const ast::Constraint& constraint : columns[i].constraints) {
      if (constraint.kind != Kind::kForeignKey) continue;
      TRY(define_foreign_key(binder, constraint, {first_column + i}, object, table));
    }
  }
  for (const ast::Constraint& constraint : constraints) {
    if (constraint.kind != Kind::kForeignKey) continue;
    TRY(std::vector<uint32_t> key, key_columns(constraint, object));
    TRY(define_foreign_key(binder, constraint, std::move(key), object, table));
  }
  return {};
}

Status check_comparable(const Object& child, const Object& parent, const catalog::ForeignKey& key) {
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const catalog::ColumnDefinition& referring = child.columns[key.columns[i]];
    const catalog::ColumnDefinition& wanted = parent.columns[key.referenced_columns[i]];
    if (expr::can_coerce(referring.type, wanted.type, expr::CastContext::kImplicit)) continue;
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("foreign key constraint \"{}\" cannot be implemented", key.name))
        .with_detail(fmt::format("Key columns \"{}\" and \"{}\" are of incompatible types: {} and {}.", referring.name,
                                 wanted.name, referring.type.to_string(), wanted.type.to_string()));
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

namespace {

// The columns of a table that is not there yet, in scope.
Status add_columns(QueryBinder& binder, const Object& object, Block& block) {
  ScopeTable scope;
  scope.alias = object.name.name;
  for (const catalog::ColumnDefinition& column : object.columns) {
    scope.columns.push_back({column.name, binder.columns().add(column.name, column.type), ObjectId(), 0});
  }
  return block.scope.add(std::move(scope));
}

}  // namespace

Status check_generated(QueryBinder& binder, const ast::Expr& expression, const Object& object, uint32_t column) {
  Block block;
  TRY(add_columns(binder, object, block));
  TRY(const expr::ExprPtr value, binder.bind_expr(expression, block, Clause::kGenerated));
  const catalog::ColumnDefinition& definition = object.columns[column];
  TRY(const expr::ExprPtr assigned, binder.coercions().assign(value, definition.type, definition.name));
  if (assigned->volatility() != expr::Volatility::kImmutable) {
    return SqlError(sqlstate::kInvalidObjectDefinition, "generation expression is not immutable");
  }
  for (const uint32_t id : expr::referenced_columns(*assigned)) {
    for (const catalog::ColumnDefinition& other : object.columns) {
      if (other.name != binder.columns().name(id) || other.generated_sql.empty()) continue;
      return SqlError(sqlstate::kInvalidObjectDefinition,
                      fmt::format("cannot use generated column \"{}\" in column generation expression", other.name))
          .with_detail("A generated column cannot reference another generated column.");
    }
  }
  return {};
}

Status check_checks(QueryBinder& binder, std::span<const ast::ColumnDefinition> columns,
                    std::span<const ast::Constraint> constraints, const Object& object) {
  Block block;
  TRY(add_columns(binder, object, block));
  const auto check = [&](const ast::Constraint& constraint) -> Status {
    if (constraint.kind != Kind::kCheck) return {};
    Result<expr::ExprPtr> condition = binder.bind_expr(*constraint.expression, block, Clause::kCheck);
    if (!condition) return std::move(condition).error();
    Result<expr::ExprPtr> boolean = binder.coercions().to_boolean(*condition, "CHECK");
    if (!boolean) return std::move(boolean).error().at(constraint.expression->location);
    return {};
  };
  for (const ast::ColumnDefinition& column : columns) {
    for (const ast::Constraint& constraint : column.constraints) TRY(check(constraint));
  }
  for (const ast::Constraint& constraint : constraints) TRY(check(constraint));
  return {};
}

}  // namespace millrace::sql
