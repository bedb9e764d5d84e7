#include "engine/unique_keys.h"

#include <algorithm>

#include "engine/key_changes.h"

namespace millrace::engine {
namespace {

class WeightSum final : public storage::MatchSink {
 public:
  void on_matches(std::span<const storage::Match> matches) override {
    for (const storage::Match& match : matches) sum += match.weight;
  }
  int64_t sum = 0;
};

SqlError violation(const catalog::Object& table, const std::string& constraint, const storage::KeyColumns& columns,
                   const DeltaBatch& batch, size_t row) {
  const auto [names, values] = key_text(table, columns, batch, row);
  return SqlError(sqlstate::kUniqueViolation, "duplicate key value violates unique constraint \"" + constraint + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") already exists.")
      .with_constraint(constraint)
      .with_table(table.name.name);
}

}  // namespace

UniqueKeys::UniqueKeys(const catalog::Object& table, const storage::ServedIndex& rows) : table_(table), rows_(rows) {
  for (const catalog::UniqueConstraint& unique : table.as<catalog::Table>()->unique) {
    constraints_.push_back(make(unique.name, unique.columns, unique.primary));
  }
}

UniqueKeys::Constraint UniqueKeys::make(const std::string& name, const std::vector<uint32_t>& columns, bool primary) {
  Constraint constraint;
  constraint.name = name;
  std::vector<SqlType> types;
  for (const uint32_t column : columns) {
    constraint.columns.emplace_back(column);
    types.push_back(table_.columns[column].type);
  }
  if (!primary) {
    constraint.keys.emplace(ArrangementId((uint64_t{table_.id.value()} << 32) | ++arrangements_made_), RowLayout(types),
                            storage::first_columns(types.size()), storage::NullKeys::kSkip);
  }
  return constraint;
}

Status UniqueKeys::add(const catalog::Object& index, TickId tick) {
  const std::string& name = index.name.name;
  Constraint constraint = make(name, index.as<catalog::Index>()->columns, /*primary=*/false);
  constraint.index = index.id;
  storage::ServedIndex::Scan scan(rows_, tick);
  for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
    const Delta rows{batch};
    for (const auto& [hash, change] : net_by_key(rows, constraint.columns)) {
      if (rows_with_key(constraint, *change.batch, change.row, hash) + change.net <= 1) continue;
      const auto [names, values] = key_text(table_, constraint.columns, *change.batch, change.row);
      return SqlError(sqlstate::kUniqueViolation, "could not create unique index \"" + name + "\"")
          .with_detail("Key (" + names + ")=(" + values + ") is duplicated.")
          .with_constraint(name)
          .with_table(table_.name.name);
    }
    constraint.keys->apply(project(batch, constraint.columns));
  }
  constraints_.push_back(std::move(constraint));
  return {};
}

bool UniqueKeys::has(ObjectId index) const {
  return std::any_of(constraints_.begin(), constraints_.end(), [&](const Constraint& c) { return c.index == index; });
}

std::optional<UniqueKeys::Constraint> UniqueKeys::take(ObjectId index) {
  const auto found =
      std::find_if(constraints_.begin(), constraints_.end(), [&](const Constraint& c) { return c.index == index; });
  if (found == constraints_.end()) return std::nullopt;
  Constraint taken = std::move(*found);
  constraints_.erase(found);
  return taken;
}

std::string UniqueKeys::rename(ObjectId index, std::string name) {
  for (Constraint& constraint : constraints_) {
    if (constraint.index == index) constraint.name.swap(name);
  }
  return name;
}

int64_t UniqueKeys::rows_with_key(const Constraint& constraint, const DeltaBatch& batch, size_t row,
                                  uint64_t hash) const {
  if (constraint.keys) {
    WeightSum sum;
    constraint.keys->find_one(batch, row, constraint.columns, hash, sum);
    return sum.sum;
  }
  int64_t sum = 0;
  rows_.find_newest(batch, row, constraint.columns, hash, [&](const storage::ServedRow& found) {
    sum += found.weight;
    return true;
  });
  return sum;
}

Status UniqueKeys::check(const Delta& delta) const {
  if (delta.empty()) return {};
  for (const Constraint& constraint : constraints_) {
    for (const auto& [hash, change] : net_by_key(delta, constraint.columns)) {
      if (change.net <= 0) continue;
      if (rows_with_key(constraint, *change.batch, change.row, hash) + change.net > 1) {
        return violation(table_, constraint.name, constraint.columns, *change.batch, change.row);
      }
    }
  }
  return {};
}

Status UniqueKeys::check_at(const catalog::Object& table, const storage::ServedIndex* rows, TickId tick,
                            const TableChanges* own_writes, const Delta& delta) {
  for (const catalog::UniqueConstraint& unique : table.as<catalog::Table>()->unique) {
    if (!unique.primary) continue;
    storage::KeyColumns columns;
    for (const uint32_t column : unique.columns) columns.emplace_back(column);
    for (const auto& [hash, change] : net_by_key(delta, columns)) {
      if (change.net <= 0) continue;
      int64_t sum = change.net;
      if (own_writes != nullptr) {
        own_writes->find(*change.batch, change.row, columns, columns,
                         [&](PackedRow, int64_t weight) { sum += weight; });
      }
      if (rows != nullptr) {
        rows->find(tick, *change.batch, change.row, columns, hash, [&](const storage::ServedRow& found) {
          sum += found.weight;
          return true;
        });
      }
      if (sum > 1) return violation(table, unique.name, columns, *change.batch, change.row);
    }
  }
  return {};
}

void UniqueKeys::apply(const Delta& delta) {
  for (Constraint& constraint : constraints_) {
    if (!constraint.keys) continue;
    for (const DeltaBatch& batch : delta) constraint.keys->apply(project(batch, constraint.columns));
  }
}

}  // namespace millrace::engine
