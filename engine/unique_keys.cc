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

}  // namespace

UniqueKeys::UniqueKeys(const catalog::Object& table, const storage::ServedIndex& rows)
    : table_(table.name.name), rows_(rows) {
  for (const catalog::ColumnDefinition& column : table.columns) column_names_.push_back(column.name);
  uint64_t part = 1;
  for (const catalog::UniqueConstraint& unique : table.as<catalog::Table>()->unique) {
    Constraint& constraint = constraints_.emplace_back();
    constraint.name = unique.name;
    std::vector<SqlType> types;
    for (const uint32_t column : unique.columns) {
      constraint.columns.emplace_back(column);
      types.push_back(table.columns[column].type);
    }
    if (unique.primary) continue;
    constraint.keys.emplace(ArrangementId((uint64_t{table.id.value()} << 32) | part++), RowLayout(types),
                            storage::first_columns(types.size()), storage::NullKeys::kSkip);
  }
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

SqlError UniqueKeys::violation(const Constraint& constraint, const DeltaBatch& batch, size_t row) const {
  std::string names;
  std::string values;
  for (const ColumnIndex column : constraint.columns) {
    const Column& source = batch.column(column.value());
    if (!names.empty()) {
      names += ", ";
      values += ", ";
    }
    names += column_names_[column.value()];
    source.type().info().format(source.slot(row), source.type(), TextContext{}, values);
  }
  return SqlError(sqlstate::kUniqueViolation,
                  "duplicate key value violates unique constraint \"" + constraint.name + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") already exists.")
      .with_constraint(constraint.name)
      .with_table(table_);
}

Status UniqueKeys::check(const Delta& delta) const {
  for (const Constraint& constraint : constraints_) TRY(check(constraint, delta));
  return {};
}

Status UniqueKeys::check(const Constraint& constraint, const Delta& delta) const {
  std::vector<SqlType> key_types;
  for (const ColumnIndex column : constraint.columns) key_types.push_back(delta.front().column(column.value()).type());
  const RowLayout key_layout(key_types);
  const storage::KeyColumns all = storage::first_columns(key_types.size());

  // What the change does to each key, all rows of the key taken together: an UPDATE takes and gives.
  struct KeyChange {
    std::string key;
    int64_t net;
    const DeltaBatch* batch;
    size_t row;
    uint64_t hash;
  };
  std::unordered_multimap<uint64_t, KeyChange> changes;
  for (const DeltaBatch& batch : delta) {
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, constraint.columns);
    const DeltaBatch keys = project(batch, constraint.columns);
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (storage::key_has_null(batch, row, constraint.columns)) continue;
      const auto [begin, end] = changes.equal_range(hashes[row]);
      auto found = begin;
      while (found != end && !storage::keys_equal(keys, row, all, key_layout, found->second.key, all)) ++found;
      if (found != end) {
        found->second.net += batch.weight(row);
        if (batch.weight(row) > 0) found->second.batch = &batch, found->second.row = row;
      } else {
        changes.emplace(hashes[row],
                        KeyChange{key_layout.pack(keys, row), batch.weight(row), &batch, row, hashes[row]});
      }
    }
  }
  for (const auto& [hash, change] : changes) {
    if (change.net <= 0) continue;
    if (rows_with_key(constraint, *change.batch, change.row, hash) + change.net > 1) {
      return violation(constraint, *change.batch, change.row);
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
