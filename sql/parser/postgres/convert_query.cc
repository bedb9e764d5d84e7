#include "sql/parser/lexer.h"
#include "sql/parser/postgres/converter.h"

namespace millrace::sql {
namespace {

// libpg_query puts LIMIT_OPTION_DEFAULT before PostgreSQL's own members, which the headers do not know.
constexpr int kLimitWithTies = 2;

}  // namespace

ast::QueryPtr Converter::query_ptr(const Node* node) {
  if (node == nullptr) return nullptr;
  auto out = std::make_unique<ast::Query>();
  const Level level(*this);
  if (level && IsA(node, SelectStmt)) *out = query(reinterpret_cast<const SelectStmt*>(node));
  return out;
}

ast::Query Converter::query(const SelectStmt* node) {
  ast::Query out;
  out.with = with(node->withClause);
  if (node->valuesLists != nullptr) {
    ast::Values values;
    values.rows.reserve(static_cast<size_t>(list_length(node->valuesLists)));
    for_each<List>(node->valuesLists, [&](const List* row) { values.rows.push_back(exprs(row)); });
    if (!values.rows.empty() && !values.rows[0].empty()) out.location = values.rows[0][0]->location;
    out.body = std::move(values);
  } else if (node->op != SETOP_NONE) {
    ast::SetOperation operation;
    operation.op = node->op == SETOP_UNION       ? ast::SetOperator::kUnion
                   : node->op == SETOP_INTERSECT ? ast::SetOperator::kIntersect
                                                 : ast::SetOperator::kExcept;
    operation.all = node->all;
    operation.left = query_ptr(reinterpret_cast<const Node*>(node->larg));
    operation.right = query_ptr(reinterpret_cast<const Node*>(node->rarg));
    out.location = operation.left->location;
    out.body = std::move(operation);
  } else {
    ast::Select body = select(node);
    if (!body.targets.empty()) out.location = body.targets[0].location;
    out.body = std::move(body);
  }
  out.order_by = sort_items(node->sortClause);
  out.limit = expr(node->limitCount);
  out.offset = expr(node->limitOffset);
  out.with_ties = static_cast<int>(node->limitOption) == kLimitWithTies;
  if (node->lockingClause != nullptr) {
    const auto* locking = static_cast<const LockingClause*>(linitial(node->lockingClause));
    out.locking = locking->strength == LCS_FORUPDATE        ? "FOR UPDATE"
                  : locking->strength == LCS_FORNOKEYUPDATE ? "FOR NO KEY UPDATE"
                  : locking->strength == LCS_FORSHARE       ? "FOR SHARE"
                                                            : "FOR KEY SHARE";
  }
  if (node->intoClause != nullptr) out.into = name(node->intoClause->rel);
  return out;
}

ast::Select Converter::select(const SelectStmt* node) {
  ast::Select out;
  if (node->distinctClause != nullptr) {
    out.distinct = true;  // plain DISTINCT is a list of one null
    if (linitial(node->distinctClause) != nullptr) out.distinct_on = exprs(node->distinctClause);
  }
  out.targets = targets(node->targetList);
  out.from = table_refs(node->fromClause);
  out.where = expr(node->whereClause);
  out.group_distinct = node->groupDistinct;
  for_each<Node>(node->groupClause, [&](const Node* item) {
    if (IsA(item, GroupingSet)) {
      out.group_by.push_back({grouping_set(reinterpret_cast<const GroupingSet*>(item))});
    } else {
      out.group_by.push_back({expr(item)});
    }
  });
  out.having = expr(node->havingClause);
  for_each<WindowDef>(node->windowClause, [&](const WindowDef* item) { out.windows.push_back(window(item)); });
  return out;
}

ast::GroupingSet Converter::grouping_set(const GroupingSet* node) {
  using Kind = ast::GroupingSet::Kind;
  ast::GroupingSet out;
  out.location = at(node->location);
  switch (node->kind) {
    case GROUPING_SET_EMPTY: out.kind = Kind::kEmpty; break;
    case GROUPING_SET_SIMPLE: out.kind = Kind::kSimple; break;
    case GROUPING_SET_ROLLUP: out.kind = Kind::kRollup; break;
    case GROUPING_SET_CUBE: out.kind = Kind::kCube; break;
    case GROUPING_SET_SETS: out.kind = Kind::kSets; break;
  }
  const Level level(*this);
  if (!level) return out;
  for_each<Node>(node->content, [&](const Node* item) {
    if (IsA(item, GroupingSet)) {
      out.sets.push_back(grouping_set(reinterpret_cast<const GroupingSet*>(item)));
    } else {
      out.expressions.push_back(expr(item));
    }
  });
  return out;
}

std::optional<ast::With> Converter::with(const WithClause* node) {
  if (node == nullptr) return std::nullopt;
  ast::With out;
  out.recursive = node->recursive;
  out.location = at(node->location);
  for_each<CommonTableExpr>(node->ctes, [&](const CommonTableExpr* cte) {
    ast::CommonTable table;
    table.name = text(cte->ctename);
    table.columns = strings(cte->aliascolnames);
    if (cte->ctematerialized == CTEMaterializeAlways) table.materialized = true;
    if (cte->ctematerialized == CTEMaterializeNever) table.materialized = false;
    table.statement = statement_ptr(cte->ctequery);
    table.has_search_or_cycle = cte->search_clause != nullptr || cte->cycle_clause != nullptr;
    table.location = at(cte->location);
    out.tables.push_back(std::move(table));
  });
  return out;
}

std::vector<ast::Target> Converter::targets(const List* list) {
  std::vector<ast::Target> out;
  out.reserve(static_cast<size_t>(list_length(list)));
  for_each<ResTarget>(list, [&](const ResTarget* node) {
    out.push_back({expr(node->val), text(node->name), node->indirection != nullptr, at(node->location)});
  });
  return out;
}

ast::Alias Converter::alias(const Alias* node) {
  if (node == nullptr) return {};
  return {text(node->aliasname), strings(node->colnames)};
}

std::vector<ast::ColumnSpec> Converter::column_specs(const List* list) {
  std::vector<ast::ColumnSpec> out;
  for_each<ColumnDef>(list, [&](const ColumnDef* node) { out.push_back({text(node->colname), type(node->typeName)}); });
  return out;
}

std::vector<ast::TableRefPtr> Converter::table_refs(const List* list) {
  std::vector<ast::TableRefPtr> out;
  out.reserve(static_cast<size_t>(list_length(list)));
  for_each<Node>(list, [&](const Node* node) { out.push_back(table_ref(node)); });
  return out;
}

ast::TableRefPtr Converter::table_ref(const Node* node) {
  auto out = std::make_unique<ast::TableRef>();
  const Level level(*this);
  if (!level) {
    out->kind = ast::UnsupportedTableRef{"deep nesting"};
    return out;
  }
  switch (nodeTag(node)) {
    case T_RangeVar: {
      const auto* range = reinterpret_cast<const RangeVar*>(node);
      out->location = at(range->location);
      out->kind = ast::RelationRef{name(range), alias(range->alias), !range->inh};
      break;
    }
    case T_RangeSubselect: {
      const auto* range = reinterpret_cast<const RangeSubselect*>(node);
      out->kind = ast::SubqueryRef{query_ptr(range->subquery), alias(range->alias), range->lateral};
      break;
    }
    case T_RangeFunction: {
      ast::FunctionRef function = function_ref(reinterpret_cast<const RangeFunction*>(node));
      if (!function.functions.empty()) out->location = function.functions[0].call->location;
      out->kind = std::move(function);
      break;
    }
    case T_JoinExpr:
      if (is_asof(reinterpret_cast<const JoinExpr*>(node))) {
        out->kind = ast::UnsupportedTableRef{"ASOF JOIN"};
      } else {
        out->kind = join_ref(reinterpret_cast<const JoinExpr*>(node));
      }
      break;
    case T_RangeTableSample:
      out->location = at(reinterpret_cast<const RangeTableSample*>(node)->location);
      out->kind = ast::UnsupportedTableRef{"TABLESAMPLE"};
      break;
    case T_RangeTableFunc:
      out->location = at(reinterpret_cast<const RangeTableFunc*>(node)->location);
      out->kind = ast::UnsupportedTableRef{"XMLTABLE"};
      break;
    default: out->kind = ast::UnsupportedTableRef{"this item in FROM"};
  }
  return out;
}

ast::FunctionRef Converter::function_ref(const RangeFunction* node) {
  ast::FunctionRef out;
  for_each<List>(node->functions, [&](const List* item) {  // each: the call and its column definitions
    out.functions.push_back(
        {expr(static_cast<const Node*>(linitial(item))), column_specs(static_cast<const List*>(lsecond(item)))});
  });
  out.alias = alias(node->alias);
  out.column_specs = column_specs(node->coldeflist);
  out.with_ordinality = node->ordinality;
  out.lateral = node->lateral;
  out.rows_from = node->is_rowsfrom;
  return out;
}

// The grammar reads `t ASOF JOIN u` as a plain join of t under the alias asof.
bool Converter::is_asof(const JoinExpr* node) const {
  if (!IsA(node->larg, RangeVar)) return false;
  const auto* range = reinterpret_cast<const RangeVar*>(node->larg);
  if (range->alias == nullptr || text(range->alias->aliasname) != "asof") return false;
  Lexer lexer(text_, static_cast<uint32_t>(range->location));
  Token token = lexer.next();
  for (Token next = lexer.next(); next.is_symbol("."); next = lexer.next()) token = lexer.next();
  Lexer after(text_, token.end);
  return after.next().is_word("asof");
}

ast::JoinRef Converter::join_ref(const JoinExpr* node) {
  ast::JoinRef out;
  switch (node->jointype) {
    case JOIN_LEFT: out.type = ast::JoinType::kLeft; break;
    case JOIN_RIGHT: out.type = ast::JoinType::kRight; break;
    case JOIN_FULL: out.type = ast::JoinType::kFull; break;
    default: out.type = ast::JoinType::kInner; break;  // the grammar makes no other
  }
  out.natural = node->isNatural;
  out.left = table_ref(node->larg);
  out.right = table_ref(node->rarg);
  out.using_columns = strings(node->usingClause);
  if (node->join_using_alias != nullptr) out.using_alias = text(node->join_using_alias->aliasname);
  out.on = expr(node->quals);
  out.alias = alias(node->alias);
  out.cross = !out.natural && out.using_columns.empty() && out.on == nullptr;
  return out;
}

}  // namespace millrace::sql
