#include "sql/parser/postgres/converter.h"
#include "sql/parser/postgres/grammar.h"

namespace millrace::sql {

Converter::Level::Level(Converter& converter) : converter_(converter) {
  fits_ = ++converter_.depth_ <= kMaxNesting;
  if (!fits_ && !converter_.error_) {
    converter_.error_ =
        SqlError(sqlstate::kStatementTooComplex, "statement is nested too deeply")
            .with_hint("Expressions and queries may nest at most " + std::to_string(kMaxNesting) + " levels deep.");
  }
}

std::vector<std::string> Converter::strings(const List* list) {
  std::vector<std::string> out;
  out.reserve(static_cast<size_t>(list_length(list)));
  for_each<Node>(list, [&](const Node* node) {
    out.emplace_back(IsA(node, String) ? reinterpret_cast<const String*>(node)->sval : "*");
  });
  return out;
}

ast::ObjectName Converter::name(const List* list, ast::Location location) { return {strings(list), location}; }

ast::ObjectName Converter::name(const RangeVar* range) const {
  ast::ObjectName out;
  out.location = at(range->location);
  if (range->catalogname != nullptr) out.parts.emplace_back(range->catalogname);
  if (range->schemaname != nullptr) out.parts.emplace_back(range->schemaname);
  out.parts.emplace_back(range->relname);
  return out;
}

ast::TypeName Converter::type(const TypeName* node) {
  ast::TypeName out;
  out.location = at(node->location);
  out.name = name(node->names, out.location);
  out.setof = node->setof;
  out.percent_type = node->pct_type;
  out.array_dimensions = list_length(node->arrayBounds);
  out.modifiers = exprs(node->typmods);
  return out;
}

ast::Exprs Converter::exprs(const List* list) {
  ast::Exprs out;
  out.reserve(static_cast<size_t>(list_length(list)));
  for_each<Node>(list, [&](const Node* node) { out.push_back(expr(node)); });
  return out;
}

ast::ExprPtr Converter::expr(const Node* node) {
  if (node == nullptr) return nullptr;
  auto out = std::make_unique<ast::Expr>();
  const Level level(*this);
  if (!level) {
    out->kind = ast::UnsupportedExpr{"deep nesting"};
    return out;
  }
  out->kind = expr_kind(node, out->location);
  return out;
}

ast::ExprKind Converter::expr_kind(const Node* node, ast::Location& location) {
  switch (nodeTag(node)) {
    case T_ColumnRef: return column_ref(reinterpret_cast<const ColumnRef*>(node), location);
    case T_A_Const: return constant(reinterpret_cast<const A_Const*>(node), location);
    case T_A_Expr: return a_expr(reinterpret_cast<const A_Expr*>(node), location);
    case T_BoolExpr: return bool_expr(reinterpret_cast<const BoolExpr*>(node), location);
    case T_FuncCall: return function(reinterpret_cast<const FuncCall*>(node), location);
    case T_SubLink: return sublink(reinterpret_cast<const SubLink*>(node), location);
    case T_CaseExpr: return case_expr(reinterpret_cast<const CaseExpr*>(node), location);
    case T_A_Indirection: return indirection(reinterpret_cast<const A_Indirection*>(node), location);
    case T_SQLValueFunction: return sql_value(reinterpret_cast<const SQLValueFunction*>(node), location);
    case T_ParamRef: {
      const auto* param = reinterpret_cast<const ParamRef*>(node);
      location = at(param->location);
      return ast::Parameter{param->number};
    }
    case T_TypeCast: {
      const auto* cast = reinterpret_cast<const TypeCast*>(node);
      location = at(cast->location);
      return ast::TypeCast{expr(cast->arg), type(cast->typeName)};
    }
    case T_CollateClause: {
      const auto* collate = reinterpret_cast<const CollateClause*>(node);
      location = at(collate->location);
      return ast::Collate{expr(collate->arg), name(collate->collname, location)};
    }
    case T_NullTest: {
      const auto* test = reinterpret_cast<const NullTest*>(node);
      location = at(test->location);
      return ast::NullTest{expr(reinterpret_cast<const Node*>(test->arg)), test->nulltesttype == IS_NOT_NULL};
    }
    case T_BooleanTest: {
      const auto* test = reinterpret_cast<const BooleanTest*>(node);
      location = at(test->location);
      const BoolTestType kind = test->booltesttype;
      const ast::TruthValue value = kind == IS_TRUE || kind == IS_NOT_TRUE     ? ast::TruthValue::kTrue
                                    : kind == IS_FALSE || kind == IS_NOT_FALSE ? ast::TruthValue::kFalse
                                                                               : ast::TruthValue::kUnknown;
      const bool negated = kind == IS_NOT_TRUE || kind == IS_NOT_FALSE || kind == IS_NOT_UNKNOWN;
      return ast::BooleanTest{expr(reinterpret_cast<const Node*>(test->arg)), value, negated};
    }
    case T_CoalesceExpr: {
      const auto* coalesce = reinterpret_cast<const CoalesceExpr*>(node);
      location = at(coalesce->location);
      return ast::Coalesce{exprs(coalesce->args)};
    }
    case T_MinMaxExpr: {
      const auto* min_max = reinterpret_cast<const MinMaxExpr*>(node);
      location = at(min_max->location);
      return ast::GreatestLeast{min_max->op == IS_GREATEST, exprs(min_max->args)};
    }
    case T_RowExpr: {
      const auto* row = reinterpret_cast<const RowExpr*>(node);
      location = at(row->location);
      return ast::Row{exprs(row->args), row->row_format == COERCE_EXPLICIT_CALL};
    }
    case T_A_ArrayExpr: {
      const auto* array = reinterpret_cast<const A_ArrayExpr*>(node);
      location = at(array->location);
      return ast::ArrayConstructor{exprs(array->elements)};
    }
    case T_SetToDefault: {
      location = at(reinterpret_cast<const SetToDefault*>(node)->location);
      return ast::SetToDefault{};
    }
    case T_GroupingFunc: {
      const auto* grouping = reinterpret_cast<const GroupingFunc*>(node);
      location = at(grouping->location);
      return ast::Grouping{exprs(grouping->args)};
    }
    case T_NamedArgExpr:
      return expr_kind(reinterpret_cast<const Node*>(reinterpret_cast<const NamedArgExpr*>(node)->arg), location);
    case T_XmlExpr: location = at(reinterpret_cast<const XmlExpr*>(node)->location); return ast::UnsupportedExpr{"XML"};
    case T_XmlSerialize:
      location = at(reinterpret_cast<const XmlSerialize*>(node)->location);
      return ast::UnsupportedExpr{"XML"};
    case T_CurrentOfExpr: return ast::UnsupportedExpr{"WHERE CURRENT OF"};
    default: return ast::UnsupportedExpr{"this expression"};
  }
}

ast::ExprKind Converter::column_ref(const ColumnRef* node, ast::Location& location) {
  location = at(node->location);
  ast::ColumnRef out;
  for_each<Node>(node->fields, [&](const Node* field) {
    if (IsA(field, A_Star)) {
      out.star = true;
    } else {
      out.names.emplace_back(reinterpret_cast<const String*>(field)->sval);
    }
  });
  return out;
}

ast::ExprKind Converter::constant(const A_Const* node, ast::Location& location) {
  location = at(node->location);
  using Kind = ast::Constant::Kind;
  if (node->isnull) return ast::Constant{Kind::kNull, 0, {}};
  switch (nodeTag(&node->val.node)) {
    case T_Integer: return ast::Constant{Kind::kInteger, node->val.ival.ival, {}};
    case T_Float: return ast::Constant{Kind::kNumber, 0, node->val.fval.fval};
    case T_Boolean: return ast::Constant{Kind::kBoolean, node->val.boolval.boolval ? 1 : 0, {}};
    case T_String: return ast::Constant{Kind::kString, 0, node->val.sval.sval};
    case T_BitString: return ast::Constant{Kind::kBitString, 0, node->val.bsval.bsval};
    default: return ast::UnsupportedExpr{"this constant"};
  }
}

ast::ExprKind Converter::a_expr(const A_Expr* node, ast::Location& location) {
  location = at(node->location);
  switch (node->kind) {
    case AEXPR_OP:
    case AEXPR_LIKE:
    case AEXPR_ILIKE:
    case AEXPR_SIMILAR: return ast::Operator{name(node->name, location), expr(node->lexpr), expr(node->rexpr)};
    case AEXPR_OP_ANY:
    case AEXPR_OP_ALL:
      return ast::QuantifiedArray{name(node->name, location), node->kind == AEXPR_OP_ALL, expr(node->lexpr),
                                  expr(node->rexpr)};
    case AEXPR_DISTINCT:
    case AEXPR_NOT_DISTINCT:
      return ast::DistinctFrom{expr(node->lexpr), expr(node->rexpr), node->kind == AEXPR_NOT_DISTINCT};
    case AEXPR_NULLIF: return ast::NullIf{expr(node->lexpr), expr(node->rexpr)};
    case AEXPR_IN: {
      const bool negated = strings(node->name).front() == "<>";
      return ast::InList{expr(node->lexpr), exprs(reinterpret_cast<const List*>(node->rexpr)), negated};
    }
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM: return between(node);
  }
  return ast::UnsupportedExpr{"this expression"};
}

ast::ExprKind Converter::between(const A_Expr* node) {
  const auto* bounds = reinterpret_cast<const List*>(node->rexpr);
  return ast::Between{expr(node->lexpr), expr(static_cast<const Node*>(linitial(bounds))),
                      expr(static_cast<const Node*>(lsecond(bounds))),
                      node->kind == AEXPR_NOT_BETWEEN || node->kind == AEXPR_NOT_BETWEEN_SYM,
                      node->kind == AEXPR_BETWEEN_SYM || node->kind == AEXPR_NOT_BETWEEN_SYM};
}

ast::ExprKind Converter::bool_expr(const BoolExpr* node, ast::Location& location) {
  location = at(node->location);
  switch (node->boolop) {
    case AND_EXPR: return ast::And{exprs(node->args)};
    case OR_EXPR: return ast::Or{exprs(node->args)};
    case NOT_EXPR: return ast::Not{expr(static_cast<const Node*>(linitial(node->args)))};
  }
  return ast::UnsupportedExpr{"this expression"};
}

ast::ExprKind Converter::function(const FuncCall* node, ast::Location& location) {
  location = at(node->location);
  ast::FunctionCall out;
  out.name = name(node->funcname, location);
  out.arguments = exprs(node->args);
  bool named = false;
  for_each<Node>(node->args, [&](const Node* argument) { named = named || IsA(argument, NamedArgExpr); });
  if (named) {
    for_each<Node>(node->args, [&](const Node* argument) {
      out.argument_names.push_back(
          IsA(argument, NamedArgExpr) ? text(reinterpret_cast<const NamedArgExpr*>(argument)->name) : "");
    });
  }
  out.star = node->agg_star;
  out.distinct = node->agg_distinct;
  out.variadic = node->func_variadic;
  out.within_group = node->agg_within_group;
  out.sql_syntax = node->funcformat == COERCE_SQL_SYNTAX;
  out.order_by = sort_items(node->agg_order);
  out.filter = expr(node->agg_filter);
  if (node->over != nullptr) out.over = std::make_unique<ast::WindowDefinition>(window(node->over));
  return out;
}

ast::ExprKind Converter::sublink(const SubLink* node, ast::Location& location) {
  location = at(node->location);
  ast::Sublink out;
  switch (node->subLinkType) {
    case EXISTS_SUBLINK: out.kind = ast::Sublink::Kind::kExists; break;
    case ALL_SUBLINK: out.kind = ast::Sublink::Kind::kAll; break;
    case ANY_SUBLINK: out.kind = ast::Sublink::Kind::kAny; break;
    case EXPR_SUBLINK: out.kind = ast::Sublink::Kind::kScalar; break;
    case ARRAY_SUBLINK: out.kind = ast::Sublink::Kind::kArray; break;
    case ROWCOMPARE_SUBLINK:
    case MULTIEXPR_SUBLINK:
    case CTE_SUBLINK: return ast::UnsupportedExpr{"this subquery"};
  }
  out.test = expr(node->testexpr);
  out.name = name(node->operName, location);
  out.query = query_ptr(node->subselect);
  return out;
}

ast::ExprKind Converter::case_expr(const CaseExpr* node, ast::Location& location) {
  location = at(node->location);
  ast::Case out;
  out.argument = expr(reinterpret_cast<const Node*>(node->arg));
  for_each<CaseWhen>(node->args, [&](const CaseWhen* when) {
    out.whens.push_back({expr(reinterpret_cast<const Node*>(when->expr)),
                         expr(reinterpret_cast<const Node*>(when->result)), at(when->location)});
  });
  out.otherwise = expr(reinterpret_cast<const Node*>(node->defresult));
  return out;
}

ast::ExprKind Converter::indirection(const A_Indirection* node, ast::Location& location) {
  using Kind = ast::Indirection::Step::Kind;
  ast::Indirection out;
  out.argument = expr(node->arg);
  location = out.argument->location;
  for_each<Node>(node->indirection, [&](const Node* step) {
    if (IsA(step, String)) {
      out.steps.push_back({Kind::kField, reinterpret_cast<const String*>(step)->sval, nullptr, nullptr});
    } else if (IsA(step, A_Star)) {
      out.steps.push_back({Kind::kStar, {}, nullptr, nullptr});
    } else {
      const auto* indices = reinterpret_cast<const A_Indices*>(step);
      out.steps.push_back(
          {indices->is_slice ? Kind::kSlice : Kind::kSubscript, {}, expr(indices->lidx), expr(indices->uidx)});
    }
  });
  return out;
}

ast::ExprKind Converter::sql_value(const SQLValueFunction* node, ast::Location& location) {
  using Kind = ast::SqlValueFunction::Kind;
  location = at(node->location);
  const int32_t precision = node->typmod;
  switch (node->op) {
    case SVFOP_CURRENT_DATE: return ast::SqlValueFunction{Kind::kCurrentDate, precision};
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return ast::SqlValueFunction{Kind::kCurrentTime, precision};
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return ast::SqlValueFunction{Kind::kCurrentTimestamp, precision};
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return ast::SqlValueFunction{Kind::kLocalTime, precision};
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return ast::SqlValueFunction{Kind::kLocalTimestamp, precision};
    case SVFOP_CURRENT_ROLE: return ast::SqlValueFunction{Kind::kCurrentRole, precision};
    case SVFOP_CURRENT_USER: return ast::SqlValueFunction{Kind::kCurrentUser, precision};
    case SVFOP_USER: return ast::SqlValueFunction{Kind::kUser, precision};
    case SVFOP_SESSION_USER: return ast::SqlValueFunction{Kind::kSessionUser, precision};
    case SVFOP_CURRENT_CATALOG: return ast::SqlValueFunction{Kind::kCurrentCatalog, precision};
    case SVFOP_CURRENT_SCHEMA: return ast::SqlValueFunction{Kind::kCurrentSchema, precision};
  }
  return ast::UnsupportedExpr{"this expression"};
}

std::vector<ast::SortItem> Converter::sort_items(const List* list) {
  std::vector<ast::SortItem> out;
  out.reserve(static_cast<size_t>(list_length(list)));
  for_each<SortBy>(list, [&](const SortBy* node) {
    ast::SortItem item;
    item.expression = expr(node->node);
    switch (node->sortby_dir) {
      case SORTBY_DEFAULT: item.direction = ast::SortDirection::kDefault; break;
      case SORTBY_ASC: item.direction = ast::SortDirection::kAscending; break;
      case SORTBY_DESC: item.direction = ast::SortDirection::kDescending; break;
      case SORTBY_USING:
        item.direction = ast::SortDirection::kUsing;
        item.using_operator = strings(node->useOp).back();
        break;
    }
    switch (node->sortby_nulls) {
      case SORTBY_NULLS_DEFAULT: item.nulls = ast::NullsOrder::kDefault; break;
      case SORTBY_NULLS_FIRST: item.nulls = ast::NullsOrder::kFirst; break;
      case SORTBY_NULLS_LAST: item.nulls = ast::NullsOrder::kLast; break;
    }
    item.location = at(node->location);
    out.push_back(std::move(item));
  });
  return out;
}

ast::WindowDefinition Converter::window(const WindowDef* node) {
  ast::WindowDefinition out;
  out.name = text(node->name);
  out.base_name = text(node->refname);
  out.partition_by = exprs(node->partitionClause);
  out.order_by = sort_items(node->orderClause);
  out.frame_options = node->frameOptions;
  out.start_offset = expr(node->startOffset);
  out.end_offset = expr(node->endOffset);
  out.location = at(node->location);
  return out;
}

}  // namespace millrace::sql
