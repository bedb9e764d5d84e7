#include <fmt/format.h>

#include <algorithm>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

using catalog::Object;

struct Kind {
  ast::ObjectKind kind;
  std::string_view name;  // as messages say it
  std::string_view tag;
};
constexpr Kind kKinds[] = {
    {ast::ObjectKind::kTable, "table", "DROP TABLE"},
    {ast::ObjectKind::kView, "view", "DROP VIEW"},
    {ast::ObjectKind::kMaterializedView, "materialized view", "DROP MATERIALIZED VIEW"},
    {ast::ObjectKind::kIndex, "index", "DROP INDEX"},
    {ast::ObjectKind::kSequence, "sequence", "DROP SEQUENCE"},
    {ast::ObjectKind::kSource, "source", "DROP SOURCE"},
    {ast::ObjectKind::kConnection, "connection", "DROP CONNECTION"},
    {ast::ObjectKind::kSecret, "secret", "DROP SECRET"},
};

// Collects what has to go, dependents before what they need.
class Collector {
 public:
  explicit Collector(const catalog::CatalogSnapshot& catalog) : catalog_(catalog) {}

  // Everything in a schema: it depends on the schema first of all.
  void add_schema(const std::string& schema) {
    for (const auto& [id, object] : catalog_.objects()) {
      if (object->name.schema == schema) in_schema_.insert(id);
    }
    const std::set<ObjectId> direct = in_schema_;
    for (const ObjectId id : direct) add(id, ObjectId(), false);
  }

  // `named`: by the user; else it goes because of `reason`.
  void add(ObjectId id, ObjectId reason, bool named) {
    if (!seen_.insert(id).second) return;
    for (const ObjectId dependent : catalog_.dependents(id)) add(dependent, id, false);
    const Object& object = *catalog_.find(id);
    const Object* because = in_schema_.contains(id) ? nullptr : catalog_.find(reason);
    // An index belongs to its table, a source's relation to its source: nobody has to say so.
    const bool part = object.as<catalog::Index>() != nullptr || object.as<catalog::SourceTable>() != nullptr;
    if (!named && !part) others_.push_back({&object, because});
    out_.push_back(id);
  }
  void forget_named(const std::vector<ObjectId>& named) {
    std::erase_if(others_, [&](const Other& other) {
      return std::find(named.begin(), named.end(), other.object->id) != named.end();
    });
  }

  struct Other {
    const Object* object;
    const Object* because;
  };
  // In the order of their making, which is how they depend on each other.
  const std::vector<Other>& others() {
    std::sort(others_.begin(), others_.end(),
              [](const Other& a, const Other& b) { return a.object->id < b.object->id; });
    return others_;
  }
  std::vector<ObjectId> take() { return std::move(out_); }

 private:
  const catalog::CatalogSnapshot& catalog_;
  std::set<ObjectId> seen_;
  std::set<ObjectId> in_schema_;
  std::vector<ObjectId> out_;
  std::vector<Other> others_;
};

std::string described(const Object& object) { return fmt::format("{} {}", object.kind_name(), object.name.name); }

// Refuses with RESTRICT, tells with CASCADE.
Status settle_dependents(Collector& collector, const std::string& what, bool cascade, BoundDrop& out) {
  if (collector.others().empty()) return {};
  if (!cascade) {
    std::string detail;
    for (const Collector::Other& other : collector.others()) {
      if (!detail.empty()) detail += '\n';
      detail += fmt::format("{} depends on {}", described(*other.object),
                            other.because == nullptr ? what : described(*other.because));
    }
    return SqlError(sqlstate::kDependentObjectsStillExist,
                    fmt::format("cannot drop {} because other objects depend on it", what))
        .with_detail(std::move(detail))
        .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
  }
  if (collector.others().size() == 1) {
    out.notices.push_back("drop cascades to " + described(*collector.others()[0].object));
  } else {
    out.notices.push_back(fmt::format("drop cascades to {} other objects", collector.others().size()));
  }
  return {};
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::Drop& node) {
  BoundDrop out;
  Collector collector(catalog());
  std::string what;
  if (node.kind == ast::ObjectKind::kSchema) {
    out.tag = "DROP SCHEMA";
    for (const ast::ObjectName& name : node.names) {
      const std::string& schema = name.last();
      if (!catalog().has_schema(schema)) {
        if (!node.if_exists)
          return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", schema));
        out.notices.push_back(fmt::format("schema \"{}\" does not exist, skipping", schema));
        continue;
      }
      if (schema == "pg_catalog" || schema == "information_schema" || schema == "millrace") {
        return SqlError(sqlstate::kDependentObjectsStillExist,
                        fmt::format("cannot drop schema {} because it is required by the database system", schema));
      }
      what = "schema " + schema;
      out.schemas.push_back(schema);
      collector.add_schema(schema);
    }
    TRY(settle_dependents(collector, what, node.cascade, out));
    out.objects = collector.take();
    return out;
  }
  const Kind* kind = nullptr;
  for (const Kind& each : kKinds) {
    if (each.kind == node.kind) kind = &each;
  }
  if (kind == nullptr) return not_supported(fmt::format("DROP {}", node.other.empty() ? "of this" : node.other), "");
  out.tag = kind->tag;
  std::vector<ObjectId> named;
  for (const ast::ObjectName& name : node.names) {
    const std::string schema = name.parts.size() > 1 ? name.parts[name.parts.size() - 2] : "";
    if (!schema.empty() && !catalog().has_schema(schema) && !node.if_exists) {
      return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", schema));
    }
    const Object* object = catalog().resolve(schema, name.last(), context_.search_path);
    if (object == nullptr) {
      const std::string shown = schema.empty() ? name.last() : schema + "." + name.last();
      if (node.if_exists) {
        out.notices.push_back(fmt::format("{} \"{}\" does not exist, skipping", kind->name, shown));
        continue;
      }
      const bool relation = kind->kind != ast::ObjectKind::kIndex && kind->kind != ast::ObjectKind::kConnection &&
                            kind->kind != ast::ObjectKind::kSecret;
      return SqlError(relation ? sqlstate::kUndefinedTable : sqlstate::kUndefinedObject,
                      fmt::format("{} \"{}\" does not exist", kind->name, shown));
    }
    if (object->as<catalog::SystemRelation>() != nullptr) {
      return SqlError(sqlstate::kInsufficientPrivilege,
                      fmt::format("permission denied: \"{}\" is a system catalog", object->name.name));
    }
    if (object->as<catalog::SourceTable>() != nullptr) {
      const Object& source = *catalog().find(object->as<catalog::SourceTable>()->source);
      return SqlError(sqlstate::kDependentObjectsStillExist,
                      fmt::format("cannot drop {} because source {} requires it", object->name.name, source.name.name))
          .with_hint(fmt::format("You can drop source {} instead.", source.name.name));
    }
    if (object->kind_name() != kind->name) {
      std::string upper(object->kind_name());
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(std::toupper(c)); });
      const bool vowel = std::string_view("aeiou").find(kind->name[0]) != std::string_view::npos;
      const bool object_vowel = std::string_view("aeiou").find(object->kind_name()[0]) != std::string_view::npos;
      return SqlError(sqlstate::kWrongObjectType,
                      fmt::format("\"{}\" is not {} {}", object->name.name, vowel ? "an" : "a", kind->name))
          .with_hint(
              fmt::format("Use DROP {} to remove {} {}.", upper, object_vowel ? "an" : "a", object->kind_name()));
    }
    named.push_back(object->id);
    what = described(*object);
  }
  if (named.size() > 1) what = "desired object(s)";
  for (const ObjectId id : named) collector.add(id, ObjectId(), true);
  collector.forget_named(named);
  TRY(settle_dependents(collector, what, node.cascade, out));
  out.objects = collector.take();
  return out;
}

}  // namespace millrace::sql
