// Columns and constraints of CREATE TABLE (and, of columns alone, CREATE SOURCE), checked and named as
// PostgreSQL does.
#pragma once

#include "sql/binder/query_binder.h"

namespace millrace::sql {

// Names, types, NOT NULL and the text of defaults. 42701 for a name used twice.
Status define_columns(const std::vector<ast::ColumnDefinition>& columns, catalog::Object& object);

// PRIMARY KEY (first), UNIQUE and CHECK, of columns and of the table. Primary key columns become NOT NULL.
Status define_constraints(const std::vector<ast::ColumnDefinition>& columns,
                          const std::vector<ast::Constraint>& constraints, catalog::Object& object,
                          catalog::Table& table);

// Whether they bind: 0A000 for column references in a default, 42804 for a wrong type.
Status check_default(QueryBinder& binder, const ast::Expr& expression, const catalog::ColumnDefinition& column);
Status check_checks(QueryBinder& binder, const ast::CreateTable& node, const catalog::Object& object);

}  // namespace millrace::sql
