// jsonpath over jsonb: @? @@ jsonb_path_exists, _match, _query, _query_array, _query_first, and those with time zones.
#include "expr/families.h"
#include "expr/functions/json_path.h"
#include "expr/row_stream.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

using JsonbResult = InArena<oid::kJsonb>;

struct Arguments {
  SiteCache cache;
  const EvalContext& context;
  Jsonb target;
  JsonpathText path;
  std::optional<Jsonb> variables;
  bool silent = false;
  bool time_zones = false;
};

Result<const PathProgram*> program_of(const Arguments& arguments) {
  return arguments.cache.get<PathProgram>([&](const PathProgram& kept) { return kept.text() == arguments.path.text; },
                                          [&] { return PathProgram::compile(arguments.path.text); });
}

PathCall call_of(const Arguments& arguments, const PathProgram& program) {
  std::optional<JsonbView> variables;
  if (arguments.variables) variables = arguments.variables->view();
  return {program, arguments.target.view(), variables, arguments.silent, arguments.time_zones, arguments.context};
}

Result<std::optional<bool>> exists(const Arguments& arguments) {
  TRY(const PathProgram* program, program_of(arguments));
  return path_finds(call_of(arguments, *program));
}

Result<std::vector<std::string>> found(const Arguments& arguments) {
  TRY(const PathProgram* program, program_of(arguments));
  return run_path(call_of(arguments, *program));
}

Result<std::optional<bool>> match(const Arguments& arguments) {
  using Answer = std::optional<bool>;
  TRY(const std::vector<std::string> values, found(arguments));
  if (values.size() == 1) {
    const JsonbView value(values[0]);
    if (value.kind() == JsonbKind::kBool) return Answer(value.boolean());
    if (value.kind() == JsonbKind::kNull) return Answer();
  }
  if (arguments.silent) return Answer();
  return SqlError(SqlState("22038"), "single boolean result is expected");
}

Result<JsonbResult> query_array(const Arguments& arguments, Arena& arena) {
  TRY(const std::vector<std::string> values, found(arguments));
  JsonbBuilder builder;
  TRY(builder.begin_array());
  for (const std::string& value : values) TRY(builder.append(JsonbView(value)));
  TRY(builder.end_array());
  return JsonbResult{builder.finish(arena)};
}

Result<std::optional<JsonbResult>> query_first(const Arguments& arguments, Arena& arena) {
  TRY(const std::vector<std::string> values, found(arguments));
  if (values.empty()) return std::optional<JsonbResult>();
  return std::optional(JsonbResult{Slot::copy_bytes(values[0], arena)});
}

// Run as PostgreSQL's immutable ones, unless they may look at the session's time zone.
ScalarFunction with_volatility(ScalarFunction row, bool time_zones) {
  return time_zones ? stable(std::move(row)) : immutable(std::move(row));
}

// The three forms of one function: of a path, with variables, with `silent`.
template <bool kZones, class Run>
void add_forms(std::vector<ScalarFunction>& rows, const std::string& name, Run, const char* doc,
               const std::string& example) {
  rows.push_back(with_volatility(
      scalar(
          name,
          [](const EvalContext& c, SiteCache cache, ResultArena arena, Jsonb target, JsonpathText path) {
            return Run{}({cache, c, target, path, std::nullopt, false, kZones}, arena.arena);
          },
          doc, example),
      kZones));
  rows.push_back(with_volatility(
      scalar(
          name,
          [](const EvalContext& c, SiteCache cache, ResultArena arena, Jsonb target, JsonpathText path,
             Jsonb variables) { return Run{}({cache, c, target, path, variables, false, kZones}, arena.arena); },
          "The same with variables.", example),
      kZones));
  rows.push_back(with_volatility(
      scalar(
          name,
          [](const EvalContext& c, SiteCache cache, ResultArena arena, Jsonb target, JsonpathText path, Jsonb variables,
             bool silent) { return Run{}({cache, c, target, path, variables, silent, kZones}, arena.arena); },
          "The same, perhaps without most errors.", example),
      kZones));
}

template <bool kZones>
void add_functions(std::vector<ScalarFunction>& rows) {
  const std::string suffix = kZones ? "_tz" : "";
  const auto exists_run = [](const Arguments& arguments, Arena&) { return exists(arguments); };
  const auto match_run = [](const Arguments& arguments, Arena&) { return match(arguments); };
  const auto array_run = [](const Arguments& arguments, Arena& arena) { return query_array(arguments, arena); };
  const auto first_run = [](const Arguments& arguments, Arena& arena) { return query_first(arguments, arena); };
  add_forms<kZones>(rows, "jsonb_path_exists" + suffix, exists_run, "Whether the path finds anything.",
                    "jsonb_path_exists" + suffix + R"x(('{"a": [1, 2]}', '$.a[*] ? (@ > 1)'))x");
  add_forms<kZones>(rows, "jsonb_path_match" + suffix, match_run, "The path's answer, when it is a single boolean.",
                    "jsonb_path_match" + suffix + R"x(('{"a": [1, 2]}', 'exists($.a[*] ? (@ > 1))'))x");
  add_forms<kZones>(rows, "jsonb_path_query_array" + suffix, array_run, "What the path finds, as an array.",
                    "jsonb_path_query_array" + suffix + R"x(('{"a": [1, 2]}', '$.a[*]') = '[1, 2]')x");
  add_forms<kZones>(rows, "jsonb_path_query_first" + suffix, first_run, "The first that the path finds.",
                    "jsonb_path_query_first" + suffix + R"x(('{"a": [1, 2]}', '$.a[*]') = '1')x");
}

Result<RowStreamPtr> open_query(const TableCall& call, bool time_zones) {
  const Slot target = call.arguments[0].slot();
  const Slot path = call.arguments[1].slot();
  const Slot variables = call.arguments.size() > 2 ? call.arguments[2].slot() : Slot();
  TRY(const std::shared_ptr<PathProgram> program, PathProgram::compile(path.view()));
  std::optional<JsonbView> named;
  if (call.arguments.size() > 2) named = JsonbView(variables.view());
  const bool silent = call.arguments.size() > 3 && call.arguments[3].slot().boolean();
  TRY(std::vector<std::string> values,
      run_path({*program, JsonbView(target.view()), named, silent, time_zones, call.context}));
  return made_rows(std::move(values));
}

template <bool kZones>
constexpr const char* kQueryName = kZones ? "jsonb_path_query_tz" : "jsonb_path_query";

template <bool kZones>
TableFunction query(size_t arguments) {
  TableFunction row;
  row.name = kQueryName<kZones>;
  row.arguments = {oid::kJsonb, kJsonpathOid, oid::kJsonb, oid::kBool};
  row.arguments.resize(arguments);
  row.result = oid::kJsonb;
  if (kZones) row.volatility = Volatility::kStable;
  row.columns = [](std::span<const SqlType>) -> std::vector<CompositeField> {
    return {{kQueryName<kZones>, type_of(oid::kJsonb)}};
  };
  row.open = [](const TableCall& call) { return open_query(call, kZones); };
  row.doc = "What the path finds, row by row.";
  row.example = "(SELECT count(*) FROM " + row.name + "('[1, 2, 3]', '$[*] ? (@ > 1)')) = 2";
  return row;
}

}  // namespace

std::vector<ScalarFunction> json_path_functions() {
  std::vector<ScalarFunction> rows;
  add_functions<false>(rows);
  add_functions<true>(rows);
  rows.push_back(immutable(op(
      "@?",
      [](const EvalContext& c, SiteCache cache, Jsonb target, JsonpathText path) {
        return exists({cache, c, target, path, std::nullopt, true, false});
      },
      "Whether the path finds anything, without most errors.", R"x('{"a": [1, 2]}'::jsonb @? '$.a[*] ? (@ > 1)')x")));
  rows.push_back(immutable(op(
      "@@",
      [](const EvalContext& c, SiteCache cache, Jsonb target, JsonpathText path) {
        return match({cache, c, target, path, std::nullopt, true, false});
      },
      "The path's answer, without most errors.", R"x('{"a": [1, 2]}'::jsonb @@ '$.a[*] > 1')x")));
  return rows;
}

std::vector<TableFunction> json_path_row_functions() {
  return {query<false>(2), query<false>(3), query<false>(4), query<true>(2), query<true>(3), query<true>(4)};
}

}  // namespace millrace::expr
