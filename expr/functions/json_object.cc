// Objects out of arrays of text: json_object and jsonb_object.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/array.h"
#include "types/json.h"
#include "types/jsonb.h"

namespace millrace::expr {
namespace {

constexpr uint32_t kTextArray = 1009;
using Texts = Any<kTextArray>;
using JsonbResult = InArena<oid::kJsonb>;

SqlError wrong(const char* what) { return SqlError(sqlstate::kArraySubscriptError, what); }

// The pairs in the order given, as slots that keep short texts.
struct Pairs {
  std::vector<Slot> keys;
  std::vector<std::optional<Slot>> values;

  Status add(const ArrayView& keys_of, size_t key, const ArrayView& values_of, size_t value) {
    if (keys_of.is_null(key)) return SqlError(sqlstate::kNullValueNotAllowed, "null value not allowed for object key");
    keys.push_back(keys_of.element(key));
    values.push_back(values_of.is_null(value) ? std::nullopt : std::optional(values_of.element(value)));
    return {};
  }
};

// {key, value, ..} or {{key, value}, ..}.
Result<Pairs> pairs_of(const Texts& array) {
  const ArrayView view(array.slot, array.type);
  Pairs pairs;
  if (view.dimension_count() > 2) return wrong("wrong number of array subscripts");
  if (view.dimension_count() == 1 && view.size() % 2 != 0) return wrong("array must have even number of elements");
  if (view.dimension_count() == 2 && view.dimension(1).length != 2) return wrong("array must have two columns");
  for (size_t i = 0; i < view.size(); i += 2) TRY(pairs.add(view, i, view, i + 1));
  return pairs;
}

Result<Pairs> pairs_of(const Texts& keys, const Texts& values) {
  const ArrayView names(keys.slot, keys.type), parts(values.slot, values.type);
  if (names.dimension_count() > 1 || names.dimension_count() != parts.dimension_count()) {
    return wrong("wrong number of array subscripts");
  }
  if (names.size() != parts.size()) return wrong("mismatched array dimensions");
  Pairs pairs;
  for (size_t i = 0; i < names.size(); ++i) TRY(pairs.add(names, i, parts, i));
  return pairs;
}

Result<std::string> as_text(Result<Pairs> pairs) {
  if (!pairs) return std::move(pairs).error();
  std::string out = "{";
  for (size_t i = 0; i < pairs->keys.size(); ++i) {
    if (i > 0) out += ", ";
    append_json_string(pairs->keys[i].view(), out);
    out += " : ";
    pairs->values[i] ? append_json_string(pairs->values[i]->view(), out) : void(out += "null");
  }
  return out + "}";
}

Result<JsonbResult> as_tree(Result<Pairs> pairs, Arena& arena) {
  if (!pairs) return std::move(pairs).error();
  JsonbBuilder builder;
  TRY(builder.begin_object());
  for (size_t i = 0; i < pairs->keys.size(); ++i) {
    TRY(builder.key(pairs->keys[i].view()));
    TRY(pairs->values[i] ? builder.string(pairs->values[i]->view()) : builder.null());
  }
  TRY(builder.end_object());
  return JsonbResult{builder.finish(arena)};
}

ScalarFunction as_json(ScalarFunction row) {
  row.result = oid::kJson;
  return row;
}

}  // namespace

std::vector<ScalarFunction> json_object_functions() {
  return {
      as_json(scalar(
          "json_object", [](Texts array) { return as_text(pairs_of(array)); }, "An object of keys and values in turn.",
          R"(json_object('{a,1}')::text = '{"a" : "1"}')")),
      as_json(scalar(
          "json_object", [](Texts keys, Texts values) { return as_text(pairs_of(keys, values)); },
          "An object of keys and their values.", R"(json_object('{a}', '{1}')::text = '{"a" : "1"}')")),
      scalar(
          "jsonb_object", [](ResultArena arena, Texts array) { return as_tree(pairs_of(array), arena.arena); },
          "An object of keys and values in turn.", R"(jsonb_object('{a,1}') = '{"a": "1"}')"),
      scalar(
          "jsonb_object",
          [](ResultArena arena, Texts keys, Texts values) { return as_tree(pairs_of(keys, values), arena.arena); },
          "An object of keys and their values.", R"(jsonb_object('{a}', '{1}') = '{"a": "1"}')"),
  };
}

}  // namespace millrace::expr
