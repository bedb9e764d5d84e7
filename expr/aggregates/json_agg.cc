// json_agg, json_object_agg and the same of jsonb: the group in order as one document, spaced as PostgreSQL's.
// Of the pairs with one key jsonb keeps the last.
#include "expr/families.h"
#include "expr/functions/json_value.h"
#include "expr/sequence_aggregate.h"
#include "types/json.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

const Slot* slot_of(const std::optional<Slot>& value) { return value ? &*value : nullptr; }

SqlError null_key() { return SqlError(sqlstate::kInvalidParameterValue, "field name must not be null"); }

// Calls add(row) for every row of the group, each as often as it is there, until one fails. False: no rows.
template <class Add>
Result<bool> for_each_row(const OrderedRows& rows, Add add) {
  Status status;
  bool any = false;
  rows.visit(0, [&](RowValues values, int64_t weight) {
    for (; weight > 0 && status; --weight) {
      status = add(values);
      any = true;
    }
    return status.has_value();
  });
  if (!status) return std::move(status).error();
  return any;
}

Status check_length(const std::string& text) {
  if (text.size() > kValueBytesMax) return value_too_long();
  return {};
}

Result<std::optional<Slot>> json_array(const SequenceCall& call) {
  const SqlType type = call.argument_types[0];
  const TypeKind kind = type.info().kind;
  const bool structured = kind == TypeKind::kArray || kind == TypeKind::kComposite;
  std::string text = "[";
  TRY(const bool any, for_each_row(call.rows, [&](RowValues values) -> Status {
        if (text.size() > 1) text += structured && values[0] ? ", \n " : ", ";
        TRY(append_json_value(slot_of(values[0]), type, call.context, text));
        return check_length(text);
      }));
  if (!any) return std::optional<Slot>();
  return std::optional<Slot>(Slot::copy_bytes(text + "]", call.arena));
}

Result<std::optional<Slot>> json_object(const SequenceCall& call) {
  std::string text = "{ ";
  TRY(const bool any, for_each_row(call.rows, [&](RowValues values) -> Status {
        if (text.size() > 2) text += ", ";
        if (!values[0]) return null_key();
        TRY(const std::string key, json_key(*values[0], call.argument_types[0], call.context));
        append_json_string(key, text);
        text += " : ";
        TRY(append_json_value(slot_of(values[1]), call.argument_types[1], call.context, text));
        return check_length(text);
      }));
  if (!any) return std::optional<Slot>();
  return std::optional<Slot>(Slot::copy_bytes(text + " }", call.arena));
}

Result<std::optional<Slot>> jsonb_array(const SequenceCall& call) {
  JsonbBuilder builder;
  TRY(builder.begin_array());
  TRY(const bool any, for_each_row(call.rows, [&](RowValues values) {
        return append_jsonb_value(slot_of(values[0]), call.argument_types[0], call.context, builder);
      }));
  if (!any) return std::optional<Slot>();
  TRY(builder.end_array());
  return std::optional<Slot>(builder.finish(call.arena));
}

Result<std::optional<Slot>> jsonb_object(const SequenceCall& call) {
  JsonbBuilder builder;
  TRY(builder.begin_object());
  TRY(const bool any, for_each_row(call.rows, [&](RowValues values) -> Status {
        if (!values[0]) return null_key();
        TRY(const std::string key, json_key(*values[0], call.argument_types[0], call.context));
        TRY(builder.key(key));
        return append_jsonb_value(slot_of(values[1]), call.argument_types[1], call.context, builder);
      }));
  if (!any) return std::optional<Slot>();
  TRY(builder.end_object());
  return std::optional<Slot>(builder.finish(call.arena));
}

}  // namespace

std::vector<AggregateSpec> json_aggregates() {
  const auto row = [](const char* name, std::vector<uint32_t> arguments, uint32_t result, SequenceRead read,
                      const char* doc, const char* example) {
    return of_whole_group(sequence_aggregate(name, std::move(arguments), result, read, doc, example));
  };
  return {
      row("json_agg", {oid::kAnyElement}, oid::kJson, json_array, "The values as a JSON array.",
          "(SELECT json_agg(x)::text FROM generate_series(1, 3) x) = '[1, 2, 3]'"),
      row("jsonb_agg", {oid::kAnyElement}, oid::kJsonb, jsonb_array, "The values as a JSON array.",
          "(SELECT jsonb_agg(x) FROM generate_series(1, 3) x) = '[1, 2, 3]'"),
      row("json_object_agg", {oid::kAny, oid::kAny}, oid::kJson, json_object, "Keys and values as a JSON object.",
          "(SELECT json_object_agg(x, -x)::text FROM generate_series(1, 2) x) = '{ \"1\" : -1, \"2\" : -2 }'"),
      row("jsonb_object_agg", {oid::kAny, oid::kAny}, oid::kJsonb, jsonb_object, "Keys and values as a JSON object.",
          "(SELECT jsonb_object_agg(x, -x) FROM generate_series(1, 2) x) = '{\"1\": -1, \"2\": -2}'"),
  };
}

}  // namespace millrace::expr
