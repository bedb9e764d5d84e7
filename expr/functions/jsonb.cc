// Reading jsonb: fields, elements, paths, containment.
#include "types/jsonb.h"

#include <charconv>

#include "expr/families.h"
#include "expr/functions/built_array.h"
#include "expr/functions/built_json.h"
#include "expr/typed_lambda.h"
#include "types/json.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

using std::string_view;
using TextArray = Any<kTextArray>;

std::optional<JsonbView> field(JsonbView value, string_view key) {
  if (value.kind() != JsonbKind::kObject) return std::nullopt;
  return value.find(key);
}

// From the end when negative.
std::optional<JsonbView> element(JsonbView value, int64_t index) {
  if (value.kind() != JsonbKind::kArray) return std::nullopt;
  const auto size = static_cast<int64_t>(value.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return value.element(static_cast<size_t>(index));
}

std::optional<JsonbView> at_path(JsonbView value, const TextArray& path) {
  const ArrayView steps(path.slot, path.type);
  std::optional<JsonbView> found = value;
  for (size_t i = 0; i < steps.size() && found; ++i) {
    if (steps.is_null(i)) return std::nullopt;
    const Slot step = steps.element(i);
    const string_view text = step.view();
    if (found->kind() == JsonbKind::kArray) {
      int64_t index = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
      if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
      found = element(*found, index);
    } else {
      found = field(*found, text);
    }
  }
  return found;
}

std::optional<Jsonb> as_jsonb(const std::optional<JsonbView>& value) {
  if (!value) return std::nullopt;
  return Jsonb{value->bytes()};
}

// Strings without their quotes; a JSON null is SQL's.
std::optional<std::string> as_text(const std::optional<JsonbView>& value) {
  if (!value || value->kind() == JsonbKind::kNull) return std::nullopt;
  if (value->kind() == JsonbKind::kString) return std::string(value->string());
  std::string text;
  append_jsonb_text(*value, text);
  return text;
}

// Every pair of an object, every element of an array is found again in the other, whatever its order.
bool contains(JsonbView whole, JsonbView part) {
  if (whole.kind() != part.kind()) return false;
  if (part.kind() == JsonbKind::kObject) {
    for (size_t i = 0; i < part.size(); ++i) {
      const std::optional<JsonbView> value = whole.find(part.key(i));
      if (!value || !contains(*value, part.value(i))) return false;
    }
    return true;
  }
  if (part.kind() != JsonbKind::kArray) return compare_jsonb(whole, part) == 0;
  for (size_t i = 0; i < part.size(); ++i) {
    bool found = false;
    for (size_t j = 0; j < whole.size() && !found; ++j) found = contains(whole.element(j), part.element(i));
    if (!found) return false;
  }
  return true;
}

// At the top an array may contain a scalar.
bool contains_at_top(JsonbView whole, JsonbView part) {
  if (whole.kind() == JsonbKind::kArray && !part.is_container()) {
    for (size_t i = 0; i < whole.size(); ++i) {
      if (contains(whole.element(i), part)) return true;
    }
    return false;
  }
  return contains(whole, part);
}

bool has_key(JsonbView value, string_view key) {
  if (value.kind() == JsonbKind::kObject) return value.find(key).has_value();
  if (value.kind() == JsonbKind::kString) return value.string() == key;
  for (size_t i = 0; value.kind() == JsonbKind::kArray && i < value.size(); ++i) {
    const JsonbView item = value.element(i);
    if (item.kind() == JsonbKind::kString && item.string() == key) return true;
  }
  return false;
}

string_view type_name(JsonbView value) {
  switch (value.kind()) {
    case JsonbKind::kNull: return "null";
    case JsonbKind::kString: return "string";
    case JsonbKind::kNumber: return "number";
    case JsonbKind::kBool: return "boolean";
    case JsonbKind::kArray: return "array";
    case JsonbKind::kObject: return "object";
  }
  return "";
}

Result<int32_t> array_length(JsonbView value) {
  if (value.kind() == JsonbKind::kArray) return static_cast<int32_t>(value.size());
  return SqlError(sqlstate::kInvalidParameterValue, value.kind() == JsonbKind::kObject
                                                        ? "cannot get array length of a non-array"
                                                        : "cannot get array length of a scalar");
}

}  // namespace

std::vector<ScalarFunction> jsonb_functions() {
  return {
      op(
          "->", [](Jsonb value, string_view key) { return as_jsonb(field(value.view(), key)); }, "The value of a key.",
          "'{\"a\": 1}'::jsonb -> 'a' = '1'::jsonb"),
      op(
          "->", [](Jsonb value, int32_t index) { return as_jsonb(element(value.view(), index)); },
          "An element, from 0, or from the end when negative.", "'[1, 2]'::jsonb -> -1 = '2'::jsonb"),
      op(
          "->>", [](Jsonb value, string_view key) { return as_text(field(value.view(), key)); },
          "The value of a key as text.", "'{\"a\": \"x\"}'::jsonb ->> 'a' = 'x'"),
      op(
          "->>", [](Jsonb value, int32_t index) { return as_text(element(value.view(), index)); },
          "An element as text.", "'[1, \"x\"]'::jsonb ->> 1 = 'x'"),
      op(
          "#>", [](Jsonb value, TextArray path) { return as_jsonb(at_path(value.view(), path)); },
          "The value at a path.", "'{\"a\": [1, 2]}'::jsonb #> '{a,1}' = '2'::jsonb"),
      op(
          "#>>", [](Jsonb value, TextArray path) { return as_text(at_path(value.view(), path)); },
          "The value at a path as text.", "'{\"a\": [1, \"x\"]}'::jsonb #>> '{a,1}' = 'x'"),
      op(
          "@>", [](Jsonb whole, Jsonb part) { return contains_at_top(whole.view(), part.view()); },
          "Whether the left value contains the right one.", "'{\"a\": 1, \"b\": 2}'::jsonb @> '{\"b\": 2}'::jsonb"),
      op(
          "<@", [](Jsonb part, Jsonb whole) { return contains_at_top(whole.view(), part.view()); },
          "Whether the left value is contained in the right one.",
          "'{\"b\": 2}'::jsonb <@ '{\"a\": 1, \"b\": 2}'::jsonb"),
      op(
          "?", [](Jsonb value, string_view key) { return has_key(value.view(), key); },
          "Whether a text is a key, or a string in an array.", "'{\"a\": 1}'::jsonb ? 'a'"),
      scalar(
          "jsonb_typeof", [](Jsonb value) { return type_name(value.view()); }, "What kind of value it is.",
          "jsonb_typeof('[1]'::jsonb) = 'array'"),
      scalar(
          "jsonb_array_length", [](Jsonb value) { return array_length(value.view()); }, "Number of elements.",
          "jsonb_array_length('[1, 2]'::jsonb) = 2"),
  };
}

std::vector<CastRow> json_casts() {
  constexpr auto kAssignment = CastContext::kAssignment;
  return {
      {oid::kJson, oid::kJsonb, kAssignment, CastMethod::kFunction,
       scalar(
           "jsonb",
           [](Json value) -> Result<BuiltJsonb> {
             Arena arena(256);
             TRY(const Slot slot, parse_jsonb(value.text, arena));
             return BuiltJsonb{std::string(slot.view())};
           },
           "The document as a tree.", "'{\"a\":1}'::json::jsonb = '{\"a\": 1}'::jsonb")},
      {oid::kJsonb, oid::kJson, kAssignment, CastMethod::kFunction,
       scalar(
           "json",
           [](Jsonb value) {
             BuiltJson built;
             append_jsonb_text(value.view(), built.text);
             return built;
           },
           "The document as text.", "'{\"a\":1}'::jsonb::json::text = '{\"a\": 1}'")},
  };
}

}  // namespace millrace::expr
