// Operators, comparisons of rows, IN lists, BETWEEN, IS DISTINCT FROM.
#include <fmt/format.h>

#include "expr/overload_resolution.h"
#include "expr/program.h"
#include "sql/binder/expr_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

Result<std::string> operator_name(const ast::ObjectName& name) {
  if (name.parts.size() > 1 && name.parts[0] != "pg_catalog") {
    return SqlError(sqlstate::kUndefinedFunction, fmt::format("operator does not exist: {}", name.to_string()));
  }
  return name.last();
}

Result<std::vector<ExprPtr>> ExprBinder::coerce_arguments(std::vector<ExprPtr> arguments,
                                                          const std::vector<SqlType>& types) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    TRY(arguments[i], coercions().coerce(arguments[i], types[i], expr::CastContext::kImplicit));
  }
  return arguments;
}

ExprBinder::Bound ExprBinder::call_operator(const std::string& name, std::vector<ExprPtr> arguments) {
  TRY(const expr::ResolvedCall call, expr::resolve_operator(name, types_of(arguments)));
  TRY(arguments, coerce_arguments(std::move(arguments), call.argument_types));
  return expr::make_call(*call.candidate.scalar, std::move(arguments), call.result_type);
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Operator& node, const ast::Expr&) {
  TRY(const std::string name, operator_name(node.name));
  if (node.left != nullptr) {
    const auto* left_row = node.left->as<ast::Row>();
    const auto* right_row = node.right->as<ast::Row>();
    if (left_row != nullptr && right_row != nullptr) return compare_rows(name, *left_row, *right_row);
    // (a, b) = (SELECT ..)
    const auto* sublink = node.right->as<ast::Sublink>();
    if (left_row != nullptr && sublink != nullptr && sublink->kind == ast::Sublink::Kind::kScalar) {
      return compare_with_row_subquery(name, *left_row, *sublink->query);
    }
  }
  std::vector<ExprPtr> arguments;
  if (node.left != nullptr) {
    TRY(ExprPtr left, bind(*node.left));
    arguments.push_back(std::move(left));
  }
  TRY(ExprPtr right, bind(*node.right));
  arguments.push_back(std::move(right));
  return call_operator(name, std::move(arguments));
}

ExprBinder::Bound ExprBinder::compare_rows(const std::string& name, const ast::Row& left, const ast::Row& right) {
  TRY(const std::vector<ExprPtr> left_fields, bind_all(left.fields));
  TRY(const std::vector<ExprPtr> right_fields, bind_all(right.fields));
  return compare_row_values(name, left_fields, right_fields);
}

// = and <> field by field; the orderings lexicographically: a < x OR (a = x AND (b < y OR ..)).
ExprBinder::Bound ExprBinder::compare_row_values(const std::string& name, const std::vector<ExprPtr>& left,
                                                 const std::vector<ExprPtr>& right) {
  if (left.size() != right.size()) {
    return SqlError(sqlstate::kSyntaxError, "unequal number of entries in row expressions");
  }
  if (left.empty()) return SqlError(sqlstate::kFeatureNotSupported, "cannot compare rows of zero length");
  if (name == "=" || name == "<>") {
    std::vector<ExprPtr> terms;
    for (size_t i = 0; i < left.size(); ++i) {
      TRY(ExprPtr term, call_operator(name, {left[i], right[i]}));
      terms.push_back(std::move(term));
    }
    return name == "=" ? expr::make_and(std::move(terms)) : expr::make_or(std::move(terms));
  }
  if (name != "<" && name != "<=" && name != ">" && name != ">=") {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("could not determine interpretation of row comparison operator {}", name))
        .with_hint("Row comparison operators must be associated with btree operator families.");
  }
  const std::string strict(1, name[0]);
  TRY(ExprPtr result, call_operator(name, {left.back(), right.back()}));
  for (size_t i = left.size() - 1; i-- > 0;) {
    TRY(ExprPtr less, call_operator(strict, {left[i], right[i]}));
    TRY(ExprPtr equal, call_operator("=", {left[i], right[i]}));
    result = expr::make_or({std::move(less), expr::make_and({std::move(equal), std::move(result)})});
  }
  return result;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::QuantifiedArray& node, const ast::Expr&) {
  TRY(const std::string name, operator_name(node.name));
  TRY(ExprPtr left, bind(*node.left));
  TRY(ExprPtr array, bind(*node.right));
  if (is_unknown(array)) {
    // '{1,2}' or $1: an array of what the left side is.
    if (is_unknown(left)) {
      TRY(left, coercions().settle(left));
    }
    TRY(array, coercions().coerce(array, array_of(left->type().info()), expr::CastContext::kImplicit));
  }
  if (array->type().info().element == nullptr) {
    return SqlError(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires array on right side");
  }
  const SqlType element(*array->type().info().element);
  TRY(const expr::ResolvedCall call, expr::resolve_operator(name, {left->type(), element}));
  if (!call.result_type.same_base(type_of(oid::kBool))) {
    return SqlError(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires operator to yield boolean");
  }
  TRY(left, coercions().coerce(left, call.argument_types[0], expr::CastContext::kImplicit));
  const SqlType wanted = array_of(call.argument_types[1].info());
  if (!array->type().same_base(wanted)) {
    TRY(array, coercions().coerce(array, wanted, expr::CastContext::kImplicit));
  }
  return node.all ? expr::make_all(*call.candidate.scalar, std::move(left), std::move(array))
                  : expr::make_any(*call.candidate.scalar, std::move(left), std::move(array));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::DistinctFrom& node, const ast::Expr&) {
  const auto* left_row = node.left->as<ast::Row>();
  const auto* right_row = node.right->as<ast::Row>();
  std::vector<ExprPtr> terms;
  const auto add = [&](ExprPtr left, ExprPtr right) -> Status {
    if (is_null_constant(left) || is_null_constant(right)) {
      ExprPtr other = is_null_constant(left) ? right : left;
      TRY(other, coercions().settle(other));
      terms.push_back(expr::make_not(expr::make_is_null(std::move(other))));
      return {};
    }
    // Resolved as = is, so that what cannot be compared fails in the same words.
    TRY(const ExprPtr equal, call_operator("=", {left, right}));
    std::vector<ExprPtr> sides = equal->children();
    if (!sides[0]->type().same_base(sides[1]->type())) TRY(coercions().unify("IS DISTINCT FROM", sides));
    terms.push_back(expr::make_is_distinct(sides[0], sides[1]));
    return {};
  };
  if (left_row != nullptr && right_row != nullptr) {
    if (left_row->fields.size() != right_row->fields.size()) {
      return SqlError(sqlstate::kSyntaxError, "unequal number of entries in row expressions");
    }
    for (size_t i = 0; i < left_row->fields.size(); ++i) {
      TRY(ExprPtr left, bind(*left_row->fields[i]));
      TRY(ExprPtr right, bind(*right_row->fields[i]));
      TRY(add(std::move(left), std::move(right)));
    }
  } else {
    TRY(ExprPtr left, bind(*node.left));
    TRY(ExprPtr right, bind(*node.right));
    TRY(add(std::move(left), std::move(right)));
  }
  ExprPtr distinct = expr::make_or(std::move(terms));
  return node.negated ? expr::make_not(std::move(distinct)) : distinct;
}

// Constants of one common type become a set; whatever else is in the list is compared by itself.
ExprBinder::Bound ExprBinder::in_list(ExprPtr argument, std::vector<ExprPtr> list) {
  std::vector<ExprPtr> all = {argument};
  all.insert(all.end(), list.begin(), list.end());
  const bool has_common = expr::common_type("IN", types_of(all)).has_value();
  std::vector<ExprPtr> terms;
  std::vector<Value> values;
  ExprPtr of_set;
  for (ExprPtr& item : list) {
    TRY(const ExprPtr equal, call_operator("=", {argument, item}));
    const ExprPtr& left = equal->child(0);
    const ExprPtr right = expr::fold_constants(equal->child(1));
    const auto* constant = right->as<expr::Constant>();
    if (has_common && constant != nullptr && left->type().same_base(right->type()) &&
        (of_set == nullptr || structurally_equal(*of_set, *left))) {
      of_set = left;
      values.push_back(constant->value);
    } else {
      terms.push_back(equal);
    }
  }
  if (values.size() == 1) {
    TRY(ExprPtr equal, call_operator("=", {of_set, expr::make_constant(values[0])}));
    terms.push_back(std::move(equal));
  } else if (!values.empty()) {
    terms.push_back(expr::make_in_list(of_set, std::move(values)));
  }
  return expr::make_or(std::move(terms));
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::InList& node, const ast::Expr&) {
  ExprPtr found;
  if (const auto* row = node.argument->as<ast::Row>()) {
    TRY(const std::vector<ExprPtr> left, bind_all(row->fields));
    std::vector<ExprPtr> terms;
    for (const ast::ExprPtr& item : node.list) {
      const auto* other = item->as<ast::Row>();
      if (other == nullptr) {
        return not_supported("IN with a row and a value that is no row", "Compare rows with rows.").at(item->location);
      }
      TRY(const std::vector<ExprPtr> right, bind_all(other->fields));
      TRY(ExprPtr equal, compare_row_values("=", left, right));
      terms.push_back(std::move(equal));
    }
    found = expr::make_or(std::move(terms));
  } else {
    TRY(ExprPtr argument, bind(*node.argument));
    TRY(std::vector<ExprPtr> list, bind_all(node.list));
    TRY(found, in_list(std::move(argument), std::move(list)));
  }
  return node.negated ? expr::make_not(std::move(found)) : found;
}

ExprBinder::Bound ExprBinder::between(const ExprPtr& argument, const ExprPtr& low, const ExprPtr& high) {
  TRY(ExprPtr above, call_operator(">=", {argument, low}));
  TRY(ExprPtr below, call_operator("<=", {argument, high}));
  return expr::make_and({std::move(above), std::move(below)});
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Between& node, const ast::Expr&) {
  TRY(const ExprPtr argument, bind(*node.argument));
  TRY(const ExprPtr low, bind(*node.low));
  TRY(const ExprPtr high, bind(*node.high));
  TRY(ExprPtr inside, between(argument, low, high));
  if (node.symmetric) {
    TRY(ExprPtr swapped, between(argument, high, low));
    inside = expr::make_or({std::move(inside), std::move(swapped)});
  }
  return node.negated ? expr::make_not(std::move(inside)) : inside;
}

}  // namespace millrace::sql
