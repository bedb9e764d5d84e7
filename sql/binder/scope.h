// The names that one query level's FROM brings into sight.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sql/parser/ast/names.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

struct ScopeColumn {
  std::string name;
  ColumnId id = 0;
  ObjectId relation;       // a catalogued relation's column, unchanged; 0: computed
  uint32_t attribute = 0;  // 1-based there
};

// One item of FROM under the name it has in the query.
struct ScopeTable {
  std::string alias;
  std::string schema;         // of a relation without alias: s.t.c names it too
  std::string relation_name;  // of a relation: for "perhaps you meant the table alias"
  ObjectId relation;          // 0: a subquery or function
  bool scalar = false;        // a function of no composite type: its row is its column
  std::vector<ScopeColumn> columns;
};

// `star` is what * gives and where unqualified names are looked up: of JOIN .. USING the merged column
// stands there once.
struct Scope {
  std::vector<ScopeTable> tables;
  std::vector<ScopeColumn> star;

  // 42712 when a name is there already.
  Status add(ScopeTable table);
  // Both sides' names: 42712 when they share one.
  Status merge(Scope other);
};

// A failed lookup's error: 42703 or 42P01 with PostgreSQL's hints. `levels` goes from the innermost
// query outwards; `hidden` are names that are there and may not be used.
SqlError missing_column(const std::string& table, const std::string& column, const std::vector<const Scope*>& levels,
                        const std::vector<const Scope*>& hidden = {});
SqlError missing_table(const std::string& table, const std::vector<const Scope*>& levels,
                       const std::vector<const Scope*>& hidden = {});
SqlError ambiguous_column(const std::string& column);

// Edit distance, no further than `limit`.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit);

}  // namespace millrace::sql
