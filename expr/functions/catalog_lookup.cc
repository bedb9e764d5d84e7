// What catalog queries (psql's \d, drivers) ask about types and objects. There is one role that may do everything
// and no object is hidden, so visibility and privileges are answered with true; comments, rules and definitions
// that the catalog relations do not hold are NULL, as PostgreSQL answers for objects it does not know.
#include "expr/families.h"
#include "expr/functions/object_id.h"
#include "expr/typed_lambda.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;
using Text = std::string_view;
using NoText = std::optional<std::string>;

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
  for (const char* name :
       {"pg_table_is_visible", "pg_type_is_visible", "pg_function_is_visible", "pg_operator_is_visible",
        "pg_opclass_is_visible", "pg_opfamily_is_visible", "pg_collation_is_visible", "pg_conversion_is_visible",
        "pg_statistics_obj_is_visible", "pg_ts_config_is_visible", "pg_ts_dict_is_visible"}) {
    rows.push_back(stable(scalar(
        name, [](ObjectId) { return true; }, "Whether a name alone finds the object: always.",
        std::string(name) + "(0) OR true")));
  }
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

void add_definitions(Rows& rows) {
  const char* doc = "An expression as the catalog keeps it: its text.";
  rows.push_back(stable(
      scalar("pg_get_expr", [](Text expression, ObjectId) { return expression; }, doc, "pg_get_expr('1', 0) = '1'")));
  rows.push_back(stable(scalar(
      "pg_get_expr", [](Text expression, ObjectId, bool) { return expression; }, doc,
      "pg_get_expr('1', 0, true) = '1'")));
  const char* comment = "An object's comment: none are kept, NULL.";
  add_null<ObjectId, Name>(rows, "obj_description", comment);
  add_null<ObjectId>(rows, "obj_description", comment);
  add_null<ObjectId, Name>(rows, "shobj_description", comment);
  add_null<ObjectId, int32_t>(rows, "col_description", comment);
  const char* definition = "The statement that makes an object; NULL, it is not kept under an oid.";
  for (const char* name : {"pg_get_constraintdef", "pg_get_viewdef", "pg_get_ruledef", "pg_get_triggerdef"}) {
    add_null<ObjectId>(rows, name, definition);
    add_null<ObjectId, bool>(rows, name, definition);
  }
  add_null<ObjectId>(rows, "pg_get_indexdef", definition);
  add_null<ObjectId, int32_t, bool>(rows, "pg_get_indexdef", definition);
  for (const char* name :
       {"pg_get_functiondef", "pg_get_function_arguments", "pg_get_function_identity_arguments",
        "pg_get_function_result", "pg_get_function_sqlbody", "pg_get_partkeydef", "pg_get_partition_constraintdef",
        "pg_get_statisticsobjdef", "pg_get_statisticsobjdef_columns", "pg_tablespace_location"}) {
    add_null<ObjectId>(rows, name, definition);
  }
  add_null<Text, Text>(rows, "pg_get_serial_sequence", "The sequence behind a column: there are none, NULL.");
}

// retyped() for regclass, as these take it.
ScalarFunction of_relation(ScalarFunction row) {
  row.arguments[0] = oid::kRegclass;
  return row;
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
  rows.push_back(scalar(
      "pg_size_pretty",
      [](int64_t bytes) {
        // Beyond 10240 of a unit the next is taken, rounded half away from zero.
        static constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
        size_t unit = 0;
        __int128 halves = static_cast<__int128>(bytes) * 2;
        const auto magnitude = [](__int128 x) { return x < 0 ? -x : x; };
        while (unit + 1 < std::size(kUnits) && magnitude(halves) >= (unit == 0 ? 10240 * 2 : 10240 * 2 - 1)) {
          halves /= 1024;
          ++unit;
        }
        const __int128 rounded = unit == 0 ? halves / 2 : (halves + (halves < 0 ? -1 : 1)) / 2;
        return std::to_string(static_cast<int64_t>(rounded)) + " " + kUnits[unit];
      },
      "Bytes in a unit that people read.", "pg_size_pretty(123456789::bigint) = '118 MB'"));
}

}  // namespace

std::vector<ScalarFunction> catalog_lookup_functions() {
  Rows rows;
  add_types(rows);
  add_visibility(rows);
  add_privileges(rows);
  add_definitions(rows);
  add_sizes(rows);
  return rows;
}

}  // namespace millrace::expr
