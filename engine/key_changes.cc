#include "engine/key_changes.h"

#include "types/type_info.h"

namespace millrace::engine {

DeltaBatch project(const DeltaBatch& batch, const storage::KeyColumns& columns) {
  std::vector<ColumnPtr> kept;
  for (const ColumnIndex column : columns) kept.push_back(batch.column_ptr(column.value()));
  return batch.with_columns(std::move(kept));
}

KeyChanges net_by_key(const Delta& delta, const storage::KeyColumns& columns) {
  std::vector<SqlType> key_types;
  for (const ColumnIndex column : columns) key_types.push_back(delta.front().column(column.value()).type());
  const RowLayout key_layout(key_types);
  const storage::KeyColumns all = storage::first_columns(key_types.size());
  KeyChanges changes;
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

}  // namespace millrace::engine
