// Names and what they stand for. A CatalogSnapshot is immutable and shared; DDL makes a new one between
// two ticks, so whoever holds one sees a world that does not change under it.
//
// An object's definition is kept as its SQL text (canonical, from the statement) besides the resolved
// form: the text is what survives a restart, is re-bound by a newer binary, and is what SHOW CREATE and
// pg_get_viewdef answer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "types/type_info.h"

namespace millrace::catalog {

struct QualifiedName {
  std::string schema;
  std::string name;
  bool operator==(const QualifiedName&) const = default;
  auto operator<=>(const QualifiedName&) const = default;
};

// Whether INSERT may give an identity column's value itself.
enum class Identity : uint8_t { kNone, kByDefault, kAlways };

struct ColumnDefinition {
  std::string name;
  SqlType type;
  bool not_null = false;
  std::string default_sql;  // empty: none
  std::string comment;
  Identity identity = Identity::kNone;  // its values come from `default_sql`
  std::string generated_sql;            // GENERATED ALWAYS AS (..) STORED; empty: none
};

struct UniqueConstraint {
  std::string name;
  std::vector<uint32_t> columns;
  bool primary = false;
};

struct CheckConstraint {
  std::string name;
  std::string expression_sql;
};

enum class ReferentialAction : uint8_t { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };

struct ForeignKey {
  std::string name;
  std::vector<uint32_t> columns;
  ObjectId referenced;                       // a table; stands in depends_on unless it is the table itself
  std::vector<uint32_t> referenced_columns;  // a key of it, in the order of `columns`
  ReferentialAction on_delete = ReferentialAction::kNoAction;
  ReferentialAction on_update = ReferentialAction::kNoAction;
  bool match_full = false;
};

struct Table {
  std::vector<UniqueConstraint> unique;  // the primary key first; CREATE UNIQUE INDEX makes an Index instead
  std::vector<CheckConstraint> checks;
  std::vector<ForeignKey> foreign_keys;
};

// The text is bound under the search path of its maker, whoever reads it.
struct View {
  std::string query_sql;
  std::vector<std::string> search_path;
};

// What a materialized view's values are read, computed and written under, whoever reads it: its maker's settings when
// it was made. A timestamptz becomes a date in the maker's time zone, at every tick and after every restart.
struct ViewSettings {
  DateStyle date_style = DateStyle::kIso;
  DateOrder date_order = DateOrder::kMdy;
  IntervalStyle interval_style = IntervalStyle::kPostgres;
  std::string time_zone = "UTC";
  bool bytea_hex = true;
  int32_t extra_float_digits = 1;

  static ViewSettings of(const TextContext& context);
  // 22023 when the system no longer knows the time zone.
  Result<TextContext> text_context() const;
};

struct MaterializedView {
  std::string query_sql;
  std::vector<std::string> search_path;
  bool quarantine = false;    // WITH (ON ERROR = 'QUARANTINE')
  std::vector<uint32_t> key;  // the served index's key columns
  bool has_key = false;
  ViewSettings settings = {};
};

enum class GeneratorKind : uint8_t { kCounter, kClock, kAuction, kNexmark, kTpch, kKeyValue, kBank };

struct GeneratorSource {
  GeneratorKind kind;
  uint64_t seed = 42;
  std::optional<double> rate;  // events a second; without: as fast as the engine takes them
  std::optional<uint64_t> max_rows;
  int64_t tick_interval_us = 1'000'000;
  double scale_factor = 0.01;
};

struct KafkaSource {
  ObjectId connection;
  std::string topic;
  std::vector<int64_t> start_offsets;  // empty: earliest
  bool start_latest = false;
  // One column `data jsonb` when the statement named no columns; else each column is decoded by name.
  bool whole_document = false;
};

// A source makes one relation, or several (FOR ALL TABLES): then it has no columns itself and its
// relations are SourceTable objects. Rows are append-only.
struct Source {
  std::variant<GeneratorSource, KafkaSource> from;
};

struct SourceTable {
  ObjectId source;
  uint32_t output;  // which of the generator's outputs
};

struct Connection {
  std::vector<std::string> brokers;
  std::map<std::string, std::string> options;  // allow-listed, by their SQL names
};

struct Secret {
  std::string value;
};

struct Index {
  ObjectId relation;
  std::vector<uint32_t> columns;
  bool unique = false;
};

// Its one row (last_value, log_cnt, is_called) is kept as a table's rows are.
struct Sequence {
  int64_t start = 1;
  int64_t increment = 1;
  int64_t minimum = 1;
  int64_t maximum = INT64_MAX;
  bool cycle = false;
  uint32_t type_oid = oid::kInt8;
  ObjectId owner;             // the table whose column it feeds and with which it goes; 0: none
  uint32_t owner_column = 0;  // place in its columns
};

// pg_class, information_schema.columns, millrace.sources, ...: rows are made at read time by engine/.
struct SystemRelation {};

struct Object {
  ObjectId id;
  QualifiedName name;
  std::string definition_sql;             // the whole CREATE statement, canonical
  std::vector<ColumnDefinition> columns;  // of relations
  std::vector<ObjectId> depends_on;       // ascending
  std::string comment;
  uint64_t created_tick = 0;
  std::variant<Table, View, MaterializedView, Source, SourceTable, Connection, Secret, Index, Sequence, SystemRelation>
      details;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&details);
  }
  // Has columns and can stand in FROM.
  bool is_relation() const;
  // "table", "materialized view", ... as error messages name it.
  std::string_view kind_name() const;
};

using ObjectPtr = std::shared_ptr<const Object>;

// One object as bytes, for the tick log. `types` of columns are stored by oid.
std::string serialize(const Object& object);
Result<Object> deserialize_object(std::string_view bytes);

class CatalogSnapshot {
 public:
  // Empty but for the schemas public, pg_catalog, information_schema, millrace and the system relations
  // (catalog/system_relations.h), which are the same in every snapshot and are not serialized.
  CatalogSnapshot();

  const Object* find(ObjectId id) const;
  const Object* find(const QualifiedName& name) const;
  // First match along the path. Unqualified names see pg_catalog before anything else, as PostgreSQL's do.
  const Object* resolve(std::string_view schema_or_empty, std::string_view name,
                        const std::vector<std::string>& search_path) const;
  bool has_schema(std::string_view name) const;
  const std::map<std::string, ObjectId>& schemas() const { return schemas_; }
  const std::map<ObjectId, ObjectPtr>& objects() const { return objects_; }
  // Objects that name `id` in depends_on, ascending.
  std::vector<ObjectId> dependents(ObjectId id) const;
  // What keeps the rows of a table apart: its constraints (the primary key first), then its unique indexes.
  std::vector<UniqueConstraint> unique_keys(const Object& table) const;
  // The id the next created object gets. Ids are never reused.
  ObjectId next_id() const { return next_id_; }

  // Copies with one change. REQUIRES: the caller has checked names and dependencies.
  std::shared_ptr<const CatalogSnapshot> with_object(Object object) const;  // adds or replaces by id
  std::shared_ptr<const CatalogSnapshot> without_object(ObjectId id) const;
  std::shared_ptr<const CatalogSnapshot> with_schema(std::string name) const;
  std::shared_ptr<const CatalogSnapshot> without_schema(std::string_view name) const;

  std::string serialize() const;
  static Result<std::shared_ptr<const CatalogSnapshot>> deserialize(std::string_view bytes);

 private:
  std::map<std::string, ObjectId> schemas_;
  std::map<ObjectId, ObjectPtr> objects_;
  std::map<QualifiedName, ObjectId> by_name_;
  ObjectId next_id_{16384};
};

using CatalogPtr = std::shared_ptr<const CatalogSnapshot>;

}  // namespace millrace::catalog
