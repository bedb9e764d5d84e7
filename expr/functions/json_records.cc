// json and jsonb as composites and rows: populate_record(set), to_record(set).
#include "expr/families.h"
#include "expr/functions/json_to_value.h"
#include "expr/row_stream.h"
#include "expr/typed_lambda.h"
#include "types/json.h"
#include "types/record.h"

namespace millrace::expr {
namespace {

template <uint32_t Json>
constexpr const char* kPrefix = Json == oid::kJson ? "json" : "jsonb";

template <uint32_t Json>
JsonItem item_of(const Slot& slot) {
  return Json == oid::kJson ? JsonItem::json(slot.view()) : JsonItem::jsonb(JsonbView(slot.view()));
}

FieldValues values_of(const Slot& record, SqlType type) {
  FieldValues values;
  const RecordView view(record, type);
  for (size_t i = 0; i < view.size(); ++i) {
    values.push_back(view.is_null(i) ? std::nullopt : std::optional(view.field(i)));
  }
  return values;
}

SqlError not_a_row(const std::string& name) {
  return SqlError(sqlstate::kDatatypeMismatch, "first argument of " + name + " must be a row type");
}

template <class J>
ScalarFunction populate_record() {
  constexpr uint32_t kJson = NativeType<J>::kOid;
  return stable(scalar(
      std::string(kPrefix<kJson>) + "_populate_record",
      [](const EvalContext& context, ResultType type, ResultArena arena, std::optional<AnyElement> base,
         std::optional<Any<kJson>> json) -> Result<std::optional<InArena<oid::kAnyElement>>> {
        using Answer = std::optional<InArena<oid::kAnyElement>>;
        const std::vector<CompositeField>& fields = type.type.info().fields;
        if (fields.empty()) return not_a_row(std::string(kPrefix<kJson>) + "_populate_record");
        if (!json && !base) return Answer();
        if (!json) return Answer(InArena<oid::kAnyElement>{Slot::copy_bytes(base->slot.view(), arena.arena)});
        const FieldValues kept = base ? values_of(base->slot, base->type) : FieldValues();
        TRY(const FieldValues values, json_to_fields(item_of<kJson>(json->slot), fields, kept, context, arena.arena));
        std::vector<const Slot*> slots;
        for (const std::optional<Slot>& value : values) slots.push_back(value ? &*value : nullptr);
        return Answer(InArena<oid::kAnyElement>{make_record(slots, type.type, arena.arena)});
      },
      "A composite with the values of an object.",
      "(SELECT (" + std::string(kPrefix<kJson>) +
          R"(_populate_record(r, '{"a": 5}')).a FROM (SELECT 1 AS a, 2 AS b) r) = 5)"));
}

void append_row(const FieldValues& values, DeltaBuilder& out) {
  for (size_t c = 0; c < values.size(); ++c) {
    values[c] ? out.column(c).append_slot(*values[c]) : out.column(c).append_null();
  }
  out.end_row(1);
}

// A row for each of the objects, whose fields are taken from `base` where they have none.
Result<RowStreamPtr> rows_of(const TableCall& call, std::vector<std::string> objects, uint32_t json, Value base) {
  return stream_of([&context = call.context, columns = call.columns, objects = std::move(objects), json,
                    base = std::move(base), at = size_t{0}](DeltaBuilder& out) mutable -> Result<bool> {
    if (at == objects.size()) return false;
    Arena arena(256);
    const JsonItem item = json == oid::kJson ? JsonItem::json(objects[at]) : JsonItem::jsonb(JsonbView(objects[at]));
    const Slot record = base.is_null() ? Slot() : base.slot();
    const FieldValues kept = base.is_null() ? FieldValues() : values_of(record, base.type());
    TRY(const FieldValues values, json_to_fields(item, columns, kept, context, arena));
    append_row(values, out);
    ++at;
    return true;
  });
}

template <uint32_t Json>
Result<std::vector<std::string>> objects_of(const Value& argument, const std::string& name) {
  const Slot slot = argument.slot();
  const JsonItem item = item_of<Json>(slot);
  TRY(const JsonbKind kind, item.kind());
  const auto refuse = [&](const char* what) {
    return SqlError(sqlstate::kInvalidParameterValue, "cannot call " + name + " on " + what);
  };
  if (kind != JsonbKind::kArray) {
    if (Json == oid::kJsonb) return refuse("a non-array");
    return refuse(kind == JsonbKind::kObject ? "an object" : "a scalar");
  }
  std::vector<std::string> objects;
  TRY(item.for_each_element([&](const JsonItem& each) -> Status {
    TRY(const JsonbKind element, each.kind());
    if (element != JsonbKind::kObject) {
      return SqlError(sqlstate::kInvalidParameterValue, "argument of " + name + " must be an array of objects");
    }
    objects.push_back(each.bytes());
    return {};
  }));
  return objects;
}

// REQUIRES: not NULL.
std::string bytes_of(const Value& argument) {
  const Slot slot = argument.slot();
  return std::string(slot.view());
}

TableFunction row_of(std::string name, std::vector<uint32_t> arguments, uint32_t result, const char* doc) {
  TableFunction row;
  row.name = std::move(name);
  row.arguments = std::move(arguments);
  row.result = result;
  row.volatility = Volatility::kStable;
  row.doc = doc;
  return row;
}

template <uint32_t Json>
TableFunction to_record() {
  TableFunction row = row_of(std::string(kPrefix<Json>) + "_to_record", {Json}, oid::kRecord, "An object as a row.");
  row.strict = false;
  row.open = [](const TableCall& call) -> Result<RowStreamPtr> {
    if (call.arguments[0].is_null()) {
      return rows_of(call, {"{}"}, oid::kJson, Value());
    }
    return rows_of(call, {bytes_of(call.arguments[0])}, Json, Value());
  };
  row.example = "(SELECT a FROM " + row.name + R"(('{"a": 1}') AS t(a integer)) = 1)";
  return row;
}

template <uint32_t Json>
TableFunction to_recordset() {
  TableFunction row =
      row_of(std::string(kPrefix<Json>) + "_to_recordset", {Json}, oid::kRecord, "An array of objects as rows.");
  row.open = [](const TableCall& call) -> Result<RowStreamPtr> {
    TRY(std::vector<std::string> objects,
        objects_of<Json>(call.arguments[0], std::string(kPrefix<Json>) + "_to_recordset"));
    return rows_of(call, std::move(objects), Json, Value());
  };
  row.example = "(SELECT sum(a) FROM " + row.name + R"(('[{"a": 1}, {"a": 2}]') AS t(a integer)) = 3)";
  return row;
}

template <uint32_t Json>
TableFunction populate_recordset() {
  TableFunction row = row_of(std::string(kPrefix<Json>) + "_populate_recordset", {oid::kAnyElement, Json},
                             oid::kAnyElement, "An array of objects as rows of a composite type.");
  row.strict = false;
  row.columns = [](std::span<const SqlType> arguments) -> std::vector<CompositeField> {
    const std::vector<CompositeField>& fields = arguments[0].info().fields;
    if (!fields.empty()) return fields;
    return {{std::string(kPrefix<Json>) + "_populate_recordset", arguments[0]}};
  };
  row.open = [](const TableCall& call) -> Result<RowStreamPtr> {
    const std::string name = std::string(kPrefix<Json>) + "_populate_recordset";
    if (call.arguments[0].type().info().fields.empty()) return not_a_row(name);
    std::vector<std::string> objects;
    if (!call.arguments[1].is_null()) {
      TRY(objects, objects_of<Json>(call.arguments[1], name));
    }
    return rows_of(call, std::move(objects), Json, call.arguments[0]);
  };
  row.example = "(SELECT sum(f.a) FROM (SELECT 1 AS a) r, " + row.name + R"((r, '[{"a": 1}, {"a": 2}]') f) = 3)";
  return row;
}

}  // namespace

std::vector<ScalarFunction> json_record_functions() { return {populate_record<Json>(), populate_record<Jsonb>()}; }

std::vector<TableFunction> json_record_row_functions() {
  return {to_record<oid::kJson>(),     to_record<oid::kJsonb>(),         to_recordset<oid::kJson>(),
          to_recordset<oid::kJsonb>(), populate_recordset<oid::kJson>(), populate_recordset<oid::kJsonb>()};
}

}  // namespace millrace::expr
