// json and jsonb as rows: each, array elements, keys.
#include "expr/functions/json_text.h"
#include "expr/row_stream.h"
#include "types/jsonb.h"

namespace millrace::expr {
namespace {

SqlError invalid(const std::string& what) { return SqlError(sqlstate::kInvalidParameterValue, what); }

// What a function is called on, and its errors' words for anything else.
struct Shape {
  bool object;               // else an array
  std::string of_the_other;  // called on the other container
  std::string of_a_scalar;
};

Status check(const Shape& shape, std::string_view type_name) {
  if (type_name == (shape.object ? "object" : "array")) return {};
  return invalid(type_name == "object" || type_name == "array" ? shape.of_the_other : shape.of_a_scalar);
}

Shape each_shape(const std::string& name) {
  if (name.starts_with("jsonb")) {
    const std::string words = "cannot call " + name + " on a non-object";
    return {true, words, words};
  }
  return {true, "cannot deconstruct an array as an object", "cannot deconstruct a scalar"};
}

Shape elements_shape(const std::string& name) {
  if (name.starts_with("jsonb")) {
    return {false, "cannot extract elements from an object", "cannot extract elements from a scalar"};
  }
  return {false, "cannot call " + name + " on a non-array", "cannot call " + name + " on a scalar"};
}

Shape keys_shape(const std::string& name) {
  return {true, "cannot call " + name + " on an array", "cannot call " + name + " on a scalar"};
}

// Which columns a row has.
enum class Columns : uint8_t { kKey, kValue, kBoth };

void append_text(const std::optional<std::string>& text, ColumnBuilder& out) {
  text ? out.append_bytes(*text) : out.append_null();
}

// jsonb: by its tree.
Result<RowStreamPtr> jsonb_rows(const TableCall& call, const Shape& shape, Columns columns, bool as_text) {
  const Value& argument = call.arguments[0];
  const Slot slot = argument.slot();
  const JsonbView json(slot.view());
  TRY(check(shape, json.kind() == JsonbKind::kObject  ? "object"
                   : json.kind() == JsonbKind::kArray ? "array"
                                                      : "scalar"));
  return stream_of(
      [argument, columns, as_text, object = shape.object, at = size_t{0}](DeltaBuilder& out) mutable -> Result<bool> {
        const Slot bytes = argument.slot();
        const JsonbView json(bytes.view());
        if (at == json.size()) return false;
        size_t column = 0;
        if (columns != Columns::kValue) out.column(column++).append_bytes(json.key(at));
        if (columns != Columns::kKey) {
          const JsonbView value = object ? json.value(at) : json.element(at);
          if (!as_text) {
            out.column(column).append_bytes(value.bytes());
          } else if (value.kind() == JsonbKind::kNull) {
            out.column(column).append_null();
          } else if (value.kind() == JsonbKind::kString) {
            out.column(column).append_bytes(value.string());
          } else {
            std::string text;
            append_jsonb_text(value, text);
            out.column(column).append_bytes(text);
          }
        }
        out.end_row(1);
        ++at;
        return true;
      });
}

// json: by its text, whose parts are found before the first row.
Result<RowStreamPtr> json_rows(const TableCall& call, const Shape& shape, Columns columns, bool as_text) {
  struct Part {
    std::string key;
    std::optional<std::string> value;
  };
  const Slot slot = call.arguments[0].slot();
  TRY(const std::string_view kind, json_type_name(slot.view()));
  TRY(check(shape, kind));
  std::vector<Part> parts;
  TRY(for_each_json_part(slot.view(), [&](std::string_view key, std::string_view value) -> Status {
    Part part{std::string(key), std::nullopt};
    if (columns != Columns::kKey && as_text) {
      TRY(part.value, json_as_text(value));
    } else if (columns != Columns::kKey) {
      part.value = std::string(value);
    }
    parts.push_back(std::move(part));
    return {};
  }));
  return stream_of([parts = std::move(parts), columns, at = size_t{0}](DeltaBuilder& out) mutable -> Result<bool> {
    if (at == parts.size()) return false;
    size_t column = 0;
    if (columns != Columns::kValue) out.column(column++).append_bytes(parts[at].key);
    if (columns != Columns::kKey) append_text(parts[at].value, out.column(column));
    out.end_row(1);
    ++at;
    return true;
  });
}

template <uint32_t Json>
Result<RowStreamPtr> rows(const TableCall& call, const Shape& shape, Columns columns, bool as_text) {
  return Json == oid::kJson ? json_rows(call, shape, columns, as_text) : jsonb_rows(call, shape, columns, as_text);
}

template <uint32_t Json>
constexpr const char* kPrefix = Json == oid::kJson ? "json" : "jsonb";

template <uint32_t Json, bool kText>
TableFunction each() {
  TableFunction row;
  row.name = std::string(kPrefix<Json>) + (kText ? "_each_text" : "_each");
  row.arguments = {Json};
  row.result = oid::kRecord;
  row.columns = [](std::span<const SqlType>) -> std::vector<CompositeField> {
    return {{"key", type_of(oid::kText)}, {"value", type_of(kText ? oid::kText : Json)}};
  };
  row.open = [](const TableCall& call) {
    return rows<Json>(call, each_shape(std::string(kPrefix<Json>) + (kText ? "_each_text" : "_each")), Columns::kBoth,
                      kText);
  };
  row.doc = kText ? "The pairs of an object, values as text." : "The pairs of an object.";
  row.example = "(SELECT count(*) FROM " + row.name + R"(('{"a": 1, "b": 2}')) = 2)";
  return row;
}

template <uint32_t Json, bool kText>
TableFunction elements() {
  TableFunction row;
  row.name = std::string(kPrefix<Json>) + (kText ? "_array_elements_text" : "_array_elements");
  row.arguments = {Json};
  row.result = kText ? oid::kText : Json;
  row.columns = [](std::span<const SqlType>) -> std::vector<CompositeField> {
    return {{"value", type_of(kText ? oid::kText : Json)}};
  };
  row.open = [](const TableCall& call) {
    return rows<Json>(call,
                      elements_shape(std::string(kPrefix<Json>) + (kText ? "_array_elements_text" : "_array_elements")),
                      Columns::kValue, kText);
  };
  row.doc = kText ? "The elements of an array as text." : "The elements of an array.";
  row.example = "(SELECT count(*) FROM " + row.name + "('[1, [2, 3]]')) = 2";
  return row;
}

template <uint32_t Json>
TableFunction keys() {
  TableFunction row;
  row.name = std::string(kPrefix<Json>) + "_object_keys";
  row.arguments = {Json};
  row.result = oid::kText;
  row.columns = [](std::span<const SqlType>) -> std::vector<CompositeField> {
    return {{std::string(kPrefix<Json>) + "_object_keys", type_of(oid::kText)}};
  };
  row.open = [](const TableCall& call) {
    return rows<Json>(call, keys_shape(std::string(kPrefix<Json>) + "_object_keys"), Columns::kKey, false);
  };
  row.doc = "The keys of an object.";
  row.example = "(SELECT max(k) FROM " + row.name + R"(('{"a": 1, "b": 2}') k) = 'b')";
  return row;
}

}  // namespace

std::vector<TableFunction> json_row_functions() {
  return {each<oid::kJson, false>(),
          each<oid::kJson, true>(),
          each<oid::kJsonb, false>(),
          each<oid::kJsonb, true>(),
          elements<oid::kJson, false>(),
          elements<oid::kJson, true>(),
          elements<oid::kJsonb, false>(),
          elements<oid::kJsonb, true>(),
          keys<oid::kJson>(),
          keys<oid::kJsonb>()};
}

}  // namespace millrace::expr
