// Casts that work for all types: see conversion_functions.h.
#include "base/check.h"
#include "expr/coercion.h"
#include "expr/conversion_functions.h"
#include "expr/families.h"
#include "expr/postgres_oids.h"
#include "expr/program.h"
#include "types/array.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

void relabel_kernel(const KernelCall& call, ColumnBuilder& out) {
  const ColumnPtr& argument = call.arguments[0];
  MILLRACE_CHECK(argument->type().physical() == out.type().physical(), "relabel between physical forms");
  if (out.type().physical() == Physical::kBytes) out.keep_alive(argument);
  const size_t width = physical_bytes(out.type().physical());
  if (!argument->is_constant() && !argument->has_nulls() && width == 16) {
    Fixed16* target = out.append_uninitialized<Fixed16>(call.rows);
    for (size_t row = 0; row < call.rows; ++row) target[row] = argument->value<Fixed16>(row);
    return;
  }
  for (size_t row = 0; row < call.rows; ++row) out.append_from(*argument, row);
}

// Runs `convert` for each row that is not NULL.
template <class Convert>
void each_row(const KernelCall& call, ColumnBuilder& out, Convert convert) {
  const Column& argument = *call.arguments[0];
  Arena arena(1024);
  for (uint32_t row = 0; row < call.rows; ++row) {
    if (argument.is_null(row)) {
      out.append_null();
      continue;
    }
    arena.reset();
    Result<Slot> result = convert(argument.slot(row), argument.type(), arena);
    if (result) {
      out.append_slot(*result);
    } else {
      call.errors.add(row, std::move(result).error());
      out.append_null();
    }
  }
}

std::string text_form(Slot value, SqlType type, const TextContext& context) {
  if (type.oid() == oid::kBool) return value.boolean() ? "true" : "false";
  std::string text;
  type.info().format(value, type, context, text);
  return text;
}

void to_text_kernel(const KernelCall& call, ColumnBuilder& out) {
  each_row(call, out, [&](Slot value, SqlType type, Arena& arena) -> Result<Slot> {
    const std::string text = text_form(value, type, call.context.text);
    if (text.size() > kValueBytesMax) return value_too_long();
    return Slot::copy_bytes(text, arena);
  });
}

void through_text_kernel(const KernelCall& call, ColumnBuilder& out) {
  const SqlType target = call.result_type;
  each_row(call, out, [&](Slot value, SqlType type, Arena& arena) -> Result<Slot> {
    const std::string text = text_form(value, type, call.context.text);
    return target.info().parse(text, target, call.context.text, arena);
  });
}

template <bool kExplicit>
void typmod_kernel(const KernelCall& call, ColumnBuilder& out) {
  const SqlType target = call.result_type;
  each_row(call, out, [&](Slot value, SqlType, Arena& arena) -> Result<Slot> {
    if (target.info().apply_typmod == nullptr) return value;
    return target.info().apply_typmod(value, target.typmod(), kExplicit, arena);
  });
}

// The cast of one element, compiled once for each call site.
struct ElementCast {
  ExprProgram program;
  SqlType source;
};

Result<std::shared_ptr<void>> compile_element_cast(SqlType source, SqlType target) {
  TRY(const ExprPtr cast, coerce(make_column(0, source), target, CastContext::kExplicit));
  TRY(ExprProgram program, ExprProgram::compile({cast}));
  return std::shared_ptr<void>(std::make_shared<ElementCast>(ElementCast{std::move(program), source}));
}

void cast_elements_kernel(const KernelCall& call, ColumnBuilder& out) {
  const SqlType target_element(*call.result_type.info().element, call.result_type.typmod());
  const SqlType source_element(*call.arguments[0]->type().info().element);
  if (call.state == nullptr) {
    auto compiled = compile_element_cast(source_element, target_element);
    MILLRACE_CHECK(compiled.has_value(), "array cast without an element cast");
    call.state = *std::move(compiled);
  }
  auto& cast = *static_cast<ElementCast*>(call.state.get());
  each_row(call, out, [&](Slot value, SqlType type, Arena& arena) -> Result<Slot> {
    const ArrayView array(value, type);
    ColumnBuilder elements(source_element);
    for (size_t i = 0; i < array.size(); ++i) {
      if (array.is_null(i)) {
        elements.append_null();
      } else {
        elements.append_slot(array.element(i));
      }
    }
    std::vector<ColumnPtr> results;
    ErrorSink errors;
    cast.program.evaluate(DeltaBatch(array.size(), {elements.finish()}), call.context, results, errors);
    if (!errors.empty()) return errors.take_first();
    ArrayBuilder builder(target_element);
    for (size_t i = 0; i < array.size(); ++i) {
      if (results[0]->is_null(i)) {
        builder.append_null();
      } else {
        builder.append(results[0]->slot(i));
      }
    }
    return builder.finish(array.dimensions(), arena);
  });
}

// A row of this file, as the registry keeps it.
const ScalarFunction& registered(const char* name, uint32_t result) {
  Signature signature;
  signature.kind = FunctionKind::kCast;
  signature.name = name;
  signature.arguments = {oid::kAny};
  signature.result = result;
  const auto* function = FunctionRegistry::instance().find_scalar(FunctionKind::kCast, signature_oid(signature));
  MILLRACE_CHECK(function != nullptr, name);
  return *function;
}

// Dates and times are read and written by the session's settings, reg* types by the search path.
bool depends_on_session(SqlType type) {
  const TypeInfo& info = type.info();
  if (info.element != nullptr) return depends_on_session(SqlType(*info.element));
  for (const CompositeField& field : info.fields) {
    if (depends_on_session(field.type)) return true;
  }
  return info.category == 'D' || info.category == 'T' || info.name.starts_with("reg");
}

CastRow generic(const char* name, bool fallible, Volatility volatility, ScalarKernel kernel, uint32_t result,
                const char* doc, const char* example) {
  CastRow row{oid::kAny, result, CastContext::kExplicit, CastMethod::kFunction, {}};
  row.function.name = name;
  row.function.arguments = {oid::kAny};
  row.function.result = result;
  row.function.fallible = fallible;
  row.function.volatility = volatility;
  row.function.kernel = kernel;
  row.function.doc = doc;
  row.function.example = example;
  return row;
}

}  // namespace

std::vector<CastRow> generic_casts() {
  constexpr auto kImmutable = Volatility::kImmutable;
  constexpr auto kStable = Volatility::kStable;
  return {
      generic("relabel", false, kImmutable, relabel_kernel, oid::kAny, "The same bytes under another type.",
              "'a'::varchar::text = 'a'"),
      generic("to_text", false, kImmutable, to_text_kernel, oid::kText, "The text form.", "42::text = '42'"),
      generic("to_text_stable", false, kStable, to_text_kernel, oid::kText, "The text form in the session's style.",
              "date '2020-01-02'::text = '2020-01-02'"),
      generic("through_text", true, kImmutable, through_text_kernel, oid::kAny, "The text form read as another type.",
              "'42'::text::integer = 42"),
      generic("through_text_stable", true, kStable, through_text_kernel, oid::kAny,
              "The text form in the session's style read as another type.",
              "'2020-01-02'::text::date = date '2020-01-02'"),
      generic("apply_typmod", true, kImmutable, typmod_kernel<false>, oid::kAny,
              "A type's modifier, as in an assignment.", "'ab'::varchar(2) = 'ab'"),
      generic("apply_typmod_explicit", true, kImmutable, typmod_kernel<true>, oid::kAny,
              "A type's modifier, as in a written cast.", "'abc'::varchar(2) = 'ab'"),
      generic("cast_elements", true, kStable, cast_elements_kernel, oid::kAnyArray, "Each element of an array cast.",
              "'{1,2}'::integer[]::bigint[] = '{1,2}'::bigint[]"),
  };
}

const ScalarFunction& relabel_function() {
  static const ScalarFunction& function = registered("relabel", oid::kAny);
  return function;
}
const ScalarFunction& to_text_function(SqlType source) {
  static const ScalarFunction& plain = registered("to_text", oid::kText);
  static const ScalarFunction& by_session = registered("to_text_stable", oid::kText);
  return depends_on_session(source) ? by_session : plain;
}
const ScalarFunction& through_text_function(SqlType source, SqlType target) {
  static const ScalarFunction& plain = registered("through_text", oid::kAny);
  static const ScalarFunction& by_session = registered("through_text_stable", oid::kAny);
  return depends_on_session(source) || depends_on_session(target) ? by_session : plain;
}
const ScalarFunction& apply_typmod_function() {
  static const ScalarFunction& function = registered("apply_typmod", oid::kAny);
  return function;
}
const ScalarFunction& apply_typmod_explicit_function() {
  static const ScalarFunction& function = registered("apply_typmod_explicit", oid::kAny);
  return function;
}
const ScalarFunction& cast_elements_function() {
  static const ScalarFunction& function = registered("cast_elements", oid::kAnyArray);
  return function;
}

}  // namespace millrace::expr
