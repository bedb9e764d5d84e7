// What a session is told about itself and its server: who, where, which version, which settings.
#include <algorithm>

#include "expr/catalog_lookup.h"
#include "expr/families.h"
#include "expr/functions/built_array.h"
#include "expr/functions/encoding.h"
#include "expr/functions/object_id.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

using Rows = std::vector<ScalarFunction>;
using Text = std::string_view;

// The version that clients choose their queries by: they are written for PostgreSQL 15's catalogs.
constexpr Text kVersion = "PostgreSQL 15.0 (Millrace 0.1.0)";

SqlError not_built(const std::string& what, const std::string& hint) {
  return SqlError(sqlstate::kFeatureNotSupported, what + " is not supported").with_hint(hint);
}

std::vector<std::string> search_path(const EvalContext& context) {
  const auto* catalog = dynamic_cast<const CatalogLookup*>(context.text.names);
  return catalog == nullptr ? std::vector<std::string>() : catalog->search_path();
}

// Settings that never change, and those that the context carries; `SHOW` knows the rest.
std::optional<std::string> setting(const EvalContext& context, Text name) {
  static constexpr std::pair<Text, Text> kFixed[] = {
      {"server_version", "15.0 (Millrace 0.1.0)"},
      {"server_version_num", "150000"},
      {"server_encoding", "UTF8"},
      {"client_encoding", "UTF8"},
      {"standard_conforming_strings", "on"},
      {"integer_datetimes", "on"},
      {"max_identifier_length", "63"},
      {"max_index_keys", "32"},
      {"block_size", "8192"},
      {"transaction_read_only", "off"},
      {"in_hot_standby", "off"},
  };
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  for (const auto& [known, value] : kFixed) {
    if (folded == known) return std::string(value);
  }
  if (folded == "timezone") return std::string(context.time_zone_name);
  if (folded == "bytea_output") return context.text.bytea_hex ? "hex" : "escape";
  if (folded == "extra_float_digits") return std::to_string(context.text.extra_float_digits);
  if (folded == "search_path") {
    std::string path;
    for (const std::string& schema : search_path(context)) path += (path.empty() ? "" : ", ") + schema;
    return path;
  }
  return std::nullopt;
}

void add_settings(Rows& rows) {
  rows.push_back(scalar(
      "current_setting",
      [](const EvalContext& c, Text name) -> Result<std::string> {
        if (auto value = setting(c, name)) return *std::move(value);
        return SqlError(sqlstate::kUndefinedObject,
                        "unrecognized configuration parameter \"" + std::string(name) + "\"");
      },
      "The value of a setting.", "current_setting('server_encoding') = 'UTF8'"));
  rows.push_back(scalar(
      "current_setting",
      [](const EvalContext& c, Text name, bool missing_ok) -> Result<std::optional<std::string>> {
        auto value = setting(c, name);
        if (value || missing_ok) return value;
        return SqlError(sqlstate::kUndefinedObject,
                        "unrecognized configuration parameter \"" + std::string(name) + "\"");
      },
      "The value of a setting; NULL, when wanted, if there is none.", "current_setting('no.such', true) IS NULL"));
  rows.push_back(is_volatile(scalar(
      "set_config",
      [](const EvalContext&, std::optional<Text>, std::optional<Text>,
         std::optional<bool>) -> Result<std::optional<std::string>> { return not_built("set_config()", "Use SET."); },
      "Answers 0A000: a query changes no settings, use SET.", "true OR set_config('a', 'b', false) = 'b'")));
}

BuiltArray<kNameArray> schemas(const EvalContext& context, bool implicit_too) {
  ArrayBuilder names(type_of(oid::kName));
  const std::vector<std::string> path = search_path(context);
  if (implicit_too && std::ranges::find(path, "pg_catalog") == path.end()) names.append(Slot::of_bytes("pg_catalog"));
  for (const std::string& schema : path) {
    if (implicit_too || schema != "pg_catalog") names.append(Slot::of_bytes(schema));
  }
  return BuiltArray<kNameArray>::of(names);
}

void add_names(Rows& rows) {
  rows.push_back(stable(scalar(
      "version", []() { return std::string(kVersion); }, "The server's version.", "version() LIKE 'PostgreSQL 15%'")));
  const auto database = [](const EvalContext& c) { return Name{c.database}; };
  const auto current = [](const EvalContext& c) { return Name{c.current_user}; };
  rows.push_back(scalar("current_database", database, "The database connected to.", "current_database() <> ''"));
  rows.push_back(scalar("current_user", current, "Who permissions are checked for.", "\"current_user\"() <> ''"));
  rows.push_back(scalar("getpgusername", current, "Who permissions are checked for.", "getpgusername() <> ''"));
  rows.push_back(scalar(
      "session_user", [](const EvalContext& c) { return Name{c.session_user}; }, "Who logged in.",
      "\"session_user\"() <> ''"));
  // Volatile, as all that asks the catalog: a maintained view would not hear of changes.
  rows.push_back(is_volatile(scalar(
      "current_schema",
      [](const EvalContext& c) -> std::optional<OwnedName> {
        std::vector<std::string> path = search_path(c);
        if (path.empty()) return std::nullopt;
        return OwnedName{std::move(path.front())};
      },
      "Where things are created: the first schema of the search path.",
      "current_schema() IS NULL OR current_schema() <> ''")));
  rows.push_back(is_volatile(scalar(
      "current_schemas", [](const EvalContext& c, bool implicit_too) { return schemas(c, implicit_too); },
      "The schemas of the search path, on request with pg_catalog.",
      "current_schemas(true)::text LIKE '%pg_catalog%'")));
}

}  // namespace

std::vector<ScalarFunction> session_functions() {
  Rows rows;
  add_names(rows);
  add_settings(rows);
  rows.push_back(is_volatile(scalar(
      "pg_backend_pid",
      [](const EvalContext&) -> Result<int32_t> {
        return not_built("pg_backend_pid()", "A session has no process of its own.");
      },
      "Answers 0A000: a session has no process of its own.", "true OR pg_backend_pid() > 0")));
  rows.push_back(is_volatile(scalar(
      "pg_is_in_recovery", []() { return false; }, "Whether the server follows another: it does not.",
      "NOT pg_is_in_recovery()")));
  rows.push_back(stable(scalar(
      "pg_client_encoding", []() { return Name{"UTF8"}; }, "The client's encoding.", "pg_client_encoding() = 'UTF8'")));
  rows.push_back(stable(scalar(
      "getdatabaseencoding", []() { return Name{"UTF8"}; }, "The database's encoding.",
      "getdatabaseencoding() = 'UTF8'")));
  rows.push_back(stable(scalar(
      "pg_encoding_to_char", [](int32_t encoding) { return Name{encoding_name(encoding)}; }, "The name of an encoding.",
      "pg_encoding_to_char(6) = 'UTF8'")));
  rows.push_back(stable(scalar(
      "pg_char_to_encoding", [](Name name) { return find_encoding(name.text).value_or(-1); },
      "The number of an encoding.", "pg_char_to_encoding('UTF8') = 6")));
  return rows;
}

}  // namespace millrace::expr
