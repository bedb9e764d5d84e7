// The front door of sql/: text in, bound statements out.
//
// Threads: any; everything here is a pure function of its arguments. Positions in errors are byte
// offsets into the text that was given to parse().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/bound_statement.h"

namespace millrace::sql {

namespace ast {
struct Statement;
}

// One statement of a text: its tree and where it stood.
struct ParsedStatement {
  std::shared_ptr<const ast::Statement> tree;
  std::string text;      // its own text, without the separating semicolon
  int32_t location = 0;  // of `text` in the whole
};

// All statements of a query string, none for an empty one. Errors: 42601 with PostgreSQL's wording and
// position, 54001 for nesting too deep, 22021 for invalid UTF-8.
Result<std::vector<ParsedStatement>> parse(std::string_view text);

struct BindContext {
  catalog::CatalogPtr catalog;
  std::vector<std::string> search_path;  // "public"; pg_catalog is implied
  std::string user;
  std::string database;
  TextContext text;
  // Types the client gave for $1, $2, ...; an invalid SqlType or a missing one is to be inferred.
  std::vector<SqlType> parameter_types;
};

struct BoundResult {
  BoundStatement statement;
  std::vector<SqlType> parameter_types;  // all of them, inferred ones included
  std::vector<ResultColumn> columns;     // what the statement returns; empty for none
};

Result<BoundResult> bind(const ParsedStatement& statement, const BindContext& context);

// The tag's first word(s): what a failed transaction lets through is decided on it.
bool is_transaction_end(const ParsedStatement& statement);

// Parameters replaced by values, whose types are those that bind() reported. Constant expressions are
// folded again, and a filter that is false empties its input.
Result<BoundQuery> with_parameters(const BoundQuery& query, const std::vector<Value>& parameters);

// What every row of a table must satisfy, and its generated columns, bound from the catalog's text: for rows that no
// statement brings (ON DELETE SET NULL).
struct TableRules {
  std::vector<RowCheck> checks;
  RowCompletion completion;
};
Result<TableRules> table_rules(const catalog::Object& table, const BindContext& context);

// A catalogued materialized view's plan, bound again from its text: after a restart.
Result<dataflow::CircuitPlan> plan_materialized_view(const catalog::Object& view, const BindContext& context);

}  // namespace millrace::sql
