// Names in expressions: columns, tables as rows.
#include <fmt/format.h>

#include "sql/binder/expr_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

namespace {

constexpr std::string_view kSystemColumns[] = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

bool is_system_column(const std::string& name) {
  for (const std::string_view system : kSystemColumns) {
    if (system == name) return true;
  }
  return false;
}

}  // namespace

std::vector<const Scope*> ExprBinder::levels() const {
  std::vector<const Scope*> out;
  for (const Block* block = &block_; block != nullptr; block = block->parent) out.push_back(&block->scope);
  return out;
}

ExprBinder::Bound ExprBinder::use(Block& owner, const ScopeColumn& column, const std::string& table,
                                  ast::Location location) {
  // Only names outside aggregates have to be grouped; those of an enclosing query count for it.
  owner.uses.push_back({column.id, table.empty() ? column.name : table + "." + column.name, location});
  return binder_.columns_.ref(column.id);
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::ColumnRef& node, const ast::Expr& at) {
  if (node.star) {
    if (node.names.empty()) {
      return SqlError(sqlstate::kSyntaxError, "row expansion via \"*\" is not supported here");
    }
    // t.* inside an expression is the row.
    const std::string schema = node.names.size() > 1 ? node.names[node.names.size() - 2] : "";
    Block* owner = nullptr;
    TRY(const ScopeTable* table, find_table(schema, node.names.back(), owner));
    if (table == nullptr) return missing_table(node.names.back(), levels(), binder_.hidden_);
    return whole_row(*table, *owner, at.location);
  }
  const std::vector<std::string>& names = node.names;
  switch (names.size()) {
    case 1: return find_column(names[0], at);
    case 2: return find_column("", names[0], names[1], at);
    case 3: return find_column(names[0], names[1], names[2], at);
    case 4:
      if (names[0] != binder_.context_.database) {
        return SqlError(sqlstate::kFeatureNotSupported,
                        fmt::format("cross-database references are not implemented: {}.{}.{}.{}", names[0], names[1],
                                    names[2], names[3]));
      }
      return find_column(names[1], names[2], names[3], at);
    default: return SqlError(sqlstate::kSyntaxError, "improper qualified name (too many dotted names)");
  }
}

ExprBinder::Bound ExprBinder::find_column(const std::string& name, const ast::Expr& at) {
  for (Block* block = &block_; block != nullptr; block = block->parent) {
    const ScopeColumn* found = nullptr;
    for (const ScopeColumn& column : block->scope.star) {
      if (column.name != name) continue;
      if (found != nullptr) return ambiguous_column(name);
      found = &column;
    }
    if (found == nullptr) continue;
    // The message of a grouping error names the table too.
    std::string owner;
    for (const ScopeTable& table : block->scope.tables) {
      for (const ScopeColumn& column : table.columns) {
        if (column.id == found->id) owner = table.alias;
      }
    }
    return use(*block, *found, owner, at.location);
  }
  Block* owner = nullptr;
  TRY(const ScopeTable* table, find_table("", name, owner));
  if (table != nullptr) return whole_row(*table, *owner, at.location);
  if (is_system_column(name)) return not_supported(fmt::format("system column \"{}\"", name), "Use a key column.");
  return missing_column("", name, levels(), binder_.hidden_);
}

Result<const ScopeTable*> ExprBinder::find_table(const std::string& schema, const std::string& table,
                                                 Block*& owner) const {
  for (Block* block = &block_; block != nullptr; block = block->parent) {
    const ScopeTable* found = nullptr;
    for (const ScopeTable& candidate : block->scope.tables) {
      if (candidate.alias != table) continue;
      if (!schema.empty() && candidate.schema != schema) continue;
      if (found != nullptr) {
        return SqlError(sqlstate::kAmbiguousAlias, fmt::format("table reference \"{}\" is ambiguous", table));
      }
      found = &candidate;
    }
    if (found != nullptr) {
      owner = block;
      return found;
    }
  }
  return nullptr;
}

ExprBinder::Bound ExprBinder::find_column(const std::string& schema, const std::string& table, const std::string& name,
                                          const ast::Expr& at) {
  Block* owner = nullptr;
  TRY(const ScopeTable* found, find_table(schema, table, owner));
  if (found == nullptr) return missing_table(schema.empty() ? table : schema + "." + table, levels(), binder_.hidden_);
  const ScopeColumn* column = nullptr;
  for (const ScopeColumn& candidate : found->columns) {
    if (candidate.name != name) continue;
    if (column != nullptr) return ambiguous_column(name);
    column = &candidate;
  }
  if (column != nullptr) return use(*owner, *column, found->alias, at.location);
  if (is_system_column(name)) return not_supported(fmt::format("system column \"{}\"", name), "Use a key column.");
  return missing_column(table, name, levels(), binder_.hidden_);
}

ExprBinder::Bound ExprBinder::whole_row(const ScopeTable& table, Block& owner, ast::Location location) {
  if (table.scalar && table.columns.size() == 1) {
    return use(owner, table.columns[0], table.alias, location);
  }
  std::vector<ExprPtr> fields;
  std::vector<CompositeField> types;
  for (const ScopeColumn& column : table.columns) {
    TRY(ExprPtr field, use(owner, column, table.alias, location));
    types.push_back({column.name, field->type()});
    fields.push_back(std::move(field));
  }
  const SqlType type = record_of(std::move(types));
  return expr::make_row(std::move(fields), type);
}

}  // namespace millrace::sql
