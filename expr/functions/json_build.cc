// JSON out of SQL values: to_json, json_build_object and their kin.
#include "expr/families.h"
#include "expr/functions/json_value.h"
#include "expr/typed_lambda.h"
#include "types/json.h"
#include "types/jsonb.h"

namespace millrace::expr {
namespace {

using Arguments = std::span<const std::optional<AnyValue>>;
using JsonbResult = InArena<oid::kJsonb>;

const Slot* slot_of(const std::optional<AnyValue>& value) { return value ? &value->slot : nullptr; }

// A NULL argument has lost its type; null needs none.
SqlType type_of_argument(const std::optional<AnyValue>& value) { return value ? value->type : type_of(oid::kText); }

ScalarFunction as_json(ScalarFunction row) {
  row.result = oid::kJson;
  return row;
}

SqlError odd_arguments(const char* function) {
  return SqlError(sqlstate::kInvalidParameterValue, "argument list must have even number of elements")
      .with_hint("The arguments of " + std::string(function) + "() must consist of alternating keys and values.");
}

SqlError null_key(int number, bool is_jsonb) {
  if (is_jsonb) {
    return SqlError(sqlstate::kInvalidParameterValue, "argument " + std::to_string(number) + ": key must not be null");
  }
  return SqlError(sqlstate::kInvalidParameterValue, "argument " + std::to_string(number) + " cannot be null")
      .with_hint("Object keys should be text.");
}

Result<std::string> json_object(const EvalContext& context, Arguments arguments) {
  if (arguments.size() % 2 != 0) return odd_arguments("json_build_object");
  std::string out = "{";
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (i > 0) out += ", ";
    if (!arguments[i]) return null_key(static_cast<int>(i) + 1, false);
    TRY(const std::string key, json_key(arguments[i]->slot, arguments[i]->type, context));
    append_json_string(key, out);
    out += " : ";
    TRY(append_json_value(slot_of(arguments[i + 1]), type_of_argument(arguments[i + 1]), context, out));
  }
  return out + "}";
}

Result<std::string> json_array(const EvalContext& context, Arguments arguments) {
  std::string out = "[";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ", ";
    TRY(append_json_value(slot_of(arguments[i]), type_of_argument(arguments[i]), context, out));
  }
  return out + "]";
}

Result<JsonbResult> jsonb_object(const EvalContext& context, Arguments arguments, Arena& arena) {
  if (arguments.size() % 2 != 0) return odd_arguments("jsonb_build_object");
  JsonbBuilder builder;
  TRY(builder.begin_object());
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (!arguments[i]) return null_key(static_cast<int>(i) + 1, true);
    TRY(const std::string key, json_key(arguments[i]->slot, arguments[i]->type, context));
    TRY(builder.key(key));
    TRY(append_jsonb_value(slot_of(arguments[i + 1]), type_of_argument(arguments[i + 1]), context, builder));
  }
  TRY(builder.end_object());
  return JsonbResult{builder.finish(arena)};
}

Result<JsonbResult> jsonb_array(const EvalContext& context, Arguments arguments, Arena& arena) {
  JsonbBuilder builder;
  TRY(builder.begin_array());
  for (const auto& argument : arguments) {
    TRY(append_jsonb_value(slot_of(argument), type_of_argument(argument), context, builder));
  }
  TRY(builder.end_array());
  return JsonbResult{builder.finish(arena)};
}

template <uint32_t TypeOid>
Result<std::string> one_json(const EvalContext& context, const Any<TypeOid>& value, bool lines = false) {
  std::string out;
  TRY(append_json_value(&value.slot, value.type, context, out, lines));
  return out;
}

}  // namespace

std::vector<ScalarFunction> json_build_functions() {
  std::vector<ScalarFunction> rows;
  rows.push_back(as_json(scalar(
      "to_json", [](const EvalContext& context, AnyElement v) { return one_json(context, v); }, "A value as json.",
      R"(to_json('a "b"'::text)::text = '"a \"b\""')")));
  rows.push_back(as_json(scalar(
      "array_to_json", [](const EvalContext& context, AnyArray v) { return one_json(context, v); }, "An array as json.",
      "array_to_json(ARRAY[1, 2])::text = '[1,2]'")));
  rows.push_back(as_json(scalar(
      "row_to_json", [](const EvalContext& context, Any<oid::kRecord> v) { return one_json(context, v); },
      "A row as json.", "(SELECT row_to_json(r)::text FROM (SELECT 1 AS a) r) = '{\"a\":1}'")));
  rows.push_back(as_json(scalar(
      "array_to_json", [](const EvalContext& context, AnyArray v, bool lines) { return one_json(context, v, lines); },
      "An array as json, perhaps an element a line.", "array_to_json(ARRAY[1, 2], false)::text = '[1,2]'")));
  rows.push_back(as_json(scalar(
      "row_to_json",
      [](const EvalContext& context, Any<oid::kRecord> v, bool lines) { return one_json(context, v, lines); },
      "A row as json, perhaps a pair a line.",
      "(SELECT row_to_json(r, false)::text FROM (SELECT 1 AS a) r) = '{\"a\":1}'")));
  rows.push_back(as_json(scalar(
      "json_build_object",
      [](const EvalContext& context, Variadic<oid::kAny> values) { return json_object(context, values.values); },
      "An object from keys and values in turn.",
      R"(json_build_object('a', 1, 'b', true)::text = '{"a" : 1, "b" : true}')")));
  rows.push_back(as_json(scalar(
      "json_build_array",
      [](const EvalContext& context, Variadic<oid::kAny> values) { return json_array(context, values.values); },
      "An array of values.", R"(json_build_array(1, 'b', NULL)::text = '[1, "b", null]')")));
  rows.push_back(as_json(scalar(
      "json_build_object", [] { return std::string_view("{}"); }, "The empty object.",
      "json_build_object()::text = '{}'")));
  rows.push_back(as_json(scalar(
      "json_build_array", [] { return std::string_view("[]"); }, "The empty array.",
      "json_build_array()::text = '[]'")));
  rows.push_back(scalar(
      "to_jsonb",
      [](const EvalContext& context, ResultArena arena, AnyElement value) -> Result<JsonbResult> {
        JsonbBuilder builder;
        TRY(append_jsonb_value(&value.slot, value.type, context, builder));
        return JsonbResult{builder.finish(arena.arena)};
      },
      "A value as jsonb.", "to_jsonb(ARRAY[1, 2]) = '[1, 2]'"));
  rows.push_back(scalar(
      "jsonb_build_object",
      [](const EvalContext& context, ResultArena arena, Variadic<oid::kAny> values) {
        return jsonb_object(context, values.values, arena.arena);
      },
      "An object from keys and values in turn.", R"(jsonb_build_object('a', 1, 'b', true) = '{"a": 1, "b": true}')"));
  rows.push_back(scalar(
      "jsonb_build_array",
      [](const EvalContext& context, ResultArena arena, Variadic<oid::kAny> values) {
        return jsonb_array(context, values.values, arena.arena);
      },
      "An array of values.", R"(jsonb_build_array(1, 'b', NULL) = '[1, "b", null]')"));
  rows.push_back(scalar(
      "jsonb_build_object",
      [](const EvalContext& context, ResultArena arena) { return jsonb_object(context, {}, arena.arena); },
      "The empty object.", "jsonb_build_object() = '{}'"));
  rows.push_back(scalar(
      "jsonb_build_array",
      [](const EvalContext& context, ResultArena arena) { return jsonb_array(context, {}, arena.arena); },
      "The empty array.", "jsonb_build_array() = '[]'"));
  return rows;
}

}  // namespace millrace::expr
