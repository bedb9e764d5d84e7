// Queries around their SELECTs: WITH, VALUES, set operations, ORDER BY of those, LIMIT.
#include <fmt/format.h>

#include <algorithm>

#include "expr/program.h"
#include "sql/binder/expr_binder.h"
#include "sql/binder/select_binder.h"

namespace millrace::sql {

using expr::ExprPtr;

namespace {
// Macros (views, WITH) multiply: a chain of them that doubles at each step is stopped here.
constexpr size_t kBlocksMax = 10'000;
}  // namespace

Status QueryBinder::WithScope::enter(const std::optional<ast::With>& with, Block* around) {
  if (!with) return {};
  if (with->recursive) return enter_recursive(*with, around);
  for (const ast::CommonTable& table : with->tables) {
    TRY(refuse_modifying(table));
    for (const auto& level : levels_) {
      if (level->tables.contains(table.name)) return duplicate(table);
    }
    auto level = std::make_unique<CommonTables>();
    level->outer = binder_.common_tables_;
    const CommonTables::Entry entry{&table, binder_.common_tables_, around};
    TRY(check(entry));
    level->tables[table.name] = entry;
    binder_.common_tables_ = level.get();
    levels_.push_back(std::move(level));
  }
  return {};
}

// All names at once: each may be used before and inside its own definition.
Status QueryBinder::WithScope::enter_recursive(const ast::With& with, Block* around) {
  auto level = std::make_unique<CommonTables>();
  level->outer = binder_.common_tables_;
  for (const ast::CommonTable& table : with.tables) {
    if (table.has_search_or_cycle) {
      return not_supported("SEARCH and CYCLE", "Keep the path in a column of the recursive query.").at(table.location);
    }
    TRY(refuse_modifying(table));
    if (level->tables.contains(table.name)) return duplicate(table);
    level->tables[table.name] = {&table, level.get(), around, true};
  }
  binder_.common_tables_ = level.get();
  levels_.push_back(std::move(level));
  for (const ast::CommonTable& table : with.tables) TRY(check(levels_.back()->tables.at(table.name)));
  return {};
}

// Bound once for its errors, whether it is used or not.
Status QueryBinder::WithScope::check(const CommonTables::Entry& entry) {
  const ast::CommonTable& table = *entry.definition;
  std::vector<OutputColumn> outputs;
  TRY(binder_.bind_common_query(entry, outputs));
  if (table.columns.size() > outputs.size()) {
    return SqlError(sqlstate::kInvalidColumnReference,
                    fmt::format("WITH query \"{}\" has {} columns available but {} columns specified", table.name,
                                outputs.size(), table.columns.size()))
        .at(table.location);
  }
  return {};
}

Status QueryBinder::WithScope::refuse_modifying(const ast::CommonTable& table) {
  if (table.statement != nullptr && table.statement->as<ast::Query>() != nullptr) return {};
  return not_supported("a data-modifying statement in WITH", "Run it as a statement of its own.").at(table.location);
}

SqlError QueryBinder::WithScope::duplicate(const ast::CommonTable& table) {
  return SqlError(sqlstate::kDuplicateAlias, fmt::format("WITH query name \"{}\" specified more than once", table.name))
      .at(table.location);
}

Result<BoundRelation> QueryBinder::bind_query(const ast::Query& query, Block* outer, bool keep_unknown) {
  if (++blocks_ > kBlocksMax) {
    return SqlError(sqlstate::kStatementTooComplex, "the query is too complex")
        .with_hint("Its views and WITH queries expand to more than 10000 SELECTs.");
  }
  if (!query.locking.empty()) {
    return not_supported(query.locking, "Transactions are serializable without row locks.");
  }
  if (!query.into.empty()) return not_supported("SELECT INTO", "Use CREATE TABLE .. AS.").at(query.into.location);
  WithScope with(*this);
  TRY(with.enter(query.with, outer));
  TRY(BoundRelation relation, bind_body(query, outer, keep_unknown));
  TRY(bind_limits(query, relation));
  return relation;
}

Result<BoundRelation> QueryBinder::bind_body(const ast::Query& query, Block* outer, bool keep_unknown) {
  if (const auto* select = std::get_if<ast::Select>(&query.body)) {
    return SelectBinder(*this, outer, keep_unknown).bind(query, *select);
  }
  if (const auto* operation = std::get_if<ast::SetOperation>(&query.body)) {
    return bind_set_operation(query, *operation, outer);
  }
  TRY(BoundRelation relation, bind_values(std::get<ast::Values>(query.body), outer, keep_unknown));
  TRY(bind_order_of_outputs(query.order_by, relation));
  return relation;
}

// VALUES: rows of constants become a constant relation; rows that read outer columns become maps.
Result<BoundRelation> QueryBinder::bind_values(const ast::Values& values, Block* outer, bool keep_unknown) {
  Block block;
  block.parent = outer;
  std::vector<std::vector<ExprPtr>> rows;
  for (const ast::Exprs& items : values.rows) {
    TRY(std::vector<ExprPtr> row, ExprBinder(*this, block, Clause::kValues).bind_list(items));
    if (!rows.empty() && row.size() != rows.front().size()) {
      return SqlError(sqlstate::kSyntaxError, "VALUES lists must all be the same length")
          .at(items.empty() ? -1 : items[0]->location);
    }
    rows.push_back(std::move(row));
  }
  BoundRelation out;
  ColumnIds ids;
  const size_t width = rows.empty() ? 0 : rows.front().size();
  for (size_t column = 0; column < width; ++column) {
    std::vector<ExprPtr> all;
    for (const auto& row : rows) all.push_back(row[column]);
    const bool unknown = std::all_of(all.begin(), all.end(), [](const ExprPtr& item) { return is_unknown(item); });
    SqlType type = type_of(oid::kUnknown);
    if (!(unknown && keep_unknown)) {
      TRY(type, coercions_.unify("VALUES", all));
    }
    for (size_t i = 0; i < rows.size(); ++i) rows[i][column] = all[i];
    ids.push_back(columns_.add(fmt::format("column{}", column + 1), type));
    out.outputs.push_back({columns_.name(ids.back()), columns_.ref(ids.back()), ObjectId(), 0});
  }
  const bool correlated = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::any_of(row.begin(), row.end(), [](const ExprPtr& item) { return item->has_columns(); });
  });
  if (!correlated && block.applies.empty()) {
    // A single row keeps its expressions, so that INSERT can still give unknown literals a type.
    if (rows.size() == 1 && keep_unknown) {
      out.root = make_single_row();
      for (size_t i = 0; i < width; ++i) out.outputs[i].value = rows[0][i];
      return out;
    }
    out.root = make_rel(Rows{std::move(ids), std::move(rows)});
    return out;
  }
  Union sum;
  sum.columns = ids;
  for (auto& row : rows) {
    std::vector<Map::Computed> computed;
    ColumnIds made;
    for (size_t i = 0; i < width; ++i) {
      made.push_back(columns_.copy_of(ids[i]));
      computed.push_back({made.back(), row[i]});
    }
    Block below;
    below.input = make_single_row();
    for (PendingApply& apply : block.applies)
      below.applies.push_back({apply.kind, clone(*apply.right), apply.predicates});
    flush_applies(below);
    sum.inputs.push_back(make_map(std::move(below.input), std::move(computed)));
    sum.input_columns.push_back(std::move(made));
  }
  out.root = make_rel(std::move(sum));
  return out;
}

namespace {

std::string_view operator_word(ast::SetOperator op) {
  switch (op) {
    case ast::SetOperator::kUnion: return "UNION";
    case ast::SetOperator::kIntersect: return "INTERSECT";
    case ast::SetOperator::kExcept: return "EXCEPT";
  }
  return "";
}

}  // namespace

Result<BoundRelation> QueryBinder::bind_operand(const ast::SetOperation& operation, const ast::Query& operand,
                                                Block* outer) {
  const char* obstacle = nullptr;
  if (operation.op == ast::SetOperator::kIntersect && operation.all) obstacle = "INTERSECT";
  const bool right = &operand == operation.right.get();
  if (operation.op == ast::SetOperator::kExcept && (right || operation.all)) obstacle = "EXCEPT";
  const RecursionObstacle place(*this, obstacle);
  return bind_query(operand, outer, true);
}

Result<BoundRelation> QueryBinder::bind_set_operation(const ast::Query& query, const ast::SetOperation& operation,
                                                      Block* outer) {
  const std::string word(operator_word(operation.op));
  TRY(BoundRelation left, bind_operand(operation, *operation.left, outer));
  TRY(BoundRelation right, bind_operand(operation, *operation.right, outer));
  if (left.outputs.size() != right.outputs.size()) {
    return SqlError(sqlstate::kSyntaxError, fmt::format("each {} query must have the same number of columns", word))
        .at(operation.right->location);
  }
  BoundRelation out;
  ColumnIds ids;
  for (size_t i = 0; i < left.outputs.size(); ++i) {
    std::vector<ExprPtr> sides = {left.outputs[i].value, right.outputs[i].value};
    Result<SqlType> type = coercions_.unify(word, sides);
    if (!type) return std::move(type).error().at(operation.right->location);
    left.outputs[i].value = sides[0];
    right.outputs[i].value = sides[1];
    ids.push_back(columns_.add(left.outputs[i].name, *type));
    if (!(operation.op == ast::SetOperator::kUnion && operation.all) && type->info().compare == nullptr) {
      return SqlError(sqlstate::kUndefinedFunction,
                      fmt::format("could not identify an equality operator for type {}", type->to_string()));
    }
    out.outputs.push_back({left.outputs[i].name, columns_.ref(ids.back()), ObjectId(), 0});
  }
  TRY(ColumnIds left_ids, settle_outputs(left));
  TRY(ColumnIds right_ids, settle_outputs(right));
  TRY(RelPtr left_plan, apply_limit(left, left_ids));
  TRY(RelPtr right_plan, apply_limit(right, right_ids));
  if (operation.op == ast::SetOperator::kUnion) {
    Union sum;
    sum.inputs.push_back(std::move(left_plan));
    sum.inputs.push_back(std::move(right_plan));
    sum.input_columns = {std::move(left_ids), std::move(right_ids)};
    sum.columns = ids;
    out.root = make_rel(std::move(sum));
    if (!operation.all) out.root = make_rel(Distinct{std::move(out.root), ids});
  } else {
    const auto kind = operation.op == ast::SetOperator::kIntersect ? dataflow::SetOperation::kIntersect
                                                                   : dataflow::SetOperation::kExcept;
    out.root = make_rel(SetOperation{kind, operation.all, std::move(left_plan), std::move(right_plan),
                                     std::move(left_ids), std::move(right_ids), ids});
  }
  TRY(bind_order_of_outputs(query.order_by, out));
  return out;
}

// ORDER BY of VALUES and set operations: output names and positions only.
Status QueryBinder::bind_order_of_outputs(const std::vector<ast::SortItem>& items, BoundRelation& relation) {
  for (const ast::SortItem& item : items) {
    const auto* column = item.expression->as<ast::ColumnRef>();
    const auto* constant = item.expression->as<ast::Constant>();
    ExprPtr value;
    if (column != nullptr && column->names.size() == 1 && !column->star) {
      for (const OutputColumn& output : relation.outputs) {
        if (output.name != column->names[0]) continue;
        if (value != nullptr) {
          return SqlError(sqlstate::kAmbiguousColumn, fmt::format("ORDER BY \"{}\" is ambiguous", output.name))
              .at(item.expression->location);
        }
        value = output.value;
      }
      if (value == nullptr) return missing_column("", column->names[0], {}).at(item.expression->location);
    } else if (constant != nullptr && constant->kind == ast::Constant::Kind::kInteger) {
      if (constant->integer < 1 || static_cast<size_t>(constant->integer) > relation.outputs.size()) {
        return SqlError(sqlstate::kInvalidColumnReference,
                        fmt::format("ORDER BY position {} is not in select list", constant->integer))
            .at(item.expression->location);
      }
      value = relation.outputs[static_cast<size_t>(constant->integer - 1)].value;
    } else {
      return SqlError(sqlstate::kFeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
          .with_detail("Only result column names can be used, not expressions or functions.")
          .with_hint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
          .at(ast::begin_of(*item.expression));
    }
    TRY(OrderItem order, order_item(item, std::move(value)));
    relation.order.push_back(std::move(order));
  }
  return {};
}

Result<OrderItem> order_item(const ast::SortItem& item, ExprPtr value) {
  const bool uses = item.direction == ast::SortDirection::kUsing;
  if (uses && item.using_operator != "<" && item.using_operator != ">") {
    return SqlError(sqlstate::kWrongObjectType,
                    fmt::format("operator {} is not a valid ordering operator", item.using_operator))
        .with_hint("Ordering operators must be \"<\" or \">\" members of btree operator families.")
        .at(item.location);
  }
  if (!is_unknown(value) && value->type().info().compare == nullptr) {
    return SqlError(sqlstate::kUndefinedFunction,
                    fmt::format("could not identify an ordering operator for type {}", value->type().to_string()))
        .with_hint("Use an explicit ordering operator or modify the query.")
        .at(item.expression->location);
  }
  OrderItem out;
  out.value = std::move(value);
  out.location = ast::begin_of(*item.expression);
  out.descending = item.direction == ast::SortDirection::kDescending || (uses && item.using_operator == ">");
  // NULLs are larger than anything.
  out.nulls_first = item.nulls == ast::NullsOrder::kDefault ? out.descending : item.nulls == ast::NullsOrder::kFirst;
  return out;
}

Result<ExprPtr> QueryBinder::bind_limit(const ast::ExprPtr& limit, Clause clause) {
  if (limit == nullptr) return ExprPtr();
  Block nothing;
  Result<ExprPtr> value = bind_expr(*limit, nothing, clause);
  if (!value && value.error().state() == sqlstate::kUndefinedColumn) {
    return SqlError(sqlstate::kInvalidColumnReference,
                    fmt::format("argument of {} must not contain variables", clause_name(clause)))
        .at(value.error().location());
  }
  if (!value) return std::move(value).error();
  const ExprPtr bound = std::move(*value);
  if (is_null_constant(bound)) return ExprPtr();
  Result<ExprPtr> count = coercions_.coerce(bound, type_of(oid::kInt8), expr::CastContext::kAssignment);
  if (!is_unknown(bound) && !expr::can_coerce(bound->type(), type_of(oid::kInt8), expr::CastContext::kAssignment)) {
    return SqlError(sqlstate::kDatatypeMismatch, fmt::format("argument of {} must be type bigint, not type {}",
                                                             clause_name(clause), bound->type().to_string()))
        .at(ast::begin_of(*limit));
  }
  if (!count) return std::move(count).error().at(ast::begin_of(*limit));
  return expr::fold_constants(*count);
}

Status QueryBinder::bind_limits(const ast::Query& query, BoundRelation& relation) {
  TRY(relation.limit, bind_limit(query.limit, Clause::kLimit));
  TRY(relation.offset, bind_limit(query.offset, Clause::kOffset));
  relation.with_ties = query.with_ties;
  const auto check = [](const ExprPtr& count, SqlState state, const char* message) -> Status {
    const auto* constant = count == nullptr ? nullptr : count->as<expr::Constant>();
    if (constant != nullptr && !constant->value.is_null() && constant->value.slot().i64 < 0) {
      return SqlError(state, message);
    }
    return {};
  };
  TRY(check(relation.limit, sqlstate::kInvalidRowCountInLimit, "LIMIT must not be negative"));
  return check(relation.offset, sqlstate::kInvalidRowCountInOffset, "OFFSET must not be negative");
}

Result<ColumnIds> QueryBinder::settle_outputs(BoundRelation& relation) {
  std::vector<Map::Computed> computed;
  ColumnIds ids;
  const ColumnIds made = columns_of(*relation.root);
  const ColumnSet own(made.begin(), made.end());
  const auto column_of = [&](ExprPtr& value, const std::string& name) -> Result<ColumnId> {
    TRY(value, coercions_.settle(value));
    // An enclosing query's column becomes one of this plan's: it has no value where there are no rows.
    const auto* column = value->as<expr::ColumnRef>();
    if (column != nullptr && own.contains(column->index)) return column->index;
    for (const Map::Computed& other : computed) {
      if (other.value->volatility() == expr::Volatility::kVolatile) continue;
      if (structurally_equal(*other.value, *value)) return other.id;
    }
    const ColumnId id = columns_.add(name, value->type());
    computed.push_back({id, value});
    return id;
  };
  for (OutputColumn& output : relation.outputs) {
    TRY(const ColumnId id, column_of(output.value, output.name));
    ids.push_back(id);
    output.value = columns_.ref(id);
  }
  for (OrderItem& item : relation.order) {
    TRY(const ColumnId id, column_of(item.value, "order"));
    item.value = columns_.ref(id);
  }
  relation.root = make_map(std::move(relation.root), std::move(computed));
  return ids;
}

Result<RelPtr> QueryBinder::apply_limit(BoundRelation& relation, const ColumnIds& outputs) {
  if (relation.limit == nullptr && relation.offset == nullptr) return std::move(relation.root);
  TopK top;
  for (const ExprPtr* count : {&relation.limit, &relation.offset}) {
    if (*count == nullptr) continue;
    const auto* constant = (*count)->as<expr::Constant>();
    if (constant == nullptr) {
      return not_supported("LIMIT or OFFSET of a subquery or view that is not a constant", "Write the number itself.");
    }
    (count == &relation.limit ? top.limit.emplace() : top.offset) = constant->value.slot().i64;
  }
  top.with_ties = relation.with_ties;
  for (const OrderItem& item : relation.order) {
    top.order.push_back({item.value->as<expr::ColumnRef>()->index, item.descending, item.nulls_first});
  }
  top.columns = outputs;
  top.input = std::move(relation.root);
  return make_rel(std::move(top));
}

Result<Plan> QueryBinder::bind_subquery(const ast::Query& query, Block* outer, std::vector<OutputColumn>* outputs) {
  TRY(BoundRelation relation, bind_query(query, outer));
  TRY(ColumnIds ids, settle_outputs(relation));
  TRY(RelPtr root, apply_limit(relation, ids));
  if (outputs != nullptr) *outputs = std::move(relation.outputs);
  return Plan{std::move(root), std::move(ids)};
}

void QueryBinder::flush_applies(Block& block) {
  for (PendingApply& apply : block.applies) {
    block.input =
        make_rel(Apply{apply.kind, std::move(block.input), std::move(apply.right), std::move(apply.predicates)});
  }
  block.applies.clear();
}

void QueryBinder::flush_table_functions(Block& block, bool below_aggregate) {
  std::map<size_t, std::vector<TableFunction::Call>> levels;
  std::vector<PendingTableFunction> later;
  for (PendingTableFunction& pending : block.table_functions) {
    if (below_aggregate && !pending.below_aggregate) {
      later.push_back(std::move(pending));
    } else {
      levels[pending.level].push_back(std::move(pending.call));
    }
  }
  for (auto& [level, calls] : levels) {
    block.input = make_rel(TableFunction{std::move(block.input), std::move(calls), std::nullopt, false});
  }
  block.table_functions = std::move(later);
}

}  // namespace millrace::sql
