#include "engine/alter_table.h"

#include <algorithm>

#include "engine/foreign_keys.h"
#include "engine/row_checks.h"
#include "engine/row_completion.h"

namespace millrace::engine {
namespace {

// As PostgreSQL words it where the row was there before the constraint.
SqlError of_existing_rows(const SqlError& error, const catalog::Object& table) {
  if (error.state() == sqlstate::kNotNullViolation) {
    return SqlError(error.state(),
                    "column \"" + error.column() + "\" of relation \"" + table.name.name + "\" contains null values")
        .with_table(table.name.name)
        .with_column(error.column());
  }
  if (error.state() == sqlstate::kCheckViolation) {
    return SqlError(error.state(), "check constraint \"" + error.constraint() + "\" of relation \"" + table.name.name +
                                       "\" is violated by some row")
        .with_table(table.name.name)
        .with_constraint(error.constraint());
  }
  return error;
}

Status check_existing(const sql::BoundAlterTable& alter, const Delta& rows, const QueryEnvironment& env,
                      std::set<ObjectId>& looked_at) {
  for (const DeltaBatch& batch : rows) {
    if (Status fits = check_rows(alter.object, alter.checks, batch, env.eval); !fits) {
      return of_existing_rows(fits.error(), alter.object);
    }
  }
  return check_references(alter.object, rows, env, looked_at);
}

// What named the old table names the new one.
void redirect(catalog::Object& object, ObjectId from, ObjectId to) {
  for (ObjectId& id : object.depends_on) {
    if (id == from) id = to;
  }
  std::sort(object.depends_on.begin(), object.depends_on.end());
  if (auto* index = std::get_if<catalog::Index>(&object.details); index != nullptr && index->relation == from) {
    index->relation = to;
  }
  if (auto* sequence = std::get_if<catalog::Sequence>(&object.details);
      sequence != nullptr && sequence->owner == from) {
    sequence->owner = to;
  }
  if (auto* table = std::get_if<catalog::Table>(&object.details)) {
    for (catalog::ForeignKey& key : table->foreign_keys) {
      if (key.referenced == from) key.referenced = to;
    }
  }
}

}  // namespace

Result<Alteration> alter_table(const sql::BoundAlterTable& alter, const QueryEnvironment& environment,
                               const std::function<ObjectId()>& allocate_id) {
  Alteration out;
  out.table = alter.table;
  out.step.change.dropped = alter.dropped;
  Delta rows;
  if (alter.rows) {
    out.looked_at.insert(alter.table);
    TRY(rows, run_query(*alter.rows, environment));
    TRY(rows, complete_rows(alter.object, alter.completion, std::move(rows), environment.eval));
    TRY(check_existing(alter, rows, environment, out.looked_at));
  }
  if (!alter.rewrites) {
    out.step.change.created.push_back(alter.object);
    return out;
  }
  out.table = allocate_id();
  std::vector<catalog::Object> objects{alter.object};
  objects[0].id = out.table;
  for (catalog::Object other : alter.others) {
    if (other.as<catalog::Index>() != nullptr) {
      out.step.change.dropped.push_back(other.id);
      other.id = allocate_id();
    }
    objects.push_back(std::move(other));
  }
  for (catalog::Object& object : objects) redirect(object, alter.table, out.table);
  out.step.change.dropped.push_back(alter.table);
  out.step.change.created = std::move(objects);
  out.write.emplace();
  out.write->change = std::move(rows);
  return out;
}

}  // namespace millrace::engine
