#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "expr/expr_rewrite.h"
#include "sql/binder/type_names.h"
#include "sql/statement/statement_binder.h"
#include "sql/statement/table_definition.h"

namespace millrace::sql {

using catalog::Object;

Result<catalog::QualifiedName> StatementBinder::new_name(const ast::ObjectName& name, bool* exists) const {
  catalog::QualifiedName out{"", name.last()};
  if (name.parts.size() > 1) {
    out.schema = name.parts[name.parts.size() - 2];
    if (!catalog().has_schema(out.schema)) {
      return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", out.schema))
          .at(name.location);
    }
  } else {
    for (const std::string& schema : context_.search_path) {
      if (out.schema.empty() && catalog().has_schema(schema)) out.schema = schema;
    }
    if (out.schema.empty()) {
      return SqlError(sqlstate::kInvalidSchemaName, "no schema has been selected to create in").at(name.location);
    }
  }
  if (out.schema == "pg_catalog" || out.schema == "information_schema" || out.schema == "millrace") {
    return SqlError(sqlstate::kInsufficientPrivilege,
                    fmt::format("permission denied to create \"{}.{}\"", out.schema, out.name))
        .with_detail("System catalog modifications are currently disallowed.");
  }
  const bool found = catalog().find(out) != nullptr;
  if (exists != nullptr) {
    *exists = found;
  } else if (found) {
    return SqlError(sqlstate::kDuplicateTable, fmt::format("relation \"{}\" already exists", out.name));
  }
  return out;
}

Object StatementBinder::new_object(catalog::QualifiedName name) const {
  Object object;
  object.name = std::move(name);
  object.definition_sql = statement_.text;
  return object;
}

BoundStatement StatementBinder::skipped(const std::string& name, std::string tag) {
  return BoundNothing{std::move(tag), fmt::format("relation \"{}\" already exists, skipping", name)};
}

namespace {

Status refuse_table_options(const ast::CreateTable& node) {
  if (!node.unsupported.empty()) return not_supported(node.unsupported, "Write the columns out.");
  if (node.temporary) return not_supported("a temporary table", "Use an ordinary table and drop it.");
  for (const ast::Option& option : node.options) {
    if (option.name == "fillfactor" || option.name.starts_with("autovacuum")) continue;  // no meaning here
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unrecognized parameter \"{}\"", option.name))
        .with_hint(option.name == "connector" ? "Use CREATE SOURCE." : "");
  }
  return {};
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateTable& node) {
  TRY(refuse_table_options(node));
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE TABLE");
  Object object = new_object(std::move(name));
  std::vector<NumberedColumn> numbered;
  TRY(define_columns(catalog(), node.columns, object, numbered));
  catalog::Table table;
  TRY(define_constraints(queries_, node.columns, 0, node.constraints, object, table));
  // Defaults and checks are bound once here, for their errors; the catalog keeps their text.
  for (uint32_t i = 0; i < object.columns.size(); ++i) {
    for (const ast::Constraint& constraint : node.columns[i].constraints) {
      if (constraint.kind == ast::Constraint::Kind::kDefault) {
        TRY(check_default(queries_, *constraint.expression, object.columns[i]));
      } else if (constraint.kind == ast::Constraint::Kind::kGenerated) {
        TRY(check_generated(queries_, *constraint.expression, object, i));
      }
    }
  }
  TRY(check_checks(queries_, node.columns, node.constraints, object));
  object.details = std::move(table);
  object.depends_on = table_dependencies(object);
  BoundCreate out;
  out.objects.push_back(std::move(object));
  for (const NumberedColumn& column : numbered) {
    TRY(Object sequence, numbers_of(out.objects[0], ObjectId(0), column));
    out.objects.push_back(std::move(sequence));
  }
  out.if_not_exists = node.if_not_exists;
  return out;
}

std::set<ObjectId> StatementBinder::sequences_of(const catalog::ColumnDefinition& column) {
  std::set<ObjectId> out;
  if (column.default_sql.empty()) return out;
  const Result<expr::ExprPtr> value = column_default(column);
  if (!value) return out;  // Of a sequence that this statement makes.
  expr::walk(**value, [&](const expr::Expr& node) {
    const auto* constant = node.as<expr::Constant>();
    if (constant == nullptr || constant->value.is_null() || constant->value.type().oid() != oid::kRegclass) return true;
    const Object* object = catalog().find(ObjectId(static_cast<uint32_t>(constant->value.slot().i32)));
    if (object != nullptr && object->as<catalog::Sequence>() != nullptr) out.insert(object->id);
    return true;
  });
  return out;
}

std::vector<ObjectId> StatementBinder::table_dependencies(const Object& table) {
  std::set<ObjectId> out;
  for (const catalog::ForeignKey& key : table.as<catalog::Table>()->foreign_keys) out.insert(key.referenced);
  for (const catalog::ColumnDefinition& column : table.columns) {
    for (const ObjectId id : sequences_of(column)) {
      const ObjectId owner = catalog().find(id)->as<catalog::Sequence>()->owner;
      if (owner.value() == 0 || owner != table.id) out.insert(id);
    }
  }
  out.erase(table.id);
  return {out.begin(), out.end()};
}

Result<Object> StatementBinder::numbers_of(const Object& table, ObjectId table_id, const NumberedColumn& column) const {
  catalog::Sequence sequence;
  sequence.type_oid = column.type_oid;
  TRY(set_sequence_options(column.options, /*is_new=*/true, sequence));
  sequence.owner = table_id;
  sequence.owner_column = column.column;
  Object object = new_sequence({table.name.schema, column.sequence}, sequence);
  object.depends_on = {table_id};
  return object;
}

}  // namespace millrace::sql
