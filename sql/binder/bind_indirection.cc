// Composites and what is inside a value: ROW(..), (row).field, (row).*, array[1], array[1:2], json['a'].
#include <fmt/format.h>

#include "expr/overload_resolution.h"
#include "sql/binder/expr_binder.h"

namespace millrace::sql {

using expr::ExprPtr;
using Step = ast::Indirection::Step;

namespace {

const std::vector<CompositeField>* fields_of(const ExprPtr& value) {
  if (is_unknown(value) || value->type().info().kind != TypeKind::kComposite) return nullptr;
  return &value->type().info().fields;
}

std::string type_name(const ExprPtr& value) { return is_unknown(value) ? "unknown" : value->type().to_string(); }

}  // namespace

ExprBinder::Bound ExprBinder::bind_kind(const ast::Row& node, const ast::Expr&) {
  std::vector<ExprPtr> fields;
  std::vector<CompositeField> types;
  TRY(const std::vector<ExprPtr> items, bind_list(node.fields));
  for (const ExprPtr& item : items) {
    TRY(ExprPtr field, coercions().settle(item));
    types.push_back({fmt::format("f{}", types.size() + 1), field->type()});
    fields.push_back(std::move(field));
  }
  const SqlType type = record_of(std::move(types));
  return expr::make_row(std::move(fields), type);
}

// json['a'][1]: the subscripts are a path.
ExprBinder::Bound ExprBinder::subscript_json(const ExprPtr& value, std::span<const Step> steps) {
  std::vector<ExprPtr> path;
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSlice) {
      return SqlError(sqlstate::kDatatypeMismatch, "jsonb subscript does not support slices")
          .at(ast::begin_of(step.upper != nullptr ? *step.upper : *step.lower));
    }
    TRY(ExprPtr index, bind(*step.upper));
    const auto refuse = [&] {
      return SqlError(sqlstate::kDatatypeMismatch, fmt::format("subscript type {} is not supported", type_name(index)))
          .with_hint("jsonb subscript must be coercible to either integer or text.")
          .at(ast::begin_of(*step.upper));
    };
    if (!is_unknown(index)) {
      Bound number = coercions().coerce(index, type_of(oid::kInt4), expr::CastContext::kImplicit);
      if (number) {
        TRY(index, coercions().coerce(*number, type_of(oid::kText), expr::CastContext::kExplicit));
        path.push_back(std::move(index));
        continue;
      }
    }
    Bound text = coercions().coerce(index, type_of(oid::kText), expr::CastContext::kImplicit);
    if (!text) return refuse();
    path.push_back(std::move(*text));
  }
  const SqlType paths = array_of(type_of(oid::kText).info());
  return call_operator("#>", {value, expr::make_array(std::move(path), paths)});
}

ExprBinder::Bound ExprBinder::bind_subscript(const ast::Expr& index) {
  TRY(const ExprPtr bound, bind(index));
  Bound as_int = coercions().coerce(bound, type_of(oid::kInt4), expr::CastContext::kAssignment);
  if (!as_int) {
    if (is_unknown(bound)) return std::move(as_int).error().at(ast::begin_of(index));
    return SqlError(sqlstate::kDatatypeMismatch, "array subscript must have type integer").at(ast::begin_of(index));
  }
  return as_int;
}

// One slice among the subscripts makes slices of all: a[2][1:3] is a[1:2][1:3].
ExprBinder::Bound ExprBinder::slice_array(const ExprPtr& array, std::span<const Step> steps) {
  const auto number = [](int32_t value) {
    return expr::make_constant(Value(type_of(oid::kInt4), Slot::of_i32(value)));
  };
  std::vector<ExprPtr> arguments = {array, nullptr};
  uint32_t given = 0;
  const auto add = [&](const ast::ExprPtr& bound) -> Status {
    ExprPtr value = number(0);
    if (bound != nullptr) {
      given |= 1U << (arguments.size() - 2);
      TRY(value, bind_subscript(*bound));
    }
    arguments.push_back(std::move(value));
    return {};
  };
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSubscript) {
      given |= 1U << (arguments.size() - 2);
      arguments.push_back(number(1));
    } else {
      TRY(add(step.lower));
    }
    TRY(add(step.upper));
  }
  arguments[1] = number(static_cast<int32_t>(given));
  return call_function("[:]", std::move(arguments));
}

ExprBinder::Bound ExprBinder::subscript(const ExprPtr& value, std::span<const Step> steps) {
  if (!is_unknown(value) && value->type().oid() == oid::kJsonb) return subscript_json(value, steps);
  if (is_unknown(value) || value->type().info().element == nullptr) {
    return SqlError(sqlstate::kDatatypeMismatch,
                    fmt::format("cannot subscript type {} because it does not support subscripting", type_name(value)));
  }
  if (steps.size() > 6) {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    fmt::format("number of array dimensions ({}) exceeds the maximum allowed (6)", steps.size()));
  }
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSlice) return slice_array(value, steps);
  }
  std::vector<ExprPtr> subscripts;
  for (const Step& step : steps) {
    TRY(ExprPtr index, bind_subscript(*step.upper));
    subscripts.push_back(std::move(index));
  }
  return expr::make_subscript(value, std::move(subscripts));
}

ExprBinder::Bound ExprBinder::bind_steps(ExprPtr value, std::span<const Step> steps) {
  for (size_t i = 0; i < steps.size();) {
    const Step& step = steps[i];
    if (step.kind == Step::Kind::kStar) return value;  // the last step: see expand()
    if (step.kind == Step::Kind::kField) {
      const std::vector<CompositeField>* fields = fields_of(value);
      if (fields == nullptr) {
        return SqlError(sqlstate::kWrongObjectType,
                        fmt::format("column notation .{} applied to type {}, which is not a composite type", step.field,
                                    type_name(value)));
      }
      uint32_t index = 0;
      while (index < fields->size() && (*fields)[index].name != step.field) ++index;
      if (index == fields->size()) {
        if (value->type().oid() == oid::kRecord) {
          return SqlError(sqlstate::kUndefinedColumn,
                          fmt::format("could not identify column \"{}\" in record data type", step.field));
        }
        return SqlError(sqlstate::kUndefinedColumn,
                        fmt::format("column \"{}\" not found in data type {}", step.field, type_name(value)));
      }
      value = expr::make_field_select(value, index);
      ++i;
      continue;
    }
    size_t end = i;
    while (end < steps.size() && (steps[end].kind == Step::Kind::kSubscript || steps[end].kind == Step::Kind::kSlice)) {
      ++end;
    }
    TRY(value, subscript(value, steps.subspan(i, end - i)));
    i = end;
  }
  return value;
}

ExprBinder::Bound ExprBinder::bind_kind(const ast::Indirection& node, const ast::Expr&) {
  TRY(ExprPtr value, bind(*node.argument));
  return bind_steps(std::move(value), node.steps);
}

}  // namespace millrace::sql
