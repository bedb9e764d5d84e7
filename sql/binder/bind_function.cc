// Function calls: scalar, aggregate, set-returning, casts in function form, CURRENT_DATE and its like.
#include <fmt/format.h>

#include <algorithm>

#include "expr/overload_resolution.h"
#include "sql/binder/expr_binder.h"
#include "sql/binder/named_arguments.h"

namespace millrace::sql {

using expr::ExprPtr;

Result<std::string> function_name(const ast::ObjectName& name) {
  if (name.parts.size() == 1 || (name.parts.size() == 2 && name.parts[0] == "pg_catalog")) return name.last();
  return SqlError(sqlstate::kUndefinedFunction, fmt::format("function {}() does not exist", name.to_string()))
      .with_hint("Functions are built in and stand in pg_catalog.");
}

ExprBinder::Bound ExprBinder::call_function(const std::string& name, std::vector<ExprPtr> arguments) {
  TRY(const expr::ResolvedCall call, expr::resolve_function(name, types_of(arguments)));
  if (call.candidate.scalar == nullptr) {
    return not_supported(fmt::format("{}() in this place", name), "Call it in a select list or in FROM.");
  }
  TRY(arguments, coerce_arguments(std::move(arguments), call.argument_types));
  return expr::make_call(*call.candidate.scalar, std::move(arguments), call.result_type);
}

// int4(x), text(x): a type's name called like a function is a cast when there is no such function.
ExprBinder::Bound ExprBinder::cast_by_name(const std::string& name, const ExprPtr& argument) {
  const TypeInfo* type = find_type(name);
  if (type == nullptr || type->name != name || type->kind == TypeKind::kPseudo) {
    return SqlError(sqlstate::kUndefinedFunction, "");
  }
  return coercions().coerce(argument, SqlType(*type), expr::CastContext::kExplicit);
}

Status ExprBinder::check_plain_call(const ast::FunctionCall& node) const {
  const std::string& name = node.name.last();
  const auto refuse = [&](const char* what) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("{} specified, but {} is not an aggregate function", what, name));
  };
  if (node.star) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("{}(*) specified, but {} is not an aggregate function", name, name));
  }
  if (node.distinct) return refuse("DISTINCT");
  if (node.within_group) return refuse("WITHIN GROUP");
  if (!node.order_by.empty()) return refuse("ORDER BY");
  if (node.filter != nullptr) return refuse("FILTER");
  return {};
}

// f(a, VARIADIC array): the array's elements are the arguments.
ExprBinder::Bound ExprBinder::bind_variadic(const ast::FunctionCall& node, const std::string& name) {
  TRY(check_plain_call(node));
  TRY(std::vector<ExprPtr> arguments, bind_all(node.arguments));
  const auto missing = [&] {
    return SqlError(sqlstate::kUndefinedFunction,
                    fmt::format("function {} does not exist",
                                expr::describe_call(expr::FunctionKind::kFunction, name, types_of(arguments))))
        .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.");
  };
  for (const expr::Candidate& candidate : expr::FunctionRegistry::instance().candidates(name)) {
    if (candidate.scalar == nullptr || !candidate.signature->variadic) continue;
    const expr::ScalarFunction& function = *candidate.scalar->with_array;
    if (function.arguments.size() != arguments.size()) continue;
    const ExprPtr& array = arguments.back();
    const bool any = function.arguments.back() == oid::kAnyArray;
    if (any && (is_unknown(array) || array->type().info().element == nullptr)) {
      return SqlError(sqlstate::kDatatypeMismatch, "VARIADIC argument must be an array")
          .at(ast::begin_of(*node.arguments.back()));
    }
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (any && i + 1 == arguments.size()) break;
      Bound coerced = coercions().coerce(arguments[i], type_of(function.arguments[i]), expr::CastContext::kImplicit);
      if (!coerced) return missing();
      arguments[i] = std::move(*coerced);
    }
    return expr::make_call(function, std::move(arguments), type_of(function.result));
  }
  return missing();
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::FunctionCall& node, const ast::Expr& at) {
  TRY(const std::string name, function_name(node.name));
  if (node.over != nullptr) {
    if (node.variadic) return not_supported("VARIADIC in a window function", "Give the arguments one by one.");
    if (!node.argument_names.empty()) return not_supported("named notation", "Give the arguments by position.");
    return bind_window(node, at);
  }
  if (node.variadic) return bind_variadic(node, name);
  if (node.within_group) return bind_within_group(node, name, at.location);

  AggregateNames names(block_);
  const size_t applies_before = pending().size();
  const size_t functions_before = block_.table_functions.size();
  auto arguments = bind_all(node.arguments);
  if (!arguments) return std::move(arguments).error();
  if (!node.argument_names.empty()) {
    TRY(*arguments, order_named_arguments(name, std::move(*arguments), node.argument_names));
  }

  Result<expr::ResolvedCall> call = expr::resolve_function(name, types_of(*arguments));
  if (!call) {
    if (arguments->size() == 1 && call.error().state() == sqlstate::kUndefinedFunction) {
      Bound cast = cast_by_name(name, (*arguments)[0]);
      if (cast || !cast.error().message().empty()) return cast;
    }
    if (node.star) {
      return SqlError(sqlstate::kUndefinedFunction, fmt::format("function {}() does not exist", name))
          .with_hint(
              "No function matches the given name and argument types. You might need to add explicit type casts.");
    }
    return std::move(call).error();
  }
  TRY(*arguments, coerce_arguments(std::move(*arguments), call->argument_types));
  if (call->candidate.window != nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("window function {} requires an OVER clause", name));
  }
  if (call->candidate.aggregate != nullptr) {
    if (const PendingWindow* window = find_window_in(*arguments)) {
      return SqlError(sqlstate::kGroupingError, "aggregate function calls cannot contain window function calls")
          .at(window->location);
    }
    if (block_.table_functions.size() > functions_before) {
      return SqlError(sqlstate::kFeatureNotSupported,
                      "aggregate function calls cannot contain set-returning function calls")
          .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.")
          .at(block_.table_functions[functions_before].location);
    }
    return bind_aggregate(node, *call->candidate.aggregate, std::move(*arguments), call->result_type, names,
                          applies_before, at.location);
  }
  TRY(check_plain_call(node));
  if (call->candidate.table != nullptr)
    return bind_table_function(*call->candidate.table, std::move(*arguments), at.location);
  return expr::make_call(*call->candidate.scalar, std::move(*arguments), call->result_type);
}

ExprBinder::Bound ExprBinder::bind_table_function(const expr::TableFunction& function, std::vector<ExprPtr> arguments,
                                                  ast::Location location) {
  const bool allowed = clause_ == Clause::kSelect || clause_ == Clause::kOrderBy || clause_ == Clause::kGroupBy ||
                       clause_ == Clause::kDistinctOn;
  if (clause_ == Clause::kFromFunction) {
    return SqlError(sqlstate::kFeatureNotSupported, "set-returning functions must appear at top level of FROM");
  }
  if (!allowed) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("set-returning functions are not allowed in {}", clause_name(clause_)));
  }
  if (function.columns == nullptr) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    "function returning record called in context that cannot accept type record");
  }
  const auto same = [&](const TableFunction::Call& other) {
    return other.function == &function &&
           std::equal(other.arguments.begin(), other.arguments.end(), arguments.begin(), arguments.end(),
                      [](const ExprPtr& a, const ExprPtr& b) { return structurally_equal(*a, *b); });
  };
  ColumnSet used;
  for (const ExprPtr& argument : arguments) add_referenced(argument, used);
  size_t level = 0;
  const TableFunction::Call* call = nullptr;
  for (const PendingTableFunction& other : block_.table_functions) {
    const ColumnIds& columns = other.call.columns;
    const bool below = std::any_of(columns.begin(), columns.end(), [&](ColumnId id) { return used.contains(id); });
    if (below) level = std::max(level, other.level + 1);
    if (same(other.call)) call = &other.call;  // side by side they give the same rows
  }
  if (call == nullptr) {
    PendingTableFunction pending{{&function, {}, function.columns(types_of(arguments)), {}}, level, false, location};
    pending.call.arguments = std::move(arguments);
    for (const CompositeField& field : pending.call.fields) {
      pending.call.columns.push_back(binder_.columns_.add(field.name, field.type));
    }
    block_.table_functions.push_back(std::move(pending));
    call = &block_.table_functions.back().call;
  }
  std::vector<ExprPtr> values;
  for (const ColumnId id : call->columns) values.push_back(binder_.columns_.ref(id));
  if (values.size() == 1 && function.result != oid::kRecord) return values[0];
  return expr::make_row(std::move(values), record_of(call->fields));
}

// Whether a row's other columns are there must not hang on what a branch gives.
Status ExprBinder::refuse_table_functions(size_t before, const char* place) const {
  if (block_.table_functions.size() == before) return {};
  return SqlError(sqlstate::kFeatureNotSupported, fmt::format("set-returning functions are not allowed in {}", place))
      .with_hint("You might be able to move the set-returning function into a LATERAL FROM item.")
      .at(block_.table_functions[before].location);
}

// The words that are calls without parentheses, by the functions they stand for.
ExprBinder::Bound ExprBinder::bind_kind(const ast::SqlValueFunction& node, const ast::Expr&) {
  using Kind = ast::SqlValueFunction::Kind;
  const auto now_as = [&](uint32_t type) -> Bound {
    TRY(ExprPtr now, call_function("now", {}));
    const int32_t typmod = node.precision;
    return coercions().coerce(now, type_of(type, typmod), expr::CastContext::kExplicit);
  };
  switch (node.kind) {
    case Kind::kCurrentDate: return now_as(oid::kDate);
    case Kind::kCurrentTime: return now_as(oid::kTimeTz);
    case Kind::kCurrentTimestamp: return now_as(oid::kTimestampTz);
    case Kind::kLocalTime: return now_as(oid::kTime);
    case Kind::kLocalTimestamp: return now_as(oid::kTimestamp);
    case Kind::kCurrentRole:
    case Kind::kCurrentUser:
    case Kind::kUser: return call_function("current_user", {});
    case Kind::kSessionUser: return call_function("session_user", {});
    case Kind::kCurrentCatalog: return call_function("current_database", {});
    case Kind::kCurrentSchema: return call_function("current_schema", {});
  }
  return SqlError(sqlstate::kInternalError, "a value function of no kind");
}

}  // namespace millrace::sql
