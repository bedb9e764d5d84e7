// Dispatch, constants, boolean forms and conditionals.
#include <fmt/format.h>

#include <charconv>

#include "expr/overload_resolution.h"
#include "sql/binder/expr_binder.h"
#include "sql/binder/type_names.h"

namespace millrace::sql {

using expr::ExprPtr;

Result<ExprPtr> QueryBinder::bind_expr(const ast::Expr& expr, Block& block, Clause clause) {
  return ExprBinder(*this, block, clause).bind(expr);
}

Result<ExprPtr> QueryBinder::bind_boolean(const ast::Expr& expr, Block& block, Clause clause) {
  const std::string what = clause == Clause::kJoin ? "JOIN/ON" : std::string(clause_name(clause));
  return ExprBinder(*this, block, clause).bind_boolean(expr, what);
}

ExprBinder::Bound ExprBinder::bind(const ast::Expr& expr) {
  Bound bound = std::visit([&](const auto& node) { return bind_kind(node, expr); }, expr.kind);
  if (!bound) return std::move(bound).error().at(expr.location);
  return bound;
}

Result<std::vector<ExprPtr>> ExprBinder::bind_all(const ast::Exprs& exprs) {
  std::vector<ExprPtr> out;
  out.reserve(exprs.size());
  for (const ast::ExprPtr& expr : exprs) {
    TRY(ExprPtr bound, bind(*expr));
    out.push_back(std::move(bound));
  }
  return out;
}

Result<std::vector<ExprPtr>> ExprBinder::bind_list(const ast::Exprs& exprs) {
  std::vector<ExprPtr> out;
  for (const ast::ExprPtr& item : exprs) {
    TRY(std::vector<NamedValue> values, expand(*item));
    for (NamedValue& each : values) out.push_back(std::move(each.value));
  }
  return out;
}

Result<std::vector<ExprBinder::NamedValue>> ExprBinder::expand(const ast::Expr& expr) {
  const auto* column = expr.as<ast::ColumnRef>();
  const auto* indirection = expr.as<ast::Indirection>();
  const bool of_table = column != nullptr && column->star && !column->names.empty();
  const bool of_value = indirection != nullptr && indirection->steps.back().kind == ast::Indirection::Step::Kind::kStar;
  TRY(const ExprPtr value, bind(expr));
  std::vector<NamedValue> out;
  if (!of_table && !of_value) {
    out.push_back({"", value});
    return out;
  }
  if (value->type().info().kind != TypeKind::kComposite) {
    if (of_value) {
      return SqlError(sqlstate::kWrongObjectType, fmt::format("type {} is not composite", value->type().to_string()));
    }
    out.push_back({column->names.back(), value});  // a function's single column
    return out;
  }
  const std::vector<CompositeField>& fields = value->type().info().fields;
  for (uint32_t i = 0; i < fields.size(); ++i) {
    const bool is_row = value->is<expr::RowConstructor>();
    out.push_back({fields[i].name, is_row ? value->child(i) : expr::make_field_select(value, i)});
  }
  return out;
}

ExprBinder::Bound ExprBinder::bind_boolean(const ast::Expr& expr, const std::string& what) {
  TRY(const ExprPtr bound, bind(expr));
  Bound boolean = coercions().to_boolean(bound, what);
  if (!boolean) return std::move(boolean).error().at(ast::begin_of(expr));
  return boolean;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Parameter& node, const ast::Expr&) {
  return coercions().parameters().reference(node.number);
}

namespace {

std::vector<ast::Location> places_of(const ast::Exprs& exprs) {
  std::vector<ast::Location> out;
  for (const ast::ExprPtr& expr : exprs) out.push_back(ast::begin_of(*expr));
  return out;
}

// A number the grammar does not keep as int4: the smallest of int4 (-2147483648, whose sign the grammar
// has folded in), int8 and numeric that holds it.
Result<ExprPtr> number_constant(const std::string& text, const TextContext& context) {
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (const auto narrow = static_cast<int32_t>(integer); narrow == integer) {
      return expr::make_constant(Value(type_of(oid::kInt4), Slot::of_i32(narrow)));
    }
    return expr::make_constant(Value(type_of(oid::kInt8), Slot::of_i64(integer)));
  }
  const TypeInfo* numeric = find_type(oid::kNumeric);
  if (numeric == nullptr) return not_supported("a number with a fraction", "Use integers.");
  TRY(Value value, Value::parse(SqlType(*numeric), text, context));
  return expr::make_constant(std::move(value));
}

}  // namespace

ExprBinder::Bound ExprBinder::bind_kind(const ast::Constant& node, const ast::Expr& at) {
  using Kind = ast::Constant::Kind;
  switch (node.kind) {
    case Kind::kNull: return expr::make_null(type_of(oid::kUnknown));
    case Kind::kBoolean: return expr::make_bool(node.integer != 0);
    case Kind::kInteger: return expr::make_constant(Value(type_of(oid::kInt4), Slot::of_i32(node.integer)));
    case Kind::kNumber: return number_constant(node.text, coercions().text());
    case Kind::kString: {
      ExprPtr literal = expr::make_constant(Value(type_of(oid::kUnknown), Slot::of_bytes(node.text)));
      binder_.coercions_.note_literal(literal, at.location);
      return literal;
    }
    case Kind::kBitString: return not_supported("a bit string", "Use integers and their bit operators.");
  }
  return SqlError(sqlstate::kInternalError, "a constant of no kind");
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::TypeCast& node, const ast::Expr& at) {
  TRY(const SqlType target, resolve_type(node.type));
  if (const auto* array = node.argument->as<ast::ArrayConstructor>(); array != nullptr && target.info().element) {
    return cast_array(*array, target);
  }
  TRY(const ExprPtr argument, bind(*node.argument));
  Bound cast = coercions().coerce(argument, target, expr::CastContext::kExplicit);
  if (!cast) return std::move(cast).error().at(at.location);
  return cast;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Collate& node, const ast::Expr&) {
  TRY(ExprPtr argument, bind(*node.argument));
  const std::string& name = node.collation.last();
  if (name != "C" && name != "POSIX" && name != "default" && name != "ucs_basic") {
    return not_supported(fmt::format("collation \"{}\"", name), "Text is ordered by its bytes: COLLATE \"C\".");
  }
  if (!is_unknown(argument) && argument->type().info().category != 'S') {
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("collations are not supported by type {}", argument->type().to_string()));
  }
  return argument;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::And& node, const ast::Expr&) {
  std::vector<ExprPtr> terms;
  for (const ast::ExprPtr& term : node.terms) {
    TRY(ExprPtr bound, bind_boolean(*term, "AND"));
    terms.push_back(std::move(bound));
  }
  return expr::make_and(std::move(terms));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Or& node, const ast::Expr&) {
  std::vector<ExprPtr> terms;
  for (const ast::ExprPtr& term : node.terms) {
    TRY(ExprPtr bound, bind_boolean(*term, "OR"));
    terms.push_back(std::move(bound));
  }
  return expr::make_or(std::move(terms));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Not& node, const ast::Expr&) {
  TRY(ExprPtr argument, bind_boolean(*node.argument, "NOT"));
  return expr::make_not(std::move(argument));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::NullTest& node, const ast::Expr&) {
  if (const auto* row = node.argument->as<ast::Row>()) {
    std::vector<ExprPtr> terms;
    for (const ast::ExprPtr& field : row->fields) {
      TRY(ExprPtr bound, bind(*field));
      ExprPtr is_null = expr::make_is_null(std::move(bound));
      terms.push_back(node.negated ? expr::make_not(std::move(is_null)) : std::move(is_null));
    }
    return expr::make_and(std::move(terms));
  }
  TRY(ExprPtr argument, bind(*node.argument));
  TRY(argument, coercions().settle(argument));
  if (node.negated && argument->type().info().kind == TypeKind::kComposite) {
    // Not the opposite of IS NULL: every field has to have a value.
    std::vector<ExprPtr> terms;
    for (uint32_t i = 0; i < argument->type().info().fields.size(); ++i) {
      terms.push_back(expr::make_not(expr::make_is_null(expr::make_field_select(argument, i))));
    }
    return expr::make_and(std::move(terms));
  }
  ExprPtr is_null = expr::make_is_null(std::move(argument));
  return node.negated ? expr::make_not(std::move(is_null)) : is_null;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::BooleanTest& node, const ast::Expr&) {
  const std::string what = fmt::format("IS {}{}", node.negated ? "NOT " : "",
                                       node.value == ast::TruthValue::kTrue    ? "TRUE"
                                       : node.value == ast::TruthValue::kFalse ? "FALSE"
                                                                               : "UNKNOWN");
  TRY(ExprPtr argument, bind_boolean(*node.argument, what));
  if (node.value == ast::TruthValue::kUnknown) {
    ExprPtr is_null = expr::make_is_null(std::move(argument));
    return node.negated ? expr::make_not(std::move(is_null)) : is_null;
  }
  ExprPtr differs = expr::make_is_distinct(std::move(argument), expr::make_bool(node.value == ast::TruthValue::kTrue));
  return node.negated ? differs : expr::make_not(std::move(differs));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Case& node, const ast::Expr&) {
  const size_t table_functions = block_.table_functions.size();
  ExprPtr argument;
  if (node.argument != nullptr) {
    TRY(argument, bind(*node.argument));
    TRY(argument, coercions().settle(argument));
  }
  std::vector<ExprPtr> conditions;
  std::vector<ExprPtr> results;
  for (const ast::CaseWhen& when : node.whens) {
    if (argument == nullptr) {
      TRY(ExprPtr condition, bind_boolean(*when.condition, "CASE/WHEN"));
      conditions.push_back(std::move(condition));
    } else {
      TRY(ExprPtr value, bind(*when.condition));
      TRY(ExprPtr equal, call_operator("=", {argument, std::move(value)}));
      conditions.push_back(std::move(equal));
    }
    TRY(ExprPtr result, bind(*when.result));
    results.push_back(std::move(result));
  }
  // PostgreSQL looks at ELSE first when it chooses the type.
  ExprPtr otherwise = expr::make_null(type_of(oid::kUnknown));
  if (node.otherwise != nullptr) {
    TRY(otherwise, bind(*node.otherwise));
  }
  TRY(refuse_table_functions(table_functions, "CASE"));
  results.insert(results.begin(), std::move(otherwise));
  std::vector<ast::Location> places = {node.otherwise == nullptr ? -1 : ast::begin_of(*node.otherwise)};
  for (const ast::CaseWhen& when : node.whens) places.push_back(ast::begin_of(*when.result));
  TRY(coercions().unify("CASE", results, places));
  std::vector<expr::CaseBranch> branches;
  for (size_t i = 0; i < conditions.size(); ++i) branches.push_back({conditions[i], results[i + 1]});
  return expr::make_case(std::move(branches), results[0]);
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Coalesce& node, const ast::Expr&) {
  const size_t table_functions = block_.table_functions.size();
  TRY(std::vector<ExprPtr> arguments, bind_all(node.arguments));
  TRY(refuse_table_functions(table_functions, "COALESCE"));
  TRY(coercions().unify("COALESCE", arguments, places_of(node.arguments)));
  return expr::make_coalesce(std::move(arguments));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::GreatestLeast& node, const ast::Expr&) {
  TRY(std::vector<ExprPtr> arguments, bind_all(node.arguments));
  TRY(const SqlType type,
      coercions().unify(node.greatest ? "GREATEST" : "LEAST", arguments, places_of(node.arguments)));
  if (type.info().compare == nullptr) {
    return SqlError(sqlstate::kUndefinedFunction,
                    fmt::format("could not identify a comparison function for type {}", type.to_string()));
  }
  return node.greatest ? expr::make_greatest(std::move(arguments)) : expr::make_least(std::move(arguments));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::NullIf& node, const ast::Expr&) {
  TRY(ExprPtr left, bind(*node.left));
  TRY(ExprPtr right, bind(*node.right));
  TRY(ExprPtr equal, call_operator("=", {left, right}));
  // The result is the left side as the comparison saw it when it had no type of its own.
  if (is_unknown(left)) left = equal->child(0);
  return expr::make_case({{std::move(equal), expr::make_null(left->type())}}, left);
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::ArrayConstructor& node, const ast::Expr&) {
  if (node.elements.empty()) {
    return SqlError(sqlstate::kIndeterminateDatatype, "cannot determine type of empty array")
        .with_hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].");
  }
  TRY(std::vector<ExprPtr> elements, bind_all(node.elements));
  TRY(const SqlType element, coercions().unify("ARRAY", elements, places_of(node.elements)));
  const bool nested = element.info().element != nullptr;
  return expr::make_array(std::move(elements), nested ? element.without_typmod() : array_of(element.info()));
}

// ARRAY[..]::t[]: the elements are cast one by one, so that an empty list and literals know their type.
ExprBinder::Bound ExprBinder::cast_array(const ast::ArrayConstructor& array, SqlType target) {
  const SqlType element(*target.info().element, target.typmod());
  std::vector<ExprPtr> elements;
  for (const ast::ExprPtr& item : array.elements) {
    if (const auto* nested = item->as<ast::ArrayConstructor>()) {
      TRY(ExprPtr bound, cast_array(*nested, target));
      elements.push_back(std::move(bound));
      continue;
    }
    TRY(const ExprPtr bound, bind(*item));
    const bool is_array = !is_unknown(bound) && bound->type().info().element != nullptr;
    Bound cast = coercions().coerce(bound, is_array ? target : element, expr::CastContext::kExplicit);
    if (!cast) return std::move(cast).error().at(item->location);
    elements.push_back(std::move(*cast));
  }
  if (elements.empty()) {
    TRY(Value empty, Value::parse(target.without_typmod(), "{}", coercions().text()));
    return expr::make_constant(std::move(empty));
  }
  return expr::make_array(std::move(elements), target.without_typmod());
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::SetToDefault&, const ast::Expr&) {
  return SqlError(sqlstate::kSyntaxError, "DEFAULT is not allowed in this context");
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Grouping& node, const ast::Expr& expr) {
  const bool allowed = clause_ == Clause::kSelect || clause_ == Clause::kHaving || clause_ == Clause::kOrderBy ||
                       clause_ == Clause::kDistinctOn || clause_ == Clause::kWindow;
  if (!allowed) {
    return SqlError(sqlstate::kGroupingError,
                    fmt::format("grouping operations are not allowed in {}", clause_name(clause_)));
  }
  if (node.arguments.size() > 31) {
    return SqlError(sqlstate::kTooManyArguments, "GROUPING must have fewer than 32 arguments");
  }
  const std::vector<ColumnUse> outside = block_.uses;  // whether they are grouped by is asked later
  Result<std::vector<ExprPtr>> arguments = bind_all(node.arguments);
  block_.uses = outside;
  if (!arguments) return std::move(arguments).error();
  const ColumnId id = binder_.columns_.add("grouping", type_of(oid::kInt4));
  PendingGrouping pending{id, {}, expr.location};
  for (size_t i = 0; i < arguments->size(); ++i) {
    pending.arguments.push_back({(*arguments)[i], ast::begin_of(*node.arguments[i])});
  }
  block_.groupings.push_back(std::move(pending));
  block_.grouped = true;
  return binder_.columns_.ref(id);
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::UnsupportedExpr& node, const ast::Expr&) {
  return not_supported(node.what, "");
}

}  // namespace millrace::sql
