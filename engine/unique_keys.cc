#include "engine/unique_keys.h"

#include <unordered_map>

#include "types/type_info.h"

namespace millrace::engine {
namespace {

class WeightSum final : public storage::MatchSink {
 public:
  void on_matches(std::span<const storage::Match> matches) override {
    for (const storage::Match& match : matches) sum += match.weight;
  }
  int64_t sum = 0;
};

DeltaBatch project(const DeltaBatch& batch, const storage::KeyColumns& columns) {
  std::vector<ColumnPtr> kept;
  for (const ColumnIndex column : columns) kept.push_back(batch.column_ptr(column.value()));
  return batch.with_columns(std::move(kept));
}

// The names of a key's columns and the values a row has there, as errors show them.
std::pair<std::string, std::string> key_text(const catalog::Object& table, const storage::KeyColumns& columns,
                                             const DeltaBatch& batch, size_t row) {
  std::pair<std::string, std::string> out;
  auto& [names, values] = out;
  for (const ColumnIndex column : columns) {
    const Column& source = batch.column(column.value());
    if (!names.empty()) {
      names += ", ";
      values += ", ";
    }
    names += table.columns[column.value()].name;
    source.type().info().format(source.slot(row), source.type(), TextContext{}, values);
  }
  return out;
}

SqlError violation(const catalog::Object& table, const std::string& constraint, const storage::KeyColumns& columns,
                   const DeltaBatch& batch, size_t row) {
  const auto [names, values] = key_text(table, columns, batch, row);
  return SqlError(sqlstate::kUniqueViolation, "duplicate key value violates unique constraint \"" + constraint + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") already exists.")
      .with_constraint(constraint)
      .with_table(table.name.name);
}

// What a change does to one key, all rows of the key taken together: an UPDATE takes and gives.
struct KeyChange {
  std::string key;
  int64_t net;
  const DeltaBatch* batch;  // the last row that is added, for the error
  size_t row;
};

// By hash of the key; rows with NULL in the key are left out: they equal nothing.
std::unordered_multimap<uint64_t, KeyChange> net_by_key(const Delta& delta, const storage::KeyColumns& columns) {
  std::vector<SqlType> key_types;
  for (const ColumnIndex column : columns) key_types.push_back(delta.front().column(column.value()).type());
  const RowLayout key_layout(key_types);
  const storage::KeyColumns all = storage::first_columns(key_types.size());
  std::unordered_multimap<uint64_t, KeyChange> changes;
  for (const DeltaBatch& batch : delta) {
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, columns);
    const DeltaBatch keys = project(batch, columns);
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (storage::key_has_null(batch, row, columns)) continue;
      auto [found, end] = changes.equal_range(hashes[row]);
      while (found != end && !storage::keys_equal(keys, row, all, key_layout, found->second.key, all)) ++found;
      if (found == end) {
        changes.emplace(hashes[row], KeyChange{key_layout.pack(keys, row), batch.weight(row), &batch, row});
        continue;
      }
      found->second.net += batch.weight(row);
      if (batch.weight(row) > 0) {
        found->second.batch = &batch;
        found->second.row = row;
      }
    }
  }
  return changes;
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

Status UniqueKeys::add(const std::string& name, const std::vector<uint32_t>& columns, TickId tick) {
  Constraint constraint = make(name, columns, /*primary=*/false);
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

void UniqueKeys::remove(std::string_view name) {
  std::erase_if(constraints_, [&](const Constraint& constraint) { return constraint.name == name; });
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
