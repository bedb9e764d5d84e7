// Reaching into json and jsonb: -> ->> #> #>> and their kin; what is there: ? @> jsonb_typeof.
#include "expr/families.h"
#include "expr/functions/json_text.h"
#include "expr/typed_lambda.h"
#include "types/array.h"
#include "types/json.h"
#include "types/jsonb.h"

namespace millrace::expr {
namespace {

using std::string_view;
constexpr uint32_t kTextArray = 1009;
using Path = Any<kTextArray>;

// The elements of a path; nothing when one is NULL.
std::optional<std::vector<string_view>> steps_of(const ArrayView& array, std::vector<Slot>& slots) {
  std::vector<string_view> steps;
  slots.resize(array.size());
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) return std::nullopt;
    slots[i] = array.element(i);
    steps.push_back(slots[i].view());
  }
  return steps;
}

using Steps = std::span<const std::optional<AnyValue>>;
std::optional<std::vector<string_view>> steps_of(Steps arguments) {
  std::vector<string_view> steps;
  for (const std::optional<AnyValue>& argument : arguments) {
    if (!argument) return std::nullopt;
    steps.push_back(argument->slot.view());
  }
  return steps;
}

// --- json: by its text ---

Result<std::optional<Json>> part(Result<JsonPart> found) {
  if (!found) return std::move(found).error();
  return *found ? std::optional(Json{**found}) : std::nullopt;
}

Result<std::optional<std::string>> part_text(Result<JsonPart> found) {
  if (!found) return std::move(found).error();
  if (!*found) return std::optional<std::string>();
  return json_as_text(**found);
}

Result<JsonPart> at_path(Json json, Steps path) {
  const auto steps = steps_of(path);
  if (!steps) return JsonPart();
  return json_at_path(json.text, *steps);
}

Result<JsonPart> at_path(Json json, const Path& path) {
  std::vector<Slot> slots;
  const auto steps = steps_of(ArrayView(path.slot, path.type), slots);
  if (!steps) return JsonPart();
  return json_at_path(json.text, *steps);
}

Result<int32_t> json_length(string_view json) {
  TRY(const string_view kind, json_type_name(json));
  if (kind == "object") {
    return SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a non-array");
  }
  if (kind != "array") return SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a scalar");
  int32_t length = 0;
  TRY(for_each_json_part(json, [&](string_view, string_view) -> Status {
    ++length;
    return {};
  }));
  return length;
}

// --- jsonb: by its tree ---

std::optional<JsonbView> element(JsonbView json, int64_t index) {
  if (json.kind() != JsonbKind::kArray) return std::nullopt;
  const auto size = static_cast<int64_t>(json.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return json.element(static_cast<size_t>(index));
}

// -> takes a scalar for an array of one.
std::optional<JsonbView> element_or_scalar(JsonbView json, int32_t index) {
  if (!json.is_container() && (index == 0 || index == -1)) return json;
  return element(json, index);
}

std::optional<JsonbView> at_steps(Jsonb json, const std::optional<std::vector<string_view>>& steps) {
  if (!steps) return std::nullopt;
  std::optional<JsonbView> at = json.view();
  for (const string_view step : *steps) {
    if (at->kind() == JsonbKind::kObject) {
      at = at->find(step);
    } else {
      const auto index = subscript_of(step);
      at = index ? element(*at, *index) : std::nullopt;
    }
    if (!at) return std::nullopt;
  }
  return at;
}

std::optional<JsonbView> at_path(Jsonb json, const Path& path) {
  std::vector<Slot> slots;
  return at_steps(json, steps_of(ArrayView(path.slot, path.type), slots));
}

std::optional<JsonbView> at_path(Jsonb json, Steps path) { return at_steps(json, steps_of(path)); }

std::optional<Jsonb> part(std::optional<JsonbView> found) {
  return found ? std::optional(Jsonb{found->bytes()}) : std::nullopt;
}

std::optional<std::string> part_text(std::optional<JsonbView> found) {
  if (!found || found->kind() == JsonbKind::kNull) return std::nullopt;
  if (found->kind() == JsonbKind::kString) return std::string(found->string());
  std::string text;
  append_jsonb_text(*found, text);
  return text;
}

bool is_scalar(JsonbView json) { return !json.is_container(); }

// @>: objects pair by pair, arrays element by element, scalars when equal. `top`: an array also contains a
// scalar that is one of its elements.
bool contains(JsonbView whole, JsonbView wanted, bool top) {
  if (top && whole.kind() == JsonbKind::kArray && is_scalar(wanted)) {
    for (size_t i = 0; i < whole.size(); ++i) {
      if (is_scalar(whole.element(i)) && compare_jsonb(whole.element(i), wanted) == 0) return true;
    }
    return false;
  }
  if (whole.kind() != wanted.kind()) return false;
  if (whole.kind() == JsonbKind::kObject) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const auto value = whole.find(wanted.key(i));
      if (!value || !contains(*value, wanted.value(i), false)) return false;
    }
    return true;
  }
  if (whole.kind() == JsonbKind::kArray) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      bool found = false;
      for (size_t j = 0; j < whole.size() && !found; ++j) found = contains(whole.element(j), wanted.element(i), false);
      if (!found) return false;
    }
    return true;
  }
  return compare_jsonb(whole, wanted) == 0;
}

// ?: a key of an object, a string in an array, a string itself.
bool has_key(JsonbView json, string_view key) {
  if (json.kind() == JsonbKind::kObject) return json.find(key).has_value();
  if (json.kind() == JsonbKind::kString) return json.string() == key;
  if (json.kind() != JsonbKind::kArray) return false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json.element(i).kind() == JsonbKind::kString && json.element(i).string() == key) return true;
  }
  return false;
}

// Keys that are NULL are passed over.
bool has_keys(Jsonb json, const Path& keys, bool all) {
  const ArrayView array(keys.slot, keys.type);
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) continue;
    const Slot key = array.element(i);
    if (has_key(json.view(), key.view()) != all) return !all;
  }
  return all;
}

Result<int32_t> jsonb_length(JsonbView json) {
  if (json.kind() == JsonbKind::kObject) {
    return SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a non-array");
  }
  if (is_scalar(json)) return SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a scalar");
  return static_cast<int32_t>(json.size());
}

// An example's value is jsonb where it is compared: json has no equality.
void add_json(std::vector<ScalarFunction>& rows) {
  rows.push_back(op(
      "->", [](Json j, string_view key) { return part(json_field(j.text, key)); }, "A field.",
      R"(('{"a": {"b":1}}'::json -> 'a')::text = '{"b":1}')"));
  rows.push_back(op(
      "->", [](Json j, int32_t index) { return part(json_element(j.text, index)); }, "An element.",
      R"(('[1, 2]'::json -> -1)::text = '2')"));
  rows.push_back(op(
      "->>", [](Json j, string_view key) { return part_text(json_field(j.text, key)); }, "A field as text.",
      R"('{"a": "x"}'::json ->> 'a' = 'x')"));
  rows.push_back(op(
      "->>", [](Json j, int32_t index) { return part_text(json_element(j.text, index)); }, "An element as text.",
      R"('[1, "x"]'::json ->> 1 = 'x')"));
  rows.push_back(op(
      "#>", [](Json j, Path path) { return part(at_path(j, path)); }, "What lies at a path.",
      R"(('{"a": [1, 2]}'::json #> '{a,1}')::text = '2')"));
  rows.push_back(op(
      "#>>", [](Json j, Path path) { return part_text(at_path(j, path)); }, "What lies at a path, as text.",
      R"('{"a": ["x"]}'::json #>> '{a,0}' = 'x')"));
  rows.push_back(scalar(
      "json_typeof", [](Json j) { return json_type_name(j.text); }, "The kind of a value.",
      "json_typeof('-123.4') = 'number'"));
  rows.push_back(scalar(
      "json_array_length", [](Json j) { return json_length(j.text); }, "Elements of an array.",
      "json_array_length('[1, 2]') = 2"));
}

void add_jsonb(std::vector<ScalarFunction>& rows) {
  rows.push_back(op(
      "->", [](Jsonb j, string_view key) { return part(j.view().find(key)); }, "A field.",
      R"('{"a": {"b":1}}'::jsonb -> 'a' = '{"b":1}')"));
  rows.push_back(op(
      "->", [](Jsonb j, int32_t index) { return part(element_or_scalar(j.view(), index)); }, "An element.",
      R"('[1, 2]'::jsonb -> -1 = '2')"));
  rows.push_back(op(
      "->>", [](Jsonb j, string_view key) { return part_text(j.view().find(key)); }, "A field as text.",
      R"('{"a": "x"}'::jsonb ->> 'a' = 'x')"));
  rows.push_back(op(
      "->>", [](Jsonb j, int32_t index) { return part_text(element_or_scalar(j.view(), index)); },
      "An element as text.", R"('[1, "x"]'::jsonb ->> 1 = 'x')"));
  rows.push_back(op(
      "#>", [](Jsonb j, Path path) { return part(at_path(j, path)); }, "What lies at a path.",
      R"('{"a": [1, 2]}'::jsonb #> '{a,1}' = '2')"));
  rows.push_back(op(
      "#>>", [](Jsonb j, Path path) { return part_text(at_path(j, path)); }, "What lies at a path, as text.",
      R"('{"a": ["x"]}'::jsonb #>> '{a,0}' = 'x')"));
  rows.push_back(op(
      "@>", [](Jsonb a, Jsonb b) { return contains(a.view(), b.view(), true); }, "Contains.",
      R"('{"a":1, "b":2}'::jsonb @> '{"b":2}')"));
  rows.push_back(op(
      "<@", [](Jsonb a, Jsonb b) { return contains(b.view(), a.view(), true); }, "Is contained in.",
      R"('{"b":2}'::jsonb <@ '{"a":1, "b":2}')"));
  rows.push_back(op(
      "?", [](Jsonb j, string_view key) { return has_key(j.view(), key); },
      "Has a key, or a string among its elements.", R"('{"a":1, "b":2}'::jsonb ? 'b')"));
  rows.push_back(op(
      "?|", [](Jsonb j, Path keys) { return has_keys(j, keys, false); }, "Has any of the keys.",
      R"('{"a":1, "b":2}'::jsonb ?| ARRAY['b', 'd'])"));
  rows.push_back(op(
      "?&", [](Jsonb j, Path keys) { return has_keys(j, keys, true); }, "Has all of the keys.",
      R"('["a", "b"]'::jsonb ?& ARRAY['a', 'b'])"));
  rows.push_back(scalar(
      "jsonb_typeof", [](Jsonb j) { return string_view(jsonb_kind_name(j.view().kind())); }, "The kind of a value.",
      "jsonb_typeof('-123.4') = 'number'"));
  rows.push_back(scalar(
      "jsonb_array_length", [](Jsonb j) { return jsonb_length(j.view()); }, "Elements of an array.",
      "jsonb_array_length('[1, 2]') = 2"));
}

void add_paths(std::vector<ScalarFunction>& rows) {
  using TextPath = Variadic<oid::kText>;
  rows.push_back(scalar(
      "json_extract_path", [](Json j, TextPath path) { return part(at_path(j, path.values)); }, "What lies at a path.",
      R"(json_extract_path('{"a": [1, 2]}', 'a', '1')::text = '2')"));
  rows.push_back(scalar(
      "json_extract_path_text", [](Json j, TextPath path) { return part_text(at_path(j, path.values)); },
      "What lies at a path, as text.", R"(json_extract_path_text('{"a": ["x"]}', 'a', '0') = 'x')"));
  rows.push_back(scalar(
      "jsonb_extract_path", [](Jsonb j, TextPath path) { return part(at_path(j, path.values)); },
      "What lies at a path.", R"(jsonb_extract_path('{"a": [1, 2]}', 'a', '1') = '2')"));
  rows.push_back(scalar(
      "jsonb_extract_path_text", [](Jsonb j, TextPath path) { return part_text(at_path(j, path.values)); },
      "What lies at a path, as text.", R"(jsonb_extract_path_text('{"a": ["x"]}', 'a', '0') = 'x')"));
}

}  // namespace

std::vector<ScalarFunction> json_access_functions() {
  std::vector<ScalarFunction> rows;
  add_paths(rows);
  add_json(rows);
  add_jsonb(rows);
  return rows;
}

}  // namespace millrace::expr
