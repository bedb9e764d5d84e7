// ALTER TABLE: works the changes into a copy of the table, one after the other, and says what becomes of
// the rows that are there.
#include <fmt/format.h>

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "sql/binder/type_names.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

using catalog::Object;
using expr::ExprPtr;
using Kind = ast::TableChange::Kind;

// Columns after one was taken away: its own place has none.
std::optional<uint32_t> shifted(uint32_t column, uint32_t removed) {
  if (column == removed) return std::nullopt;
  return column > removed ? column - 1 : column;
}

// False when one of them is the removed one.
bool shift_all(std::vector<uint32_t>& columns, uint32_t removed) {
  for (uint32_t& column : columns) {
    const std::optional<uint32_t> now = shifted(column, removed);
    if (!now) return false;
    column = *now;
  }
  return true;
}

bool reads(const ExprPtr& expression, uint32_t column) {
  return expr::referenced_columns(*expression).contains(column);
}

BoundNothing nothing(std::string notice) { return {"ALTER TABLE", std::move(notice)}; }

}  // namespace

// The table while it is being changed.
class TableAlteration {
 public:
  TableAlteration(StatementBinder& binder, const Object& table)
      : binder_(binder), old_(table), object_(table), table_(*table.as<catalog::Table>()) {
    out_.table = table.id;
  }

  Status begin() {
    TRY(QueryBinder::BoundTable bound, binder_.queries_.bind_relation(old_, ""));
    ids_ = sql::columns_of(*bound.plan);
    input_ = std::move(bound.plan);
    TRY(block_.scope.add(std::move(bound.table)));
    for (size_t i = 0; i < ids_.size(); ++i) values_.push_back(expr::make_column(ids_[i], old_.columns[i].type));
    for (const ObjectId id : catalog().dependents(old_.id)) {
      const Object& dependent = *catalog().find(id);
      if (dependent.as<catalog::Index>() != nullptr || dependent.as<catalog::Sequence>() != nullptr) {
        others_.push_back(dependent);
      }
    }
    return {};
  }

  Status apply(const ast::TableChange& change) {
    switch (change.kind) {
      case Kind::kAddColumn: return add_column(change);
      case Kind::kDropColumn: return drop_column(change);
      case Kind::kSetDefault:
      case Kind::kDropDefault: return set_default(change);
      case Kind::kSetNotNull:
      case Kind::kDropNotNull: return set_not_null(change);
      case Kind::kSetType: return set_type(change);
      case Kind::kAddConstraint: return add_constraint(change);
      case Kind::kDropConstraint: return drop_constraint(change);
      case Kind::kNothing: return {};
      case Kind::kUnsupported: return not_supported(change.name, "Create a new table and copy the rows.");
    }
    return {};
  }

  Result<BoundStatement> finish() {
    TRY(settle_references());
    settle_views();
    object_.details = table_;
    object_.depends_on = binder_.table_dependencies(object_);
    out_.object = object_;
    out_.others = std::move(others_);
    TRY(out_.checks, binder_.row_checks(object_));
    if (out_.rewrites || validates_) TRY(plan_rows());
    return BoundStatement(std::move(out_));
  }

 private:
  const catalog::CatalogSnapshot& catalog() const { return binder_.catalog(); }

  Result<uint32_t> find(const std::string& name) const {
    for (uint32_t i = 0; i < object_.columns.size(); ++i) {
      if (object_.columns[i].name == name) return i;
    }
    return SqlError(sqlstate::kUndefinedColumn,
                    fmt::format("column \"{}\" of relation \"{}\" does not exist", name, object_.name.name));
  }

  // Views are kept as text over the table's columns: those may not change below them. What runs for a materialized
  // view reads the rows where they are, and was planned by the table's keys and NOT NULL: those may not go either.
  enum class Change : uint8_t { kColumns, kRules };
  Status refuse_readers(const char* what, Change change) const {
    for (const ObjectId id : catalog().dependents(old_.id)) {
      const Object& dependent = *catalog().find(id);
      const bool reads_columns = change == Change::kColumns && dependent.as<catalog::View>() != nullptr;
      if (!reads_columns && dependent.as<catalog::MaterializedView>() == nullptr) continue;
      return not_supported(fmt::format("{} of table \"{}\" while {} \"{}\" depends on it", what, object_.name.name,
                                       dependent.kind_name(), dependent.name.name),
                           "Drop the view and create it again afterwards.");
    }
    return {};
  }

  Status add_column(const ast::TableChange& change) {
    if (find(change.column.name)) {
      const std::string message =
          fmt::format("column \"{}\" of relation \"{}\" already exists", change.column.name, object_.name.name);
      if (!change.if_exists) return SqlError(sqlstate::kDuplicateColumn, message);
      out_.notices.push_back(message + ", skipping");
      return {};
    }
    TRY(refuse_readers("adding a column", Change::kColumns));
    const auto index = static_cast<uint32_t>(object_.columns.size());
    std::vector<NumberedColumn> numbered;
    TRY(define_columns(catalog(), std::span(&change.column, 1), object_, numbered));
    TRY(define_constraints(binder_.queries_, std::span(&change.column, 1), index, {}, object_, table_));
    const catalog::ColumnDefinition& column = object_.columns[index];
    for (const ast::Constraint& constraint : change.column.constraints) {
      if (constraint.kind == ast::Constraint::Kind::kDefault) {
        TRY(check_default(binder_.queries_, *constraint.expression, column));
      } else if (constraint.kind == ast::Constraint::Kind::kGenerated) {
        TRY(check_generated(binder_.queries_, *constraint.expression, object_, index));
      }
    }
    if (!numbered.empty()) {
      return not_supported("adding a serial or identity column",
                           "CREATE SEQUENCE first, then ADD COLUMN .. DEFAULT nextval(..).");
    }
    if (!column.generated_sql.empty()) {
      values_.push_back(nullptr);  // by the completion of the rows
    } else {
      TRY(ExprPtr value, binder_.column_default(column));
      values_.push_back(value->volatility() == expr::Volatility::kVolatile ? nullptr : std::move(value));
    }
    out_.rewrites = true;
    return {};
  }

  Status drop_column(const ast::TableChange& change) {
    const Result<uint32_t> found = find(change.name);
    if (!found) {
      if (!change.if_exists) return found.error();
      out_.notices.push_back(
          fmt::format("column \"{}\" of relation \"{}\" does not exist, skipping", change.name, object_.name.name));
      return {};
    }
    TRY(refuse_readers("dropping a column", Change::kColumns));
    const uint32_t column = *found;
    TRY(refuse_referencing({column}, fmt::format("column {} of table {}", change.name, object_.name.name)));
    TRY(drop_expressions_over(column));
    std::erase_if(table_.unique, [&](catalog::UniqueConstraint& key) { return !shift_all(key.columns, column); });
    std::erase_if(table_.foreign_keys, [&](catalog::ForeignKey& key) {
      const bool stays = key.referenced != old_.id || shift_all(key.referenced_columns, column);
      return !shift_all(key.columns, column) || !stays;
    });
    std::erase_if(others_, [&](Object& other) {
      if (auto* index = std::get_if<catalog::Index>(&other.details); index != nullptr) {
        if (shift_all(index->columns, column)) return false;
      } else {
        auto& sequence = std::get<catalog::Sequence>(other.details);
        if (const auto now = shifted(sequence.owner_column, column)) {
          sequence.owner_column = *now;
          return false;
        }
      }
      out_.dropped.push_back(other.id);
      return true;
    });
    object_.columns.erase(object_.columns.begin() + column);
    values_.erase(values_.begin() + column);
    out_.rewrites = true;
    return {};
  }

  // Checks over the column go with it; generated columns over it keep it.
  Status drop_expressions_over(uint32_t column) {
    object_.details = table_;
    TRY(const std::vector<ExprPtr> generated, binder_.generated_columns(object_));
    for (size_t i = 0; i < generated.size(); ++i) {
      if (generated[i] == nullptr || i == column || !reads(generated[i], column)) continue;
      return SqlError(sqlstate::kDependentObjectsStillExist,
                      fmt::format("cannot drop column {} of table {} because other objects depend on it",
                                  object_.columns[column].name, object_.name.name))
          .with_detail(fmt::format("column {} of table {} depends on column {} of table {}", object_.columns[i].name,
                                   object_.name.name, object_.columns[column].name, object_.name.name))
          .with_hint("Drop the generated column first.");
    }
    TRY(const std::vector<RowCheck> checks, binder_.row_checks(object_));
    for (const RowCheck& check : checks) {
      if (!reads(check.condition, column)) continue;
      std::erase_if(table_.checks, [&](const catalog::CheckConstraint& c) { return c.name == check.constraint; });
    }
    return {};
  }

  Status set_default(const ast::TableChange& change) {
    TRY(const uint32_t column, find(change.name));
    catalog::ColumnDefinition& definition = object_.columns[column];
    if (definition.identity != catalog::Identity::kNone) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("column \"{}\" of relation \"{}\" is an identity column",
                                                          definition.name, object_.name.name));
    }
    if (!definition.generated_sql.empty()) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("column \"{}\" of relation \"{}\" is a generated column",
                                                          definition.name, object_.name.name));
    }
    if (change.kind == Kind::kSetDefault) {
      TRY(check_default(binder_.queries_, *change.constraint.expression, definition));
    }
    definition.default_sql = change.constraint.text;
    return {};
  }

  Status set_not_null(const ast::TableChange& change) {
    TRY(const uint32_t column, find(change.name));
    catalog::ColumnDefinition& definition = object_.columns[column];
    if (change.kind == Kind::kSetNotNull) {
      validates_ = validates_ || !definition.not_null;
      definition.not_null = true;
      return {};
    }
    for (const catalog::UniqueConstraint& key : table_.unique) {
      if (!key.primary || std::find(key.columns.begin(), key.columns.end(), column) == key.columns.end()) continue;
      return SqlError(sqlstate::kInvalidTableDefinition,
                      fmt::format("column \"{}\" is in a primary key", definition.name));
    }
    if (definition.identity != catalog::Identity::kNone) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("column \"{}\" of relation \"{}\" is an identity column",
                                                          definition.name, object_.name.name));
    }
    if (definition.not_null) TRY(refuse_readers("dropping NOT NULL of a column", Change::kRules));
    definition.not_null = false;
    return {};
  }

  Status set_type(const ast::TableChange& change) {
    TRY(const uint32_t column, find(change.name));
    TRY(refuse_readers("changing the type of a column", Change::kColumns));
    catalog::ColumnDefinition& definition = object_.columns[column];
    TRY(const SqlType type, resolve_type(change.column.type));
    if (values_[column] == nullptr) {
      return not_supported("changing the type of a column that the same statement adds", "Give it that type at once.");
    }
    ExprPtr value = values_[column];
    if (change.using_value != nullptr) {
      TRY(value, binder_.queries_.bind_expr(*change.using_value, block_, Clause::kUsing));
      if (!block_.applies.empty()) {
        return SqlError(sqlstate::kFeatureNotSupported, "cannot use subquery in transform expression");
      }
    }
    Result<ExprPtr> assigned = binder_.queries_.coercions().assign(value, type, definition.name);
    if (!assigned && change.using_value == nullptr && assigned.error().state() == sqlstate::kDatatypeMismatch) {
      return SqlError(sqlstate::kDatatypeMismatch, fmt::format("column \"{}\" cannot be cast automatically to type {}",
                                                               definition.name, type.to_string()))
          .with_hint(fmt::format("You might need to specify \"USING {}::{}\".", definition.name, type.to_string()));
    }
    if (!assigned) return std::move(assigned).error();
    definition.type = type;
    values_[column] = definition.generated_sql.empty() ? std::move(*assigned) : nullptr;
    if (!definition.default_sql.empty()) {
      const Result<ExprPtr> fits = binder_.column_default(definition);
      if (!fits) {
        return SqlError(sqlstate::kDatatypeMismatch,
                        fmt::format("default for column \"{}\" cannot be cast automatically to type {}",
                                    definition.name, type.to_string()));
      }
    }
    out_.rewrites = true;
    return {};
  }

  Status add_constraint(const ast::TableChange& change) {
    TRY(check_checks(binder_.queries_, {}, std::span(&change.constraint, 1), object_));
    const size_t keys = table_.unique.size();
    TRY(define_constraints(binder_.queries_, {}, 0, std::span(&change.constraint, 1), object_, table_));
    if (table_.unique.size() > keys) {
      TRY(refuse_readers("adding a key", Change::kRules));
      out_.rewrites = true;  // The rows are kept by their primary key; a further one is checked as they come in.
    } else {
      validates_ = true;
    }
    return {};
  }

  Status drop_constraint(const ast::TableChange& change) {
    const auto named = [&](const auto& constraint) { return constraint.name == change.name; };
    const auto key = std::find_if(table_.unique.begin(), table_.unique.end(), named);
    if (key != table_.unique.end()) {
      const std::string what = fmt::format("constraint {} on table {}", change.name, object_.name.name);
      TRY(refuse_referencing(key->columns, what));
      TRY(refuse_referencing(table_.foreign_keys, object_.name.name, key->columns, what));
      TRY(refuse_readers("dropping a key", Change::kRules));
      table_.unique.erase(key);
      out_.rewrites = true;
      return {};
    }
    if (std::erase_if(table_.checks, named) + std::erase_if(table_.foreign_keys, named) > 0) return {};
    const std::string message =
        fmt::format("constraint \"{}\" of relation \"{}\" does not exist", change.name, object_.name.name);
    if (!change.if_exists) return SqlError(sqlstate::kUndefinedObject, message);
    out_.notices.push_back(message + ", skipping");
    return {};
  }

  // Foreign keys hold the columns they refer to.
  Status refuse_referencing(const std::vector<uint32_t>& columns, const std::string& what) const {
    for (const ObjectId id : catalog().dependents(old_.id)) {
      const auto* child = catalog().find(id)->as<catalog::Table>();
      if (child != nullptr) TRY(refuse_referencing(child->foreign_keys, catalog().find(id)->name.name, columns, what));
    }
    return {};
  }
  Status refuse_referencing(const std::vector<catalog::ForeignKey>& keys, const std::string& table,
                            const std::vector<uint32_t>& columns, const std::string& what) const {
    for (const catalog::ForeignKey& key : keys) {
      if (key.referenced != old_.id) continue;
      const bool meets = std::any_of(columns.begin(), columns.end(), [&](uint32_t column) {
        return std::find(key.referenced_columns.begin(), key.referenced_columns.end(), column) !=
               key.referenced_columns.end();
      });
      if (!meets) continue;
      return SqlError(sqlstate::kDependentObjectsStillExist,
                      fmt::format("cannot drop {} because other objects depend on it", what))
          .with_detail(fmt::format("constraint {} on table {} depends on {}", key.name, table, what))
          .with_hint("Drop the constraint first.");
    }
    return {};
  }

  // Views of a table that is written anew with the same columns go on with it.
  void settle_views() {
    if (!out_.rewrites) return;
    for (const ObjectId id : catalog().dependents(old_.id)) {
      if (catalog().find(id)->as<catalog::View>() != nullptr) others_.push_back(*catalog().find(id));
    }
  }

  // Keys that refer and keys that are referred to still compare after their columns changed types or places.
  Status settle_references() {
    for (const catalog::ForeignKey& key : table_.foreign_keys) {
      const Object& parent = key.referenced == old_.id ? object_ : *catalog().find(key.referenced);
      TRY(check_comparable(object_, parent, key));
    }
    for (const ObjectId id : catalog().dependents(old_.id)) {
      Object child = *catalog().find(id);
      auto* details = std::get_if<catalog::Table>(&child.details);
      if (details == nullptr) continue;
      for (catalog::ForeignKey& key : details->foreign_keys) {
        if (key.referenced != old_.id) continue;
        for (uint32_t& column : key.referenced_columns) {
          TRY(column, find(old_.columns[column].name));  // It is there: refuse_referencing() has seen to it.
        }
        TRY(check_comparable(child, object_, key));
      }
      if (out_.rewrites) others_.push_back(std::move(child));
    }
    return {};
  }

  // The rows as they are to be.
  Status plan_rows() {
    TRY(out_.completion, binder_.row_completion(object_));
    // What was there stays as it is: only new columns are completed.
    const auto is_given = [&](const RowCompletion::Column& column) { return values_[column.column] != nullptr; };
    std::erase_if(out_.completion.defaults, is_given);
    Plan plan;
    std::vector<Map::Computed> computed;
    const auto add = [&](const std::string& name, ExprPtr value) {
      plan.outputs.push_back(binder_.queries_.columns().add(name, value->type()));
      computed.push_back({plan.outputs.back(), std::move(value)});
    };
    for (size_t i = 0; i < values_.size(); ++i) {
      add(object_.columns[i].name, values_[i] != nullptr ? values_[i] : expr::make_null(object_.columns[i].type));
    }
    for (size_t i = 0; i < out_.completion.defaults.size(); ++i) add("takes_default", expr::make_bool(true));
    plan.root = make_map(std::move(input_), std::move(computed));
    TRY(out_.rows, binder_.plan_rows(std::move(plan)));
    return {};
  }

  StatementBinder& binder_;
  const Object& old_;
  Object object_;
  catalog::Table table_;
  Block block_;  // the old columns
  ColumnIds ids_;
  RelPtr input_;
  std::vector<ExprPtr> values_;  // of each column, over the old ones; null: when the row is completed
  std::vector<Object> others_;   // indexes and sequences that go with the table, tables that refer to it
  bool validates_ = false;       // the rows that are there must satisfy a new constraint
  BoundAlterTable out_;
};

StatementBinder::Bound StatementBinder::bind_kind(const ast::AlterTable& node) {
  Result<const Object*> found = queries_.find_relation(node.name);
  if (!found) {
    if (!node.if_exists) return std::move(found).error();
    return nothing(fmt::format("relation \"{}\" does not exist, skipping", node.name.last()));
  }
  const bool meaningless = std::all_of(node.changes.begin(), node.changes.end(), [](const ast::TableChange& change) {
    return change.kind == ast::TableChange::Kind::kNothing;
  });
  if (meaningless) return nothing("");
  TRY(const Object* table, find_table(node.name, "alter"));
  TableAlteration alteration(*this, *table);
  TRY(alteration.begin());
  for (const ast::TableChange& change : node.changes) TRY(alteration.apply(change));
  return alteration.finish();
}

}  // namespace millrace::sql
