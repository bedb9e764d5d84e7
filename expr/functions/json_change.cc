// New jsonb from old: || - #- jsonb_set, jsonb_insert, strip_nulls, pretty.
#include "expr/families.h"
#include "expr/functions/json_text.h"
#include "expr/typed_lambda.h"
#include "types/array.h"
#include "types/json.h"
#include "types/json_parser.h"
#include "types/jsonb.h"

namespace millrace::expr {
namespace {

using std::string_view;
constexpr uint32_t kTextArray = 1009;
using Path = Any<kTextArray>;
using JsonbResult = InArena<oid::kJsonb>;

SqlError invalid(const char* what) { return SqlError(sqlstate::kInvalidParameterValue, what); }

// --- joining ---

Status append_elements(JsonbView value, JsonbBuilder& out) {
  if (value.kind() != JsonbKind::kArray) return out.append(value);
  for (size_t i = 0; i < value.size(); ++i) TRY(out.append(value.element(i)));
  return {};
}

Status append_pairs(JsonbView object, JsonbBuilder& out) {
  for (size_t i = 0; i < object.size(); ++i) {
    TRY(out.key(object.key(i)));
    TRY(out.append(object.value(i)));
  }
  return {};
}

// Two objects become one, the right one's pairs winning; anything else is joined as arrays.
Result<JsonbResult> joined(JsonbView a, JsonbView b, Arena& arena) {
  JsonbBuilder builder;
  if (a.kind() == JsonbKind::kObject && b.kind() == JsonbKind::kObject) {
    TRY(builder.begin_object());
    TRY(append_pairs(a, builder));
    TRY(append_pairs(b, builder));
    TRY(builder.end_object());
  } else {
    TRY(builder.begin_array());
    TRY(append_elements(a, builder));
    TRY(append_elements(b, builder));
    TRY(builder.end_array());
  }
  return JsonbResult{builder.finish(arena)};
}

// --- deleting ---

// Without the keys, or the strings among the elements, that `drop` names.
template <class Drop>
Result<JsonbResult> without(JsonbView json, Drop drop, Arena& arena) {
  if (!json.is_container()) return invalid("cannot delete from scalar");
  JsonbBuilder builder;
  if (json.kind() == JsonbKind::kObject) {
    TRY(builder.begin_object());
    for (size_t i = 0; i < json.size(); ++i) {
      if (drop(json.key(i))) continue;
      TRY(builder.key(json.key(i)));
      TRY(builder.append(json.value(i)));
    }
    TRY(builder.end_object());
  } else {
    TRY(builder.begin_array());
    for (size_t i = 0; i < json.size(); ++i) {
      const JsonbView element = json.element(i);
      if (element.kind() == JsonbKind::kString && drop(element.string())) continue;
      TRY(builder.append(element));
    }
    TRY(builder.end_array());
  }
  return JsonbResult{builder.finish(arena)};
}

Result<JsonbResult> without_keys(JsonbView json, const Path& keys, Arena& arena) {
  const ArrayView array(keys.slot, keys.type);
  const auto named = [&](string_view key) {
    for (size_t i = 0; i < array.size(); ++i) {
      if (array.is_null(i)) continue;
      const Slot each = array.element(i);
      if (each.view() == key) return true;
    }
    return false;
  };
  return without(json, named, arena);
}

Result<JsonbResult> without_index(JsonbView json, int64_t index, Arena& arena) {
  if (!json.is_container()) return invalid("cannot delete from scalar");
  if (json.kind() == JsonbKind::kObject) return invalid("cannot delete from object using integer index");
  if (index < 0) index += static_cast<int64_t>(json.size());
  JsonbBuilder builder;
  TRY(builder.begin_array());
  for (size_t i = 0; i < json.size(); ++i) {
    if (static_cast<int64_t>(i) != index) TRY(builder.append(json.element(i)));
  }
  TRY(builder.end_array());
  return JsonbResult{builder.finish(arena)};
}

// --- changing at a path ---

struct Change {
  enum class Kind { kSet, kInsert, kDelete };
  Kind kind;
  std::vector<string_view> path;
  std::optional<JsonbView> value;
  bool create = true;  // kSet: also when nothing is there
  bool after = false;  // kInsert: behind the element
};

class PathChanger {
 public:
  explicit PathChanger(const Change& change) : change_(change) {}

  Status rebuild(JsonbView json, size_t depth) {
    if (json.kind() == JsonbKind::kObject) return rebuild_object(json, depth);
    if (json.kind() == JsonbKind::kArray) return rebuild_array(json, depth);
    return builder_.append(json);  // a scalar on the way: nothing to change
  }
  Slot finish(Arena& arena) { return builder_.finish(arena); }

 private:
  bool is_last(size_t depth) const { return depth + 1 == change_.path.size(); }

  Status rebuild_object(JsonbView json, size_t depth) {
    const string_view wanted = change_.path[depth];
    bool found = false;
    TRY(builder_.begin_object());
    for (size_t i = 0; i < json.size(); ++i) {
      const bool here = json.key(i) == wanted;
      found |= here;
      if (here && is_last(depth)) {
        if (change_.kind == Change::Kind::kDelete) continue;
        if (change_.kind == Change::Kind::kInsert) {
          return invalid("cannot replace existing key")
              .with_hint("Try using the function jsonb_set to replace key value.");
        }
        TRY(builder_.key(wanted));
        TRY(builder_.append(*change_.value));
        continue;
      }
      TRY(builder_.key(json.key(i)));
      TRY(here ? rebuild(json.value(i), depth + 1) : builder_.append(json.value(i)));
    }
    const bool adds = change_.kind == Change::Kind::kInsert || (change_.kind == Change::Kind::kSet && change_.create);
    if (!found && is_last(depth) && adds) {
      TRY(builder_.key(wanted));
      TRY(builder_.append(*change_.value));
    }
    return builder_.end_object();
  }

  Status rebuild_array(JsonbView json, size_t depth) {
    const auto subscript = subscript_of(change_.path[depth]);
    if (!subscript) {
      return SqlError(sqlstate::kInvalidTextRepresentation, "path element at position " + std::to_string(depth + 1) +
                                                                " is not an integer: \"" +
                                                                std::string(change_.path[depth]) + "\"");
    }
    const auto size = static_cast<int64_t>(json.size());
    const int64_t index = *subscript < 0 ? *subscript + size : *subscript;
    const bool adds = change_.kind == Change::Kind::kInsert || (change_.kind == Change::Kind::kSet && change_.create);
    TRY(builder_.begin_array());
    if (is_last(depth) && adds && index < 0) TRY(builder_.append(*change_.value));
    for (int64_t i = 0; i < size; ++i) {
      const JsonbView element = json.element(static_cast<size_t>(i));
      if (i != index) {
        TRY(builder_.append(element));
      } else if (is_last(depth)) {
        TRY(change_element(element));
      } else {
        TRY(rebuild(element, depth + 1));
      }
    }
    if (is_last(depth) && adds && index >= size) TRY(builder_.append(*change_.value));
    return builder_.end_array();
  }

  Status change_element(JsonbView element) {
    switch (change_.kind) {
      case Change::Kind::kDelete: return {};
      case Change::Kind::kSet: return builder_.append(*change_.value);
      case Change::Kind::kInsert:
        if (change_.after) TRY(builder_.append(element));
        TRY(builder_.append(*change_.value));
        if (!change_.after) TRY(builder_.append(element));
        return {};
    }
    return {};
  }

  const Change& change_;
  JsonbBuilder builder_;
};

Result<JsonbResult> changed(Jsonb json, const Path& path, Change change, Arena& arena) {
  const bool deletes = change.kind == Change::Kind::kDelete;
  if (!json.view().is_container())
    return invalid(deletes ? "cannot delete path in scalar" : "cannot set path in scalar");
  const ArrayView steps(path.slot, path.type);
  if (steps.dimension_count() > 1) return SqlError(sqlstate::kArraySubscriptError, "wrong number of array subscripts");
  // Nothing to change, whatever the path.
  const bool only_changes = deletes || (change.kind == Change::Kind::kSet && !change.create);
  if (steps.size() == 0 || (json.view().size() == 0 && only_changes)) {
    return JsonbResult{Slot::copy_bytes(json.bytes, arena)};
  }
  std::vector<Slot> slots(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps.is_null(i)) {
      return SqlError(sqlstate::kNullValueNotAllowed, "path element at position " + std::to_string(i + 1) + " is null");
    }
    slots[i] = steps.element(i);
    change.path.push_back(slots[i].view());
  }
  PathChanger changer(change);
  TRY(changer.rebuild(json.view(), 0));
  return JsonbResult{changer.finish(arena)};
}

// --- whole-tree rewrites ---

Status strip_nulls(JsonbView json, JsonbBuilder& out) {
  if (json.kind() == JsonbKind::kObject) {
    TRY(out.begin_object());
    for (size_t i = 0; i < json.size(); ++i) {
      if (json.value(i).kind() == JsonbKind::kNull) continue;
      TRY(out.key(json.key(i)));
      TRY(strip_nulls(json.value(i), out));
    }
    return out.end_object();
  }
  if (json.kind() != JsonbKind::kArray) return out.append(json);
  TRY(out.begin_array());
  for (size_t i = 0; i < json.size(); ++i) TRY(strip_nulls(json.element(i), out));
  return out.end_array();
}

// The same of json's text, which is written anew without spaces.
class NullStripper {
 public:
  static constexpr bool kDecode = true;

  Status begin_object() { return open('{'); }
  Status end_object() { return close('}'); }
  Status begin_array() { return open('['); }
  Status end_array() { return close(']'); }
  Status key(string_view key) {
    key_ = key;
    in_pair_ = true;
    return {};
  }
  Status string(string_view text) {
    start_value();
    append_json_string(text, text_);
    return {};
  }
  Status number(string_view text) { return verbatim(text); }
  Status boolean(bool value) { return verbatim(value ? "true" : "false"); }
  Status null() {
    if (!in_pair_) return verbatim("null");
    in_pair_ = false;
    return {};
  }
  std::string take() { return std::move(text_); }

 private:
  void start_value() {
    if (!fresh_) text_ += ',';
    if (in_pair_) {
      append_json_string(key_, text_);
      text_ += ':';
    }
    in_pair_ = false;
    fresh_ = false;
  }
  Status verbatim(string_view text) {
    start_value();
    text_ += text;
    return {};
  }
  Status open(char c) {
    start_value();
    text_ += c;
    fresh_ = true;
    return {};
  }
  Status close(char c) {
    text_ += c;
    fresh_ = false;
    return {};
  }

  std::string text_;
  std::string key_;
  bool in_pair_ = false;  // the value of key_ is next
  bool fresh_ = true;     // nothing before it in its container
};

// jsonb_set for values that may be NULL.
Result<std::optional<JsonbResult>> set_lax(const std::optional<Jsonb>& json, const std::optional<Path>& path,
                                           const std::optional<Jsonb>& value, const std::optional<bool>& create,
                                           const std::optional<string_view>& treatment, Arena& arena) {
  using Answer = std::optional<JsonbResult>;
  if (!json || !path || !create) return Answer();
  // With a value to put, only a NULL treatment is looked at.
  const bool known = (treatment && value) || treatment == "delete_key" || treatment == "return_target" ||
                     treatment == "use_json_null" || treatment == "raise_exception";
  if (!known) {
    return invalid(
        "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
  }
  Change change{Change::Kind::kSet, {}, std::nullopt, *create};
  static constexpr char kNullBytes[] = {0};
  if (value) {
    change.value = value->view();
  } else if (treatment == "raise_exception") {
    return SqlError(sqlstate::kNullValueNotAllowed, "JSON value must not be null")
        .with_detail("Exception was raised because null_value_treatment is \"raise_exception\".")
        .with_hint(
            "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.");
  } else if (treatment == "return_target") {
    return Answer(JsonbResult{Slot::copy_bytes(json->bytes, arena)});
  } else if (treatment == "delete_key") {
    change = {Change::Kind::kDelete, {}, std::nullopt};
  } else {
    change.value = JsonbView(string_view(kNullBytes, 1));
  }
  TRY(const JsonbResult result, changed(*json, *path, change, arena));
  return Answer(result);
}

void pretty(JsonbView json, size_t indent, std::string& out) {
  if (!json.is_container()) {
    append_jsonb_text(json, out);
    return;
  }
  const bool is_object = json.kind() == JsonbKind::kObject;
  out += is_object ? '{' : '[';
  for (size_t i = 0; i < json.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out.append(indent + 4, ' ');
    if (is_object) {
      append_json_string(json.key(i), out);
      out += ": ";
    }
    pretty(is_object ? json.value(i) : json.element(i), indent + 4, out);
  }
  out += '\n';
  out.append(indent, ' ');
  out += is_object ? '}' : ']';
}

void add_operators(std::vector<ScalarFunction>& rows) {
  rows.push_back(op(
      "||", [](ResultArena arena, Jsonb a, Jsonb b) { return joined(a.view(), b.view(), arena.arena); },
      "Two values joined.", R"('["a", "b"]'::jsonb || '["c"]'::jsonb = '["a", "b", "c"]')"));
  rows.push_back(op(
      "-",
      [](ResultArena arena, Jsonb j, string_view key) {
        return without(j.view(), [&](string_view each) { return each == key; }, arena.arena);
      },
      "Without a key, or a string among the elements.", R"('{"a": 1, "b": 2}'::jsonb - 'a'::text = '{"b": 2}')"));
  rows.push_back(op(
      "-", [](ResultArena arena, Jsonb j, Path keys) { return without_keys(j.view(), keys, arena.arena); },
      "Without several keys.", R"('{"a": 1, "b": 2}'::jsonb - ARRAY['a', 'b'] = '{}')"));
  rows.push_back(op(
      "-", [](ResultArena arena, Jsonb j, int32_t index) { return without_index(j.view(), index, arena.arena); },
      "Without an element.", R"('["a", "b"]'::jsonb - 1 = '["a"]')"));
  rows.push_back(op(
      "#-",
      [](ResultArena arena, Jsonb j, Path path) {
        return changed(j, path, {Change::Kind::kDelete, {}, std::nullopt}, arena.arena);
      },
      "Without what lies at a path.", R"('["a", {"b":1}]'::jsonb #- '{1,b}' = '["a", {}]')"));
}

void add_functions(std::vector<ScalarFunction>& rows) {
  const char* set_example = R"(jsonb_set('{"a": 1}', '{a}', '[2, 3]') = '{"a": [2, 3]}')";
  rows.push_back(scalar(
      "jsonb_set",
      [](ResultArena arena, Jsonb j, Path path, Jsonb value) {
        return changed(j, path, {Change::Kind::kSet, {}, value.view()}, arena.arena);
      },
      "What lies at a path replaced, or put there.", set_example));
  rows.push_back(scalar(
      "jsonb_set",
      [](ResultArena arena, Jsonb j, Path path, Jsonb value, bool create) {
        return changed(j, path, {Change::Kind::kSet, {}, value.view(), create}, arena.arena);
      },
      "The same, perhaps only where something is.", R"(jsonb_set('{"a": 1}', '{b}', '2', false) = '{"a": 1}')"));
  rows.push_back(scalar(
      "jsonb_insert",
      [](ResultArena arena, Jsonb j, Path path, Jsonb value) {
        return changed(j, path, {Change::Kind::kInsert, {}, value.view()}, arena.arena);
      },
      "A value put before an element, or under a new key.",
      R"(jsonb_insert('{"a": [0, 1]}', '{a,1}', '"x"') = '{"a": [0, "x", 1]}')"));
  rows.push_back(scalar(
      "jsonb_insert",
      [](ResultArena arena, Jsonb j, Path path, Jsonb value, bool after) {
        return changed(j, path, {Change::Kind::kInsert, {}, value.view(), true, after}, arena.arena);
      },
      "The same, perhaps behind the element.",
      R"(jsonb_insert('{"a": [0, 1]}', '{a,1}', '"x"', true) = '{"a": [0, 1, "x"]}')"));
  rows.push_back(scalar(
      "jsonb_strip_nulls",
      [](ResultArena arena, Jsonb j) -> Result<JsonbResult> {
        JsonbBuilder builder;
        TRY(strip_nulls(j.view(), builder));
        return JsonbResult{builder.finish(arena.arena)};
      },
      "Without the pairs whose value is null.", R"(jsonb_strip_nulls('{"a": null, "b": [null]}') = '{"b": [null]}')"));
  ScalarFunction strip = scalar(
      "json_strip_nulls",
      [](Json j) -> Result<std::string> {
        NullStripper stripper;
        TRY(parse_json(j.text, stripper));
        return stripper.take();
      },
      "Without the pairs whose value is null.", R"(json_strip_nulls('{"a": null, "b": 1}')::text = '{"b":1}')");
  strip.result = oid::kJson;
  rows.push_back(std::move(strip));
  rows.push_back(scalar(
      "jsonb_set_lax",
      [](ResultArena arena, std::optional<Jsonb> j, std::optional<Path> path, std::optional<Jsonb> value) {
        return set_lax(j, path, value, true, "use_json_null", arena.arena);
      },
      "jsonb_set, a NULL put as null.", R"(jsonb_set_lax('{"a": 1}', '{a}', NULL) = '{"a": null}')"));
  rows.push_back(scalar(
      "jsonb_set_lax",
      [](ResultArena arena, std::optional<Jsonb> j, std::optional<Path> path, std::optional<Jsonb> value,
         std::optional<bool> create) { return set_lax(j, path, value, create, "use_json_null", arena.arena); },
      "The same, perhaps only where something is.", R"(jsonb_set_lax('{"a": 1}', '{b}', '2', false) = '{"a": 1}')"));
  rows.push_back(scalar(
      "jsonb_set_lax",
      [](ResultArena arena, std::optional<Jsonb> j, std::optional<Path> path, std::optional<Jsonb> value,
         std::optional<bool> create,
         std::optional<string_view> treatment) { return set_lax(j, path, value, create, treatment, arena.arena); },
      "The same, with what a NULL does.", R"(jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key') = '{}')"));
  rows.push_back(scalar(
      "jsonb_pretty",
      [](Jsonb j) {
        std::string text;
        pretty(j.view(), 0, text);
        return text;
      },
      "Text with a line for each value.", R"(jsonb_pretty('[1]') = E'[\n    1\n]')"));
}

}  // namespace

std::vector<ScalarFunction> json_change_functions() {
  std::vector<ScalarFunction> rows;
  add_operators(rows);
  add_functions(rows);
  return rows;
}

}  // namespace millrace::expr
