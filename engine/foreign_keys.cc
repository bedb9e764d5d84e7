#include "engine/foreign_keys.h"

#include <functional>
#include <map>

#include "base/check.h"
#include "engine/column_types.h"
#include "engine/key_changes.h"
#include "engine/row_checks.h"
#include "engine/row_completion.h"
#include "expr/coercion.h"
#include "expr/program.h"
#include "sql/sql.h"

namespace millrace::engine {
namespace {

using catalog::ForeignKey;
using catalog::ReferentialAction;

storage::KeyColumns key_columns(const std::vector<uint32_t>& columns) {
  storage::KeyColumns key;
  for (const uint32_t column : columns) key.emplace_back(column);
  return key;
}

// Turns some columns of a table's rows into a key of other types: those of the table it refers to.
class KeyCast {
 public:
  static Result<KeyCast> make(const catalog::Object& from, const std::vector<uint32_t>& columns,
                              const catalog::Object& to, const std::vector<uint32_t>& to_columns,
                              expr::CastContext context) {
    std::vector<expr::ExprPtr> values;
    for (size_t i = 0; i < columns.size(); ++i) {
      TRY(expr::ExprPtr value, expr::coerce(expr::make_column(columns[i], from.columns[columns[i]].type),
                                            to.columns[to_columns[i]].type, context));
      values.push_back(std::move(value));
    }
    TRY(expr::ExprProgram program, expr::ExprProgram::compile(values));
    return KeyCast(std::move(program));
  }

  // The key alone, row for row with the rows' weights.
  Result<DeltaBatch> apply(const DeltaBatch& rows, const expr::EvalContext& context) {
    std::vector<ColumnPtr> results;
    expr::ErrorSink failed;
    program_.evaluate(rows, context, results, failed);
    if (!failed.empty()) return failed.take_first();
    return rows.with_columns(std::move(results));
  }

 private:
  explicit KeyCast(expr::ExprProgram program) : program_(std::move(program)) {}
  expr::ExprProgram program_;
};

// Rows of a table as the statement leaves them: base and own writes, unconsolidated.
Status for_each_batch(ObjectId table, const QueryEnvironment& env,
                      const std::function<Status(const DeltaBatch&)>& visit) {
  const Relation* relation = env.world.find(table);
  if (relation != nullptr && relation->rows() != nullptr) {
    storage::Reader reader = env.registry.make_reader();
    reader.enter();
    storage::ServedIndex::Scan scan(*relation->rows(), env.tick);
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
      TRY(env.guard.check());
      TRY(visit(batch));
    }
  }
  const auto own = env.own_writes.find(table);
  if (own == env.own_writes.end()) return {};
  for (const DeltaBatch& batch : own->second.deltas()) TRY(visit(batch));
  return {};
}

// Key values, each with how many rows have it.
class KeyCounts {
 public:
  explicit KeyCounts(std::vector<SqlType> types) : layout_(types), columns_(storage::first_columns(types.size())) {}

  struct Entry {
    std::string key;
    const DeltaBatch* batch;  // an example, for the error
    size_t row;
    int64_t count = 0;
  };

  void want(const DeltaBatch& keys, size_t row, const DeltaBatch* example, size_t example_row) {
    const uint64_t hash = storage::hash_key(keys, row, columns_);
    if (find(keys, row, hash) != nullptr) return;
    entries_.emplace(hash, Entry{layout_.pack(keys, row), example, example_row});
  }
  Entry* find(const DeltaBatch& keys, size_t row) { return find(keys, row, storage::hash_key(keys, row, columns_)); }
  // Adds the rows that have a wanted key.
  void count(const DeltaBatch& keys) {
    for (size_t row = 0; row < keys.rows(); ++row) {
      if (storage::key_has_null(keys, row, columns_)) continue;
      if (Entry* entry = find(keys, row)) entry->count += keys.weight(row);
    }
  }
  bool empty() const { return entries_.empty(); }
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

 private:
  Entry* find(const DeltaBatch& keys, size_t row, uint64_t hash) {
    auto [found, end] = entries_.equal_range(hash);
    for (; found != end; ++found) {
      if (storage::keys_equal(keys, row, columns_, layout_, found->second.key, columns_)) return &found->second;
    }
    return nullptr;
  }

  RowLayout layout_;
  storage::KeyColumns columns_;
  std::unordered_multimap<uint64_t, Entry> entries_;
};

std::vector<SqlType> key_types(const catalog::Object& table, const std::vector<uint32_t>& columns) {
  std::vector<SqlType> types;
  for (const uint32_t column : columns) types.push_back(table.columns[column].type);
  return types;
}

// How many rows of `parent` have each wanted key now.
Status count_parents(const catalog::Object& parent, const std::vector<uint32_t>& columns, KeyCounts& keys,
                     const QueryEnvironment& env) {
  const storage::KeyColumns key = key_columns(columns);
  const Relation* relation = env.world.find(parent.id);
  const storage::ServedIndex* index = relation == nullptr ? nullptr : relation->rows();
  if (index == nullptr || index->key() != key) {
    return for_each_batch(parent.id, env, [&](const DeltaBatch& batch) -> Status {
      keys.count(project(batch, key));
      return {};
    });
  }
  storage::Reader reader = env.registry.make_reader();
  reader.enter();
  const RowLayout layout(key_types(parent, columns));
  const storage::KeyColumns all = storage::first_columns(columns.size());
  for (auto& [hash, entry] : keys) {
    DeltaBuilder builder(layout.types());
    layout.unpack(entry.key, builder);
    builder.end_row(1);
    const DeltaBatch probe = builder.finish();
    index->find(env.tick, probe, 0, all, storage::hash_key(probe, 0, all), [&](const storage::ServedRow& row) {
      entry.count += row.weight;
      return true;
    });
  }
  const auto own = env.own_writes.find(parent.id);
  if (own == env.own_writes.end()) return {};
  for (const DeltaBatch& batch : own->second.deltas()) keys.count(project(batch, key));
  return {};
}

SqlError missing_parent(const catalog::Object& child, const ForeignKey& key, const catalog::Object& parent,
                        const DeltaBatch& batch, size_t row) {
  const auto [names, values] = key_text(child, key_columns(key.columns), batch, row);
  return SqlError(sqlstate::kForeignKeyViolation, "insert or update on table \"" + child.name.name +
                                                      "\" violates foreign key constraint \"" + key.name + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") is not present in table \"" + parent.name.name + "\".")
      .with_constraint(key.name)
      .with_table(child.name.name);
}

SqlError still_referenced(const catalog::Object& parent, const ForeignKey& key, const catalog::Object& child,
                          const DeltaBatch& batch, size_t row) {
  const auto [names, values] = key_text(parent, key_columns(key.referenced_columns), batch, row);
  return SqlError(sqlstate::kForeignKeyViolation, "update or delete on table \"" + parent.name.name +
                                                      "\" violates foreign key constraint \"" + key.name +
                                                      "\" on table \"" + child.name.name + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") is still referenced from table \"" + child.name.name + "\".")
      .with_constraint(key.name)
      .with_table(child.name.name);
}

Status check_match_full(const catalog::Object& child, const ForeignKey& key, const Delta& rows) {
  if (!key.match_full) return {};
  for (const DeltaBatch& batch : rows) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (batch.weight(row) <= 0) continue;
      size_t nulls = 0;
      for (const uint32_t column : key.columns) nulls += batch.column(column).is_null(row) ? 1 : 0;
      if (nulls == 0 || nulls == key.columns.size()) continue;
      return SqlError(sqlstate::kForeignKeyViolation, "insert or update on table \"" + child.name.name +
                                                          "\" violates foreign key constraint \"" + key.name + "\"")
          .with_detail("MATCH FULL does not allow mixing of null and nonnull key values.")
          .with_constraint(key.name)
          .with_table(child.name.name);
    }
  }
  return {};
}

Status check_one(const catalog::Object& child, const ForeignKey& key, const Delta& rows, const QueryEnvironment& env,
                 std::set<ObjectId>& looked_at) {
  if (rows.empty()) return {};
  TRY(check_match_full(child, key, rows));
  const catalog::Object& parent = *env.catalog->find(key.referenced);
  TRY(KeyCast cast, KeyCast::make(child, key.columns, parent, key.referenced_columns, expr::CastContext::kImplicit));
  // A row that refers where it referred before asks for nothing.
  std::map<const DeltaBatch*, std::vector<uint32_t>> asking;
  for (const auto& [hash, change] : net_by_key(rows, key_columns(key.columns))) {
    if (change.net > 0) asking[change.batch].push_back(static_cast<uint32_t>(change.row));
  }
  KeyCounts wanted(key_types(parent, key.referenced_columns));
  for (const auto& [batch, picked] : asking) {
    TRY(const DeltaBatch keys, cast.apply(batch->gather(picked), env.eval));
    for (size_t i = 0; i < picked.size(); ++i) wanted.want(keys, i, batch, picked[i]);
  }
  if (wanted.empty()) return {};
  looked_at.insert(parent.id);
  TRY(count_parents(parent, key.referenced_columns, wanted, env));
  for (const auto& [hash, entry] : wanted) {
    if (entry.count <= 0) return missing_parent(child, key, parent, *entry.batch, entry.row);
  }
  return {};
}

// The rows of `child` that refer to one of the keys, as they are now.
Result<Delta> referring_rows(const catalog::Object& child, const ForeignKey& key, const catalog::Object& parent,
                             KeyCounts& gone, const QueryEnvironment& env) {
  TRY(KeyCast cast, KeyCast::make(child, key.columns, parent, key.referenced_columns, expr::CastContext::kImplicit));
  const storage::KeyColumns all = storage::first_columns(key.columns.size());
  const RowLayout layout(column_types(child));
  std::unordered_map<std::string, int64_t> found;
  TRY(for_each_batch(child.id, env, [&](const DeltaBatch& batch) -> Status {
    TRY(const DeltaBatch keys, cast.apply(batch, env.eval));
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (storage::key_has_null(keys, row, all) || gone.find(keys, row) == nullptr) continue;
      found[layout.pack(batch, row)] += batch.weight(row);
    }
    return {};
  }));
  DeltaBuilder builder(layout.types());
  for (const auto& [row, weight] : found) {
    if (weight <= 0) continue;
    layout.unpack(row, builder);
    builder.end_row(weight);
  }
  Delta out;
  if (builder.rows() > 0) out.push_back(builder.finish());
  return out;
}

// Rows with the columns of their key replaced by those of `keys` (null: by NULL), as a write.
Result<TableWrite> rewrite_rows(const catalog::Object& child, const ForeignKey& key, const DeltaBatch& rows,
                                const DeltaBatch* keys, const QueryEnvironment& env) {
  std::vector<ColumnPtr> columns = rows.columns();
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const SqlType type = child.columns[key.columns[i]].type;
    ColumnBuilder builder(type);
    for (size_t row = 0; row < rows.rows(); ++row) {
      if (keys == nullptr || keys->column(i).is_null(row)) {
        builder.append_null();
      } else {
        builder.append_slot(keys->column(i).slot(row));
      }
    }
    columns[key.columns[i]] = builder.finish();
  }
  sql::BindContext context;
  context.catalog = env.catalog;
  context.search_path = {child.name.schema, "public"};
  context.text = env.eval.text;
  TRY(const sql::TableRules rules, sql::table_rules(child, context));
  TableWrite write;
  TRY(write.after, complete_rows(child, rules.completion, {rows.with_columns(std::move(columns))}, env.eval));
  for (const DeltaBatch& batch : write.after) TRY(check_rows(child, rules.checks, batch, env.eval));
  write.before = {rows};
  write.reads_table = true;
  write.change = {rows.negate()};
  write.change.insert(write.change.end(), write.after.begin(), write.after.end());
  return write;
}

// Where the keys of an UPDATE's rows went, as the referring columns of `rows` take them: row for row.
Result<DeltaBatch> moved_keys(const catalog::Object& child, const ForeignKey& key, const catalog::Object& parent,
                              const DeltaBatch& rows, const TableWrite& write, const QueryEnvironment& env) {
  TRY(KeyCast to_parent,
      KeyCast::make(child, key.columns, parent, key.referenced_columns, expr::CastContext::kImplicit));
  TRY(KeyCast to_child,
      KeyCast::make(parent, key.referenced_columns, child, key.columns, expr::CastContext::kAssignment));
  KeyCounts before(key_types(parent, key.referenced_columns));
  std::vector<DeltaBatch> after;  // beside write.before
  for (size_t b = 0; b < write.before.size(); ++b) {
    const DeltaBatch old_keys = project(write.before[b], key_columns(key.referenced_columns));
    for (size_t row = 0; row < old_keys.rows(); ++row) before.want(old_keys, row, &write.before[b], row);
    TRY(DeltaBatch new_keys, to_child.apply(write.after[b], env.eval));
    after.push_back(std::move(new_keys));
  }
  TRY(const DeltaBatch referring, to_parent.apply(rows, env.eval));
  DeltaBuilder builder(key_types(child, key.columns));
  for (size_t row = 0; row < rows.rows(); ++row) {
    const KeyCounts::Entry* entry = before.find(referring, row);
    MILLRACE_CHECK(entry != nullptr, "a row refers to a key that did not go");
    builder.append_row(after[static_cast<size_t>(entry->batch - write.before.data())], entry->row, 1);
  }
  return builder.finish();
}

// The keys that rows may no longer refer to. NO ACTION asks what is there after the statement; the other actions follow
// each row of an UPDATE, so that of keys that trade places every one moves.
void find_gone(const catalog::Object& parent, const ForeignKey& key, ReferentialAction action, const TableWrite& write,
               KeyCounts& gone) {
  const storage::KeyColumns columns = key_columns(key.referenced_columns);
  if (write.before.empty() || action == ReferentialAction::kNoAction) {
    for (const auto& [hash, change] : net_by_key(write.change, columns)) {
      if (change.net < 0) gone.want(project(*change.batch, columns), change.row, change.batch, change.row);
    }
    return;
  }
  const storage::KeyColumns all = storage::first_columns(columns.size());
  const RowLayout layout(key_types(parent, key.referenced_columns));
  for (size_t b = 0; b < write.before.size(); ++b) {
    const DeltaBatch before = project(write.before[b], columns);
    const DeltaBatch after = project(write.after[b], columns);
    for (size_t row = 0; row < before.rows(); ++row) {
      if (storage::key_has_null(before, row, all)) continue;
      if (storage::keys_equal(after, row, all, layout, layout.pack(before, row), all)) continue;
      gone.want(before, row, &write.before[b], row);
    }
  }
}

}  // namespace

Status check_references(const catalog::Object& table, const Delta& rows, const QueryEnvironment& environment,
                        std::set<ObjectId>& looked_at) {
  for (const ForeignKey& key : table.as<catalog::Table>()->foreign_keys) {
    TRY(check_one(table, key, rows, environment, looked_at));
  }
  return {};
}

Status follow_foreign_keys(const catalog::Object& table, const TableWrite& write, const QueryEnvironment& environment,
                           std::set<ObjectId>& looked_at, const BringOn& bring_on) {
  if (write.change.empty()) return {};
  TRY(check_references(table, write.change, environment, looked_at));
  std::vector<ObjectId> children = environment.catalog->dependents(table.id);
  children.push_back(table.id);
  for (const ObjectId id : children) {
    // The table itself may be younger than the statement: CREATE TABLE .. AS.
    const catalog::Object& child = id == table.id ? table : *environment.catalog->find(id);
    if (child.as<catalog::Table>() == nullptr) continue;
    for (const ForeignKey& key : child.as<catalog::Table>()->foreign_keys) {
      if (key.referenced != table.id) continue;
      const bool moved = !write.before.empty();
      const ReferentialAction action = moved ? key.on_update : key.on_delete;
      KeyCounts gone(key_types(table, key.referenced_columns));
      find_gone(table, key, action, write, gone);
      if (gone.empty()) continue;
      looked_at.insert(id);
      TRY(const Delta referring, referring_rows(child, key, table, gone, environment));
      for (const DeltaBatch& rows : referring) {
        if (action == ReferentialAction::kCascade && !moved) {
          TableWrite deletion;
          deletion.reads_table = true;
          deletion.change = {rows.negate()};
          TRY(bring_on(id, std::move(deletion)));
        } else if (action == ReferentialAction::kCascade) {
          TRY(const DeltaBatch keys, moved_keys(child, key, table, rows, write, environment));
          TRY(TableWrite update, rewrite_rows(child, key, rows, &keys, environment));
          TRY(bring_on(id, std::move(update)));
        } else if (action == ReferentialAction::kSetNull) {
          TRY(TableWrite update, rewrite_rows(child, key, rows, nullptr, environment));
          TRY(bring_on(id, std::move(update)));
        } else {
          // The key of one of them, as the parent had it.
          TRY(KeyCast cast,
              KeyCast::make(child, key.columns, table, key.referenced_columns, expr::CastContext::kImplicit));
          TRY(const DeltaBatch keys, cast.apply(rows, environment.eval));
          const KeyCounts::Entry* entry = gone.find(keys, 0);
          return still_referenced(table, key, child, *entry->batch, entry->row);
        }
      }
    }
  }
  return {};
}

}  // namespace millrace::engine
