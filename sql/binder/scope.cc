#include "sql/binder/scope.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::sql {
namespace {

constexpr size_t kFuzzyDistanceMax = 3;

SqlError duplicate_table(const std::string& name) {
  return SqlError(sqlstate::kDuplicateAlias, fmt::format("table name \"{}\" specified more than once", name));
}

struct Suggestion {
  std::string table;
  std::string column;
};

}  // namespace

Status Scope::add(ScopeTable table) {
  for (const ScopeTable& other : tables) {
    if (!table.alias.empty() && other.alias == table.alias &&
        (other.schema == table.schema || table.schema.empty() || other.schema.empty())) {
      return duplicate_table(table.alias);
    }
  }
  star.insert(star.end(), table.columns.begin(), table.columns.end());
  tables.push_back(std::move(table));
  return {};
}

Status Scope::merge(Scope other) {
  for (const ScopeTable& table : other.tables) {
    for (const ScopeTable& mine : tables) {
      if (!mine.alias.empty() && mine.alias == table.alias && mine.schema == table.schema) {
        return duplicate_table(mine.alias);
      }
    }
  }
  std::move(other.tables.begin(), other.tables.end(), std::back_inserter(tables));
  star.insert(star.end(), other.star.begin(), other.star.end());
  return {};
}

size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

SqlError ambiguous_column(const std::string& column) {
  return SqlError(sqlstate::kAmbiguousColumn, fmt::format("column reference \"{}\" is ambiguous", column));
}

SqlError missing_column(const std::string& table, const std::string& column, const std::vector<const Scope*>& levels,
                        const std::vector<const Scope*>& hidden) {
  SqlError error(sqlstate::kUndefinedColumn, table.empty() ? fmt::format("column \"{}\" does not exist", column)
                                                           : fmt::format("column {}.{} does not exist", table, column));
  for (const Scope* scope : hidden) {
    for (const ScopeTable& candidate : scope->tables) {
      for (const ScopeColumn& other : candidate.columns) {
        if (other.name != column || (!table.empty() && candidate.alias != table)) continue;
        return std::move(error).with_hint(
            fmt::format("There is a column named \"{}\" in table \"{}\", but it cannot be referenced from this part of "
                        "the query.",
                        column, candidate.alias));
      }
    }
  }
  std::vector<Suggestion> best;
  size_t best_distance = kFuzzyDistanceMax + 1;
  for (const Scope* scope : levels) {
    for (const ScopeTable& candidate : scope->tables) {
      // Another table than the one named counts as a difference of its own.
      const size_t penalty = table.empty() ? 0 : edit_distance(table, candidate.alias, kFuzzyDistanceMax);
      for (const ScopeColumn& other : candidate.columns) {
        const size_t own = edit_distance(column, other.name, kFuzzyDistanceMax);
        if (own > kFuzzyDistanceMax || own > column.size() / 2) continue;
        const size_t distance = own + penalty;
        if (distance < best_distance) {
          best.clear();
          best_distance = distance;
        }
        if (distance == best_distance && distance <= kFuzzyDistanceMax) best.push_back({candidate.alias, other.name});
      }
    }
  }
  if (best.size() == 1) {
    return std::move(error).with_hint(
        fmt::format("Perhaps you meant to reference the column \"{}.{}\".", best[0].table, best[0].column));
  }
  if (best.size() == 2) {
    return std::move(error).with_hint(
        fmt::format("Perhaps you meant to reference the column \"{}.{}\" or the column \"{}.{}\".", best[0].table,
                    best[0].column, best[1].table, best[1].column));
  }
  return error;
}

SqlError missing_table(const std::string& table, const std::vector<const Scope*>& levels,
                       const std::vector<const Scope*>& hidden) {
  for (const Scope* scope : hidden) {
    for (const ScopeTable& candidate : scope->tables) {
      if (candidate.alias != table) continue;
      return SqlError(sqlstate::kUndefinedTable,
                      fmt::format("invalid reference to FROM-clause entry for table \"{}\"", table))
          .with_hint(
              fmt::format("There is an entry for table \"{}\", but it cannot be referenced from this part of the "
                          "query.",
                          table));
    }
  }
  for (const Scope* scope : levels) {
    for (const ScopeTable& candidate : scope->tables) {
      if (candidate.relation_name == table && candidate.alias != table) {
        return SqlError(sqlstate::kUndefinedTable,
                        fmt::format("invalid reference to FROM-clause entry for table \"{}\"", table))
            .with_hint(fmt::format("Perhaps you meant to reference the table alias \"{}\".", candidate.alias));
      }
    }
  }
  return SqlError(sqlstate::kUndefinedTable, fmt::format("missing FROM-clause entry for table \"{}\"", table));
}

}  // namespace millrace::sql
