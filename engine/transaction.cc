#include "engine/transaction.h"

namespace millrace::engine {

Savepoint Transaction::save(std::string name, SettingsSnapshot settings) const {
  Savepoint savepoint{
      .name = std::move(name), .marks = {}, .ddl = ddl.size(), .catalog = catalog, .settings = std::move(settings)};
  for (const auto& [table, changes] : writes) savepoint.marks[table] = changes.mark();
  return savepoint;
}

void Transaction::rewind(size_t savepoint) {
  const Savepoint& to = savepoints[savepoint];
  for (auto& [table, changes] : writes) {
    const auto mark = to.marks.find(table);
    changes.rewind(mark == to.marks.end() ? 0 : mark->second);
  }
  std::erase_if(writes, [](const auto& entry) { return entry.second.empty(); });
  ddl.resize(to.ddl);
  catalog = to.catalog;
  savepoints.resize(savepoint + 1);
}

Result<size_t> Transaction::find_savepoint(const std::string& name) const {
  for (size_t i = savepoints.size(); i > 0; --i) {
    if (savepoints[i - 1].name == name) return i - 1;
  }
  return SqlError(sqlstate::kInvalidSavepointSpecification, "savepoint \"" + name + "\" does not exist");
}

}  // namespace millrace::engine
