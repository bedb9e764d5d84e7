// CREATE VIEW, CREATE MATERIALIZED VIEW, CREATE TABLE AS, CREATE INDEX, CREATE SCHEMA.
#include <fmt/format.h>

#include <algorithm>

#include "sql/physical/circuit_writer.h"
#include "sql/physical/plan_query.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {

using catalog::Object;

Status StatementBinder::add_view_columns(const std::vector<std::string>& names,
                                         const std::vector<OutputColumn>& outputs, Object& object) const {
  if (names.size() > outputs.size()) {
    return SqlError(sqlstate::kSyntaxError, object.as<catalog::View>() != nullptr
                                                ? "CREATE VIEW specifies more column names than columns"
                                                : "too many column names were specified");
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    catalog::ColumnDefinition column;
    column.name = i < names.size() ? names[i] : outputs[i].name;
    column.type = outputs[i].value->type();
    for (const catalog::ColumnDefinition& other : object.columns) {
      if (other.name == column.name) {
        return SqlError(sqlstate::kDuplicateColumn, fmt::format("column \"{}\" specified more than once", column.name));
      }
    }
    if (column.type.info().kind == TypeKind::kPseudo) {
      return SqlError(sqlstate::kInvalidTableDefinition,
                      fmt::format("column \"{}\" has pseudo-type {}", column.name, column.type.to_string()));
    }
    object.columns.push_back(std::move(column));
  }
  return {};
}

std::vector<ObjectId> StatementBinder::dependencies() const {
  std::set<ObjectId> out = queries_.relations();
  out.insert(queries_.views_read().begin(), queries_.views_read().end());
  std::erase_if(out, [&](ObjectId id) { return catalog().find(id)->as<catalog::SystemRelation>() != nullptr; });
  return {out.begin(), out.end()};
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateView& node) {
  if (node.temporary) return not_supported("a temporary view", "Use an ordinary view and drop it.");
  if (node.check_option) return not_supported("WITH CHECK OPTION", "Views cannot be written to.");
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.or_replace ? &exists : nullptr));
  if (exists && catalog().find(name)->as<catalog::View>() == nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("\"{}\" is not a view", name.name));
  }
  Object object = new_object(std::move(name));
  object.details = catalog::View{node.query_text, context_.search_path};
  parameters_ = Parameters({}, false);
  std::vector<OutputColumn> outputs;
  TRY(queries_.bind_subquery(*node.query, nullptr, &outputs));
  TRY(add_view_columns(node.columns, outputs, object));
  object.depends_on = dependencies();
  if (exists) {
    const Object& old = *catalog().find(object.name);
    for (size_t i = 0; i < old.columns.size(); ++i) {
      if (i >= object.columns.size()) {
        return SqlError(sqlstate::kInvalidTableDefinition, "cannot drop columns from view");
      }
      if (old.columns[i].name != object.columns[i].name) {
        return SqlError(sqlstate::kInvalidTableDefinition,
                        fmt::format("cannot change name of view column \"{}\" to \"{}\"", old.columns[i].name,
                                    object.columns[i].name))
            .with_hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
      }
      if (old.columns[i].type != object.columns[i].type) {
        return SqlError(sqlstate::kInvalidTableDefinition,
                        fmt::format("cannot change data type of view column \"{}\" from {} to {}", old.columns[i].name,
                                    old.columns[i].type.to_string(), object.columns[i].type.to_string()));
      }
    }
  }
  BoundCreate out;
  out.objects.push_back(std::move(object));
  out.or_replace = node.or_replace;
  return out;
}

namespace {

// A view has to give the same rows whenever it is asked: what depends on the moment cannot be kept.
Status refuse_moment(const expr::ExprPtr& expression) {
  static constexpr std::string_view kClocks[] = {
      "now", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "timeofday", "mz_now"};
  if (expression->volatility() == expr::Volatility::kVolatile) {
    return not_supported("a volatile function in a materialized view", "Call it when the view is read.");
  }
  std::vector<const expr::Expr*> open = {expression.get()};
  while (!open.empty()) {
    const expr::Expr* next = open.back();
    open.pop_back();
    if (next->volatility() == expr::Volatility::kImmutable) continue;
    const auto* call = next->as<expr::Call>();
    if (call != nullptr &&
        std::find(std::begin(kClocks), std::end(kClocks), call->function->name) != std::end(kClocks)) {
      return not_supported(fmt::format("{}() in a materialized view", call->function->name),
                           "Filter by time when the view is read.");
    }
    for (const expr::ExprPtr& child : next->children()) open.push_back(child.get());
  }
  return {};
}

Status refuse_moments(const dataflow::CircuitPlan& plan) {
  Status status;
  any_expression(plan, [&](const expr::ExprPtr& expression) {
    status = refuse_moment(expression);
    return !status;
  });
  return status;
}

Result<bool> quarantine_option(const std::vector<ast::Option>& options) {
  bool quarantine = false;
  for (const ast::Option& option : options) {
    const std::string value = option.values.empty() ? "" : option.values[0];
    if (option.name == "on_error" || option.name == "on error") {
      if (value != "FAIL" && value != "QUARANTINE" && value != "fail" && value != "quarantine") {
        return SqlError(sqlstate::kInvalidParameterValue,
                        fmt::format("invalid value for option \"on_error\": \"{}\"", value))
            .with_hint("Use 'FAIL' or 'QUARANTINE'.");
      }
      quarantine = value == "QUARANTINE" || value == "quarantine";
      continue;
    }
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unrecognized parameter \"{}\"", option.name));
  }
  if (quarantine) return not_supported("ON ERROR = 'QUARANTINE'", "Use 'FAIL' and cast with a CASE.");
  return quarantine;
}

}  // namespace

StatementBinder::Bound StatementBinder::create_materialized_view(const ast::CreateTableAs& node) {
  bool exists = false;
  const bool may_exist = node.if_not_exists || node.or_replace;
  TRY(catalog::QualifiedName name, new_name(node.name, may_exist ? &exists : nullptr));
  if (exists && node.if_not_exists) return skipped(name.name, "CREATE MATERIALIZED VIEW");
  if (exists && catalog().find(name)->as<catalog::MaterializedView>() == nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("\"{}\" is not a materialized view", name.name));
  }
  if (node.with_no_data) return not_supported("WITH NO DATA", "Leave it out: a view is always filled.");
  const auto* query = node.query == nullptr ? nullptr : node.query->as<ast::Query>();
  if (query == nullptr) return not_supported("a materialized view of EXECUTE", "Write the query itself.");
  TRY(const bool quarantine, quarantine_option(node.options));
  Object object = new_object(std::move(name));
  parameters_ = Parameters({}, false);
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, queries_.bind_subquery(*query, nullptr, &outputs));
  TRY(add_view_columns(node.columns, outputs, object));
  object.depends_on = dependencies();
  for (const ObjectId id : queries_.relations()) {
    const Object* read = catalog().find(id);
    if (read->as<catalog::Sequence>() != nullptr) {
      return not_supported(fmt::format("a materialized view over sequence \"{}\"", read->name.name),
                           "Use CREATE VIEW.");
    }
    if (read->as<catalog::SystemRelation>() == nullptr) continue;
    return not_supported(fmt::format("a materialized view over system relation \"{}\"", read->name.name),
                         "Use CREATE VIEW.");
  }
  BoundCreate out;
  TRY(out.plan, plan_circuit(std::move(plan), queries_.columns(), catalog()));
  TRY(refuse_moments(*out.plan));
  object.details =
      catalog::MaterializedView{node.query_text, context_.search_path, quarantine,
                                out.plan->key,   out.plan->has_key,    catalog::ViewSettings::of(context_.text)};
  out.objects.push_back(std::move(object));
  out.if_not_exists = node.if_not_exists;
  out.or_replace = node.or_replace;
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateTableAs& node) {
  if (node.materialized_view) return create_materialized_view(node);
  if (node.temporary) return not_supported("a temporary table", "Use an ordinary table and drop it.");
  if (!node.options.empty()) return not_supported("WITH options of a table", "Leave them out.");
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE TABLE AS");
  const auto* query = node.query == nullptr ? nullptr : node.query->as<ast::Query>();
  if (query == nullptr) return not_supported("CREATE TABLE AS EXECUTE", "Write the query itself.");
  Object object = new_object(std::move(name));
  std::vector<OutputColumn> outputs;
  TRY(Plan plan, queries_.bind_subquery(*query, nullptr, &outputs));
  TRY(add_view_columns(node.columns, outputs, object));
  object.details = catalog::Table{};
  BoundCreate out;
  if (!node.with_no_data) {
    TRY(out.rows, plan_rows(std::move(plan)));
  }
  out.objects.push_back(std::move(object));
  out.if_not_exists = node.if_not_exists;
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::RefreshMaterializedView& node) {
  TRY(const Object* object, queries_.find_relation(node.name));
  if (object->as<catalog::MaterializedView>() == nullptr) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("\"{}\" is not a materialized view", object->name.name));
  }
  return BoundNothing{"REFRESH MATERIALIZED VIEW", ""};
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateIndex& node) {
  TRY(const Object* relation, queries_.find_relation(node.table));
  if (relation->as<catalog::Table>() == nullptr && relation->as<catalog::MaterializedView>() == nullptr) {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("cannot create index on relation \"{}\"", relation->name.name))
        .with_detail(fmt::format("This operation is not supported for {}s.", relation->kind_name()));
  }
  if (node.unique && relation->as<catalog::Table>() == nullptr) {
    return not_supported("a unique index of a materialized view",
                         "Its rows are what its query gives; use CREATE INDEX.");
  }
  if (node.where != nullptr) return not_supported("a partial index", "Index a materialized view.");
  if (node.has_include) return not_supported("INCLUDE", "An index carries whole rows.");
  if (!node.method.empty() && node.method != "btree" && node.method != "hash") {
    return SqlError(sqlstate::kUndefinedObject, fmt::format("access method \"{}\" does not exist", node.method));
  }
  catalog::Index index{relation->id, {}, node.unique};
  std::string made_up = relation->name.name;
  for (const ast::SortItem& item : node.columns) {
    const auto* column = item.expression->as<ast::ColumnRef>();
    if (column == nullptr) return not_supported("an index on an expression", "Index a materialized view.");
    const auto found = std::find_if(relation->columns.begin(), relation->columns.end(),
                                    [&](const catalog::ColumnDefinition& c) { return c.name == column->names[0]; });
    if (found == relation->columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn, fmt::format("column \"{}\" does not exist", column->names[0]));
    }
    index.columns.push_back(static_cast<uint32_t>(found - relation->columns.begin()));
    made_up += "_" + column->names[0];
  }
  made_up += "_idx";
  catalog::QualifiedName name{relation->name.schema, node.name};
  if (node.name.empty()) {
    name.name = made_up;
    for (int number = 1; catalog().find(name) != nullptr; ++number) name.name = made_up + std::to_string(number);
  } else if (catalog().find(name) != nullptr) {
    if (node.if_not_exists) return skipped(name.name, "CREATE INDEX");
    return SqlError(sqlstate::kDuplicateTable, fmt::format("relation \"{}\" already exists", name.name));
  }
  Object object = new_object(std::move(name));
  object.depends_on = {relation->id};
  object.details = std::move(index);
  BoundCreate out;
  out.objects.push_back(std::move(object));
  out.if_not_exists = node.if_not_exists;
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateSchema& node) {
  if (node.has_elements) return not_supported("CREATE SCHEMA with elements", "Create them afterwards.");
  if (node.name.starts_with("pg_")) {
    return SqlError(sqlstate::kReservedName, fmt::format("unacceptable schema name \"{}\"", node.name))
        .with_detail("The prefix \"pg_\" is reserved for system schemas.");
  }
  if (catalog().has_schema(node.name)) {
    if (node.if_not_exists) {
      return BoundNothing{"CREATE SCHEMA", fmt::format("schema \"{}\" already exists, skipping", node.name)};
    }
    return SqlError(sqlstate::kDuplicateSchema, fmt::format("schema \"{}\" already exists", node.name));
  }
  return BoundCreateSchema{node.name, node.if_not_exists};
}

Result<dataflow::CircuitPlan> plan_materialized_view(const Object& view, const BindContext& context) {
  const auto* details = view.as<catalog::MaterializedView>();
  if (details == nullptr) return SqlError(sqlstate::kInternalError, "not a materialized view");
  BindContext maker = context;
  maker.search_path = details->search_path;
  TRY(const std::vector<ParsedStatement> parsed, parse(details->query_sql));
  const auto* query = parsed.size() == 1 ? parsed[0].tree->as<ast::Query>() : nullptr;
  if (query == nullptr) return SqlError(sqlstate::kDataCorrupted, "the definition of a view is not a query");
  Parameters none({}, false);
  QueryBinder binder(maker, none);
  TRY(Plan plan, binder.bind_subquery(*query, nullptr));
  return plan_circuit(std::move(plan), binder.columns(), *context.catalog);
}

}  // namespace millrace::sql
