// What catalog queries (psql's \d, drivers) ask about types and objects. There is one role that may do everything
// so privileges are answered with true. What no catalog relation holds (rules, triggers, functions of the user's) is
// NULL, as PostgreSQL answers for objects it does not know.
#include "expr/catalog_lookup.h"

#include <algorithm>

#include "expr/families.h"
#include "expr/functions/object_id.h"
#include "expr/typed_lambda.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;
using Text = std::string_view;
using NoText = std::optional<std::string>;

// Null when there is none.
const CatalogLookup* catalog_of(const EvalContext& context) {
  return dynamic_cast<const CatalogLookup*>(context.text.names);
}

constexpr uint32_t kOnlyRole = 10;  // PostgreSQL's bootstrap superuser

std::string format_type(uint32_t type_oid, std::optional<int32_t> typmod) {
  if (type_oid == 0) return "-";
  const TypeInfo* type = find_type(type_oid);
  if (type == nullptr) return "???";
  return SqlType(*type, typmod && *typmod >= 0 ? *typmod : kNoTypmod).to_string();
}

// The type is the argument's, whether or not the value is NULL: a kernel of its own.
void typeof_kernel(const KernelCall& call, ColumnBuilder& out) {
  const auto type_oid = static_cast<int32_t>(call.arguments[0]->type().oid());
  for (size_t row = 0; row < call.rows; ++row) out.append(type_oid);
}

// So is its collation: the database's, or a name's own.
void collation_kernel(const KernelCall& call, ColumnBuilder& out) {
  const SqlType type = call.arguments[0]->type();
  const bool is_text = type.info().category == 'S' || type.oid() == oid::kUnknown;
  for (size_t row = 0; row < call.rows; ++row) {
    if (is_text) {
      out.append_bytes(type.oid() == oid::kName ? "\"C\"" : "\"default\"");
      continue;
    }
    call.errors.add(static_cast<uint32_t>(row),
                    SqlError(sqlstate::kDatatypeMismatch, "collations are not supported by type " + type.to_string()));
    out.append_null();
  }
}

void add_types(Rows& rows) {
  rows.push_back(stable(scalar(
      "format_type",
      [](std::optional<ObjectId> type, std::optional<int32_t> typmod) -> NoText {
        if (!type) return std::nullopt;
        return format_type(type->value, typmod);
      },
      "A type as SQL writes it, with its modifier.", "format_type(1043, 14) = 'character varying(10)'")));
  ScalarFunction type_of_value;
  type_of_value.name = "pg_typeof";
  type_of_value.arguments = {oid::kAny};
  type_of_value.result = oid::kRegtype;
  type_of_value.volatility = Volatility::kStable;
  type_of_value.strict = false;
  type_of_value.kernel = typeof_kernel;
  type_of_value.doc = "The type of a value.";
  type_of_value.example = "pg_typeof(1)::oid = 23";
  rows.push_back(std::move(type_of_value));
  ScalarFunction collation;
  collation.name = "pg_collation_for";
  collation.arguments = {oid::kAny};
  collation.result = oid::kText;
  collation.volatility = Volatility::kStable;
  collation.strict = false;
  collation.fallible = true;
  collation.kernel = collation_kernel;
  collation.doc = "The collation of a value: COLLATION FOR.";
  collation.example = "pg_collation_for('a'::text) = '\"default\"'";
  rows.push_back(std::move(collation));
  rows.push_back(scalar(
      "pg_get_userbyid",
      [](const EvalContext& c, ObjectId role) {
        std::string name = c.text.names == nullptr ? "" : c.text.names->name_of(oid::kRegrole, role.value);
        if (name.empty() && role.value == kOnlyRole) name = c.session_user;
        if (name.empty()) name = "unknown (OID=" + std::to_string(role.value) + ")";
        return OwnedName{std::move(name)};
      },
      "The name of a role.", "pg_get_userbyid(0) = 'unknown (OID=0)'"));
}

void add_visibility(Rows& rows) {
  rows.push_back(scalar(
      "pg_table_is_visible",
      [](const EvalContext& c, ObjectId relation) {
        return catalog_of(c) == nullptr ? std::nullopt : catalog_of(c)->relation_is_visible(relation.value);
      },
      "Whether a name alone finds the relation.", "pg_table_is_visible(0) IS NULL"));
  rows.push_back(stable(scalar(
      "pg_type_is_visible",
      [](ObjectId type) { return find_type(type.value) == nullptr ? std::nullopt : std::optional(true); },
      "Whether a name alone finds the type.", "pg_type_is_visible(23)")));
  for (const char* name : {"pg_function_is_visible", "pg_operator_is_visible", "pg_opclass_is_visible",
                           "pg_opfamily_is_visible", "pg_collation_is_visible", "pg_conversion_is_visible",
                           "pg_statistics_obj_is_visible", "pg_ts_config_is_visible", "pg_ts_dict_is_visible"}) {
    rows.push_back(stable(scalar(
        name, [](ObjectId object) { return object.value == 0 ? std::nullopt : std::optional(true); },
        "Whether a name alone finds the object: always, nothing of its kind is hidden.",
        std::string(name) + "(0) IS NULL")));
  }
}

void add_temporary_schemas(Rows& rows) {
  rows.push_back(stable(scalar(
      "pg_my_temp_schema", []() { return ObjectId{0}; }, "The schema of temporary things: there is none, 0.",
      "pg_my_temp_schema() = 0")));
  rows.push_back(stable(scalar(
      "pg_is_other_temp_schema", [](ObjectId) { return false; },
      "Whether a schema holds another session's temporary things: none does.", "NOT pg_is_other_temp_schema(0)")));
}

// In every shape: a role or oneself, the object by name or by oid.
template <class... Leading>
void add_privilege(Rows& rows, const char* name) {
  rows.push_back(stable(scalar(name, [](Leading..., Text) { return true; }, "Whether a role may: always.", "true")));
}

void add_privileges(Rows& rows) {
  for (const char* name :
       {"has_table_privilege", "has_schema_privilege", "has_database_privilege", "has_sequence_privilege",
        "has_type_privilege", "has_function_privilege", "has_language_privilege", "has_tablespace_privilege",
        "has_any_column_privilege", "has_foreign_data_wrapper_privilege", "has_server_privilege"}) {
    add_privilege<Text>(rows, name);
    add_privilege<ObjectId>(rows, name);
    add_privilege<Name, Text>(rows, name);
    add_privilege<Name, ObjectId>(rows, name);
    add_privilege<ObjectId, Text>(rows, name);
    add_privilege<ObjectId, ObjectId>(rows, name);
  }
  add_privilege<Text, Text>(rows, "has_column_privilege");
  add_privilege<Text, int16_t>(rows, "has_column_privilege");
  add_privilege<ObjectId, Text>(rows, "has_column_privilege");
  add_privilege<ObjectId, int16_t>(rows, "has_column_privilege");
  add_privilege<Name, Text, Text>(rows, "has_column_privilege");
  add_privilege<Name, ObjectId, int16_t>(rows, "has_column_privilege");
  add_privilege<Name>(rows, "pg_has_role");
  add_privilege<ObjectId>(rows, "pg_has_role");
  add_privilege<Name, Name>(rows, "pg_has_role");
  add_privilege<ObjectId, ObjectId>(rows, "pg_has_role");
}

// A function of these arguments that has nothing to tell.
template <class... Arguments>
void add_null(Rows& rows, const char* name, const char* doc) {
  rows.push_back(stable(scalar(name, [](Arguments...) { return NoText(); }, doc, "true")));
}

constexpr auto constraint_definition = [](const EvalContext& c, ObjectId id) {
  return catalog_of(c) == nullptr ? NoText() : catalog_of(c)->constraint_definition(id.value);
};

NoText index_definition(const EvalContext& c, ObjectId id, int32_t column) {
  return catalog_of(c) == nullptr ? NoText() : catalog_of(c)->index_definition(id.value, column);
}

NoText comment(const EvalContext& c, ObjectId id, int32_t column) {
  return catalog_of(c) == nullptr ? NoText() : catalog_of(c)->comment(id.value, column);
}

constexpr auto sequence_of_column = [](const EvalContext& c, Text table, Text column) -> Result<NoText> {
  if (catalog_of(c) == nullptr) return NoText();
  TRY(const uint32_t relation, c.text.names->oid_of(oid::kRegclass, table));
  return catalog_of(c)->sequence_of_column(relation, column);
};

// As PostgreSQL writes one: a SELECT set in by a space, and ended.
NoText view_definition(const EvalContext& c, uint32_t relation) {
  NoText query = catalog_of(c) == nullptr ? NoText() : catalog_of(c)->view_query(relation);
  if (query) query = " " + *query + (query->ends_with(';') ? "" : ";");
  return query;
}

Result<NoText> view_definition(const EvalContext& c, Text name) {
  if (c.text.names == nullptr) return NoText();
  TRY(const uint32_t relation, c.text.names->oid_of(oid::kRegclass, name));
  return view_definition(c, relation);
}

void add_view_definitions(Rows& rows) {
  const char* doc = "The query of a view.";
  const char* example = "pg_get_viewdef(0) IS NULL";
  rows.push_back(scalar(
      "pg_get_viewdef", [](const EvalContext& c, ObjectId id) { return view_definition(c, id.value); }, doc, example));
  rows.push_back(scalar(
      "pg_get_viewdef", [](const EvalContext& c, ObjectId id, bool) { return view_definition(c, id.value); }, doc,
      example));
  rows.push_back(scalar(
      "pg_get_viewdef", [](const EvalContext& c, ObjectId id, int32_t) { return view_definition(c, id.value); }, doc,
      example));
  rows.push_back(
      scalar("pg_get_viewdef", [](const EvalContext& c, Text name) { return view_definition(c, name); }, doc, example));
  rows.push_back(scalar(
      "pg_get_viewdef", [](const EvalContext& c, Text name, bool) { return view_definition(c, name); }, doc, example));
}

void add_comments(Rows& rows) {
  const char* doc = "The comment on an object; NULL when there is none.";
  rows.push_back(scalar(
      "obj_description", [](const EvalContext& c, ObjectId id, Name) { return comment(c, id, 0); }, doc,
      "obj_description(0, 'pg_class') IS NULL"));
  rows.push_back(scalar(
      "obj_description", [](const EvalContext& c, ObjectId id) { return comment(c, id, 0); }, doc,
      "obj_description(0) IS NULL"));
  rows.push_back(scalar(
      "col_description", [](const EvalContext& c, ObjectId id, int32_t column) { return comment(c, id, column); },
      "The comment on a column; NULL when there is none.", "col_description(0, 1) IS NULL"));
  add_null<ObjectId, Name>(rows, "shobj_description", "The comment on a shared object: none are kept, NULL.");
}

void add_definitions(Rows& rows) {
  const char* doc = "An expression as the catalog keeps it: its text.";
  rows.push_back(stable(
      scalar("pg_get_expr", [](Text expression, ObjectId) { return expression; }, doc, "pg_get_expr('1', 0) = '1'")));
  rows.push_back(stable(scalar(
      "pg_get_expr", [](Text expression, ObjectId, bool) { return expression; }, doc,
      "pg_get_expr('1', 0, true) = '1'")));
  add_comments(rows);
  const char* definition = "The statement that makes an object; NULL when there is none.";
  rows.push_back(scalar("pg_get_constraintdef", constraint_definition, definition, "pg_get_constraintdef(0) IS NULL"));
  rows.push_back(scalar(
      "pg_get_constraintdef", [](const EvalContext& c, ObjectId id, bool) { return constraint_definition(c, id); },
      definition, "pg_get_constraintdef(0, true) IS NULL"));
  rows.push_back(scalar(
      "pg_get_indexdef", [](const EvalContext& c, ObjectId id) { return index_definition(c, id, 0); }, definition,
      "pg_get_indexdef(0) IS NULL"));
  rows.push_back(scalar(
      "pg_get_indexdef",
      [](const EvalContext& c, ObjectId id, int32_t column, bool) { return index_definition(c, id, column); },
      "The statement that makes an index, or what one of its columns indexes.", "pg_get_indexdef(0, 1, true) IS NULL"));
  add_view_definitions(rows);
  for (const char* name : {"pg_get_ruledef", "pg_get_triggerdef"}) {
    add_null<ObjectId>(rows, name, definition);
    add_null<ObjectId, bool>(rows, name, definition);
  }
  for (const char* name :
       {"pg_get_functiondef", "pg_get_function_arguments", "pg_get_function_identity_arguments",
        "pg_get_function_result", "pg_get_function_sqlbody", "pg_get_partkeydef", "pg_get_partition_constraintdef",
        "pg_get_statisticsobjdef", "pg_get_statisticsobjdef_columns", "pg_tablespace_location"}) {
    add_null<ObjectId>(rows, name, definition);
  }
  rows.push_back(scalar("pg_get_serial_sequence", sequence_of_column,
                        "The sequence that a table's column owns; NULL when there is none.",
                        "pg_get_serial_sequence('pg_class', 'relname') IS NULL"));
}

// retyped() for regclass, as these take it.
ScalarFunction of_relation(ScalarFunction row) {
  row.arguments[0] = oid::kRegclass;
  return row;
}

// Names looked up without an error when there is no such thing.
void add_lookups(Rows& rows) {
  const auto add = [&]<uint32_t kKind>(const char* name, const char* what) {
    rows.push_back(retyped(scalar(
                               name,
                               [](const EvalContext& c, Text text) -> Result<std::optional<ObjectId>> {
                                 if (c.text.names == nullptr) return std::optional<ObjectId>();
                                 const Result<uint32_t> found = c.text.names->oid_of(kKind, text);
                                 if (found) return std::optional(ObjectId{*found});
                                 // What is no name at all is an error all the same.
                                 if (found.error().state() == sqlstate::kInvalidName) return SqlError(found.error());
                                 return std::optional<ObjectId>();
                               },
                               std::string("The ") + what + " of this name; NULL when there is none.",
                               std::string(name) + "('no_such_thing') IS NULL"),
                           {oid::kText}, kKind));
  };
  add.operator()<oid::kRegclass>("to_regclass", "relation");
  add.operator()<oid::kRegtype>("to_regtype", "type");
  add.operator()<oid::kRegnamespace>("to_regnamespace", "schema");
  add.operator()<oid::kRegrole>("to_regrole", "role");
  add.operator()<oid::kRegproc>("to_regproc", "function");
  add.operator()<oid::kRegprocedure>("to_regprocedure", "function");
  add.operator()<oid::kRegoper>("to_regoper", "operator");
  add.operator()<oid::kRegoperator>("to_regoperator", "operator");
  add.operator()<oid::kRegcollation>("to_regcollation", "collation");
}

void add_sizes(Rows& rows) {
  const char* doc = "Bytes on disk; not counted by relation, 0.";
  for (const char* name : {"pg_relation_size", "pg_total_relation_size", "pg_table_size", "pg_indexes_size"}) {
    rows.push_back(is_volatile(of_relation(scalar(name, [](ObjectId) { return int64_t{0}; }, doc, "true"))));
  }
  rows.push_back(
      is_volatile(of_relation(scalar("pg_relation_size", [](ObjectId, Text) { return int64_t{0}; }, doc, "true"))));
  rows.push_back(
      is_volatile(scalar("pg_database_size", [](Name) { return int64_t{0}; }, doc, "pg_database_size('a') = 0")));
  rows.push_back(is_volatile(scalar("pg_database_size", [](ObjectId) { return int64_t{0}; }, doc, "true")));
  rows.push_back(stable(of_relation(scalar(
      "pg_relation_is_publishable", [](ObjectId) { return false; }, "Whether a relation can be replicated: none can.",
      "true"))));
}

bool asks_catalog(Text name) {
  static constexpr Text kNames[] = {"pg_table_is_visible",  "pg_get_viewdef",        "pg_get_indexdef",
                                    "pg_get_constraintdef", "obj_description",       "col_description",
                                    "pg_get_userbyid",      "pg_get_serial_sequence"};
  return std::ranges::find(kNames, name) != std::end(kNames) || name.starts_with("to_reg");
}

}  // namespace

std::vector<ScalarFunction> catalog_lookup_functions() {
  Rows rows;
  add_types(rows);
  add_visibility(rows);
  add_temporary_schemas(rows);
  add_privileges(rows);
  add_definitions(rows);
  add_lookups(rows);
  // A maintained view would not hear of changes of the catalog: what asks it may not stand in one.
  for (ScalarFunction& row : rows) {
    if (asks_catalog(row.name)) row.volatility = Volatility::kVolatile;
  }
  add_sizes(rows);
  return rows;
}

}  // namespace millrace::expr
