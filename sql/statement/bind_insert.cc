#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

namespace {

// Columns by their place in `ids`.
ExprPtr positioned(const ExprPtr& value, const ColumnIds& ids) {
  return expr::substitute_columns(value, [&](uint32_t id, SqlType type) {
    return expr::make_column(static_cast<uint32_t>(std::find(ids.begin(), ids.end(), id) - ids.begin()), type);
  });
}

}  // namespace

Result<const catalog::Object*> StatementBinder::find_table(const ast::ObjectName& name, const char* verb) const {
  TRY(const catalog::Object* object, queries_.find_relation(name));
  if (object->as<catalog::Table>() != nullptr) return object;
  const std::string& shown = object->name.name;
  if (object->as<catalog::SystemRelation>() != nullptr) {
    return SqlError(sqlstate::kInsufficientPrivilege, fmt::format("permission denied for table {}", shown));
  }
  if (object->as<catalog::View>() != nullptr) {
    return SqlError(sqlstate::kObjectNotInPrerequisiteState, fmt::format("cannot {} view \"{}\"", verb, shown))
        .with_hint("Change the tables that the view reads.");
  }
  if (object->as<catalog::MaterializedView>() != nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("cannot change materialized view \"{}\"", shown));
  }
  if (object->is_relation() || object->as<catalog::Source>() != nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("cannot change source \"{}\"", shown))
        .with_hint("A source's rows come from outside; use CREATE TABLE for rows of your own.");
  }
  return SqlError(sqlstate::kWrongObjectType, fmt::format("\"{}\" is not a table", shown));
}

Result<ExprPtr> StatementBinder::column_default(const catalog::ColumnDefinition& column) {
  if (column.default_sql.empty()) return expr::make_null(column.type);
  Block nothing;
  TRY(const ExprPtr value, bind_stored(column.default_sql, nothing, Clause::kDefault));
  return queries_.coercions().assign(value, column.type, column.name);
}

Result<ExprPtr> StatementBinder::bind_stored(const std::string& text, Block& block, Clause clause) {
  TRY(const std::vector<ParsedStatement> parsed, parse("SELECT " + text));
  const auto* query = parsed.size() == 1 ? parsed[0].tree->as<ast::Query>() : nullptr;
  const auto* select = query == nullptr ? nullptr : std::get_if<ast::Select>(&query->body);
  if (select == nullptr || select->targets.size() != 1) {
    return SqlError(sqlstate::kDataCorrupted, "a stored expression is not an expression");
  }
  Result<ExprPtr> value = queries_.bind_expr(*select->targets[0].expression, block, clause);
  // Its places mean nothing in the statement's text.
  if (!value) return SqlError(value.error().state(), value.error().message());
  return value;
}

Result<std::vector<ExprPtr>> StatementBinder::generated_columns(const catalog::Object& table) {
  std::vector<ExprPtr> out(table.columns.size());
  Block block;
  TRY(QueryBinder::BoundTable bound, queries_.bind_relation(table, ""));
  const ColumnIds ids = sql::columns_of(*bound.plan);
  TRY(block.scope.add(std::move(bound.table)));
  for (size_t i = 0; i < out.size(); ++i) {
    const catalog::ColumnDefinition& column = table.columns[i];
    if (column.generated_sql.empty()) continue;
    TRY(ExprPtr value, bind_stored(column.generated_sql, block, Clause::kGenerated));
    TRY(value, queries_.coercions().assign(value, column.type, column.name));
    out[i] = positioned(value, ids);
  }
  return out;
}

Result<RowCompletion> StatementBinder::row_completion(const catalog::Object& table) {
  TRY(RowCompletion out, generated_completion(table));
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].default_sql.empty()) continue;
    TRY(ExprPtr value, column_default(table.columns[i]));
    if (value->volatility() == expr::Volatility::kVolatile) out.defaults.push_back({i, std::move(value)});
  }
  return out;
}

Result<RowCompletion> StatementBinder::generated_completion(const catalog::Object& table) {
  RowCompletion out;
  const bool generates = std::any_of(table.columns.begin(), table.columns.end(),
                                     [](const auto& column) { return !column.generated_sql.empty(); });
  if (!generates) return out;
  TRY(std::vector<ExprPtr> generated, generated_columns(table));
  for (uint32_t i = 0; i < generated.size(); ++i) {
    if (generated[i] != nullptr) out.generated.push_back({i, std::move(generated[i])});
  }
  return out;
}

Result<std::vector<RowCheck>> StatementBinder::row_checks(const catalog::Object& table) {
  std::vector<RowCheck> out;
  const auto* details = table.as<catalog::Table>();
  if (details == nullptr || details->checks.empty()) return out;
  Block block;
  TRY(QueryBinder::BoundTable bound, queries_.bind_relation(table, ""));
  const ColumnIds ids = sql::columns_of(*bound.plan);
  TRY(block.scope.add(std::move(bound.table)));
  for (const catalog::CheckConstraint& check : details->checks) {
    TRY(ExprPtr condition, bind_stored(check.expression_sql, block, Clause::kCheck));
    TRY(condition, queries_.coercions().to_boolean(condition, "CHECK"));
    out.push_back({check.name, positioned(condition, ids)});
  }
  return out;
}

Result<std::vector<uint32_t>> StatementBinder::insert_columns(const ast::Insert& node,
                                                              const catalog::Object& table) const {
  std::vector<uint32_t> out;
  if (node.columns.empty()) {
    for (uint32_t i = 0; i < table.columns.size(); ++i) out.push_back(i);
    return out;
  }
  for (const ast::Target& target : node.columns) {
    if (target.has_indirection)
      return not_supported("a part of a column as target", "Assign the whole column.").at(target.location);
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const catalog::ColumnDefinition& column) { return column.name == target.name; });
    if (found == table.columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn,
                      fmt::format("column \"{}\" of relation \"{}\" does not exist", target.name, table.name.name))
          .at(target.location);
    }
    const auto index = static_cast<uint32_t>(found - table.columns.begin());
    if (std::find(out.begin(), out.end(), index) != out.end()) {
      return SqlError(sqlstate::kDuplicateColumn, fmt::format("column \"{}\" specified more than once", target.name))
          .at(target.location);
    }
    out.push_back(index);
  }
  return out;
}

namespace {

Status check_width(size_t values, ast::Location value_location, const ast::Insert& node, size_t columns) {
  if (values > columns) {
    return SqlError(sqlstate::kSyntaxError, "INSERT has more expressions than target columns").at(value_location);
  }
  if (values < columns && !node.columns.empty()) {
    return SqlError(sqlstate::kSyntaxError, "INSERT has more target columns than expressions")
        .at(node.columns[values].location);
  }
  return {};
}

}  // namespace

namespace {

// Makes whole rows of what INSERT gives: the table's columns, then what RowCompletion wants to know.
class RowShape {
 public:
  RowShape(const catalog::Object& table, const RowCompletion& completion) : table_(table) {
    late_.resize(table.columns.size(), kNotLate);
    for (size_t i = 0; i < completion.defaults.size(); ++i) late_[completion.defaults[i].column] = i;
  }

  size_t width() const { return table_.columns.size() + late_count(); }
  bool is_late(uint32_t column) const { return late_[column] != kNotLate; }
  // Where a row says whether it takes the late default of the column.
  size_t marker(uint32_t column) const { return table_.columns.size() + late_[column]; }
  ColumnIds add_columns(ColumnTable& ids) const {
    ColumnIds out;
    for (const catalog::ColumnDefinition& column : table_.columns) out.push_back(ids.add(column.name, column.type));
    for (size_t i = 0; i < late_count(); ++i) out.push_back(ids.add("takes_default", type_of(oid::kBool)));
    return out;
  }

 private:
  static constexpr size_t kNotLate = SIZE_MAX;

  size_t late_count() const {
    return static_cast<size_t>(
        std::count_if(late_.begin(), late_.end(), [](size_t place) { return place != kNotLate; }));
  }

  const catalog::Object& table_;
  std::vector<size_t> late_;  // by column: its place in completion.defaults
};

// Whether INSERT may bring a value for the column itself.
Status check_writable(const catalog::ColumnDefinition& column, const std::string& overriding, bool update) {
  const bool generated = !column.generated_sql.empty();
  if (!generated && (column.identity != catalog::Identity::kAlways || overriding == "SYSTEM")) return {};
  if (update) {
    return SqlError(sqlstate::kGeneratedAlways,
                    fmt::format("column \"{}\" can only be updated to DEFAULT", column.name))
        .with_detail(
            generated ? fmt::format("Column \"{}\" is a generated column.", column.name)
                      : fmt::format("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", column.name));
  }
  SqlError error(sqlstate::kGeneratedAlways,
                 fmt::format("cannot insert a non-DEFAULT value into column \"{}\"", column.name));
  if (generated) return std::move(error).with_detail(fmt::format("Column \"{}\" is a generated column.", column.name));
  return std::move(error)
      .with_detail(fmt::format("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", column.name))
      .with_hint("Use OVERRIDING SYSTEM VALUE to override.");
}

}  // namespace

Status StatementBinder::check_assignable(const catalog::ColumnDefinition& column) {
  return check_writable(column, "", /*update=*/true);
}

Result<Plan> StatementBinder::insert_values(const ast::Values& values, const ast::Insert& node,
                                            const catalog::Object& table, const std::vector<uint32_t>& columns,
                                            const RowCompletion& completion) {
  const RowShape shape(table, completion);
  ColumnTable& ids = queries_.columns();
  Plan plan;
  plan.outputs = shape.add_columns(ids);
  std::vector<ExprPtr> defaults(table.columns.size());
  const auto take_default = [&](uint32_t column, std::vector<ExprPtr>& row) -> Status {
    if (shape.is_late(column) || !table.columns[column].generated_sql.empty()) {
      row[column] = expr::make_null(table.columns[column].type);
      return {};
    }
    if (defaults[column] == nullptr) {
      TRY(defaults[column], column_default(table.columns[column]));
    }
    row[column] = defaults[column];
    return {};
  };
  QueryBinder::BoundTable target;
  Scope target_scope;
  TRY(target, queries_.bind_relation(table, ""));
  TRY(target_scope.add(std::move(target.table)));
  const QueryBinder::HiddenScope hidden(queries_, &target_scope);
  Rows rows{plan.outputs, {}};
  Union sum;
  sum.columns = plan.outputs;
  for (const ast::Exprs& items : values.rows) {
    if (items.size() != values.rows.front().size()) {
      return SqlError(sqlstate::kSyntaxError, "VALUES lists must all be the same length").at(items[0]->location);
    }
    Block block;
    std::vector<ExprPtr> row(shape.width());
    for (size_t i = 0; i < items.size(); ++i) {
      const uint32_t column = columns[i];
      const bool ignored = node.overriding == "USER" && table.columns[column].identity != catalog::Identity::kNone;
      if (items[i]->as<ast::SetToDefault>() != nullptr || ignored) {
        TRY(take_default(column, row));
        continue;
      }
      TRY(check_writable(table.columns[column], node.overriding, /*update=*/false));
      TRY(const ExprPtr value, queries_.bind_expr(*items[i], block, Clause::kValues));
      Result<ExprPtr> assigned =
          queries_.coercions().assign(value, table.columns[column].type, table.columns[column].name);
      if (!assigned) return std::move(assigned).error().at(items[i]->location);
      row[column] = std::move(*assigned);
      if (shape.is_late(column)) row[shape.marker(column)] = expr::make_bool(false);
    }
    for (uint32_t i = 0; i < table.columns.size(); ++i) {
      if (row[i] == nullptr) TRY(take_default(i, row));
    }
    for (size_t i = table.columns.size(); i < row.size(); ++i) {
      if (row[i] == nullptr) row[i] = expr::make_bool(true);
    }
    if (block.applies.empty()) {
      rows.rows.push_back(std::move(row));
      continue;
    }
    block.input = make_single_row();
    queries_.flush_applies(block);
    std::vector<Map::Computed> computed;
    ColumnIds made;
    for (size_t i = 0; i < row.size(); ++i) {
      made.push_back(ids.copy_of(plan.outputs[i]));
      computed.push_back({made.back(), row[i]});
    }
    sum.inputs.push_back(make_map(std::move(block.input), std::move(computed)));
    sum.input_columns.push_back(std::move(made));
  }
  if (sum.inputs.empty()) {
    plan.root = make_rel(std::move(rows));
    return plan;
  }
  if (!rows.rows.empty()) {
    ColumnIds made;
    for (const ColumnId id : plan.outputs) made.push_back(ids.copy_of(id));
    rows.columns = made;
    sum.inputs.push_back(make_rel(std::move(rows)));
    sum.input_columns.push_back(std::move(made));
  }
  plan.root = make_rel(std::move(sum));
  return plan;
}

Result<Plan> StatementBinder::insert_source(const ast::Insert& node, const catalog::Object& table,
                                            const std::vector<uint32_t>& columns, const RowCompletion& completion) {
  if (node.source == nullptr) {
    ast::Values nothing;
    nothing.rows.emplace_back();
    return insert_values(nothing, node, table, {}, completion);
  }
  const auto* values = std::get_if<ast::Values>(&node.source->body);
  const bool plain = node.source->order_by.empty() && node.source->limit == nullptr && node.source->offset == nullptr &&
                     !node.source->with;
  if (values != nullptr && plain) {
    for (const ast::Exprs& row : values->rows) {
      const ast::Location extra = row.size() > columns.size() ? row[columns.size()]->location : -1;
      TRY(check_width(row.size(), extra, node, columns.size()));
    }
    return insert_values(*values, node, table, columns, completion);
  }
  TRY(BoundRelation source, queries_.bind_query(*node.source, nullptr, true));
  ast::Location extra = node.source->location;
  if (const auto* select = std::get_if<ast::Select>(&node.source->body)) {
    if (select->targets.size() > columns.size()) extra = select->targets[columns.size()].location;
  }
  TRY(check_width(source.outputs.size(), extra, node, columns.size()));
  std::vector<bool> brought(table.columns.size());
  for (size_t i = 0; i < source.outputs.size(); ++i) {
    const catalog::ColumnDefinition& column = table.columns[columns[i]];
    const bool ignored = node.overriding == "USER" && column.identity != catalog::Identity::kNone;
    if (!ignored) TRY(check_writable(column, node.overriding, /*update=*/false));
    brought[columns[i]] = !ignored;
    Result<ExprPtr> assigned = queries_.coercions().assign(source.outputs[i].value, column.type, column.name);
    if (!assigned) return std::move(assigned).error().at(node.source->location);
    source.outputs[i].value = std::move(*assigned);
  }
  TRY(const ColumnIds ids, queries_.settle_outputs(source));
  TRY(RelPtr root, queries_.apply_limit(source, ids));
  const RowShape shape(table, completion);
  Plan plan;
  plan.outputs = shape.add_columns(queries_.columns());
  std::vector<Map::Computed> computed;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const catalog::ColumnDefinition& column = table.columns[i];
    if (shape.is_late(i)) computed.push_back({plan.outputs[shape.marker(i)], expr::make_bool(!brought[i])});
    if (brought[i]) {
      const auto place = std::find(columns.begin(), columns.end(), i);
      plan.outputs[i] = ids[static_cast<size_t>(place - columns.begin())];
    } else if (shape.is_late(i) || !column.generated_sql.empty()) {
      computed.push_back({plan.outputs[i], expr::make_null(column.type)});
    } else {
      TRY(ExprPtr value, column_default(column));
      computed.push_back({plan.outputs[i], std::move(value)});
    }
  }
  plan.root = make_map(std::move(root), std::move(computed));
  return plan;
}

Result<std::optional<Returning>> StatementBinder::bind_returning(const std::vector<ast::Target>& returning,
                                                                 const std::string& alias,
                                                                 const catalog::Object& table) {
  if (returning.empty()) return std::nullopt;
  Block block;
  TRY(QueryBinder::BoundTable bound, queries_.bind_relation(table, alias));
  const ColumnIds ids = sql::columns_of(*bound.plan);
  TRY(block.scope.add(std::move(bound.table)));
  TRY(std::vector<OutputColumn> outputs, queries_.bind_targets(returning, block, Clause::kReturning));
  if (!block.applies.empty()) return not_supported("a subquery in RETURNING", "Select the rows afterwards.");
  Returning out;
  for (OutputColumn& output : outputs) {
    TRY(const ExprPtr value, queries_.coercions().settle(output.value));
    out.outputs.push_back(positioned(value, ids));
    out.columns.push_back({output.name, value->type(), output.relation, output.attribute});
  }
  return out;
}

namespace {

// The constraint that ON CONFLICT (a, b) or ON CONSTRAINT names.
Result<std::vector<uint32_t>> arbiter(const ast::OnConflict& conflict, const catalog::CatalogSnapshot& catalog,
                                      const catalog::Object& table) {
  if (!conflict.constraint.empty()) {
    for (const catalog::UniqueConstraint& constraint : table.as<catalog::Table>()->unique) {
      if (constraint.name == conflict.constraint) return constraint.columns;
    }
    return SqlError(sqlstate::kUndefinedObject, fmt::format("constraint \"{}\" for table \"{}\" does not exist",
                                                            conflict.constraint, table.name.name));
  }
  std::vector<uint32_t> wanted;
  for (const ast::ExprPtr& item : conflict.target) {
    const auto* column = item->as<ast::ColumnRef>();
    if (column == nullptr) return not_supported("an expression as conflict target", "Name columns.").at(item->location);
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const catalog::ColumnDefinition& c) { return c.name == column->names[0]; });
    if (found == table.columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn, fmt::format("column \"{}\" does not exist", column->names[0]))
          .at(item->location);
    }
    wanted.push_back(static_cast<uint32_t>(found - table.columns.begin()));
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const catalog::UniqueConstraint& constraint : catalog.unique_keys(table)) {
    std::vector<uint32_t> columns = constraint.columns;
    std::sort(columns.begin(), columns.end());
    if (columns == wanted) return constraint.columns;
  }
  return SqlError(sqlstate::kInvalidColumnReference,
                  "there is no unique or exclusion constraint matching the ON CONFLICT specification");
}

}  // namespace

Status StatementBinder::bind_on_conflict(const ast::OnConflict& conflict, const std::string& alias,
                                         const catalog::Object& table, BoundInsert& out) {
  out.on_conflict = conflict.update ? ConflictAction::kUpdate : ConflictAction::kNothing;
  if (conflict.target_where != nullptr) {
    return not_supported("a WHERE of the conflict target", "There are no partial indexes.").at(conflict.location);
  }
  if (conflict.has_target) {
    TRY(out.conflict_key, arbiter(conflict, catalog(), table));
  } else if (conflict.update) {
    return SqlError(sqlstate::kSyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name")
        .with_hint("For example, ON CONFLICT (column_name).")
        .at(conflict.location);
  }
  if (!conflict.update) return {};
  Block block;
  TRY(QueryBinder::BoundTable old, queries_.bind_relation(table, alias));
  TRY(QueryBinder::BoundTable excluded, queries_.bind_relation(table, "excluded"));
  ColumnIds ids = sql::columns_of(*old.plan);
  const ColumnIds old_ids = ids;
  const ColumnIds excluded_ids = sql::columns_of(*excluded.plan);
  ids.insert(ids.end(), excluded_ids.begin(), excluded_ids.end());
  TRY(block.scope.add(std::move(old.table)));
  TRY(block.scope.add(std::move(excluded.table)));
  // An unqualified name is the old row's.
  block.scope.star.resize(old_ids.size());
  TRY(std::vector<ExprPtr> values, bind_assignments(conflict.assignments, table, block));
  if (conflict.where != nullptr) {
    TRY(out.update_where, queries_.bind_boolean(*conflict.where, block, Clause::kWhere));
  }
  if (!block.applies.empty()) return not_supported("a subquery in ON CONFLICT DO UPDATE", "Join the rows first.");
  for (size_t i = 0; i < values.size(); ++i) {
    out.update_values.push_back(values[i] == nullptr
                                    ? expr::make_column(static_cast<uint32_t>(i), table.columns[i].type)
                                    : positioned(values[i], ids));
  }
  for (const RowCompletion::Column& generated : out.completion.generated) {
    out.update_values[generated.column] =
        expr::substitute_columns(generated.value, [&](uint32_t column, SqlType) { return out.update_values[column]; });
  }
  if (out.update_where != nullptr) out.update_where = positioned(out.update_where, ids);
  return {};
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Insert& node) {
  QueryBinder::WithScope with(queries_);
  TRY(with.enter(node.with, nullptr));
  Result<const catalog::Object*> table = find_table(node.table, "insert into");
  if (!table) return std::move(table).error();
  BoundInsert out;
  out.table = (*table)->id;
  TRY(const std::vector<uint32_t> columns, insert_columns(node, **table));
  TRY(out.completion, row_completion(**table));
  TRY(Plan plan, insert_source(node, **table, columns, out.completion));
  TRY(out.source, plan_rows(std::move(plan)));
  if (node.on_conflict) TRY(bind_on_conflict(*node.on_conflict, node.alias, **table, out));
  TRY(out.checks, row_checks(**table));
  TRY(out.returning, bind_returning(node.returning, node.alias, **table));
  return out;
}

}  // namespace millrace::sql
