// Rows of the relations that describe the system: pg_class, information_schema.columns, millrace.sources.
//
// Each relation is made at read time by one function, in a file of its family; system_rows.cc lists them by
// name. A relation whose columns are catalogued (catalog/system_relations.h) but that has no function here
// is empty, which is the truth for what does not exist in this server (triggers, policies, ...).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "catalog/catalog.h"
#include "engine/database.h"
#include "engine/session.h"
#include "engine/session_settings.h"
#include "types/delta_batch.h"
#include "types/value.h"

namespace millrace::engine {

// What a relation's rows may be made from.
struct SystemContext {
  Database& database;
  WorldPtr world;
  catalog::CatalogPtr catalog;
  const SessionSettings& settings;
  std::string user;
  std::string database_name;
  TextContext text;
};

// Appends rows by column name: what is not named is NULL.
class SystemRowWriter {
 public:
  explicit SystemRowWriter(const catalog::Object& relation);

  SystemRowWriter& text(std::string_view column, std::string_view value);
  SystemRowWriter& number(std::string_view column, int64_t value);
  SystemRowWriter& real(std::string_view column, double value);
  SystemRowWriter& boolean(std::string_view column, bool value);
  // In the column's own type, read from its text form.
  SystemRowWriter& parsed(std::string_view column, std::string_view value);
  void end_row();

  Delta finish();

 private:
  const catalog::Object& relation_;
  std::map<std::string, size_t, std::less<>> columns_;
  std::vector<std::optional<Value>> row_;
  DeltaBuilder builder_;
  Delta rows_;
};

using SystemProducer = std::function<void(const SystemContext&, SystemRowWriter&)>;

class SystemRows {
 public:
  SystemRows();
  Result<Delta> rows(const catalog::Object& relation, const SystemContext& context) const;

 private:
  std::map<std::string, SystemProducer> producers_;  // by "schema.name"
};

// The families.
void add_pg_catalog(std::map<std::string, SystemProducer>& producers);
void add_information_schema(std::map<std::string, SystemProducer>& producers);
void add_millrace_relations(std::map<std::string, SystemProducer>& producers);
void add_sessions(std::map<std::string, SystemProducer>& producers);

// What SystemRowWriter::parsed() reads a moment from.
std::string timestamptz_text(WallTime time);

}  // namespace millrace::engine
