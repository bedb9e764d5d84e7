// pg_catalog: what psql's backslash commands, drivers and tools ask for.
#include "engine/catalog_names.h"
#include "engine/system/relation_kind.h"
#include "engine/system/system_rows.h"

namespace millrace::engine {
namespace {

constexpr std::string_view kOwner = "millrace";

// The indexes of a relation: constraints' first, then those created by name.
struct IndexView {
  uint32_t oid;
  std::string name;
  std::vector<uint32_t> columns;
  bool unique;
  bool primary;
  bool is_constraint;
};

std::vector<IndexView> indexes_of(const catalog::CatalogSnapshot& catalog, const catalog::Object& relation) {
  std::vector<IndexView> result;
  if (const auto* table = relation.as<catalog::Table>()) {
    for (size_t i = 0; i < table->unique.size(); ++i) {
      const catalog::UniqueConstraint& unique = table->unique[i];
      result.push_back({constraint_oid(relation.id, i), unique.name, unique.columns, true, unique.primary, true});
    }
  }
  for (const ObjectId dependent : catalog.dependents(relation.id)) {
    const catalog::Object* object = catalog.find(dependent);
    const auto* index = object->as<catalog::Index>();
    if (index == nullptr || index->relation != relation.id) continue;
    result.push_back({object->id.value(), object->name.name, index->columns, index->unique, false, false});
  }
  return result;
}

void pg_namespace(const SystemContext& context, SystemRowWriter& out) {
  for (const auto& [name, id] : context.catalog->schemas()) {
    out.number("oid", id.value()).text("nspname", name).number("nspowner", kOwnerOid).end_row();
  }
}

void add_class(const SystemContext& context, SystemRowWriter& out, const catalog::Object& object) {
  const Relation* relation = context.world->find(object.id);
  const bool populated = relation == nullptr || relation->readiness() == Readiness::kReady;
  const auto rows =
      relation != nullptr && relation->rows() != nullptr ? static_cast<double>(relation->rows()->row_count()) : -1.0;
  const auto* table = object.as<catalog::Table>();
  out.number("oid", object.id.value())
      .text("relname", object.name.name)
      .number("relnamespace", schema_oid(*context.catalog, object.name.schema))
      .number("reltype", 0)
      .number("reloftype", 0)
      .number("relowner", kOwnerOid)
      .number("relam", is_served(object) ? 2 : 0)
      .number("relfilenode", object.id.value())
      .number("reltablespace", 0)
      .number("relpages", 0)
      .real("reltuples", rows)
      .number("relallvisible", 0)
      .number("reltoastrelid", 0)
      .boolean("relhasindex", !indexes_of(*context.catalog, object).empty())
      .boolean("relisshared", false)
      .text("relpersistence", "p")
      .text("relkind", std::string(1, relation_kind(object)))
      .number("relnatts", static_cast<int64_t>(object.columns.size()))
      .number("relchecks", table != nullptr ? static_cast<int64_t>(table->checks.size()) : 0)
      .boolean("relhasrules", false)
      .boolean("relhastriggers", false)
      .boolean("relhassubclass", false)
      .boolean("relrowsecurity", false)
      .boolean("relforcerowsecurity", false)
      .boolean("relispopulated", populated)
      .text("relreplident", "d")
      .boolean("relispartition", false)
      .number("relrewrite", 0)
      .number("relfrozenxid", 0)
      .number("relminmxid", 0)
      .end_row();
}

void pg_class(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, true)) {
    add_class(context, out, *object);
    for (const IndexView& index : indexes_of(*context.catalog, *object)) {
      if (!index.is_constraint) continue;  // The others are objects of their own.
      out.number("oid", index.oid)
          .text("relname", index.name)
          .number("relnamespace", schema_oid(*context.catalog, object->name.schema))
          .number("relowner", kOwnerOid)
          .number("relam", 403)
          .number("reltype", 0)
          .number("reloftype", 0)
          .number("reltablespace", 0)
          .number("reltoastrelid", 0)
          .text("relpersistence", "p")
          .text("relkind", "i")
          .number("relnatts", static_cast<int64_t>(index.columns.size()))
          .number("relchecks", 0)
          .boolean("relhasindex", false)
          .boolean("relhasrules", false)
          .boolean("relhastriggers", false)
          .boolean("relrowsecurity", false)
          .boolean("relforcerowsecurity", false)
          .boolean("relispopulated", true)
          .text("relreplident", "n")
          .boolean("relispartition", false)
          .end_row();
    }
  }
}

void add_attribute(SystemRowWriter& out, uint32_t relation, const catalog::ColumnDefinition& column, size_t number) {
  const TypeInfo& type = column.type.info();
  out.number("attrelid", relation)
      .text("attname", column.name)
      .number("atttypid", type.oid)
      .number("attstattarget", -1)
      .number("attlen", type.length)
      .number("attnum", static_cast<int64_t>(number))
      .number("attndims", type.kind == TypeKind::kArray ? 1 : 0)
      .number("attcacheoff", -1)
      .number("atttypmod", column.type.typmod())
      .boolean("attbyval", type.length > 0 && type.length <= 8)
      .text("attalign", "i")
      .text("attstorage", type.length > 0 ? "p" : "x")
      .text("attcompression", "")
      .boolean("attnotnull", column.not_null)
      .boolean("atthasdef", !column.default_sql.empty())
      .boolean("atthasmissing", false)
      .text("attidentity", "")
      .text("attgenerated", "")
      .boolean("attisdropped", false)
      .boolean("attislocal", true)
      .number("attinhcount", 0)
      .number("attcollation", type.category == 'S' ? 100 : 0)
      .end_row();
}

void pg_attribute(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, true)) {
    for (size_t i = 0; i < object->columns.size(); ++i)
      add_attribute(out, object->id.value(), object->columns[i], i + 1);
    for (const IndexView& index : indexes_of(*context.catalog, *object)) {
      for (size_t i = 0; i < index.columns.size(); ++i) {
        add_attribute(out, index.oid, object->columns[index.columns[i]], i + 1);
      }
    }
  }
}

void pg_attrdef(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    for (size_t i = 0; i < object->columns.size(); ++i) {
      if (object->columns[i].default_sql.empty()) continue;
      out.number("oid", constraint_oid(object->id, 32 + i % 32))
          .number("adrelid", object->id.value())
          .number("adnum", static_cast<int64_t>(i + 1))
          .text("adbin", object->columns[i].default_sql)
          .end_row();
    }
  }
}

void pg_index(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    for (const IndexView& index : indexes_of(*context.catalog, *object)) {
      const auto columns = static_cast<int64_t>(index.columns.size());
      out.number("indexrelid", index.oid)
          .number("indrelid", object->id.value())
          .number("indnatts", columns)
          .number("indnkeyatts", columns)
          .boolean("indisunique", index.unique)
          .boolean("indnullsnotdistinct", false)
          .boolean("indisprimary", index.primary)
          .boolean("indisexclusion", false)
          .boolean("indimmediate", true)
          .boolean("indisclustered", false)
          .boolean("indisvalid", true)
          .boolean("indcheckxmin", false)
          .boolean("indisready", true)
          .boolean("indislive", true)
          .boolean("indisreplident", false)
          .parsed("indkey", key_array(index.columns))
          .end_row();
    }
  }
}

void pg_constraint(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* table = object->as<catalog::Table>();
    if (table == nullptr) continue;
    const auto begin = [&](uint32_t oid, const std::string& name, const char* type) -> SystemRowWriter& {
      return out.number("oid", oid)
          .text("conname", name)
          .number("connamespace", schema_oid(*context.catalog, object->name.schema))
          .text("contype", type)
          .boolean("condeferrable", false)
          .boolean("condeferred", false)
          .boolean("convalidated", true)
          .number("conrelid", object->id.value())
          .number("contypid", 0)
          .number("conparentid", 0)
          .number("confrelid", 0)
          .boolean("conislocal", true)
          .number("coninhcount", 0)
          .boolean("connoinherit", true);
    };
    for (size_t i = 0; i < table->unique.size(); ++i) {
      const catalog::UniqueConstraint& unique = table->unique[i];
      const uint32_t oid = constraint_oid(object->id, i);
      begin(oid, unique.name, unique.primary ? "p" : "u")
          .number("conindid", oid)
          .parsed("conkey", key_array(unique.columns))
          .end_row();
    }
    for (size_t i = 0; i < table->checks.size(); ++i) {
      begin(constraint_oid(object->id, table->unique.size() + i), table->checks[i].name, "c")
          .number("conindid", 0)
          .text("conbin", table->checks[i].expression_sql)
          .end_row();
    }
  }
}

void pg_type(const SystemContext& context, SystemRowWriter& out) {
  for (const TypeInfo* type : all_types()) {
    out.number("oid", type->oid)
        .text("typname", type->name)
        .number("typnamespace", schema_oid(*context.catalog, "pg_catalog"))
        .number("typowner", kOwnerOid)
        .number("typlen", type->length)
        .boolean("typbyval", type->length > 0 && type->length <= 8)
        .text("typtype", type->kind == TypeKind::kArray ? "b" : std::string(1, static_cast<char>(type->kind)))
        .text("typcategory", std::string(1, type->category))
        .boolean("typispreferred", type->preferred)
        .boolean("typisdefined", true)
        .text("typdelim", ",")
        .number("typrelid", 0)
        .number("typelem", type->element != nullptr ? type->element->oid : 0)
        .number("typarray", type->array_oid)
        .text("typalign", "i")
        .text("typstorage", type->length > 0 ? "p" : "x")
        .boolean("typnotnull", false)
        .number("typbasetype", 0)
        .number("typtypmod", -1)
        .number("typndims", 0)
        .number("typcollation", type->category == 'S' ? 100 : 0)
        .end_row();
  }
}

void pg_database(const SystemContext& context, SystemRowWriter& out) {
  out.number("oid", kDatabaseOid)
      .text("datname", context.database_name)
      .number("datdba", kOwnerOid)
      .number("encoding", 6)
      .text("datlocprovider", "c")
      .boolean("datistemplate", false)
      .boolean("datallowconn", true)
      .number("datconnlimit", -1)
      .number("dattablespace", 1663)
      .text("datcollate", "C")
      .text("datctype", "C.UTF-8")
      .end_row();
}

void pg_roles(const SystemContext&, SystemRowWriter& out) {
  out.number("oid", kOwnerOid)
      .text("rolname", kOwner)
      .boolean("rolsuper", true)
      .boolean("rolinherit", true)
      .boolean("rolcreaterole", true)
      .boolean("rolcreatedb", true)
      .boolean("rolcanlogin", true)
      .boolean("rolreplication", true)
      .boolean("rolbypassrls", true)
      .number("rolconnlimit", -1)
      .end_row();
}

void pg_user(const SystemContext&, SystemRowWriter& out) {
  out.text("usename", kOwner)
      .number("usesysid", kOwnerOid)
      .boolean("usecreatedb", true)
      .boolean("usesuper", true)
      .boolean("userepl", true)
      .boolean("usebypassrls", true)
      .text("passwd", "********")
      .end_row();
}

void pg_am(const SystemContext&, SystemRowWriter& out) {
  out.number("oid", 2).text("amname", "heap").text("amtype", "t").end_row();
  out.number("oid", 403).text("amname", "btree").text("amtype", "i").end_row();
  out.number("oid", 405).text("amname", "hash").text("amtype", "i").end_row();
}

void pg_tablespace(const SystemContext&, SystemRowWriter& out) {
  out.number("oid", 1663).text("spcname", "pg_default").number("spcowner", kOwnerOid).end_row();
}

void pg_language(const SystemContext&, SystemRowWriter& out) {
  out.number("oid", 12).text("lanname", "internal").number("lanowner", kOwnerOid).boolean("lanispl", false).end_row();
  out.number("oid", 14).text("lanname", "sql").number("lanowner", kOwnerOid).boolean("lanispl", false).end_row();
}

void pg_description(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    if (!object->comment.empty()) {
      out.number("objoid", object->id.value())
          .number("classoid", 1259)
          .number("objsubid", 0)
          .text("description", object->comment)
          .end_row();
    }
    for (size_t i = 0; i < object->columns.size(); ++i) {
      if (object->columns[i].comment.empty()) continue;
      out.number("objoid", object->id.value())
          .number("classoid", 1259)
          .number("objsubid", static_cast<int64_t>(i + 1))
          .text("description", object->columns[i].comment)
          .end_row();
    }
  }
}

void pg_tables(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, true)) {
    if (relation_kind(*object) != 'r') continue;
    out.text("schemaname", object->name.schema)
        .text("tablename", object->name.name)
        .text("tableowner", kOwner)
        .boolean("hasindexes", !indexes_of(*context.catalog, *object).empty())
        .boolean("hasrules", false)
        .boolean("hastriggers", false)
        .boolean("rowsecurity", false)
        .end_row();
  }
}

void pg_views(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* view = object->as<catalog::View>();
    if (view == nullptr) continue;
    out.text("schemaname", object->name.schema)
        .text("viewname", object->name.name)
        .text("viewowner", kOwner)
        .text("definition", view->query_sql)
        .end_row();
  }
}

void pg_matviews(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* view = object->as<catalog::MaterializedView>();
    if (view == nullptr) continue;
    const Relation* relation = context.world->find(object->id);
    out.text("schemaname", object->name.schema)
        .text("matviewname", object->name.name)
        .text("matviewowner", kOwner)
        .boolean("hasindexes", !indexes_of(*context.catalog, *object).empty())
        .boolean("ispopulated", relation != nullptr && relation->readiness() == Readiness::kReady)
        .text("definition", view->query_sql)
        .end_row();
  }
}

void pg_indexes(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    for (const IndexView& index : indexes_of(*context.catalog, *object)) {
      out.text("schemaname", object->name.schema)
          .text("tablename", object->name.name)
          .text("indexname", index.name)
          .text("indexdef", index_definition(*object, index.name, index.columns, index.unique))
          .end_row();
    }
  }
}

void pg_settings(const SystemContext& context, SystemRowWriter& out) {
  for (const SessionSettings::Row& row : context.settings.rows()) {
    out.text("name", row.name)
        .text("setting", row.value)
        .text("category", "Client Connection Defaults")
        .text("short_desc", row.description)
        .text("context", "user")
        .text("vartype", "string")
        .text("source", "default")
        .boolean("pending_restart", false)
        .end_row();
  }
}

void pg_depend(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    for (const ObjectId below : object->depends_on) {
      out.number("classid", 1259)
          .number("objid", object->id.value())
          .number("objsubid", 0)
          .number("refclassid", 1259)
          .number("refobjid", below.value())
          .number("refobjsubid", 0)
          .text("deptype", "n")
          .end_row();
    }
  }
}

}  // namespace

void add_pg_catalog(std::map<std::string, SystemProducer>& producers) {
  const std::pair<const char*, SystemProducer> relations[] = {
      {"pg_am", pg_am},
      {"pg_attrdef", pg_attrdef},
      {"pg_attribute", pg_attribute},
      {"pg_authid", pg_roles},
      {"pg_class", pg_class},
      {"pg_constraint", pg_constraint},
      {"pg_database", pg_database},
      {"pg_depend", pg_depend},
      {"pg_description", pg_description},
      {"pg_index", pg_index},
      {"pg_indexes", pg_indexes},
      {"pg_language", pg_language},
      {"pg_matviews", pg_matviews},
      {"pg_namespace", pg_namespace},
      {"pg_roles", pg_roles},
      {"pg_settings", pg_settings},
      {"pg_shadow", pg_user},
      {"pg_tables", pg_tables},
      {"pg_tablespace", pg_tablespace},
      {"pg_type", pg_type},
      {"pg_user", pg_user},
      {"pg_views", pg_views},
  };
  for (const auto& [name, producer] : relations) producers[std::string("pg_catalog.") + name] = producer;
}

}  // namespace millrace::engine
