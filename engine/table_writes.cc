#include "engine/table_writes.h"

#include <algorithm>
#include <unordered_map>

#include "engine/column_types.h"
#include "engine/result_order.h"
#include "engine/row_checks.h"
#include "engine/row_completion.h"
#include "engine/table_view.h"
#include "expr/program.h"

namespace millrace::engine {
namespace {

// Columns [begin, begin + count) of a batch, as rows of the table, with the batch's weights.
DeltaBatch slice(const DeltaBatch& batch, size_t begin, size_t count) {
  return batch.with_columns({batch.columns().begin() + static_cast<std::ptrdiff_t>(begin),
                             batch.columns().begin() + static_cast<std::ptrdiff_t>(begin + count)});
}

uint64_t count_rows(const Delta& rows) {
  uint64_t count = 0;
  for (const DeltaBatch& batch : rows) {
    for (size_t row = 0; row < batch.rows(); ++row) count += static_cast<uint64_t>(batch.weight(row));
  }
  return count;
}

const catalog::Object& table_of(const QueryEnvironment& environment, ObjectId id) {
  return *environment.catalog->find(id);
}

// INSERT .. ON CONFLICT, row by row: a later row of the statement sees what an earlier one did.
class ConflictingInsert {
 public:
  ConflictingInsert(const sql::BoundInsert& insert, const QueryEnvironment& environment)
      : insert_(insert),
        env_(environment),
        table_(table_of(environment, insert.table)),
        types_(column_types(table_)),
        keys_(environment.catalog->unique_keys(table_)),
        view_(environment, insert.table) {}

  Result<TableWrite> run(const Delta& rows) {
    for (const DeltaBatch& batch : rows) {
      for (size_t row = 0; row < batch.rows(); ++row) {
        for (int64_t copy = 0; copy < batch.weight(row); ++copy) TRY(place(batch, row));
      }
    }
    TableWrite write;
    write.change = view_.changes();
    write.before = std::move(before_);
    write.after = std::move(after_);
    write.affected = std::move(affected_);
    write.rows = affected_count_;
    write.reads_table = true;
    return write;
  }

 private:
  Status place(const DeltaBatch& batch, size_t row) {
    const DeltaBatch one = single(batch, row);
    const std::optional<DeltaBatch> existing = find_conflict(one);
    if (!existing) return accept(one);
    if (insert_.on_conflict == sql::ConflictAction::kNothing) return {};
    if (view_.changed_here(*existing)) {
      return SqlError(sqlstate::kCardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
          .with_hint(
              "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.");
    }
    return update(*existing, one);
  }

  static DeltaBatch single(const DeltaBatch& batch, size_t row) {
    const auto index = static_cast<uint32_t>(row);
    const DeltaBatch one = batch.gather(std::span(&index, 1));
    return DeltaBatch(1, one.columns());
  }

  std::optional<DeltaBatch> find_conflict(const DeltaBatch& row) {
    for (const catalog::UniqueConstraint& constraint : keys_) {
      if (!insert_.conflict_key.empty() && !same_columns(constraint.columns, insert_.conflict_key)) continue;
      if (std::optional<DeltaBatch> found = view_.find(row, constraint.columns)) return found;
    }
    return std::nullopt;
  }

  static bool same_columns(std::vector<uint32_t> a, std::vector<uint32_t> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
  }

  Status accept(const DeltaBatch& row) {
    TRY(check_rows(table_, insert_.checks, row, env_.eval));
    view_.add(row, 1);
    report(row);
    return {};
  }

  Status update(const DeltaBatch& existing, const DeltaBatch& excluded) {
    std::vector<ColumnPtr> both = existing.columns();
    both.insert(both.end(), excluded.columns().begin(), excluded.columns().end());
    const DeltaBatch input(1, std::move(both));
    if (insert_.update_where != nullptr) {
      TRY(const std::vector<ColumnPtr> verdict, evaluate({insert_.update_where}, input));
      if (verdict[0]->is_null(0) || verdict[0]->value<int8_t>(0) == 0) return {};
    }
    TRY(std::vector<ColumnPtr> values, evaluate(insert_.update_values, input));
    const DeltaBatch updated(1, std::move(values));
    TRY(check_rows(table_, insert_.checks, updated, env_.eval));
    view_.add(existing, -1);
    view_.add(updated, 1);
    before_.push_back(existing);
    after_.push_back(updated);
    report(updated);
    return {};
  }

  Result<std::vector<ColumnPtr>> evaluate(const std::vector<expr::ExprPtr>& exprs, const DeltaBatch& input) const {
    TRY(expr::ExprProgram program, expr::ExprProgram::compile(exprs));
    std::vector<ColumnPtr> results;
    expr::ErrorSink failed;
    program.evaluate(input, env_.eval, results, failed);
    if (!failed.empty()) return failed.take_first();
    return results;
  }

  void report(const DeltaBatch& row) {
    ++affected_count_;
    affected_.push_back(row);
  }

  const sql::BoundInsert& insert_;
  const QueryEnvironment& env_;
  const catalog::Object& table_;
  const std::vector<SqlType> types_;
  const std::vector<catalog::UniqueConstraint> keys_;
  TableView view_;
  Delta before_;  // of the rows that were updated
  Delta after_;
  Delta affected_;
  uint64_t affected_count_ = 0;
};

// How often each row of the table may change: as often as it is there.
class RowBudget {
 public:
  RowBudget(const QueryEnvironment& environment, ObjectId table, const catalog::Object& object)
      : view_(environment, table), layout_(column_types(object)) {}

  // Of `wanted` copies of that row, those not yet given away.
  int64_t take(const DeltaBatch& rows, size_t row, int64_t wanted) {
    const auto [entry, added] = left_.try_emplace(layout_.pack(rows, row), 0);
    if (added) entry->second = view_.weight_of(rows, row);
    const int64_t taken = std::min(wanted, std::max<int64_t>(entry->second, 0));
    entry->second -= taken;
    return taken;
  }

 private:
  TableView view_;
  RowLayout layout_;
  std::unordered_map<std::string, int64_t> left_;
};

}  // namespace

Result<TableWrite> insert_rows(ObjectId table, const std::vector<sql::RowCheck>& checks, Delta rows,
                               const QueryEnvironment& environment) {
  const catalog::Object& object = table_of(environment, table);
  TableWrite write;
  for (const DeltaBatch& batch : rows) TRY(check_rows(object, checks, batch, environment.eval));
  TRY(TableView(environment, table).check_unique(rows));
  write.rows = count_rows(rows);
  write.affected = rows;
  write.change = std::move(rows);
  return write;
}

Result<TableWrite> run_insert(const sql::BoundInsert& insert, const QueryEnvironment& environment) {
  TRY(Delta rows, run_query(insert.source, environment));
  TRY(rows, complete_rows(table_of(environment, insert.table), insert.completion, std::move(rows), environment.eval));
  if (insert.on_conflict == sql::ConflictAction::kError) {
    return insert_rows(insert.table, insert.checks, std::move(rows), environment);
  }
  return ConflictingInsert(insert, environment).run(rows);
}

Result<TableWrite> run_update(const sql::BoundUpdate& update, const QueryEnvironment& environment) {
  const catalog::Object& table = table_of(environment, update.table);
  const size_t width = table.columns.size();
  TRY(const Delta pairs, run_query(update.source, environment));
  RowBudget budget(environment, update.table, table);
  DeltaBuilder old_rows(column_types(table));
  DeltaBuilder affected(column_types(table));
  TableWrite write;
  write.reads_table = true;
  for (const DeltaBatch& batch : pairs) {
    const DeltaBatch before = slice(batch, 0, width);
    const DeltaBatch after = slice(batch, width, width);
    TRY(check_rows(table, update.checks, after, environment.eval));
    for (size_t row = 0; row < batch.rows(); ++row) {
      const int64_t copies = budget.take(before, row, batch.weight(row));
      if (copies == 0) continue;
      old_rows.append_row(before, row, copies);
      affected.append_row(after, row, copies);
      write.rows += static_cast<uint64_t>(copies);
    }
  }
  if (write.rows == 0) return write;
  write.before.push_back(old_rows.finish());
  write.after.push_back(affected.finish());
  write.affected = write.after;
  write.change = {write.before.front().negate(), write.after.front()};
  TRY(TableView(environment, update.table).check_unique(write.change));
  return write;
}

Result<TableWrite> run_delete(const sql::BoundDelete& remove, const QueryEnvironment& environment) {
  const catalog::Object& table = table_of(environment, remove.table);
  TRY(const Delta rows, run_query(remove.source, environment));
  RowBudget budget(environment, remove.table, table);
  DeltaBuilder affected(column_types(table));
  TableWrite write;
  write.reads_table = true;
  for (const DeltaBatch& batch : rows) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      const int64_t copies = budget.take(batch, row, batch.weight(row));
      if (copies == 0) continue;
      affected.append_row(batch, row, copies);
      write.rows += static_cast<uint64_t>(copies);
    }
  }
  if (write.rows == 0) return write;
  write.affected.push_back(affected.finish());
  write.change.push_back(write.affected.front().negate());
  return write;
}

Result<TableWrite> run_truncate(ObjectId table, const QueryEnvironment& environment) {
  TableWrite write;
  write.reads_table = true;
  TRY(const Delta rows, TableView(environment, table).all_rows());
  for (const DeltaBatch& batch : rows) write.change.push_back(batch.negate());
  return write;
}

Result<Delta> run_returning(const sql::Returning& returning, const Delta& affected,
                            const QueryEnvironment& environment) {
  TRY(expr::ExprProgram program, expr::ExprProgram::compile(returning.outputs));
  Delta rows;
  for (const DeltaBatch& batch : affected) {
    std::vector<ColumnPtr> results;
    expr::ErrorSink failed;
    program.evaluate(batch, environment.eval, results, failed);
    if (!failed.empty()) return failed.take_first();
    rows.push_back(batch.with_columns(std::move(results)));
  }
  return rows;
}

}  // namespace millrace::engine
