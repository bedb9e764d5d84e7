// information_schema: the SQL standard's view of the catalog.
#include "engine/system/relation_kind.h"
#include "engine/system/system_rows.h"

namespace millrace::engine {
namespace {

void schemata(const SystemContext& context, SystemRowWriter& out) {
  for (const auto& [name, id] : context.catalog->schemas()) {
    out.text("catalog_name", context.database_name)
        .text("schema_name", name)
        .text("schema_owner", "millrace")
        .end_row();
  }
}

const char* table_type(const catalog::Object& object) {
  switch (relation_kind(object)) {
    case 'r': return "BASE TABLE";
    case 'v': return "VIEW";
    case 'm': return "MATERIALIZED VIEW";
    case 'f': return "FOREIGN";
    default: return nullptr;
  }
}

void tables(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, true)) {
    if (table_type(*object) == nullptr) continue;
    out.text("table_catalog", context.database_name)
        .text("table_schema", object->name.schema)
        .text("table_name", object->name.name)
        .text("table_type", table_type(*object))
        .text("is_insertable_into", object->as<catalog::Table>() != nullptr ? "YES" : "NO")
        .text("is_typed", "NO")
        .end_row();
  }
}

void columns(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, true)) {
    if (table_type(*object) == nullptr) continue;
    for (size_t i = 0; i < object->columns.size(); ++i) {
      const catalog::ColumnDefinition& column = object->columns[i];
      const TypeInfo& type = column.type.info();
      out.text("table_catalog", context.database_name)
          .text("table_schema", object->name.schema)
          .text("table_name", object->name.name)
          .text("column_name", column.name)
          .number("ordinal_position", static_cast<int64_t>(i + 1))
          .text("is_nullable", column.not_null ? "NO" : "YES")
          .text("data_type", type.kind == TypeKind::kArray ? "ARRAY" : type.sql_name)
          .text("udt_catalog", context.database_name)
          .text("udt_schema", "pg_catalog")
          .text("udt_name", type.name)
          .text("dtd_identifier", std::to_string(i + 1))
          .text("is_self_referencing", "NO")
          .text("is_identity", "NO")
          .text("is_generated", "NEVER")
          .text("is_updatable", object->as<catalog::Table>() != nullptr ? "YES" : "NO");
      if (!column.default_sql.empty()) out.text("column_default", column.default_sql);
      constexpr int32_t kHeader = 4;  // varchar(n) has the modifier n + 4
      if ((type.oid == oid::kVarchar || type.oid == oid::kBpchar) && column.type.typmod() >= kHeader) {
        out.number("character_maximum_length", column.type.typmod() - kHeader);
      }
      if (type.oid == oid::kInt2 || type.oid == oid::kInt4 || type.oid == oid::kInt8) {
        out.number("numeric_precision", type.length * 8)
            .number("numeric_precision_radix", 2)
            .number("numeric_scale", 0);
      }
      out.end_row();
    }
  }
}

void views(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* view = object->as<catalog::View>();
    if (view == nullptr) continue;
    out.text("table_catalog", context.database_name)
        .text("table_schema", object->name.schema)
        .text("table_name", object->name.name)
        .text("view_definition", view->query_sql)
        .text("check_option", "NONE")
        .text("is_updatable", "NO")
        .text("is_insertable_into", "NO")
        .end_row();
  }
}

void table_constraints(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* table = object->as<catalog::Table>();
    if (table == nullptr) continue;
    const auto add = [&](const std::string& name, const char* type) {
      out.text("constraint_catalog", context.database_name)
          .text("constraint_schema", object->name.schema)
          .text("constraint_name", name)
          .text("table_catalog", context.database_name)
          .text("table_schema", object->name.schema)
          .text("table_name", object->name.name)
          .text("constraint_type", type)
          .text("is_deferrable", "NO")
          .text("initially_deferred", "NO")
          .text("enforced", "YES")
          .end_row();
    };
    for (const catalog::UniqueConstraint& unique : table->unique)
      add(unique.name, unique.primary ? "PRIMARY KEY" : "UNIQUE");
    for (const catalog::CheckConstraint& check : table->checks) add(check.name, "CHECK");
  }
}

void key_column_usage(const SystemContext& context, SystemRowWriter& out) {
  for (const catalog::Object* object : relations_of(*context.catalog, false)) {
    const auto* table = object->as<catalog::Table>();
    if (table == nullptr) continue;
    for (const catalog::UniqueConstraint& unique : table->unique) {
      for (size_t i = 0; i < unique.columns.size(); ++i) {
        out.text("constraint_catalog", context.database_name)
            .text("constraint_schema", object->name.schema)
            .text("constraint_name", unique.name)
            .text("table_catalog", context.database_name)
            .text("table_schema", object->name.schema)
            .text("table_name", object->name.name)
            .text("column_name", object->columns[unique.columns[i]].name)
            .number("ordinal_position", static_cast<int64_t>(i + 1))
            .end_row();
      }
    }
  }
}

void catalog_name(const SystemContext& context, SystemRowWriter& out) {
  out.text("catalog_name", context.database_name).end_row();
}

}  // namespace

void add_information_schema(std::map<std::string, SystemProducer>& producers) {
  producers["information_schema.columns"] = columns;
  producers["information_schema.information_schema_catalog_name"] = catalog_name;
  producers["information_schema.key_column_usage"] = key_column_usage;
  producers["information_schema.schemata"] = schemata;
  producers["information_schema.table_constraints"] = table_constraints;
  producers["information_schema.tables"] = tables;
  producers["information_schema.views"] = views;
}

}  // namespace millrace::engine
