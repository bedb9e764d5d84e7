// Functions in FROM: f(a), ROWS FROM (f(a), g(b)), WITH ORDINALITY, AS t(a int).
#include <fmt/format.h>

#include <algorithm>

#include "expr/overload_resolution.h"
#include "sql/binder/from_binder.h"
#include "sql/binder/type_names.h"

namespace millrace::sql {

using expr::ExprPtr;

// One call: a set-returning function, or a value that is taken for one row.
struct FromBinder::Function {
  std::string name;
  TableFunction::Call call;  // without ids for its columns; of a value only the fields
  ExprPtr value;             // null: set-returning
  bool scalar = false;       // one column, and no composite: an alias names it as well
};

Status FromBinder::refuse_windowing(const std::string& name) const {
  for (const std::string_view windowing : {"tumble", "hop", "cumulate", "session"}) {
    if (name == windowing) {
      return not_supported(fmt::format("the windowing table function {}", name), "Compute the window with date_bin().");
    }
  }
  return {};
}

// A record's fields are what the query says they are: f() AS t(a int, b text).
Result<std::vector<CompositeField>> FromBinder::fields_of_call(const expr::TableFunction& function,
                                                               const std::vector<SqlType>& arguments,
                                                               const std::vector<ast::ColumnSpec>& specs) const {
  if (function.columns != nullptr) {
    if (specs.empty()) return function.columns(arguments);
    if (function.result == oid::kRecord) {
      return SqlError(sqlstate::kSyntaxError,
                      "a column definition list is redundant for a function with OUT parameters");
    }
    return SqlError(sqlstate::kSyntaxError,
                    "a column definition list is only allowed for functions returning \"record\"");
  }
  if (specs.empty()) {
    return SqlError(sqlstate::kSyntaxError, "a column definition list is required for functions returning \"record\"");
  }
  std::vector<CompositeField> fields;
  for (const ast::ColumnSpec& spec : specs) {
    TRY(const SqlType type, resolve_type(spec.type));
    fields.push_back({spec.name, type});
  }
  return fields;
}

Result<FromBinder::Function> FromBinder::value_function(const ast::Expr& call, std::string name,
                                                        const std::vector<ast::ColumnSpec>& specs) {
  if (!specs.empty()) {
    return SqlError(sqlstate::kSyntaxError,
                    "a column definition list is only allowed for functions returning \"record\"");
  }
  Function out;
  TRY(const ExprPtr bound, binder_.bind_expr(call, block_, Clause::kFromFunction));
  TRY(out.value, binder_.coercions_.settle(bound));
  const TypeInfo& type = out.value->type().info();
  out.scalar = type.kind != TypeKind::kComposite || type.fields.empty();
  out.call.fields = out.scalar ? std::vector<CompositeField>{{name, out.value->type()}} : type.fields;
  out.name = std::move(name);
  return out;
}

// `arguments`: the call's own, or one of unnest's.
Result<FromBinder::Function> FromBinder::bind_function(const ast::Expr& call, std::span<const ast::ExprPtr> arguments,
                                                       const std::vector<ast::ColumnSpec>& specs) {
  const auto* node = call.as<ast::FunctionCall>();
  if (node == nullptr) return value_function(call, "column", specs);
  Function out;
  TRY(out.name, function_name(node->name));
  TRY(refuse_windowing(out.name));
  // Its arguments may name what stands before it in FROM, LATERAL written or not.
  std::vector<ExprPtr> bound;
  for (const ast::ExprPtr& argument : arguments) {
    TRY(ExprPtr value, binder_.bind_expr(*argument, block_, Clause::kFromFunction));
    bound.push_back(std::move(value));
  }
  const auto resolved = expr::resolve_function(out.name, types_of(bound));
  if (!resolved || resolved->candidate.table == nullptr) return value_function(call, std::move(out.name), specs);
  for (size_t i = 0; i < bound.size(); ++i) {
    TRY(bound[i], binder_.coercions_.coerce(bound[i], resolved->argument_types[i], expr::CastContext::kImplicit));
  }
  const expr::TableFunction& function = *resolved->candidate.table;
  TRY(std::vector<CompositeField> fields, fields_of_call(function, types_of(bound), specs));
  out.scalar = function.result != oid::kRecord && fields.size() == 1;
  out.call = {&function, std::move(bound), std::move(fields), {}};
  return out;
}

Result<std::vector<FromBinder::Function>> FromBinder::bind_functions(const ast::FunctionRef& node) {
  std::vector<Function> out;
  if (node.with_ordinality && !node.column_specs.empty()) {
    return SqlError(sqlstate::kSyntaxError, "WITH ORDINALITY cannot be used with a column definition list")
        .with_hint("Put the column definition list inside ROWS FROM().");
  }
  for (const ast::FunctionRef::Item& item : node.functions) {
    const std::vector<ast::ColumnSpec>& specs = item.column_specs.empty() ? node.column_specs : item.column_specs;
    const auto* call = item.call->as<ast::FunctionCall>();
    std::vector<std::span<const ast::ExprPtr>> calls;
    if (call != nullptr && call->name.last() == "unnest" && call->arguments.size() > 1) {
      // unnest(a, b) stands for ROWS FROM (unnest(a), unnest(b)).
      for (const ast::ExprPtr& argument : call->arguments) calls.push_back({&argument, 1});
    } else {
      calls.push_back(call == nullptr ? std::span<const ast::ExprPtr>() : std::span(call->arguments));
    }
    for (const std::span<const ast::ExprPtr> arguments : calls) {
      Result<Function> function = bind_function(*item.call, arguments, specs);
      if (!function) return std::move(function).error().at(item.call->location);
      out.push_back(std::move(*function));
    }
  }
  return out;
}

// Beside others a value is the row of unnest(ARRAY[value]).
Status FromBinder::make_table_function(Function& function) const {
  if (function.value == nullptr) return {};
  const SqlType type = function.value->type();
  if (type.info().array_oid == 0 || type.oid() == oid::kRecord) {
    return not_supported(fmt::format("{}() in ROWS FROM", function.name), "Call it in an item of its own.");
  }
  const SqlType array = array_of(type.info());
  TRY(const expr::ResolvedCall unnest, expr::resolve_function("unnest", {array}));
  function.call.function = unnest.candidate.table;
  function.call.arguments = {expr::make_array({std::move(function.value)}, array)};
  return {};
}

// One row with the value, a composite one in its fields.
RelPtr FromBinder::single_value(Function& function, ColumnTable& columns) {
  TableFunction::Call& call = function.call;
  if (function.scalar) return make_map(make_single_row(), {{call.columns[0], std::move(function.value)}});
  const ColumnId row = columns.add(function.name, function.value->type());
  RelPtr plan = make_map(make_single_row(), {{row, std::move(function.value)}});
  std::vector<Map::Computed> fields;
  for (uint32_t i = 0; i < call.columns.size(); ++i) {
    fields.push_back({call.columns[i], expr::make_field_select(columns.ref(row), i)});
  }
  return make_map(std::move(plan), std::move(fields));
}

Result<FromBinder::Item> FromBinder::bind_kind(const ast::FunctionRef& node, const ast::TableRef&) {
  TRY(std::vector<Function> functions, bind_functions(node));
  ColumnTable& columns = binder_.columns_;
  ScopeTable table;
  table.alias = functions[0].name;
  table.scalar = functions.size() == 1 && functions[0].scalar && !node.with_ordinality;
  for (Function& function : functions) {
    for (const CompositeField& field : function.call.fields) {
      function.call.columns.push_back(columns.add(field.name, field.type));
      table.columns.push_back({field.name, function.call.columns.back(), ObjectId(), 0});
    }
  }
  // An alias names the only column of a function as well, unless the function has a name for it.
  const bool takes_alias = functions.size() == 1 && functions[0].scalar && table.columns[0].name == functions[0].name;
  std::optional<ColumnId> ordinality;
  if (node.with_ordinality) {
    ordinality = columns.add("ordinality", type_of(oid::kInt8));
    table.columns.push_back({"ordinality", *ordinality, ObjectId(), 0});
  }
  TRY(rename(table, node.alias));
  if (takes_alias && node.alias.columns.empty()) table.columns[0].name = table.alias;

  RelPtr plan;
  if (functions.size() == 1 && functions[0].value != nullptr) {
    plan = single_value(functions[0], columns);
    if (ordinality) {
      ExprPtr one = expr::make_constant(Value(type_of(oid::kInt8), Slot::of_i64(1)));
      plan = make_map(std::move(plan), {{*ordinality, std::move(one)}});
    }
  } else {
    std::vector<TableFunction::Call> calls;
    for (Function& function : functions) {
      TRY(make_table_function(function));
      calls.push_back(std::move(function.call));
    }
    plan = make_rel(TableFunction{make_single_row(), std::move(calls), ordinality, false});
  }
  return Item{std::move(plan), scope_of(std::move(table)), block_.input != nullptr || block_.parent != nullptr};
}

}  // namespace millrace::sql
