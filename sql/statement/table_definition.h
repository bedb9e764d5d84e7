// Columns and constraints of CREATE TABLE (and, of columns alone, CREATE SOURCE), checked and named as
// PostgreSQL does.
#pragma once

#include <span>

#include "sql/binder/query_binder.h"

namespace millrace::sql {

// A column whose values come from a sequence of its own: serial, or an identity.
struct NumberedColumn {
  uint32_t column;
  std::string sequence;  // its name, in the table's schema
  uint32_t type_oid;
  std::vector<ast::Option> options;
};

// Names, types, NOT NULL, the text of defaults and of generated columns. 42701 for a name used twice.
// `numbered` gets the columns that want a sequence; their defaults call it already.
Status define_columns(const catalog::CatalogSnapshot& catalog, std::span<const ast::ColumnDefinition> columns,
                      catalog::Object& object, std::vector<NumberedColumn>& numbered);

// PRIMARY KEY (first), UNIQUE, CHECK and foreign keys, of columns (the first of them at `first_column`) and of
// the table. Primary key columns become NOT NULL. A foreign key to the table itself refers to object.id.
Status define_constraints(const QueryBinder& binder, std::span<const ast::ColumnDefinition> columns,
                          uint32_t first_column, std::span<const ast::Constraint> constraints, catalog::Object& object,
                          catalog::Table& table);

// 42804 where a column of a foreign key cannot become what it refers to.
Status check_comparable(const catalog::Object& child, const catalog::Object& parent, const catalog::ForeignKey& key);

// Whether they bind: 0A000 for column references in a default, 42804 for a wrong type.
Status check_default(QueryBinder& binder, const ast::Expr& expression, const catalog::ColumnDefinition& column);
Status check_generated(QueryBinder& binder, const ast::Expr& expression, const catalog::Object& object,
                       uint32_t column);
Status check_checks(QueryBinder& binder, std::span<const ast::ColumnDefinition> columns,
                    std::span<const ast::Constraint> constraints, const catalog::Object& object);

}  // namespace millrace::sql
