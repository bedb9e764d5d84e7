#include "sql/binder/query_binder.h"

namespace millrace::sql {

std::string_view clause_name(Clause clause) {
  switch (clause) {
    case Clause::kSelect: return "SELECT";
    case Clause::kWhere: return "WHERE";
    case Clause::kJoin: return "JOIN conditions";
    case Clause::kGroupBy: return "GROUP BY";
    case Clause::kHaving: return "HAVING";
    case Clause::kOrderBy: return "ORDER BY";
    case Clause::kDistinctOn: return "DISTINCT ON";
    case Clause::kLimit: return "LIMIT";
    case Clause::kOffset: return "OFFSET";
    case Clause::kValues: return "VALUES";
    case Clause::kFromFunction: return "functions in FROM";
    case Clause::kAggregateArgument: return "aggregate arguments";
    case Clause::kFilter: return "FILTER";
    case Clause::kUpdate: return "UPDATE";
    case Clause::kReturning: return "RETURNING";
    case Clause::kDefault: return "DEFAULT expressions";
    case Clause::kCheck: return "check constraints";
    case Clause::kGenerated: return "column generation expressions";
    case Clause::kUsing: return "transform expressions";
    case Clause::kCopyWhere: return "COPY FROM WHERE conditions";
    case Clause::kExecute: return "EXECUTE parameters";
    case Clause::kWindow: return "window definitions";
  }
  return "this clause";
}

}  // namespace millrace::sql
